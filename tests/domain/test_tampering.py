"""Tampering: every kind of damage to the chain is found and named, alone and against checkpoints (P13)."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.checkpoint import Checkpoint
from om_selfcheck.domain.record import GENESIS, SYSTEM, Entry, Event, Verb, user_actor
from om_selfcheck.domain.tampering import CLOCK_TOLERANCE, Break, Damage, Head, find_breaks
from tests.chains import OTHER_HASH, START, Chain, make_chain, make_event, rehash, rehash_from

LENGTH = 6
CHAIN = make_chain([make_event(number=number) for number in range(LENGTH)])
HEAD = Head(LENGTH, CHAIN[-1][0].hash)
AFTER = START + timedelta(minutes=5)

EVENTS = st.builds(
    Event,
    verb=st.sampled_from([verb for verb in Verb if verb is not Verb.PAYLOADS_ERASED]),
    actor=st.sampled_from([SYSTEM, *Right]) | st.uuids().map(user_actor),
    subject=st.from_regex(r"[a-z]{1,9}:[A-Za-z0-9/.-]{1,9}", fullmatch=True),
    at=st.datetimes(timezones=st.just(UTC)),
    payload=st.dictionaries(st.text("abc", min_size=1, max_size=5), st.integers() | st.text("aZ0.:/_-", max_size=5)),
)

Found = list[tuple[int, Damage]]


def breaks(chain: Chain, *checkpoints: Checkpoint, head: Head | None = None) -> Found:
    """Return what is broken; without a head nobody knows how long the record was."""
    found = find_breaks(iter(chain), head=head or Head(0, GENESIS), checkpoints=checkpoints)
    return [(broken.seq, broken.damage) for broken in found]


def with_link(chain: Chain, place: int, /, **changes: object) -> Chain:
    """Return the chain with one row changed as stored."""
    typed: Any = changes
    return [(replace(entry, **typed) if entry.seq == place else entry, now) for entry, now in chain]


def with_payload(chain: Chain, place: int, now: str | None) -> Chain:
    return [(entry, now if entry.seq == place else old) for entry, old in chain]


# A sound chain


@given(st.lists(EVENTS, max_size=12))
def test_any_chain_of_events_verifies(events: list[Event]) -> None:
    chain = make_chain(events)
    assert breaks(chain, head=Head(len(chain), chain[-1][0].hash if chain else GENESIS)) == []


def test_an_empty_record_is_sound() -> None:
    assert breaks([]) == []


def test_a_longer_chain_than_known_is_no_damage() -> None:
    assert breaks(CHAIN, head=Head(LENGTH - 1, CHAIN[-2][0].hash)) == []


# Damage to rows


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", START + timedelta(days=1)),
        ("at", START + timedelta(microseconds=1)),
        ("actor", "system"),
        ("verb", "grant_revoked"),
        ("subject", "assessment:99"),
        ("payload_hash", OTHER_HASH),
        ("hash", OTHER_HASH),
    ],
)
def test_an_edited_field_is_named_at_its_row(field: str, value: object, seq: int) -> None:
    found = breaks(with_link(CHAIN, seq, **{field: value}))
    follow_up = [(seq + 1, Damage.REORDERED)] if field == "hash" and seq < LENGTH else []
    assert found == [(seq, Damage.CHANGED), *follow_up]


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_an_edited_link_to_the_row_before_is_named(seq: int) -> None:
    found = breaks(with_link(CHAIN, seq, previous_hash=OTHER_HASH))
    assert found == [(seq, Damage.REORDERED), (seq, Damage.CHANGED)]


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_an_edited_place_is_named(seq: int) -> None:
    found = breaks(with_link(CHAIN, seq, seq=100))
    assert found[:2] == [(seq, Damage.MISSING), (100, Damage.CHANGED)]


def test_every_field_of_a_row_is_edited_once_in_these_tests() -> None:
    edited = {"at", "actor", "verb", "subject", "payload_hash", "hash", "previous_hash", "seq"}
    assert edited == {field.name for field in fields(Entry)}


@pytest.mark.parametrize("seq", range(1, LENGTH))
@pytest.mark.parametrize("field", ["actor", "verb", "subject"])
def test_an_edited_row_whose_hash_was_made_to_fit_is_found_at_the_next(field: str, seq: int) -> None:
    chain = [(rehash(entry), now) for entry, now in with_link(CHAIN, seq, **{field: "edited"})]
    assert breaks(chain) == [(seq + 1, Damage.REORDERED)]


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_an_edited_payload_is_named(seq: int) -> None:
    assert breaks(with_payload(CHAIN, seq, OTHER_HASH)) == [(seq, Damage.PAYLOAD_CHANGED)]


@pytest.mark.parametrize("seq", range(1, LENGTH))
def test_a_deleted_row_is_named(seq: int) -> None:
    chain = [row for row in CHAIN if row[0].seq != seq]
    assert breaks(chain) == breaks(chain, head=HEAD) == [(seq, Damage.MISSING)]


@given(st.integers(1, LENGTH - 1), st.integers(1, LENGTH - 1))
def test_a_stretch_cut_out_is_named_from_its_beginning_to_its_end(one: int, other: int) -> None:
    first, last = sorted((one, other))
    chain = [row for row in CHAIN if not first <= row[0].seq <= last]
    assert list(find_breaks(chain, head=HEAD)) == [Break(first, Damage.MISSING, last if last > first else None)]


@pytest.mark.parametrize("place", range(LENGTH))
def test_an_inserted_row_is_found(place: int) -> None:
    forged = replace(CHAIN[place][0], subject="assessment:99")
    for entry in (forged, rehash(forged)):
        assert breaks([*CHAIN[:place], (entry, entry.payload_hash), *CHAIN[place:]])


@pytest.mark.parametrize("seq", [0, -1, -7])
def test_a_row_before_the_beginning_is_named(seq: int) -> None:
    forged = rehash(replace(CHAIN[0][0], seq=seq))
    assert breaks([(forged, forged.payload_hash), *CHAIN])[0] == (seq, Damage.ADDED)


@pytest.mark.parametrize("place", range(LENGTH))
def test_a_row_inserted_with_the_later_ones_moved_is_named_at_the_next(place: int) -> None:
    forged = rehash(replace(CHAIN[place][0], subject="assessment:99"))
    moved: Chain = [(rehash(replace(entry, seq=entry.seq + 1)), now) for entry, now in CHAIN[place:]]
    found = breaks([*CHAIN[:place], (forged, forged.payload_hash), *moved])
    assert found[0] == (place + 2, Damage.REORDERED)


@pytest.mark.parametrize("seq", range(1, LENGTH))
def test_two_rows_that_swapped_places_are_named(seq: int) -> None:
    (one, _), (other, _) = CHAIN[seq - 1 : seq + 1]
    swapped: Chain = [(replace(other, seq=seq), other.payload_hash), (replace(one, seq=seq + 1), one.payload_hash)]
    found = breaks([*CHAIN[: seq - 1], *swapped, *CHAIN[seq + 1 :]])
    assert {(seq, Damage.REORDERED), (seq, Damage.CHANGED), (seq + 1, Damage.REORDERED), (seq + 1, Damage.CHANGED)} <= {
        *found
    }


@pytest.mark.parametrize("seq", range(1, LENGTH))
def test_two_swapped_rows_whose_hashes_were_made_to_fit_are_named(seq: int) -> None:
    (one, _), (other, _) = CHAIN[seq - 1 : seq + 1]
    pair = rehash(replace(other, seq=seq)), rehash(replace(one, seq=seq + 1))
    swapped: Chain = [(entry, entry.payload_hash) for entry in pair]
    found = breaks([*CHAIN[: seq - 1], *swapped, *CHAIN[seq + 1 :]])
    assert found[:2] == [(seq, Damage.REORDERED), (seq + 1, Damage.REORDERED)]


def test_rows_told_in_another_order_are_found() -> None:
    assert breaks(CHAIN[::-1])


def test_each_damage_of_several_is_named() -> None:
    chain = with_link(with_link(CHAIN, 2, actor="x"), 4, subject="y")
    chain = [row for row in with_payload(chain, 6, OTHER_HASH) if row[0].seq != 5]
    assert breaks(chain) == [
        (2, Damage.CHANGED),
        (4, Damage.CHANGED),
        (5, Damage.MISSING),
        (6, Damage.PAYLOAD_CHANGED),
    ]


def test_a_chain_that_does_not_begin_at_the_beginning_is_found() -> None:
    first = rehash(replace(CHAIN[0][0], previous_hash=OTHER_HASH))
    assert breaks([(first, first.payload_hash)]) == [(1, Damage.REORDERED)]


@given(st.integers(1, 8), st.data())
def test_no_single_edit_of_any_row_goes_unnoticed(length: int, data: st.DataObject) -> None:
    chain = make_chain([make_event(number=number) for number in range(length)])
    seq = data.draw(st.integers(1, length))
    field = data.draw(st.sampled_from(["actor", "verb", "subject", "payload_hash", "previous_hash", "hash"]))
    before: str = getattr(chain[seq - 1][0], field)
    edited = data.draw(st.text(max_size=5).filter(lambda text: text != before))
    assert seq in {found for found, _ in breaks(with_link(chain, seq, **{field: edited}))}


# The end


@pytest.mark.parametrize("kept", range(LENGTH))
def test_a_cut_off_end_is_found_if_the_length_is_known(kept: int) -> None:
    chain = CHAIN[:kept]
    assert list(find_breaks(chain, head=HEAD)) == [
        Break(kept + 1, Damage.MISSING, LENGTH if kept + 1 < LENGTH else None)
    ]
    assert breaks(chain) == []


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_another_row_than_the_head_knows_is_found(seq: int) -> None:
    assert breaks(CHAIN, head=Head(seq, OTHER_HASH)) == [(seq, Damage.HEAD_CHANGED)]


# Payloads


def erased(subject: int, chain: Chain) -> Chain:
    """Return the chain without a subject's payloads, and with an event that says so."""
    events = [make_event(number=number) for number in range(len(chain))]
    events.append(make_event(verb=Verb.PAYLOADS_ERASED, number=subject))
    return [
        (entry, None if entry.subject == f"assessment:{subject}" and entry.seq <= len(chain) else now)
        for entry, now in make_chain(events)
    ]


