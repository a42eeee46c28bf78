"""The register held against the record: sound as people leave it, and whatever is bent in it by hand is named (P13)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import Decision
from om_selfcheck.domain.reconciliation import Difference
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.snapshot import hash_snapshot
from om_selfcheck.domain.tampering import BREAKS_NAMED
from om_selfcheck.services import corrections, erasure, foreign_reports, withdrawals
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.erasure import ErasureCause
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.installation import open_engine
from om_selfcheck.services.reconciliation import compare_register
from om_selfcheck.services.record import append_event, verify_record
from om_selfcheck.store.models import Correction, Declaration, EventPayload, EventRow
from om_selfcheck.store.queries import reconciliation as rows
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.auditing import LATER, begin, propose

Differences = set[tuple[str, Difference]]


def number_of(session: Session, owner: Actor) -> str:
    return session.scalars(select(Declaration.number).where(Declaration.assessment_id == owner.assessment_id)).one()


def find(session: Session) -> Differences:
    """Commit what was bent and compare."""
    session.commit()
    found = compare_register(session)
    session.rollback()
    assert len(found) == len(set(found)), "each damage is named once"
    return set(found)


def compare(session: Session) -> list[tuple[str, Difference]]:
    """Compare what was bent in a transaction that is rolled back afterwards, which sees one state as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "see_one_state", lambda _session: None)
        return compare_register(session)


@pytest.fixture
def plain(session: Session) -> str:
    """A declaration that was issued, and corrected since."""
    owner = factories.make_declared(session)
    shown, wanted = {"city": "Hildesheim"}, {"city": "Celle"}
    corrections.correct_own(session, actor=owner, wanted=wanted, shown=shown, now=NOW + timedelta(hours=1))
    session.commit()
    return number_of(session, owner)


@pytest.fixture
def ended(session: Session) -> str:
    """A declaration that a newer one replaced, and that the company withdrew."""
    first, second = factories.make_renewed(session)
    factories.issue(session, second)
    withdrawals.withdraw_own(session, actor=first, now=NOW)
    session.commit()
    return number_of(session, first)


def erase(session: Session, cause: ErasureCause) -> str:
    owner = factories.make_declared(session)
    number = number_of(session, owner)
    erasure.erase_company(session, company_id=owner.company_id, cause=cause, today=TODAY, now=NOW)
    session.commit()
    return number


def bend(session: Session, number: str, **values: object) -> None:
    session.execute(update(Declaration).where(Declaration.number == number).values(values))


# Sound


def test_an_empty_register_is_sound(session: Session) -> None:
    assert compare_register(session) == []


@pytest.mark.usefixtures("plain", "ended")
def test_whatever_people_do_the_register_agrees_with_the_record(session: Session) -> None:
    for cause in ErasureCause:
        erase(session, cause)
    factories.make_declared(session)
    assert find(session) == set()
    assert session.scalars(select(Declaration.number)).all(), "the control: there is something to compare"


def test_a_declaration_withdrawn_after_a_hearing_agrees(
    session: Session, owner: Actor, olaf: Person, otto: Person
) -> None:
    audit_id = begin(session, olaf)
    propose(session, olaf, audit_id)
    over = LATER + timedelta(weeks=4, days=1)
    withdrawals.decide_withdrawal(
        session, by=otto, audit_id=audit_id, decision=Decision.WITHDRAWN, text="Darum.", now=over
    )
    assert find(session) == set()
    erasure.erase_own_company(session, actor=owner, today=over.date() + timedelta(1), now=over + timedelta(1))
    assert find(session) == set(), "also once it is erased, with the earlier day and reason"
    bend(session, owner.declaration_number or "", withdrawn_on=over.date() + timedelta(1))
    assert {difference for _, difference in find(session)} == {Difference.WITHDRAWAL_CHANGED}


# Bent by hand

