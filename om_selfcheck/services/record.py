"""The append-only record of every act of weight (P13)."""

import secrets
from collections.abc import Iterator

from sqlalchemy.orm import Session

from om_selfcheck.domain import record
from om_selfcheck.domain.record import Break, Damage, Entry, Event
from om_selfcheck.store.models import EventRow
from om_selfcheck.store.queries import record as rows


def append_event(session: Session, event: Event) -> int:
    """Append an event in the transaction of its act; return its place in the chain."""
    last_seq, last_hash = rows.lock_head(session)
    salt, payload = secrets.token_hex(16), record.canonical_json(event.payload)
    payload_hash = record.hash_payload(salt, payload)
    entry = record.make_entry(event, seq=last_seq + 1, payload_hash=payload_hash, previous_hash=last_hash)
    rows.append_row(session, entry, salt=salt, payload=payload)
    return entry.seq


def verify_record(session: Session) -> list[Break]:
    """Walk the whole chain and name every broken row, also at its end: rows missing, forged or added."""
    head_seq, head_hash = rows.get_head(session)
    ends = {0: record.GENESIS}
    breaks = list(record.find_breaks(_entries(session, ends, head_seq), last_seq=head_seq))
    newest_seq, _ = rows.get_head(session)  # others may have appended during the walk
    suspects = [head_seq] if ends.get(head_seq, head_hash) != head_hash else []
    suspects += [seq for seq in sorted(ends) if seq > newest_seq][:1]
    at_the_end = (Break(seq, Damage.CHANGED) for seq in suspects)
    return breaks + [broken for broken in at_the_end if broken not in breaks]


def _entries(session: Session, ends: dict[int, str], head_seq: int) -> Iterator[tuple[Entry, str | None]]:
    """Yield each row with its payload's hash now, and note in `ends` what stands at the head's place and behind it."""
    for row, salt, payload in rows.list_rows(session):
        if row.seq >= head_seq:
            ends[row.seq] = row.hash
        hash_now = record.hash_payload(salt, payload) if salt is not None and payload is not None else None
        yield _to_entry(row), hash_now


def _to_entry(row: EventRow) -> Entry:
    return Entry(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        verb=row.verb,
        subject=row.subject,
        payload_hash=row.payload_hash,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
