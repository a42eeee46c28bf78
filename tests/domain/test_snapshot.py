"""What a declaration freezes can be read again for years (D7)."""

import hashlib
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.action_plan import Action, Urgency
from om_selfcheck.domain.declaration import Confirmation
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.rating import NeedForAction, RatingCounts
from om_selfcheck.domain.renewal import PreviousAction, PreviousRound
from om_selfcheck.domain.snapshot import Snapshot, hash_content, hash_snapshot, read_snapshot, write_snapshot
from tests.builders import make_action, make_details

SNAPSHOT = Snapshot(
    number="000000-000000-00001K",
    issued_on=date(2026, 10, 5),
    slug="basis",
    version="1.0",
    content_hash="c" * 64,
    language="de",
    ratings={"1.1.b": NeedForAction.URGENT, "1.1.a": NeedForAction.NONE},
    notes={"1.1.a": "Läuft schon"},
    plan=(
        ("k2", make_action(title="Posten", urgency=Urgency.HIGH, measure_refs=("1.1.b", "1.1.a"))),
        ("k1", Action(description="Noch offen")),
    ),
    details=make_details(has_signature_line=True),
    measures=2,
    complete_actions=1,
    conditions_version="1",
)

WRITTEN = (
    '{"conditions_version":"1","criteria":{"complete_actions":1,"measures":2},"details":{"city":"Dresden",'
    '"company_name":"Malerbetrieb Alma GmbH","confirmations":["insight","may_declare","public_number"],'
    '"has_signature_line":true,"place":"Dresden","postal_code":"01067","signatory_function":"Geschäftsführerin",'
    '"signatory_name":"Alma Beispiel","street":"Hauptstraße 1"},"format":1,"issued_on":"2026-10-05","language":"de",'
    '"notes":{"1.1.a":"Läuft schon"},"number":"000000-000000-00001K","plan":['
    '{"description":"Offene Posten jeden Montag durchgehen","due_on":"2026-11-30","follow_up":"Liste im '
    'Ordner ansehen","follow_up_on":"2026-12-15","key":"k2","measure_refs":["1.1.b","1.1.a"],"responsible":'
    '"Buchhaltung","title":"Posten","urgency":"high"},{"description":"Noch offen","due_on":null,"follow_up":"",'
    '"follow_up_on":null,"key":"k1","measure_refs":[],"responsible":"","title":"","urgency":null}],'
    '"questionnaire":{"content_hash":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc","slug":"basis",'
    '"version":"1.0"},"ratings":{"1.1.a":"none","1.1.b":"urgent"}}'
)

PREVIOUS = PreviousRound(
    number="000000-000000-00002M",
    issued_on=date(2024, 10, 5),
    version="0.9",
    content_hash="b" * 64,
    topics={"1": RatingCounts(1, 0, 2, 3)},
    actions=(
        PreviousAction(key="k0", heading="Ordner anlegen", state=ActionState.DONE),
        PreviousAction(key="k9", heading="Liste führen", state=ActionState.OPEN, is_taken_over=True),
    ),
)
WRITTEN_PREVIOUS = (
    '"previous":{"actions":[{"heading":"Ordner anlegen","is_taken_over":false,"key":"k0","state":"done"},'
    '{"heading":"Liste führen","is_taken_over":true,"key":"k9","state":"open"}],"content_hash":'
    '"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","issued_on":"2024-10-05",'
    '"number":"000000-000000-00002M","topics":{"1":{"none":2,"some":0,"total":3,"urgent":1}},"version":"0.9"},'
)