OTHER_HASH = "f" * 64
FOREIGN = '{"number":"other"}'
PLAIN_BENT: list[tuple[dict[str, object], Difference]] = [
    ({"snapshot": FOREIGN, "snapshot_hash": hash_snapshot(FOREIGN)}, Difference.HASH_CHANGED),
    ({"snapshot": FOREIGN}, Difference.SNAPSHOT_CHANGED),
    ({"snapshot": ""}, Difference.SNAPSHOT_GONE),
    ({"issued_on": TODAY + timedelta(days=300)}, Difference.REDATED),
    ({"withdrawn_on": TODAY, "withdrawal_reason": "own_wish"}, Difference.WITHDRAWAL_UNRECORDED),
    ({"replaced_by_id": Declaration.id}, Difference.REPLACEMENT_UNRECORDED),
]
ENDED_BENT: list[tuple[dict[str, object], Difference]] = [
    ({"withdrawn_on": None}, Difference.WITHDRAWAL_UNDONE),
    ({"withdrawn_on": TODAY + timedelta(days=9999)}, Difference.WITHDRAWAL_CHANGED),
    ({"withdrawal_reason": "criteria_not_met"}, Difference.WITHDRAWAL_CHANGED),
    ({"replaced_by_id": None}, Difference.REPLACEMENT_UNDONE),
    ({"replaced_by_id": Declaration.id}, Difference.REPLACEMENT_CHANGED),
]


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(("values", "difference"), PLAIN_BENT)
def test_a_declaration_changed_by_hand_is_named(
    session: Session, plain: str, values: dict[str, object], difference: Difference
) -> None:
    assert find(session) == set(), "the control"
    bend(session, plain, **values)
    assert find(session) == {(plain, difference)}
    assert verify_record(session) == [], "which the record alone does not tell"


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(("values", "difference"), ENDED_BENT)
def test_an_end_taken_back_or_changed_by_hand_is_named(
    session: Session, ended: str, values: dict[str, object], difference: Difference
) -> None:
    assert find(session) == set(), "the control"
    bend(session, ended, **values)
    assert find(session) == {(ended, difference)}


def bend_correction(session: Session, bent: str) -> None:
    session.execute(text(f"UPDATE correction SET {bent}"))  # noqa: S608 - from below


def add_correction(session: Session) -> None:
    (row,) = session.scalars(select(Correction)).all()
    columns = {column.name: getattr(row, column.name) for column in Correction.__table__.columns}
    session.add(Correction(**columns | {"id": uuid4(), "edition": 2}))


BENT_CORRECTIONS = (
    ("details = replace(details, 'Celle', 'Hannover')", Difference.CORRECTION_CHANGED),
    ("details = replace(details, 'Am Mühlbach', 'Am Markt')", Difference.CORRECTION_CHANGED),
    ("note = 'At their wish.'", Difference.CORRECTION_CHANGED),
    ("actor = 'editor'", Difference.CORRECTION_CHANGED),
    ("edition = 7", Difference.CORRECTION_CHANGED),
    ("details = 'none'", Difference.CORRECTION_CHANGED),
)


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(("bent", "difference"), BENT_CORRECTIONS)
def test_a_correction_changed_by_hand_is_named(session: Session, plain: str, bent: str, difference: Difference) -> None:
    assert find(session) == set(), "the control"
    bend_correction(session, bent)
    assert find(session) == {(plain, difference)}
    assert verify_record(session) == [], "which the record alone does not tell"


@pytest.mark.usefixtures("ended")
def test_a_correction_deleted_or_added_by_hand_is_named(session: Session, plain: str) -> None:
    add_correction(session)
    assert find(session) == {(plain, Difference.CORRECTION_UNRECORDED)}
    session.execute(delete(Correction).where(Correction.edition == 2))
    assert find(session) == set(), "the control"
    session.execute(delete(Correction))
    assert find(session) == {(plain, Difference.CORRECTION_GONE)}


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize("values", [{"company_name": "Andere GmbH"}, {"city": "Hildesheim"}])
def test_a_name_or_place_changed_by_hand_is_named(session: Session, plain: str, values: dict[str, object]) -> None:
    assert find(session) == set(), "the control"
    bend(session, plain, **values)
    assert find(session) == {(plain, Difference.NAME_CHANGED)}


@pytest.mark.usefixtures("ended")
def test_a_correction_from_before_hashes_were_kept_raises_no_alarm(session: Session, plain: str) -> None:
    old = EventRow.verb == Verb.DECLARATION_CORRECTED
    seq = session.scalars(select(EventRow.seq).where(old)).one()
    session.execute(update(EventPayload).where(EventPayload.seq == seq).values(payload='{"edition":1,"fields":"city"}'))
    assert find(session) == set()
    bend_correction(session, "details = replace(details, 'Am Mühlbach', 'Am Markt')")
    assert find(session) == set(), "nobody kept what it was"
    session.execute(delete(Correction))
    assert find(session) == {(plain, Difference.CORRECTION_GONE)}, "but that it was"


