"""The append-only record of every act of weight: appending, verifying, erasing, reading (P13)."""

import heapq
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Unpack

from sqlalchemy.orm import Session

from om_selfcheck.domain import record
from om_selfcheck.domain.checkpoint import Checkpoint
from om_selfcheck.domain.record import Entry, Event, Verb
from om_selfcheck.domain.tampering import BEGINNING, BREAKS_NAMED, Break, Damage, find_breaks
from om_selfcheck.store.queries import record as rows

PAGE_SIZE = 50
TIMELINE_SIZE = 500


def append_event(session: Session, event: Event) -> int:
    """Append an event in the transaction of its act; return its place in the chain."""
    last_seq, last_hash = rows.lock_head(session)
    salt, payload = secrets.token_hex(16), record.canonical_json(event.payload)
    payload_hash = record.hash_payload(salt, payload)
    entry = record.make_entry(event, seq=last_seq + 1, payload_hash=payload_hash, previous_hash=last_hash)
    rows.append_row(session, entry, salt=salt, payload=payload)
    return entry.seq


def append_once(session: Session, event: Event) -> None:
    """Append an event unless the record has one with the same verb, subject and payload."""
    if not _is_recorded(session, event):
        rows.lock_head(session)
        if not _is_recorded(session, event):  # nor was anybody else first, while this one waited for its turn
            append_event(session, event)


def erase_payloads(session: Session, *, subjects: Iterable[str], actor: str, now: datetime) -> int:
    """Erase what events of some subjects hold beyond their row, with the salts; return how many it was.

    The chain still verifies (P18): who erased, when and for which subject is an event of its own. Twice is harmless.
    """
    erased = 0
    for subject in sorted(set(subjects)):
        if count := rows.delete_payloads(session, subject=subject, kept=Verb.PAYLOADS_ERASED):
            payload = {"erased": count}
            append_event(
                session, Event(verb=Verb.PAYLOADS_ERASED, actor=actor, subject=subject, at=now, payload=payload)
            )
            erased += count
    return erased


def _is_recorded(session: Session, event: Event) -> bool:
    payload = record.canonical_json(event.payload)
    return rows.has_event(session, verb=event.verb, subject=event.subject, payload=payload)


# Verifying


def verify_record(session: Session, *, checkpoints: Sequence[Checkpoint] = ()) -> list[Break]:
    """Walk the whole record and name what is broken, also at its end and against checkpoints kept elsewhere.

    The first hundred breaks are named, and one more where there are more. What is read is one state of the database,
    so that who appends meanwhile neither waits nor raises an alarm.
    """
    return heapq.nsmallest(BREAKS_NAMED + 1, _find_breaks(session, checkpoints), key=lambda found: found.shows_at)


def _find_breaks(session: Session, checkpoints: Sequence[Checkpoint]) -> Iterator[Break]:
    head, last = rows.get_head(session), BEGINNING

    def read() -> Iterator[tuple[Entry, str | None]]:
        nonlocal last
        for row in rows.walk_rows(session):
            last, payload_hash_now = _to_entry(row)
            yield last, payload_hash_now

    yield from find_breaks(read(), head=head, checkpoints=checkpoints)
    end = rows.get_head(session).seq + 1  # others may have appended meanwhile
    if last.seq >= end:
        yield Break(end, Damage.ADDED, last.seq if last.seq > end else None)


def _to_entry(row: Sequence[Any]) -> tuple[Entry, str | None]:
    """Return a row of the chain and the hash of its payload as it is stored now, None where that is gone."""
    seq, at, actor, verb, subject, payload_hash, previous_hash, row_hash = row[0], *map(to_text, row[1:8])
    entry = Entry(
        seq=seq,
        at=_to_instant(at),
        actor=actor,
        verb=verb,
        subject=subject,
        payload_hash=payload_hash,
        previous_hash=previous_hash,
        hash=row_hash,
    )
    is_gone = row[8] is None
    return entry, None if is_gone else record.hash_payload(to_text(row[8]), to_text(row[9]))


def to_text(stored: Any) -> str:  # noqa: ANN401 - whatever somebody put there
    """Return a value as text; bytes that are none stay what they are for the hash."""
    return stored.decode("utf-8", "surrogateescape") if isinstance(stored, bytes) else str(stored)


def _to_instant(text: str) -> datetime:
    """Read an instant in the one form in which it is stored; anything else is an instant that no hash fits."""
    with suppress(ValueError):
        instant = datetime.fromisoformat(text)
        if instant.isoformat(" ", "microseconds") == text:
            return instant.replace(tzinfo=UTC)
    return BEGINNING.at


# Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEvent:
    """An event as pages show it. `verb` is None for a code that this version does not know, `payload` once erased.

    One that was bent so that its time or its payload cannot be read has the earliest time there is, and no payload.
    """

    seq: int
    at: datetime
    actor: str
    code: str
    verb: Verb | None
    subject: str
    payload: Mapping[str, str | int] | None
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, the newest first; older ones come with `before`, which is None on the last page."""

    events: tuple[ListedEvent, ...]
    before: int | None


def list_events(
    session: Session, *, before: int | None = None, size: int = PAGE_SIZE, **wanted: Unpack[rows.Wanted]
) -> EventPage:
    """List a page of the record: filtered by subject, verb, actor and numbers, the newest first."""
    found = rows.list_page(session, below=before, at_most=size + 1, **wanted)
    events = tuple(_to_listed(row) for row in found[:size])
    return EventPage(events, events[-1].seq if len(found) > size else None)


def list_timeline(session: Session, *subjects: str) -> tuple[ListedEvent, ...]:
    """List what happened to a case, a declaration or a company with its rounds, in order; the newest 500 at most."""
    found = rows.list_of_subjects(session, subjects, at_most=TIMELINE_SIZE)
    return tuple(_to_listed(row) for row in found)


def _to_listed(row: rows.Listed) -> ListedEvent:
    at, payload = _find_instant(row.at), None if row.payload is None else read_payload(row.payload)
    return ListedEvent(
        seq=row.seq,
        at=at,
        actor=row.actor,
        code=row.verb,
        verb=Verb(row.verb) if row.verb in set(Verb) else None,
        subject=row.subject,
        payload=payload,
        is_readable=at != BEGINNING.at and (payload is not None or row.payload is None),
    )


def _find_instant(stored: Any) -> datetime:  # noqa: ANN401 - whatever somebody put there
    return stored.astimezone(UTC) if isinstance(stored, datetime) else _to_instant(to_text(stored))


def read_payload(stored: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 - whatever somebody put there
    """Read details as they lie there; None for what was bent so that they are none."""
    with suppress(ValueError, RecursionError):
        found = json.loads(to_text(stored))
        return found if isinstance(found, dict) else None
    return None
