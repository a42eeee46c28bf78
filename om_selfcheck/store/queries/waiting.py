"""What waits for the coordinating office: how much, and when the last of it came in."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState
from om_selfcheck.store.models import Audit, ForeignReport
from om_selfcheck.store.queries.case_lists import IS_BY_COMPANY, is_overdue

_IS_OPEN = Audit.state != AuditState.CLOSED.value
_IS_READING = Audit.state == AuditState.SECOND_READING.value


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCases:
    """The open cases that wait, and when the last step was; of those that missed their day the last such day."""

    answers: int
    answered_at: datetime | None
    readings: int
    submitted_at: datetime | None
    overdue: int
    missed_on: date | None


def count_reports(session: Session) -> tuple[int, datetime | None]:
    """Return how many open reports no case has come of, and when the last one came in."""
    is_new = ForeignReport.closed_at.is_(None) & ForeignReport.audit_id.is_(None)
    row = session.execute(select(func.count(), func.max(ForeignReport.reported_at)).where(is_new)).one()
    return row[0], row[1]


def count_cases(session: Session, today: date) -> OpenCases:
    """Count the open cases by what they wait for; each has a last step."""
    is_late = is_overdue(today)
    statement = (
        select(*_count(IS_BY_COMPANY), *_count(_IS_READING), func.count(case((is_late, 1))), _last_day(is_late))
        .select_from(Audit)
        .where(_IS_OPEN)
    )
    answers, answered_at, readings, submitted_at, overdue, missed_on = session.execute(statement).one()
    return OpenCases(
        answers=answers,
        answered_at=answered_at,
        readings=readings,
        submitted_at=submitted_at,
        overdue=overdue,
        missed_on=missed_on,
    )


def _count(condition: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[datetime]]:
    last_at = Audit.last_step_at
    return func.count(case((condition, 1))), func.max(case((condition, last_at)), type_=last_at.type)


def _last_day(condition: ColumnElement[bool]) -> ColumnElement[date]:
    return func.max(case((condition, Audit.deadline_on)), type_=Audit.deadline_on.type)
