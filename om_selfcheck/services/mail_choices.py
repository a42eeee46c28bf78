"""What mail a company wants: how it is reminded, also after issuing, and until when its mail rests."""

from datetime import date

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.address import is_pause
from om_selfcheck.domain.declaration import ReminderChoice
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.queries import addresses


class NotAPause(DomainError):
    """Mail may rest until a day from tomorrow on, within a year."""


def choose_reminder(session: Session, *, actor: Actor, wanted: ReminderChoice, shown: str) -> tuple[Conflict, ...]:
    """Choose how to be reminded; the declaration is frozen once issued, this choice is not (D7)."""
    actor.require(Task.DECLARE)
    company = addresses.lock_company(session, actor.company_id)
    merger = FieldMerger()
    company.reminder = merger.merge("reminder", stored=company.reminder, shown=shown, wanted=wanted.value)
    session.flush()
    return tuple(merger.conflicts)


def pause_mails(
    session: Session, *, actor: Actor, resume_on: date | None, shown: str, today: date
) -> tuple[Conflict, ...]:
    """Let reminders rest until a day, or let them come again (None).

    Raises:
        NotAPause: the day is not in the year to come.
    """
    actor.require(Task.DECLARE)
    if resume_on is not None and not is_pause(resume_on, today):
        raise NotAPause
    company = addresses.lock_company(session, actor.company_id)
    merger = FieldMerger()
    stored, wanted = _write(company.mails_resume_on), _write(resume_on)
    merged = merger.merge("resume_on", stored=stored, shown=shown, wanted=wanted)
    company.mails_resume_on = date.fromisoformat(merged) if merged else None
    session.flush()
    return tuple(merger.conflicts)


def _write(day: date | None) -> str:
    return day.isoformat() if day else ""