@pytest.mark.parametrize("subject", range(LENGTH))
def test_payloads_whose_erasure_is_recorded_may_be_gone(subject: int) -> None:
    assert breaks(erased(subject, CHAIN)) == []


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_a_payload_that_is_gone_without_a_word_is_named(seq: int) -> None:
    assert breaks(with_payload(CHAIN, seq, None)) == [(seq, Damage.PAYLOAD_MISSING)]


def test_an_erasure_excuses_only_what_came_before_it_and_only_its_subject() -> None:
    chain = erased(2, CHAIN)
    assert breaks(with_payload(chain, 5, None)) == [(5, Damage.PAYLOAD_MISSING)]
    own_payload = with_payload(chain, LENGTH + 1, None)
    assert breaks(own_payload) == [(LENGTH + 1, Damage.PAYLOAD_MISSING)], "not even its own"


# Against checkpoints kept elsewhere


def checkpoint(seq: int, chain: Chain = CHAIN, at: datetime = AFTER, **changes: Any) -> Checkpoint:
    known = Checkpoint(seq=seq, hash=chain[seq - 1][0].hash if seq else GENESIS, at=at, count=seq, key="")
    return replace(known, **changes)


@pytest.mark.parametrize("seq", range(LENGTH + 1))
def test_a_record_agrees_with_a_checkpoint_of_any_of_its_times(seq: int) -> None:
    assert breaks(CHAIN[:seq], checkpoint(seq)) == []
    assert breaks(CHAIN, checkpoint(seq)) == []


