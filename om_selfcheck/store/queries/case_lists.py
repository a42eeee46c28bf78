"""The lists of cases: the open ones page by page, and those that were closed last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, or_, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState, Side
from om_selfcheck.domain.waiting import CaseWait
from om_selfcheck.store.models import Audit, Declaration
from om_selfcheck.store.queries.audits import LISTED
from om_selfcheck.store.queries.letters import select_unposted

CLOSED_LISTED = 50
_CLOSED = AuditState.CLOSED.value
IS_BY_COMPANY = Audit.last_side == Side.COMPANY.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases are looked for, open ones but for letters to be posted; what is empty does not matter."""

    today: date
    state: AuditState | None = None
    waits: CaseWait | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in the list: by its day, cases without one last, then by age."""

    deadline_on: date | None
    created_at: datetime
    audit_id: UUID


def is_overdue(today: date) -> ColumnElement[bool]:
    """Say of a case whether it has missed its day."""
    return Audit.deadline_on < today


def list_open(session: Session, wanted: Wanted, *, after: Place | None, at_most: int) -> Sequence[RowMapping]:
    """Return the next open cases, those with the nearest day first."""
    statement = LISTED.where(*_conditions(wanted), *_behind(after)).order_by(
        Audit.deadline_on.is_(None), Audit.deadline_on, Audit.created_at, Audit.id
    )
    return session.execute(statement.limit(at_most)).mappings().all()


def count_open(session: Session, wanted: Wanted) -> tuple[int, int]:
    """Count the open cases, and those of them that have missed their day."""
    missed = func.count(case((is_overdue(wanted.today), 1)))
    statement = select(func.count(), missed).select_from(Audit).where(*_conditions(wanted))
    found, overdue = session.execute(statement).one()
    return found, overdue


def list_closed(session: Session) -> Sequence[RowMapping]:
    """Return the cases that were closed last."""
    statement = LISTED.where(Audit.state == _CLOSED).order_by(Audit.closed_at.desc(), Declaration.number)
    return session.execute(statement.limit(CLOSED_LISTED)).mappings().all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    if wanted.waits is CaseWait.UNPOSTED and not wanted.state:  # also of a case that is closed
        return [Audit.id.in_(select_unposted())]
    conditions = [Audit.state == wanted.state.value if wanted.state else Audit.state != _CLOSED]
    if wanted.waits is CaseWait.UNPOSTED:
        conditions.append(Audit.id.in_(select_unposted()))
    if wanted.waits is CaseWait.OVERDUE:
        conditions.append(is_overdue(wanted.today))
    if wanted.waits is CaseWait.ANSWERED:
        conditions.append(IS_BY_COMPANY)
    return conditions


def _behind(after: Place | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    is_younger = or_(
        Audit.created_at > after.created_at,
        and_(Audit.created_at == after.created_at, Audit.id > after.audit_id),
    )
    if after.deadline_on is None:
        return [Audit.deadline_on.is_(None), is_younger]
    is_later = or_(Audit.deadline_on.is_(None), Audit.deadline_on > after.deadline_on)
    return [or_(is_later, and_(Audit.deadline_on == after.deadline_on, is_younger))]
