"""Figures about all declarations, counted on indexes and no further than a bound."""

from datetime import date, datetime

from sqlalchemy import GenerativeSelect, case, func, or_, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.register import Count, IssueDays
from om_selfcheck.store.models import Audit, Declaration, Message
from om_selfcheck.store.queries.letters import select_unposted
from om_selfcheck.store.queries.undeliverable import is_given_up

FEW, MANY = 10_000, 50_000


def count_issued(session: Session, days: IssueDays) -> Count:
    return _count(session, select(Declaration.id).where(Declaration.issued_on.between(days.first, days.last)), FEW)


def count_standing(session: Session, days: IssueDays, today: date) -> Count:
    """Count what was issued on some days and is neither withdrawn nor replaced."""
    statement = select(Declaration.id).where(
        Declaration.issued_on.between(days.first, days.last),
        Declaration.replaced_by_id.is_(None),
        or_(Declaration.withdrawn_on.is_(None), Declaration.withdrawn_on > today),
    )
    return _count(session, statement, MANY)


def count_renewed(session: Session, days: IssueDays) -> tuple[Count, Count]:
    """Count what was issued on some days, the newest first, and how many of these a newer one has replaced."""
    newest = (
        select(Declaration.issued_on, Declaration.replaced_by_id)
        .where(Declaration.issued_on.between(days.first, days.last))
        .order_by(Declaration.issued_on.desc(), Declaration.id.desc())
        .limit(MANY + 1)
        .subquery()
    )
    all_, renewed = session.execute(select(func.count(), func.count(newest.c.replaced_by_id)).select_from(newest)).one()
    return Count(all_, all_ <= MANY), Count(renewed, all_ <= MANY)


def count_undeliverable(session: Session, since: datetime) -> Count:
    """Count the mails that were given up since an instant."""
    return _count(session, select(Message.id).where(is_given_up(since)), FEW)


def count_audits(session: Session, today: date) -> tuple[Count, Count]:
    """Count the audits that run, and those of them that have missed their day."""
    open_audits = select(Audit.deadline_on).where(Audit.closed_at.is_(None)).limit(FEW + 1).subquery()
    is_overdue = case((open_audits.c.deadline_on < today, 1))
    found, overdue = session.execute(select(func.count(), func.count(is_overdue)).select_from(open_audits)).one()
    return Count(min(found, FEW), found <= FEW), Count(overdue, found <= FEW)


def count_unposted(session: Session) -> Count:
    """Count the letters that have still to be posted."""
    return _count(session, select_unposted(), FEW)


def _count(session: Session, found: GenerativeSelect, at_most: int) -> Count:
    number = session.scalar(select(func.count()).select_from(found.limit(at_most + 1).subquery())) or 0
    return Count(min(number, at_most), number <= at_most)
