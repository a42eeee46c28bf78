"""The record: every kind of damage to the chain is found and named (P13)."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.record import (
    GENESIS,
    Break,
    Damage,
    Entry,
    Event,
    Verb,
    canonical_json,
    find_breaks,
    hash_entry,
    hash_payload,
    make_entry,
)
from tests.server_zone import SERVER_ZONES, server_in

START = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)
LENGTH = 6

Chain = list[tuple[Entry, str | None]]


def make_event(*, verb: Verb = Verb.ASSESSMENT_STARTED, number: int = 0) -> Event:
    return Event(
        verb=verb,
        actor="owner",
        subject=f"assessment:{number}",
        at=START + timedelta(seconds=number),
        payload={"number": number},
    )


def make_chain(*, events: list[Event] | None = None, length: int = LENGTH) -> Chain:
    """Chain events as the store does; each entry comes with the hash of its payload as it is stored now."""
    chain: Chain = []
    previous_hash = GENESIS
    for seq, event in enumerate(events or [make_event(number=number) for number in range(length)], start=1):
        payload_hash = hash_payload(f"salt {seq}", canonical_json(event.payload))
        entry = make_entry(event, seq=seq, payload_hash=payload_hash, previous_hash=previous_hash)
        chain.append((entry, payload_hash))
        previous_hash = entry.hash
    return chain


def breaks(chain: Chain, *, last_seq: int = 0) -> list[tuple[int, Damage]]:
    return [(found.seq, found.damage) for found in find_breaks(iter(chain), last_seq=last_seq)]


def with_link(chain: Chain, place: int, /, **changes: object) -> Chain:
    """Return the chain with one row changed as stored."""
    typed: Any = changes
    return [(replace(entry, **typed) if entry.seq == place else entry, now) for entry, now in chain]


def rehash(entry: Entry) -> Entry:
    """Return the row with its hash made to fit, as somebody would who knows the code."""
    return replace(entry, hash=hash_entry(entry))


EVENTS = st.builds(
    Event,
    verb=st.sampled_from(Verb),
    actor=st.text(max_size=5),
    subject=st.text(max_size=5),
    at=st.datetimes(timezones=st.just(UTC)),
    payload=st.dictionaries(st.text("abc"), st.integers() | st.text(max_size=5)),
)


# Hashes, frozen since rows are stored for years


def test_the_hash_of_a_payload_is_salted() -> None:
    assert hash_payload("salt", "payload") == hashlib.sha256(b"salt\npayload").hexdigest()
    assert hash_payload("salt", "ü") == hashlib.sha256(b"salt\n\xc3\xbc").hexdigest()


def test_the_hash_of_a_row_covers_all_but_itself() -> None:
    entry = make_chain()[1][0]
    row = [2, "2026-10-05T08:30:01.000000+00:00", "owner", "assessment_started", "assessment:1"]
    expected = json.dumps([*row, entry.payload_hash, entry.previous_hash], separators=(",", ":")).encode()
    assert hash_entry(entry) == entry.hash == hashlib.sha256(expected).hexdigest()
    assert hash_entry(replace(entry, hash="anything")) == entry.hash


def test_hashes_in_the_record_stay_what_they_are() -> None:
    assert make_chain()[-1][0].hash == "1004f44de0f125093a956fee4eb5076af39d6414e331027697645b1d7d5372be"


def test_the_zone_an_instant_is_written_in_does_not_matter() -> None:
    entry = make_chain()[0][0]
    assert hash_entry(replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=14))))) == entry.hash


@pytest.mark.parametrize("zone", SERVER_ZONES)
def test_the_zone_of_the_server_does_not_matter(zone: str) -> None:
    entry = make_chain()[0][0]
    with server_in(zone):
        assert hash_entry(entry) == entry.hash


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": "ü"}, '{"a":"ü","b":1}'),
        ([1, "x", None], '[1,"x",null]'),
        ({"a": {"d": 1, "c": [2, 3]}}, '{"a":{"c":[2,3],"d":1}}'),
        (Verb.GRANT_CREATED, '"grant_created"'),
    ],
)
def test_canonical_json_is_sorted_dense_and_readable(value: object, written: str) -> None:
    assert canonical_json(value) == written


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3)))
def test_equal_values_give_equal_json_that_says_the_same(value: dict[str, int | str]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical_json(value) == canonical_json(backwards)
    assert json.loads(canonical_json(value)) == value


def test_an_event_becomes_a_row_in_its_place() -> None:
    event = make_event(verb=Verb.DECLARATION_ISSUED, number=3)
    entry = make_entry(event, seq=9, payload_hash="p", previous_hash="q")
    assert entry == Entry(
        seq=9,
        at=event.at,
        actor="owner",
        verb="declaration_issued",
        subject="assessment:3",
        payload_hash="p",
        previous_hash="q",
        hash=hash_entry(entry),
    )


# A sound chain


@given(st.lists(EVENTS, max_size=12))
def test_any_chain_of_events_verifies(events: list[Event]) -> None:
    chain = make_chain(events=events) if events else []
    assert breaks(chain, last_seq=len(events)) == []


@given(st.sets(st.integers(1, LENGTH)))
def test_a_chain_verifies_after_payloads_were_erased(erased: set[int]) -> None:
    chain = [(entry, None if entry.seq in erased else now) for entry, now in make_chain()]
    assert breaks(chain, last_seq=LENGTH) == []


def test_an_empty_record_is_sound() -> None:
    assert list(find_breaks([])) == []


# Damage


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", START + timedelta(days=1)),
        ("at", START + timedelta(microseconds=1)),
        ("actor", "system"),
        ("verb", "grant_revoked"),
        ("subject", "assessment:99"),
        ("payload_hash", "f" * 64),
        ("hash", "f" * 64),
    ],
)
def test_an_edited_field_is_named_at_its_row(field: str, value: object, seq: int) -> None:
    found = breaks(with_link(make_chain(), seq, **{field: value}))
    follow_up = [(seq + 1, Damage.REORDERED)] if field == "hash" and seq < LENGTH else []
    assert found == [(seq, Damage.CHANGED), *follow_up]


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_an_edited_link_to_the_row_before_is_named(seq: int) -> None:
    found = breaks(with_link(make_chain(), seq, previous_hash="f" * 64))
    assert found == [(seq, Damage.REORDERED), (seq, Damage.CHANGED)]


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_an_edited_place_is_named(seq: int) -> None:
    found = breaks(with_link(make_chain(), seq, seq=100))
    assert found[:2] == [(seq, Damage.MISSING), (100, Damage.CHANGED)]


def test_every_field_of_a_row_is_edited_once_in_these_tests() -> None:
    edited = {"at", "actor", "verb", "subject", "payload_hash", "hash", "previous_hash", "seq"}
    assert edited == {field.name for field in fields(Entry)}


@pytest.mark.parametrize("seq", range(1, LENGTH))
@pytest.mark.parametrize("field", ["actor", "verb", "subject", "payload_hash"])
def test_an_edited_row_whose_hash_was_made_to_fit_is_found_at_the_next(field: str, seq: int) -> None:
    chain: Chain = []
    for entry, _ in with_link(make_chain(), seq, **{field: "edited"}):
        chain.append((rehash(entry), None))
    assert breaks(chain) == [(seq + 1, Damage.REORDERED)]


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_an_edited_payload_is_named(seq: int) -> None:
    chain = [(entry, "f" * 64 if entry.seq == seq else now) for entry, now in make_chain()]
    assert breaks(chain) == [(seq, Damage.PAYLOAD_CHANGED)]


@pytest.mark.parametrize("seq", range(1, LENGTH))
def test_a_deleted_row_is_named(seq: int) -> None:
    chain = [row for row in make_chain() if row[0].seq != seq]
    assert breaks(chain) == breaks(chain, last_seq=LENGTH) == [(seq, Damage.MISSING)]


@given(st.integers(1, LENGTH - 1), st.integers(1, LENGTH - 1))
def test_a_stretch_cut_out_is_named_at_its_beginning(one: int, other: int) -> None:
    first, last = sorted((one, other))
    chain = [row for row in make_chain() if not first <= row[0].seq <= last]
    assert breaks(chain) == [(first, Damage.MISSING)]


@pytest.mark.parametrize("kept", range(LENGTH))
def test_a_cut_off_end_is_found_if_the_length_is_known(kept: int) -> None:
    chain = make_chain()[:kept]
    assert breaks(chain, last_seq=LENGTH) == [(kept + 1, Damage.MISSING)]
    assert breaks(chain) == []


def test_a_longer_chain_than_known_is_no_damage() -> None:
    assert breaks(make_chain(), last_seq=LENGTH - 1) == []


@pytest.mark.parametrize("place", range(LENGTH))
def test_an_inserted_row_is_found(place: int) -> None:
    chain = make_chain()
    forged = replace(chain[place][0], subject="assessment:99")
    assert breaks([*chain[:place], (forged, None), *chain[place:]])
    assert breaks([*chain[:place], (rehash(forged), None), *chain[place:]])


@pytest.mark.parametrize("place", range(LENGTH))
def test_a_row_inserted_with_the_later_ones_moved_is_named_at_the_next(place: int) -> None:
    chain = make_chain()
    forged = rehash(replace(chain[place][0], subject="assessment:99"))
    moved: Chain = [(rehash(replace(entry, seq=entry.seq + 1)), None) for entry, _ in chain[place:]]
    found = breaks([*chain[:place], (forged, None), *moved])
    assert found[0] == (place + 2, Damage.REORDERED)


@pytest.mark.parametrize("seq", range(1, LENGTH))
def test_two_rows_that_swapped_places_are_named(seq: int) -> None:
    chain = make_chain()
    (one, _), (other, _) = chain[seq - 1 : seq + 1]
    swapped: Chain = [(replace(other, seq=seq), None), (replace(one, seq=seq + 1), None)]
    found = breaks([*chain[: seq - 1], *swapped, *chain[seq + 1 :]])
    assert {(seq, Damage.REORDERED), (seq, Damage.CHANGED), (seq + 1, Damage.REORDERED), (seq + 1, Damage.CHANGED)} <= {
        *found
    }


@pytest.mark.parametrize("seq", range(1, LENGTH))
def test_two_swapped_rows_whose_hashes_were_made_to_fit_are_named(seq: int) -> None:
    chain = make_chain()
    (one, _), (other, _) = chain[seq - 1 : seq + 1]
    swapped: Chain = [(rehash(replace(other, seq=seq)), None), (rehash(replace(one, seq=seq + 1)), None)]
    found = breaks([*chain[: seq - 1], *swapped, *chain[seq + 1 :]])
    assert found[:2] == [(seq, Damage.REORDERED), (seq + 1, Damage.REORDERED)]


def test_rows_told_in_another_order_are_found() -> None:
    assert breaks(make_chain()[::-1])


def test_each_damage_of_several_is_named() -> None:
    chain = with_link(with_link(make_chain(), 2, actor="x"), 4, subject="y")
    chain = [(entry, "f" * 64 if entry.seq == 6 else now) for entry, now in chain if entry.seq != 5]
    assert breaks(chain) == [
        (2, Damage.CHANGED),
        (4, Damage.CHANGED),
        (5, Damage.MISSING),
        (6, Damage.PAYLOAD_CHANGED),
    ]


def test_a_chain_that_does_not_begin_at_the_beginning_is_found() -> None:
    first = rehash(replace(make_chain()[0][0], previous_hash="f" * 64))
    assert list(find_breaks([(first, None)])) == [Break(1, Damage.REORDERED)]


@given(st.integers(1, 8), st.data())
def test_no_single_edit_of_any_row_goes_unnoticed(length: int, data: st.DataObject) -> None:
    chain = make_chain(length=length)
    seq = data.draw(st.integers(1, length))
    field = data.draw(st.sampled_from(["actor", "verb", "subject", "payload_hash", "previous_hash", "hash"]))
    before: str = getattr(chain[seq - 1][0], field)
    edited = data.draw(st.text(max_size=5).filter(lambda text: text != before))
    assert seq in {found for found, _ in breaks(with_link(chain, seq, **{field: edited}))}
