"""The append-only record of every act of weight (P13)."""

import secrets
from collections.abc import Iterator

from sqlalchemy.orm import Session

from om_selfcheck.domain import record
from om_selfcheck.domain.record import Break, Event, Link
from om_selfcheck.store.models import EventRow
from om_selfcheck.store.queries import record as rows


def append_event(session: Session, event: Event) -> int:
    """Append an event in the transaction of its act; return its place in the chain."""
    last_seq, last_hash = rows.lock_head(session)
    salt, payload = secrets.token_hex(16), record.canonical_json(event.payload)
    payload_hash = record.hash_payload(salt, payload)
    link = record.make_link(event, seq=last_seq + 1, payload_hash=payload_hash, previous_hash=last_hash)
    rows.append_row(session, link, salt=salt, payload=payload)
    return link.seq


def verify_record(session: Session) -> list[Break]:
    """Walk the whole chain and name every broken row, also rows missing at its end."""
    return list(record.find_breaks(_links(session), last_seq=rows.get_last_seq(session)))


def _links(session: Session) -> Iterator[tuple[Link, str | None]]:
    for row, salt, payload in rows.list_rows(session):
        hash_now = record.hash_payload(salt, payload) if salt is not None and payload is not None else None
        yield _to_link(row), hash_now


def _to_link(row: EventRow) -> Link:
    return Link(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        verb=row.verb,
        subject=row.subject,
        payload_hash=row.payload_hash,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