def test_several_checkpoints_may_come_in_any_order() -> None:
    known = [checkpoint(seq, at=START + timedelta(seconds=seq)) for seq in (4, 0, 6, 2, 2)]
    assert breaks(CHAIN, *known) == []


def test_a_record_cut_off_with_its_head_is_found_against_a_checkpoint() -> None:
    for kept in range(LENGTH):
        head = Head(kept, CHAIN[kept - 1][0].hash if kept else GENESIS)
        assert breaks(CHAIN[:kept], head=head) == [], "the control: nothing else tells"
        found = list(find_breaks(CHAIN[:kept], head=head, checkpoints=[checkpoint(LENGTH), checkpoint(0)]))
        assert found == [Break(kept + 1, Damage.CUT_OFF, LENGTH if kept + 1 < LENGTH else None)]


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
def test_a_record_rewritten_from_a_row_on_is_found_against_a_checkpoint(seq: int) -> None:
    chain = rehash_from(with_link(CHAIN, seq, actor="reader"), seq - 1)
    head = Head(LENGTH, chain[-1][0].hash)
    assert breaks(chain, head=head) == [], "the control: nothing else tells"
    found = list(find_breaks(chain, head=head, checkpoints=[checkpoint(LENGTH)]))
    assert found == [Break(1, Damage.REWRITTEN, LENGTH)]


