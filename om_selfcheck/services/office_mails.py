"""Telling the coordinating office by mail that something waits for it: counts only, nothing of whom it is about."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from om_selfcheck.clock import BERLIN, day_in_berlin, end_of_day
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.reminders import reminder_day
from om_selfcheck.domain.waiting import LastMail, Waiting, is_mail_due
from om_selfcheck.services.messages import queue_message
from om_selfcheck.store.queries import messages, waiting

SUBJECT = "office"


def find_waiting(session: Session, *, today: date) -> Waiting:
    """Count what waits for the office on a day."""
    reports, reported_at = waiting.count_reports(session)
    cases = waiting.count_cases(session, today)
    missed_at = end_of_day(cases.missed_on) if cases.missed_on else None
    instants = [at for at in (reported_at, cases.answered_at, cases.submitted_at, missed_at) if at]
    return Waiting(
        reports=reports,
        answers=cases.answers,
        readings=cases.readings,
        overdue=cases.overdue,
        newest_at=max(instants, default=None),
    )


def is_due(session: Session, *, now: datetime) -> bool:
    """Say whether the office is to get a mail."""
    return _find_news(session, now) is not None


def queue_office_mail(session: Session, *, address: str, now: datetime) -> bool:
    """Queue the mail of the day where there is news; False where there is none, or it was queued before."""
    newest_at = _find_news(session, now)
    if newest_at is None:
        return False
    return queue_message(
        session,
        kind=MessageKind.OFFICE,
        subject=SUBJECT,
        stage=f"{_day(now)} {newest_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}",
        address=address,
        language="de",
        now=now,
    )


def _find_news(session: Session, now: datetime) -> datetime | None:
    """Return until when the mail tells that is due, None where none is.

    None is due while one is on its way, for that is counted when it is sent.
    """
    found, last = find_waiting(session, today=day_in_berlin(now)), _find_last(session)
    is_on_its_way = messages.is_any_unsettled(session, kind=MessageKind.OFFICE, subject=SUBJECT)
    is_news = not is_on_its_way and is_mail_due(found, last=last, today=_day(now), now=now)
    return found.newest_at if is_news else None


def _find_last(session: Session) -> LastMail | None:
    """Read the last mail that arrived or still may; one that came to nothing is as good as none."""
    stage = messages.find_last_stage(session, kind=MessageKind.OFFICE, subject=SUBJECT)
    if stage is None:
        return None
    day, told_until = stage.split()
    return LastMail(date.fromisoformat(day), datetime.fromisoformat(told_until).replace(tzinfo=UTC))


def _day(now: datetime) -> date:
    return reminder_day(now.astimezone(BERLIN))
