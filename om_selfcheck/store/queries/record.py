"""The record's rows."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Row,
    String,
    cast,
    delete,
    exists,
    func,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from om_selfcheck.domain.record import GENESIS, Entry, Verb
from om_selfcheck.domain.tampering import Head
from om_selfcheck.store.models import EventPayload, EventRow, RecordHead

HEAD = 1
BATCH = 1000
Listed = Row[int, str | datetime, str, str, str, str | None]
_HEAD = select(RecordHead.seq, RecordHead.hash).where(RecordHead.id == HEAD)
_TEXTS = (
    EventRow.at,
    EventRow.actor,
    EventRow.verb,
    EventRow.subject,
    EventRow.payload_hash,
    EventRow.previous_hash,
    EventRow.hash,
    EventPayload.salt,
    EventPayload.payload,
)
_LISTED = select(
    EventRow.seq,
    type_coerce(EventRow.at, String).label("at"),  # as it lies there: what is bent must not stop a page
    EventRow.actor,
    EventRow.verb,
    EventRow.subject,
    EventPayload.payload,
).outerjoin(EventPayload, EventPayload.seq == EventRow.seq)


def lock_head(session: Session) -> tuple[int, str]:
    """Return (seq, hash) of the last row and hold the head until the transaction ends."""
    head = session.execute(_HEAD.with_for_update()).first()
    return (head.seq, head.hash) if head else (0, GENESIS)


def get_head(session: Session) -> Head:
    """Return where the record should end."""
    head = session.execute(_HEAD).first()
    is_sound = head is not None and isinstance(head.seq, int)  # SQLite keeps any value in any column
    return Head(head.seq, str(head.hash)) if head is not None and is_sound else Head(0, GENESIS)


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


def has_event(session: Session, *, verb: Verb, subject: str, payload: str) -> bool:
    """Say whether the record holds an event with just this payload."""
    found = exists().where(
        EventRow.subject == subject,
        EventRow.verb == verb,
        EventPayload.seq == EventRow.seq,
        EventPayload.payload == payload,
    )
    return bool(session.scalar(select(found)))


def delete_payloads(session: Session, *, subject: str, kept: Verb) -> int:
    """Delete payloads and salts of a subject's events but those of one verb; return how many there were."""
    seqs = select(EventRow.seq).where(EventRow.subject == subject, EventRow.verb != kept)
    gone = session.execute(delete(EventPayload).where(EventPayload.seq.in_(seqs)).returning(EventPayload.seq))
    return len(gone.all())


def find_hash(session: Session, seq: int) -> str | None:
    return session.scalar(select(EventRow.hash).where(EventRow.seq == seq))


def find_instant(session: Session, seq: int) -> datetime | None:
    """Return when the event with a number happened, or the next one where it is missing."""
    return session.scalar(select(EventRow.at).where(EventRow.seq >= seq).order_by(EventRow.seq).limit(1))


def count_rows(session: Session, *, up_to: int) -> int:
    return session.scalar(select(func.count()).select_from(EventRow).where(EventRow.seq <= up_to)) or 0


def walk_rows(session: Session) -> Iterator[Sequence[Any]]:
    """Walk the whole record in order without holding it in memory: `seq`, then `_TEXTS` as they lie there.

    SQLite keeps any bytes in any column, so there the driver is asked for bytes: what is bent must not stop the walk.
    """
    if session.get_bind().dialect.name == "sqlite":
        texts: list[ColumnElement[Any]] = [cast(column, LargeBinary) for column in _TEXTS]
    else:
        instant = func.to_char(func.timezone("UTC", EventRow.at), "YYYY-MM-DD HH24:MI:SS.US")
        texts = [instant, *(column.expression for column in _TEXTS[1:])]
    statement = (
        select(EventRow.seq, *texts)
        .outerjoin(EventPayload, EventPayload.seq == EventRow.seq)
        .order_by(EventRow.seq)
        .execution_options(yield_per=BATCH)
    )
    with session.execute(statement) as result:
        yield from result


class Wanted(TypedDict, total=False):
    """Which events are asked for; what is missing or None does not matter."""

    subject: str | None
    verb: Verb | None
    actor: str | None
    from_seq: int | None
    to_seq: int | None


_CONDITIONS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "subject": lambda value: EventRow.subject == value,
    "verb": lambda value: EventRow.verb == value,
    "actor": lambda value: EventRow.actor == value,
    "from_seq": lambda value: EventRow.seq >= value,
    "to_seq": lambda value: EventRow.seq <= value,
}


def list_page(session: Session, *, below: int | None, at_most: int, **wanted: Unpack[Wanted]) -> Sequence[Listed]:
    """Return events with their payloads (None where erased), the newest first."""
    conditions = [_CONDITIONS[name](value) for name, value in wanted.items() if value is not None]
    if below is not None:
        conditions.append(EventRow.seq < below)
    return session.execute(_LISTED.where(*conditions).order_by(EventRow.seq.desc()).limit(at_most)).all()


def is_longer(session: Session, most: int, **wanted: Unpack[Wanted]) -> bool:
    """Say whether more than so many events are looked for."""
    conditions = [_CONDITIONS[name](value) for name, value in wanted.items() if value is not None]
    behind = select(EventRow.seq).where(*conditions).order_by(EventRow.seq).offset(most).limit(1)
    return session.scalar(behind) is not None


def list_of_subjects(session: Session, subjects: Sequence[str], *, at_most: int) -> Sequence[Listed]:
    """Return the newest events of some subjects, the oldest of them first."""
    newest_first = _LISTED.where(EventRow.subject.in_(subjects)).order_by(EventRow.seq.desc()).limit(at_most)
    return session.execute(newest_first).all()[::-1]