TEXTS = st.text(max_size=8)
ACTIONS = st.builds(
    Action,
    title=TEXTS,
    description=TEXTS,
    urgency=st.none() | st.sampled_from(Urgency),
    responsible=TEXTS,
    due_on=st.none() | st.dates(),
    follow_up=TEXTS,
    follow_up_on=st.none() | st.dates(),
    measure_refs=st.lists(TEXTS, max_size=3).map(tuple),
)
DETAILS = st.builds(
    make_details,
    company_name=TEXTS,
    signatory_name=TEXTS,
    confirmations=st.sets(st.sampled_from(Confirmation)),
    has_signature_line=st.booleans(),
)
COUNTS = st.builds(RatingCounts, *[st.integers(0)] * 4)
PREVIOUS_ROUNDS = st.builds(
    PreviousRound,
    number=TEXTS,
    issued_on=st.dates(),
    version=TEXTS,
    content_hash=TEXTS,
    topics=st.dictionaries(TEXTS, COUNTS, max_size=3),
    actions=st.lists(
        st.builds(
            PreviousAction, key=TEXTS, heading=TEXTS, state=st.sampled_from(ActionState), is_taken_over=st.booleans()
        ),
        max_size=3,
    ).map(tuple),
)
SNAPSHOTS = st.builds(
    Snapshot,
    number=TEXTS,
    issued_on=st.dates(),
    slug=TEXTS,
    version=TEXTS,
    content_hash=TEXTS,
    language=st.sampled_from(["de", "en"]),
    ratings=st.dictionaries(TEXTS, st.sampled_from(NeedForAction), max_size=4),
    notes=st.dictionaries(TEXTS, TEXTS, max_size=4),
    plan=st.lists(st.tuples(TEXTS, ACTIONS), max_size=4).map(tuple),
    details=DETAILS,
    measures=st.integers(0),
    complete_actions=st.integers(0),
    conditions_version=TEXTS,
    previous=st.none() | PREVIOUS_ROUNDS,
)


def test_a_snapshot_is_written_as_it_was_in_2026() -> None:
    assert write_snapshot(SNAPSHOT) == WRITTEN


def test_a_snapshot_of_2026_can_be_read() -> None:
    assert read_snapshot(WRITTEN) == SNAPSHOT


def test_a_renewal_is_written_beside_everything_else_and_read_again() -> None:
    renewed = replace(SNAPSHOT, previous=PREVIOUS)
    assert write_snapshot(renewed) == WRITTEN.replace('"questionnaire":{', f'{WRITTEN_PREVIOUS}"questionnaire":{{')
    assert read_snapshot(write_snapshot(renewed)) == renewed


@given(SNAPSHOTS)
def test_what_is_written_is_read_again(snapshot: Snapshot) -> None:
    assert read_snapshot(write_snapshot(snapshot)) == snapshot


@given(SNAPSHOTS)
def test_equal_snapshots_give_equal_text(snapshot: Snapshot) -> None:
    same = replace(
        snapshot,
        ratings=dict(reversed(snapshot.ratings.items())),
        notes=dict(reversed(snapshot.notes.items())),
    )
    assert write_snapshot(same) == write_snapshot(snapshot)
    assert write_snapshot(read_snapshot(write_snapshot(snapshot))) == write_snapshot(snapshot)


def test_knows_its_actions_in_the_order_of_the_plan() -> None:
    assert [action.description for action in SNAPSHOT.actions] == [
        "Offene Posten jeden Montag durchgehen",
        "Noch offen",
    ]


@pytest.mark.parametrize("text", ["", "{}", "ü"])
def test_the_hash_is_that_of_the_text(text: str) -> None:
    assert hash_snapshot(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()


@pytest.mark.parametrize(
    "changes",
    [
        {"slug": "anderer"},
        {"version": "1.1"},
        {"content_hash": "d" * 64},
        {"language": "en"},
        {"ratings": SNAPSHOT.ratings | {"1.1.a": NeedForAction.URGENT}},
        {"notes": {"1.1.a": "Läuft nicht"}},
        {"plan": SNAPSHOT.plan[:1]},
        {"plan": (("k2", replace(SNAPSHOT.plan[0][1], responsible="Lager")), SNAPSHOT.plan[1])},
        {"details": replace(SNAPSHOT.details, signatory_name="Ganz Anders")},
        {"details": replace(SNAPSHOT.details, confirmations=frozenset())},
        {"measures": 3},
        {"complete_actions": 2},
        {"conditions_version": "2"},
        {"previous": PREVIOUS},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_is_declared_shows_in_the_hash_of_a_preview(changes: dict[str, Any]) -> None:
    assert hash_content(replace(SNAPSHOT, **changes)) != hash_content(SNAPSHOT)


def test_number_and_day_come_with_issuing_and_change_no_preview() -> None:
    issued = replace(SNAPSHOT, number="000000-000000-00003N", issued_on=date(2026, 10, 6))
    assert hash_content(issued) == hash_content(SNAPSHOT)


def test_the_hash_of_a_preview_leaves_out_nothing_but_number_and_day() -> None:
    tried = {"slug", "version", "content_hash", "language", "ratings", "notes", "plan", "details", "measures"}
    tried |= {"complete_actions", "conditions_version", "previous"}
    assert {field.name for field in fields(Snapshot)} - tried == {"number", "issued_on"}