def test_the_checkpoints_around_say_where_the_rewriting_began() -> None:
    chain = rehash_from(with_link(CHAIN, 4, actor="reader"), 3)
    known = [checkpoint(seq) for seq in (1, 3, 5, 6)]
    found = list(find_breaks(chain, head=Head(LENGTH, chain[-1][0].hash), checkpoints=known))
    assert found == [Break(4, Damage.REWRITTEN, 5)]
    assert found[0].shows_at == 5, "so whatever is found in between comes first"


def test_two_checkpoints_that_contradict_each_other_cannot_both_be_right() -> None:
    pair = (checkpoint(3), checkpoint(3, hash=OTHER_HASH))
    for known in (pair, pair[::-1]):
        assert [damage for _, damage in breaks(CHAIN, *known)] == [Damage.REWRITTEN]


def test_a_checkpoint_whose_row_is_gone_says_nothing_more_than_that() -> None:
    chain = [row for row in CHAIN if row[0].seq != 3]
    assert breaks(chain, checkpoint(3, at=START)) == [(3, Damage.MISSING)]


@pytest.mark.parametrize(
    ("seconds", "is_found"),
    [(3600, False), (3601, True), (-3600, False), (-3601, True)],
)
def test_a_row_dated_across_a_checkpoint_is_found_even_if_all_was_rehashed(seconds: int, is_found: bool) -> None:  # noqa: FBT001
    """What a checkpoint knows is not dated after it, nor what it did not know yet before it."""
    assert timedelta(hours=1) == CLOCK_TOLERANCE
    at = START + timedelta(days=30)
    seq = 2 if seconds > 0 else 5
    events = [
        replace(make_event(number=n), at=at + timedelta(seconds=seconds) if n + 1 == seq else at) for n in range(6)
    ]
    chain = make_chain(events)
    found = breaks(chain, checkpoint(3, chain, at=at), head=Head(LENGTH, chain[-1][0].hash))
    assert found == ([(seq, Damage.MISDATED)] if is_found else [])


def test_the_date_of_the_last_row_that_a_checkpoint_knows_counts_too() -> None:
    at = START - timedelta(days=1)
    assert breaks(CHAIN, checkpoint(3, at=at)) == [(seq, Damage.MISDATED) for seq in (1, 2, 3)]
