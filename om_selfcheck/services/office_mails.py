"""Telling the coordinating office by mail that something waits for it: counts only, nothing of whom it is about."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from om_selfcheck.clock import BERLIN, day_in_berlin
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.reminders import reminder_day
from om_selfcheck.domain.waiting import Waiting, is_mail_due
from om_selfcheck.services.messages import queue_message
from om_selfcheck.store.queries import messages, waiting

SUBJECT = "office"


def find_waiting(session: Session, *, today: date) -> Waiting:
    """Count what waits for the office on a day."""
    reports, reported_at = waiting.count_reports(session)
    cases = waiting.count_cases(session, today)
    missed_at = datetime.combine(cases.missed_on + timedelta(days=1), time(), BERLIN) if cases.missed_on else None
    instants = [at for at in (reported_at, cases.answered_at, cases.submitted_at, missed_at) if at]
    return Waiting(
        reports=reports,
        answers=cases.answers,
        readings=cases.readings,
        overdue=cases.overdue,
        newest_at=max(instants, default=None),
    )


def is_due(session: Session, *, now: datetime) -> bool:
    """Say whether the office is to get a mail; one that never arrived or was called off is as good as none."""
    last_at = messages.find_last_taken(session, kind=MessageKind.OFFICE, subject=SUBJECT)
    found = find_waiting(session, today=day_in_berlin(now))
    has_one = messages.is_queued(session, kind=MessageKind.OFFICE, subject=SUBJECT, stage=_stage(now))
    return not has_one and is_mail_due(found, last_at=last_at, now=now)


def queue_office_mail(session: Session, *, address: str, now: datetime) -> bool:
    """Queue the mail of the day where there is news; False where there is none, or it was queued before."""
    if not is_due(session, now=now):
        return False
    return queue_message(
        session, kind=MessageKind.OFFICE, subject=SUBJECT, stage=_stage(now), address=address, language="de", now=now
    )


def _stage(now: datetime) -> str:
    return reminder_day(now.astimezone(BERLIN)).isoformat()
