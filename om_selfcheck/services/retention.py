"""Doing what the retention rules say: warn twice, erase what nobody needs any longer, forget the words of old mails.

Everything may be done any number of times; what is done is done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin, start_of_day
from om_selfcheck.config import Settings
from om_selfcheck.domain.declaration import VALID_YEARS, last_valid_day
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.retention import (
    MONTHS_A_YEAR,
    NOTICES,
    Notice,
    Retention,
    add_months,
    company_goes_on,
    may_go,
    notice_due,
)
from om_selfcheck.services.erasure import Erased, ErasureCause, erase_company
from om_selfcheck.services.messages import queue_message
from om_selfcheck.store.queries import retention as rows
from om_selfcheck.store.queries import turns

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgrown:
    """A company whose day has come or is near, and where it may be warned."""

    company_id: UUID
    assessment_id: UUID
    goes_on: date
    address: str
    language: str

    @property
    def subject(self) -> str:
        """Another day makes other warnings: whoever came back once is warned anew."""
        return f"company:{self.company_id}/{self.goes_on.isoformat()}"


def read_retention(settings: Settings) -> Retention:
    """Return how long this installation keeps things."""
    return Retention(
        draft_months=settings.keep_draft_months,
        declaration_months=settings.keep_declaration_months,
        mail_days=settings.keep_mail_days,
        backup_days=settings.keep_backup_days,
    )


def list_outgrown(session: Session, *, retention: Retention, today: date) -> Iterator[Outgrown]:
    """Yield the companies that are to be warned or erased, in batches, so that memory stays flat."""
    horizon = today + NOTICES[Notice.FIRST]
    opened_before = start_of_day(add_months(horizon, -retention.draft_months))
    issued_before = add_months(horizon, -retention.declaration_months - VALID_YEARS * MONTHS_A_YEAR)
    after: UUID | None = None
    while batch := rows.list_idle_companies(
        session, opened_before=opened_before, issued_before=issued_before, after=after, at_most=BATCH
    ):
        for company_id in batch:
            outgrown = _look_at(session, company_id, retention)
            if outgrown and outgrown.goes_on <= horizon:
                yield outgrown
        after = batch[-1]


def warn_company(session: Session, *, outgrown: Outgrown, retention: Retention, today: date, now: datetime) -> bool:
    """Queue the warning that is due; False where none is, or it was queued before, or there is no address."""
    if not _is_so_still(session, outgrown, retention):
        return False
    notice = notice_due(outgrown.goes_on, today)
    if today >= outgrown.goes_on and not _warned_last_on(session, outgrown):
        notice = Notice.LAST  # the server was down; it warns first and erases later
    if notice is None or not outgrown.address:
        return False
    return queue_message(
        session,
        kind=MessageKind.RETENTION,
        subject=outgrown.subject,
        stage=notice.value,
        address=outgrown.address,
        language=outgrown.language,
        facts={
            "goes_on": max(outgrown.goes_on, today + NOTICES[Notice.LAST]).isoformat(),
            "queued_at": now.isoformat(),
        },
        company_id=outgrown.company_id,
        assessment_id=outgrown.assessment_id,
        now=now,
    )


def erase_outgrown(
    session: Session, *, outgrown: Outgrown, retention: Retention, today: date, now: datetime
) -> Erased | None:
    """Erase a company whose time has passed, None where it may stay."""
    if not _is_so_still(session, outgrown, retention):
        return None
    warned_on = _warned_last_on(session, outgrown)
    if not may_go(outgrown.goes_on, today, warned_last_on=warned_on, has_address=bool(outgrown.address)):
        return None
    return erase_company(session, company_id=outgrown.company_id, cause=ErasureCause.TIME_PASSED, today=today, now=now)


def forget_old_mails(session: Session, *, retention: Retention, now: datetime) -> Sequence[UUID]:
    """Forget to whom old mails went and what they said; return them, so that their files can go too."""
    return rows.clear_old_mails(session, created_before=now - timedelta(days=retention.mail_days))


def _look_at(session: Session, company_id: UUID, retention: Retention) -> Outgrown | None:
    found = rows.list_rounds(session, company_id)
    days = [
        (day_in_berlin(opened_at), last_valid_day(issued_on) if issued_on else None)
        for _, opened_at, issued_on in found
    ]
    goes_on = company_goes_on(days, retention)
    if goes_on is None:
        return None
    return Outgrown(
        company_id=company_id,
        assessment_id=found[-1][0],
        goes_on=goes_on,
        address=rows.get_address(session, company_id),
        language=rows.get_language(session, company_id),
    )


def _is_so_still(session: Session, outgrown: Outgrown, retention: Retention) -> bool:
    """Hold a company and say whether it is as it was when it was listed; whoever came back meanwhile stays."""
    turns.hold_all(session, outgrown.company_id)
    return _look_at(session, outgrown.company_id, retention) == outgrown


def _warned_last_on(session: Session, outgrown: Outgrown) -> date | None:
    settled_at = rows.find_settled_at(
        session, kind=MessageKind.RETENTION.value, subject=outgrown.subject, stage=Notice.LAST.value
    )
    return day_in_berlin(settled_at) if settled_at else None
