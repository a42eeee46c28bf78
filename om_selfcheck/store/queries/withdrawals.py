"""Withdrawals, proposed and decided, and reports that a declaration is not from the company it names."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Declaration, ForeignReport, Withdrawal

CLOSED_LISTED = 50
_FRESH = {"populate_existing": True}


def add_withdrawal(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(Withdrawal(**columns))
    session.flush()


def find_of_audit(session: Session, audit_id: UUID) -> Withdrawal | None:
    """Return the proposal made in a case, as it is now; a case has one at most."""
    statement = select(Withdrawal).where(Withdrawal.audit_id == audit_id).execution_options(**_FRESH)
    return session.scalar(statement)


def withdraw(session: Session, *, declaration_id: UUID, on: date, reason: str) -> bool:
    """Let a number answer *withdrawn* from a day on; False where it did so already."""
    done = session.execute(
        update(Declaration)
        .where(Declaration.id == declaration_id, Declaration.withdrawn_on.is_(None))
        .values(withdrawn_on=on, withdrawal_reason=reason)
        .returning(Declaration.id)
    )
    return done.first() is not None


def set_name_hidden(session: Session, *, declaration_id: UUID, hidden_at: datetime | None) -> None:
    session.execute(update(Declaration).where(Declaration.id == declaration_id).values(name_hidden_at=hidden_at))


def add_report(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(ForeignReport(**columns))
    session.flush()


def find_report(session: Session, report_id: UUID) -> tuple[ForeignReport, Declaration] | None:
    statement = (
        select(ForeignReport, Declaration)
        .join(Declaration, Declaration.id == ForeignReport.declaration_id)
        .where(ForeignReport.id == report_id)
        .execution_options(**_FRESH)
    )
    row = session.execute(statement).first()
    return (row[0], row[1]) if row else None


def find_report_of_audit(session: Session, audit_id: UUID) -> ForeignReport | None:
    statement = select(ForeignReport).where(ForeignReport.audit_id == audit_id).limit(1).execution_options(**_FRESH)
    return session.scalar(statement)


def list_open_reports_of(session: Session, declaration_id: UUID) -> Sequence[ForeignReport]:
    """Return the open reports of a declaration, as they are now."""
    statement = select(ForeignReport).where(
        ForeignReport.declaration_id == declaration_id, ForeignReport.closed_at.is_(None)
    )
    statement = statement.order_by(ForeignReport.reported_at, ForeignReport.id)
    return session.scalars(statement.execution_options(**_FRESH)).all()


def list_reports(session: Session, *, is_open: bool) -> Sequence[tuple[ForeignReport, Declaration]]:
    """Return the open reports, the oldest first, or those that were closed last."""
    statement = select(ForeignReport, Declaration).join(Declaration, Declaration.id == ForeignReport.declaration_id)
    if is_open:
        statement = statement.where(ForeignReport.closed_at.is_(None)).order_by(ForeignReport.reported_at)
    else:
        statement = statement.where(ForeignReport.closed_at.is_not(None)).order_by(ForeignReport.closed_at.desc())
        statement = statement.limit(CLOSED_LISTED)
    return [(row[0], row[1]) for row in session.execute(statement)]
