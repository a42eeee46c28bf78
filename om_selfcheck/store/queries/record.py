"""The record's rows."""

from collections.abc import Iterator

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.record import GENESIS, Entry
from om_selfcheck.store.models import EventPayload, EventRow, RecordHead

HEAD = 1
BATCH = 1000
_HEAD = select(RecordHead.seq, RecordHead.hash).where(RecordHead.id == HEAD)


def lock_head(session: Session) -> tuple[int, str]:
    """Return (seq, hash) of the last row and hold the head until the transaction ends."""
    head = session.execute(_HEAD.with_for_update()).first()
    return (head.seq, head.hash) if head else (0, GENESIS)


def get_head(session: Session) -> tuple[int, str]:
    """Return (seq, hash) of the row that the record should end with."""
    head = session.execute(_HEAD).first()
    return (head.seq, head.hash) if head else (0, GENESIS)


def append_row(session: Session, entry: Entry, *, salt: str, payload: str) -> None:
    session.execute(
        insert(EventRow).values(
            seq=entry.seq,
            at=entry.at,
            actor=entry.actor,
            verb=entry.verb,
            subject=entry.subject,
            payload_hash=entry.payload_hash,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
        )
    )
    session.execute(insert(EventPayload).values(seq=entry.seq, salt=salt, payload=payload))
    session.execute(update(RecordHead).where(RecordHead.id == HEAD).values(seq=entry.seq, hash=entry.hash))


def list_rows(session: Session) -> Iterator[Row[EventRow, str | None, str | None]]:
    """Walk the whole record in order with salt and payload (None where erased), without holding it in memory."""
    statement = (
        select(EventRow, EventPayload.salt, EventPayload.payload)
        .outerjoin(EventPayload, EventPayload.seq == EventRow.seq)
        .order_by(EventRow.seq)
        .execution_options(yield_per=BATCH)
    )
    yield from session.execute(statement)
