"""Reading the record as staff do: by code, person, matter and period; and whether its newest checkpoint fits."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from om_selfcheck.clock import end_of_day, start_of_day
from om_selfcheck.domain.checkpoint import Checkpoint, NoCheckpoint
from om_selfcheck.domain.declaration_number import NotANumber, read_number
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.register import ALL_DAYS, IssueDays
from om_selfcheck.services.checkpoints import find_own_key, load_checkpoints
from om_selfcheck.services.record import PAGE_SIZE, EventPage, append_event, list_events
from om_selfcheck.services.snapshots import list_changed
from om_selfcheck.store.queries import declarations
from om_selfcheck.store.queries import record as rows

RECORD = "record:events"
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSearch:
    """What somebody looks for in the record; what is empty does not matter. `days` are Berlin's."""

    verb: Verb | None = None
    actor: str = ""
    subject: str = ""
    days: IssueDays = ALL_DAYS


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """The newest checkpoint that lies in the folder, and whether the record still says what it says."""

    checkpoint: Checkpoint
    fits: bool


def find_events(
    session: Session, *, search: RecordSearch, before: int | None = None, size: int = PAGE_SIZE
) -> EventPage:
    """List a page of what is looked for, the newest first."""
    return list_events(session, before=before, size=size, **_to_wanted(session, search))


def is_longer(session: Session, *, search: RecordSearch, most: int) -> bool:
    """Say whether more than so many events are looked for; of a long record that takes a second."""
    return rows.is_longer(session, most, **_to_wanted(session, search))


def _to_wanted(session: Session, search: RecordSearch) -> rows.Wanted:
    from_seq, to_seq = _find_bounds(session, search.days)
    return {
        "verb": search.verb,
        "actor": search.actor or None,
        "subject": _read_subject(search.subject) or None,
        "from_seq": from_seq,
        "to_seq": to_seq,
    }


def record_export(session: Session, *, actor: str, file_format: str, search: RecordSearch, now: datetime) -> None:
    """Note that somebody takes events along, and which."""
    asked = {
        "verb": search.verb or "",
        "from": search.days.first.isoformat() if search.days.first else "",
        "to": search.days.last.isoformat() if search.days.last else "",
        "by_actor": "yes" if search.actor else "",
        "by_subject": "yes" if search.subject else "",
    }
    payload = {"format": file_format} | {name: value for name, value in asked.items() if value}
    append_event(session, Event(verb=Verb.RECORD_EXPORTED, actor=actor, subject=RECORD, at=now, payload=payload))


def find_changed_number(session: Session, *, search: RecordSearch) -> str:
    """Return the number that is looked for where its frozen snapshot is not the one that was declared; else ""."""
    number = _read_subject(search.subject).removeprefix("declaration:")
    row = declarations.find_by_number(session, number)[0] if number else None
    return next(iter(list_changed([row])), "") if row else ""


def find_checkpoint(session: Session, *, instance_dir: Path, folder: Path) -> CheckpointState | None:
    """Compare the record with the newest checkpoint in the folder; None where there is none that can be read.

    This looks at one event only. Verifying the whole record is a command, `./om record verify`.
    """
    key, newest = find_own_key(instance_dir), max(folder.glob("record-*.json"), default=None)
    if key is None or newest is None:
        return None
    try:
        (checkpoint,) = load_checkpoints(newest, key=key)
    except NoCheckpoint:
        return None
    return CheckpointState(checkpoint, rows.find_hash(session, checkpoint.seq) == checkpoint.hash)


def _read_subject(typed: str) -> str:
    """Return what an event is about from what somebody typed: a declaration's number, else as the record writes it."""
    try:
        return f"declaration:{read_number(typed)}"
    except NotANumber:
        return typed


def _find_bounds(session: Session, days: IssueDays) -> tuple[int | None, int | None]:
    """Return the first and the last event of a period; events follow each other in time as they do in number."""
    first = _find_first(session, start_of_day(days.first)) if days.first else None
    behind = _find_first(session, end_of_day(days.last)) if days.last else None
    return first, behind - 1 if behind is not None else None


def _find_first(session: Session, instant: datetime) -> int:
    """Return the number of the first event at an instant or later, by halving what is left."""
    low, high = 1, rows.get_head(session).seq + 1
    while low < high:
        middle = (low + high) // 2
        at = rows.find_instant(session, middle)
        low, high = (middle + 1, high) if at is not None and at < instant else (low, middle)
    return low
