"""Chains of events without a database, and how somebody would bend one who knows the code."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from om_selfcheck.domain.record import (
    GENESIS,
    Entry,
    Event,
    Verb,
    canonical_json,
    hash_entry,
    hash_payload,
    make_entry,
)

START = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)
OTHER_HASH = "f" * 64

Chain = list[tuple[Entry, str | None]]


def make_event(*, verb: Verb = Verb.ASSESSMENT_STARTED, number: int = 0) -> Event:
    return Event(
        verb=verb,
        actor="owner",
        subject=f"assessment:{number}",
        at=START + timedelta(seconds=number),
        payload={"number": number},
    )


def make_chain(events: list[Event]) -> Chain:
    """Chain events as the store does; each entry comes with the hash of its payload as it is stored now."""
    chain: Chain = []
    previous_hash = GENESIS
    for seq, event in enumerate(events, start=1):
        payload_hash = hash_payload(f"salt {seq}", canonical_json(event.payload))
        entry = make_entry(event, seq=seq, payload_hash=payload_hash, previous_hash=previous_hash)
        chain.append((entry, payload_hash))
        previous_hash = entry.hash
    return chain


def rehash(entry: Entry) -> Entry:
    """Return the row with its hash made to fit."""
    return replace(entry, hash=hash_entry(entry))


def rehash_from(chain: Chain, place: int) -> Chain:
    """Return the chain with all hashes made to fit from one row on."""
    rewritten = chain[:place]
    for entry, now in chain[place:]:
        previous_hash = rewritten[-1][0].hash if rewritten else GENESIS
        rewritten.append((rehash(replace(entry, previous_hash=previous_hash)), now))
    return rewritten