def test_a_name_hidden_or_shown_by_hand_is_named(session: Session, owner: Actor, olaf: Person) -> None:
    number = owner.declaration_number or ""
    foreign_reports.report_foreign(session, number=number, text="Nicht von uns.", contact="", now=NOW)
    (report,) = foreign_reports.list_reports(session, is_open=True)
    bend(session, number, name_hidden_at=NOW)
    assert find(session) == {(number, Difference.HIDING_UNRECORDED)}
    bend(session, number, name_hidden_at=None)
    for _ in range(2):
        foreign_reports.hide_name(session, by=olaf, report_id=report.report_id, now=NOW)
        assert find(session) == set(), "the control"
        bend(session, number, name_hidden_at=None)
        assert find(session) == {(number, Difference.HIDING_UNDONE)}
        bend(session, number, name_hidden_at=NOW)
        foreign_reports.show_name(session, by=olaf, report_id=report.report_id, now=NOW)
        assert find(session) == set(), "the control"
    foreign_reports.hide_name(session, by=olaf, report_id=report.report_id, now=NOW)
    erasure.erase_own_company(session, actor=owner, today=TODAY, now=NOW)
    assert find(session) == set(), "an erasure leaves nothing to hide"


def test_what_comes_back_after_an_erasure_is_named(session: Session, plain: str) -> None:
    assignment = select(Declaration.company_id).where(Declaration.number == plain)
    row = session.scalars(select(Correction)).one()
    columns = {column.name: getattr(row, column.name) for column in Correction.__table__.columns}
    company_id = session.scalars(assignment).one()
    erasure.erase_company(session, company_id=company_id, cause=ErasureCause.TIME_PASSED, today=TODAY, now=NOW)
    assert find(session) == set(), "the control"
    bend(session, plain, company_name="Tischlerei Brandt")
    session.add(Correction(**columns))
    assert find(session) == {(plain, Difference.CORRECTION_UNRECORDED), (plain, Difference.NAME_CHANGED)}


@pytest.mark.usefixtures("plain", "ended")
def test_a_row_that_was_never_issued_is_named(session: Session) -> None:
    assert find(session) == set(), "the control"
    (number,) = factories.seed_declared(session, 1)
    assert find(session) == {(number, Difference.NOT_ISSUED)}


@pytest.mark.usefixtures("ended")
def test_a_row_deleted_by_hand_is_named(session: Session, plain: str) -> None:
    session.execute(text("DELETE FROM correction"))
    session.execute(delete(Declaration).where(Declaration.number == plain))
    assert find(session) == {(plain, Difference.DELETED)}


def test_a_row_under_another_number_is_missing_there_and_unknown_here(session: Session, plain: str) -> None:
    session.execute(update(Declaration).values(number="OTHER"))
    assert find(session) == {(plain, Difference.DELETED), ("OTHER", Difference.NOT_ISSUED)}


def test_a_second_issue_on_the_record_is_named(session: Session, plain: str) -> None:
    snapshot = session.scalars(select(Declaration.snapshot_hash)).one()
    event = Event(
        verb=Verb.DECLARATION_ISSUED,
        actor="owner",
        subject=f"declaration:{plain}",
        at=NOW,
        payload={"snapshot": snapshot},
    )
    append_event(session, event)
    assert find(session) == {(plain, Difference.ISSUED_TWICE)}


@pytest.mark.usefixtures("plain", "ended")
@pytest.mark.parametrize("cause", ErasureCause)
def test_of_an_erased_declaration_what_is_left_is_compared(session: Session, cause: ErasureCause) -> None:
    number, is_own_wish = erase(session, cause), cause is ErasureCause.OWN_WISH
    assert find(session) == set(), "the control"
    snapshot = {"snapshot": FOREIGN, "snapshot_hash": hash_snapshot(FOREIGN)}
    other_end = {"withdrawn_on": None if is_own_wish else TODAY}
    ended_otherwise = Difference.WITHDRAWAL_UNDONE if is_own_wish else Difference.WITHDRAWAL_UNRECORDED
    for values, difference in (
        (snapshot, Difference.SNAPSHOT_BACK),
        (other_end, ended_otherwise),
        ({"issued_on": TODAY + timedelta(1)}, Difference.REDATED),
    ):
        bend(session, number, **values)
        assert set(compare(session)) == {(number, difference)}
        session.rollback()


BENT_FOR_SQLITE = (
    "snapshot = x'ff'",
    "snapshot = CAST(x'ff' AS TEXT)",
    "snapshot_hash = 7",
    "issued_on = 'soon'",
    "withdrawn_on = ''",
    "withdrawn_on = x'ff'",
    "number = x'ff'",
    "number = 7",
    "replaced_by_id = 'nobody'",
)
BENT_FOR_POSTGRESQL = ("issued_on = 'infinity'", "withdrawn_on = 'infinity'")


@pytest.mark.usefixtures("ended")
def test_whatever_lies_in_a_column_the_walk_goes_on_and_names_it(session: Session, plain: str) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    for bent in BENT_FOR_SQLITE if is_sqlite else BENT_FOR_POSTGRESQL:
        session.commit()
        if is_sqlite:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(text(f"UPDATE declaration SET {bent} WHERE number = '{plain}'"))  # noqa: S608 - from above
        found = compare(session)
        assert found, bent
        assert len(found) <= 2, "only it is named"
        session.rollback()


