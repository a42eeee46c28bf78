"""The record: what an event may hold, and hashes that stay what they are for years."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.record import (
    RECIPIENT,
    SYSTEM,
    Entry,
    Event,
    Verb,
    canonical_json,
    hash_entry,
    hash_payload,
    make_entry,
    user_actor,
)
from tests.chains import START, make_chain, make_event
from tests.server_zone import SERVER_ZONES, server_in

CHAIN = make_chain([make_event(number=number) for number in range(6)])
USER = UUID("0b7f2c1e-8a54-4d0e-9b1f-3f2a6c5d4e7a")


# What an event may be


def with_event(**changes: Any) -> Event:
    return replace(make_event(), **changes)


@pytest.mark.parametrize("actor", [*Right, SYSTEM, RECIPIENT, user_actor(USER)])
def test_an_actor_is_a_right_a_user_a_recipient_or_the_system(actor: str) -> None:
    assert with_event(actor=actor).actor == actor


@pytest.mark.parametrize(
    "actor", ["", "Alma", "alma@example.org", "staff", "user:", "user:alma", f"user:{USER} ", f"user:{USER}x", "System"]
)
def test_an_actor_is_nobody_by_name(actor: str) -> None:
    with pytest.raises(ValueError, match="an event's actor is a right, user:<id>, recipient or system"):
        with_event(actor=actor)


@pytest.mark.parametrize(
    "subject",
    [f"assessment:{USER}", "declaration:OM-7K3M-9Q2X-4", "questionnaire:basis/1.0", "audit_sample:1", "a:" + "x" * 78],
)
def test_a_subject_is_a_kind_and_an_id(subject: str) -> None:
    assert with_event(subject=subject).subject == subject


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "assessment",
        "assessment:",
        ":1",
        "Assessment:1",
        "company:Brandt GmbH",
        "a:x@y",
        "a:ü",
        "a:" + "x" * 79,
        "a:1\n",
    ],
)
def test_a_subject_is_nothing_else(subject: str) -> None:
    with pytest.raises(ValueError, match="an event's subject is <kind>:<id>"):
        with_event(subject=subject)


@pytest.mark.parametrize(
    "value", [0, 154, str(USER), "2026-11-24", "a" * 64, "editor", "unternehmenscheck/1.0", "2.3.b", "", "2+2=4"]
)
def test_a_payload_holds_ids_codes_hashes_days_and_numbers(value: str | int) -> None:
    assert with_event(payload={"what": value}).payload == {"what": value}


@pytest.mark.parametrize(
    "payload",
    [
        {"name": "Katrin Brandt"},
        {"address": "info@example.org"},
        {"city": "Köln"},
        {"label": "Lohnbüro\n"},
        {"text": "x" * 101},
        {"Grant": "1"},
        {"": "1"},
    ],
)
def test_a_payload_holds_nothing_that_somebody_typed(payload: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"ids, codes, hashes, days and numbers; '\w*' is something else"):
        with_event(payload=payload)


def test_an_event_may_have_no_payload() -> None:
    assert Event(verb=Verb.KEY_RENEWED, actor=SYSTEM, subject="assessment:1", at=START).payload == {}


# Hashes, frozen since rows are stored for years


def test_the_hash_of_a_payload_is_salted() -> None:
    assert hash_payload("salt", "payload") == hashlib.sha256(b"salt\npayload").hexdigest()
    assert hash_payload("salt", "ü") == hashlib.sha256(b"salt\n\xc3\xbc").hexdigest()


def test_the_hash_of_a_row_covers_all_but_itself() -> None:
    entry = CHAIN[1][0]
    row = [2, "2026-10-05T08:30:01.000000+00:00", "owner", "assessment_started", "assessment:1"]
    expected = json.dumps([*row, entry.payload_hash, entry.previous_hash], separators=(",", ":")).encode()
    assert hash_entry(entry) == entry.hash == hashlib.sha256(expected).hexdigest()
    assert hash_entry(replace(entry, hash="anything")) == entry.hash


@given(st.lists(st.text(max_size=8), min_size=5, max_size=5), st.integers(0, 2**63))
def test_the_hash_of_a_row_is_that_of_its_canonical_json_whatever_it_holds(texts: list[str], seq: int) -> None:
    actor, verb, subject, payload_hash, previous_hash = texts
    entry = Entry(
        seq=seq,
        at=START,
        actor=actor,
        verb=verb,
        subject=subject,
        payload_hash=payload_hash,
        previous_hash=previous_hash,
        hash="",
    )
    row = canonical_json([seq, "2026-10-05T08:30:00.000000+00:00", *texts])
    assert hash_entry(entry) == hashlib.sha256(row.encode()).hexdigest()


def test_bytes_that_are_no_text_have_a_hash_too() -> None:
    entry = replace(CHAIN[0][0], actor=b"ow\xffner".decode("utf-8", "surrogateescape"))
    assert hash_entry(entry) != CHAIN[0][0].hash
    assert hash_payload("\udcff", "{}") == hashlib.sha256(b"\xff\n{}").hexdigest()


def test_hashes_in_the_record_stay_what_they_are() -> None:
    assert CHAIN[-1][0].hash == "1004f44de0f125093a956fee4eb5076af39d6414e331027697645b1d7d5372be"


def test_the_zone_an_instant_is_written_in_does_not_matter() -> None:
    entry = CHAIN[0][0]
    assert hash_entry(replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=14))))) == entry.hash


@pytest.mark.parametrize("zone", SERVER_ZONES)
def test_the_zone_of_the_server_does_not_matter(zone: str) -> None:
    entry = CHAIN[0][0]
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
