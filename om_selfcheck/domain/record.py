"""The record: events in the past tense, chained by hashes so that tampering is found (P13).

A row holds the hash of its salted payload, not the payload itself: payload and salt can be erased and the chain
still verifies.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

GENESIS = "0" * 64


class Verb(StrEnum):
    """What happened. A verb is never renamed, because rows speak it for years."""

    QUESTIONNAIRE_PUBLISHED = "questionnaire_published"
    ASSESSMENT_STARTED = "assessment_started"
    GRANT_CREATED = "grant_created"
    GRANT_REVOKED = "grant_revoked"
    KEY_RENEWED = "key_renewed"
    DECLARATION_ISSUED = "declaration_issued"
    DECLARATION_REPLACED = "declaration_replaced"
    RENEWAL_STARTED = "renewal_started"
    ADDRESS_CONFIRMED = "address_confirmed"
    ADDRESS_REMOVED = "address_removed"
    REMINDERS_ENDED = "reminders_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act of weight. `actor` names a right or the system, never a person; `payload` holds plain JSON values."""

    verb: Verb
    actor: str
    subject: str
    at: datetime
    payload: dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the chain as stored."""

    seq: int
    at: datetime
    actor: str
    verb: str
    subject: str
    payload_hash: str
    previous_hash: str
    hash: str


def hash_payload(salt: str, payload: str) -> str:
    return hashlib.sha256(f"{salt}\n{payload}".encode()).hexdigest()


def canonical_json(value: object) -> str:
    """Write JSON so that equal values give equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def make_entry(event: Event, *, seq: int, payload_hash: str, previous_hash: str) -> Entry:
    """Return the row that an event becomes at its place in the chain."""
    entry = Entry(
        seq=seq,
        at=event.at,
        actor=event.actor,
        verb=event.verb,
        subject=event.subject,
        payload_hash=payload_hash,
        previous_hash=previous_hash,
        hash="",
    )
    return replace(entry, hash=hash_entry(entry))


def hash_entry(entry: Entry) -> str:
    """Return the hash over a row, all but its own hash; the instant counts in UTC to the microsecond."""
    instant = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    row = [entry.seq, instant, entry.actor, entry.verb, entry.subject, entry.payload_hash, entry.previous_hash]
    return hashlib.sha256(canonical_json(row).encode()).hexdigest()


class Damage(StrEnum):
    """What is wrong with a broken row."""

    MISSING = "missing"
    REORDERED = "reordered"
    CHANGED = "changed"
    PAYLOAD_CHANGED = "payload_changed"


@dataclass(frozen=True, slots=True)
class Break:
    seq: int
    damage: Damage


def find_breaks(entries: Iterable[tuple[Entry, str | None]], *, last_seq: int = 0) -> Iterator[Break]:
    """Walk the chain in order of `seq` and name each broken row.

    Each entry comes with the hash of its payload as it is stored now, or None where the payload was erased.
    `last_seq` is how long the chain is known to be, so that a cut-off end is found too.
    """
    expected_seq, previous_hash = 1, GENESIS
    for entry, payload_hash_now in entries:
        if entry.seq != expected_seq:
            yield Break(expected_seq, Damage.MISSING)
        elif entry.previous_hash != previous_hash:
            yield Break(entry.seq, Damage.REORDERED)
        if entry.hash != hash_entry(entry):
            yield Break(entry.seq, Damage.CHANGED)
        elif payload_hash_now is not None and payload_hash_now != entry.payload_hash:
            yield Break(entry.seq, Damage.PAYLOAD_CHANGED)
        expected_seq, previous_hash = entry.seq + 1, entry.hash
    if expected_seq <= last_seq:
        yield Break(expected_seq, Damage.MISSING)