def test_bent_details_or_days_of_events_do_not_stop_the_walk(session: Session, plain: str) -> None:
    for payload in ("none", "[1]", "[" * 9999, '{"snapshot":7}'):
        session.execute(update(EventPayload).values(payload=payload))
        assert {difference for _, difference in compare(session)} <= {Difference.HASH_CHANGED}
        session.rollback()
    session.execute(text("UPDATE event SET at = 'infinity'"))
    assert compare(session) == [(plain, Difference.REDATED)]


def test_of_very_many_differences_the_first_hundred_are_named_and_one_more(session: Session) -> None:
    numbers = sorted(factories.seed_declared(session, BREAKS_NAMED + 5))
    session.commit()
    assert compare_register(session) == [(number, Difference.NOT_ISSUED) for number in numbers[: BREAKS_NAMED + 1]]


def test_registers_longer_than_a_batch_are_compared_to_their_end(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BATCH", 2)
    owners = [factories.make_declared(session) for _ in range(5)]
    assert find(session) == set()
    for owner in owners:
        number = number_of(session, owner)
        bend(session, number, snapshot_hash=OTHER_HASH)
        assert number in {one for one, _ in compare(session)}
        session.rollback()


# While others issue and withdraw


@pytest.fixture
def reading(engine: Engine) -> Iterator[Engine]:
    """The same database as the command opens it."""
    opened = open_engine(engine.url.render_as_string(hide_password=False), is_reading=True)
    yield opened
    opened.dispose()


def compare_while_one_is_issued(
    session: Session, engine: Engine, reading: Engine, patch: pytest.MonkeyPatch
) -> list[tuple[str, Difference]]:
    """Compare, and let somebody issue and somebody withdraw after the first event was read and before any row is."""
    older, newer = factories.make_declared(session), factories.make_complete(session)
    session.commit()
    walk_acts = rows.walk_acts

    def act_meanwhile(own: Session) -> Iterator[Any]:
        with closing(walk_acts(own)) as acts:  # type: ignore[type-var]  # it is a generator
            first = next(acts)
            with Session(engine) as other:
                factories.issue(other, newer)
                withdrawals.withdraw_own(other, actor=older, now=NOW)
                other.commit()
            yield first
            yield from acts

    patch.setattr(rows, "walk_acts", act_meanwhile)
    with Session(reading) as own:
        found = compare_register(own)
    assert session.scalars(select(Declaration.number)).all(), "the control: it was issued"
    return found


def test_what_happens_during_the_comparison_raises_no_alarm(
    session: Session, engine: Engine, reading: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compare_while_one_is_issued(session, engine, reading, monkeypatch) == []
    monkeypatch.undo()
    assert find(session) == set()


def test_control_reading_two_states_would_raise_one(
    session: Session, engine: Engine, reading: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine.dialect.name == "sqlite":
        return  # a transaction there sees one state only, however it began
    monkeypatch.setattr(rows, "see_one_state", lambda _session: None)
    found = compare_while_one_is_issued(session, engine, reading, monkeypatch)
    assert {difference for _, difference in found} == {Difference.NOT_ISSUED, Difference.WITHDRAWAL_UNRECORDED}


PEOPLE = 8


def test_no_alarm_while_several_issue_withdraw_and_erase(session: Session, engine: Engine, reading: Engine) -> None:
    owners = [factories.make_complete(session) for _ in range(PEOPLE)]
    session.commit()

    def live(place: int) -> None:
        with Session(engine) as own:
            factories.issue(own, owners[place])
            if place % 2:
                withdrawals.withdraw_own(own, actor=owners[place], now=NOW)
                own.commit()
            if place % 3 == 0:
                erasure.erase_own_company(own, actor=owners[place], today=TODAY, now=NOW)
                own.commit()

    rounds = 0
    with ThreadPoolExecutor(2) as threads:
        lives = [threads.submit(live, place) for place in range(PEOPLE)]
        while not all(one.done() for one in lives):
            with Session(reading) as own:
                assert (compare_register(own), verify_record(own)) == ([], [])
            rounds += 1
    assert [one.exception() for one in lives] == [None] * PEOPLE
    assert rounds > 1, "the control: it was compared meanwhile"
    assert find(session) == set()
    issued = select(EventRow.seq).where(EventRow.verb == Verb.DECLARATION_ISSUED)
    assert len(session.scalars(issued).all()) == PEOPLE
