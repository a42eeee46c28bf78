"""Samples, cases, and what happened in them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, or_, select, update
from sqlalchemy.orm import Session, aliased

from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.reminders import first_issue_day
from om_selfcheck.store.models import Audit, AuditSample, AuditStep, Declaration, Finding, Network, Opening, User
from om_selfcheck.store.queries.turns import hold_declarations

BATCH = 5000
LISTED_AT_MOST = 500
_FRESH = {"populate_existing": True}
_CLOSED = AuditState.CLOSED.value
Newer = aliased(Declaration)


def stream_frame(session: Session, *, on: date, slug: str, network: str) -> Iterator[str]:
    """Yield the numbers of all declarations that held on a day, of one check or network where it is named (D8)."""
    statement = (
        select(Declaration.number)
        .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
        .where(
            Declaration.issued_on.between(first_issue_day(on), on),
            or_(Declaration.withdrawn_on.is_(None), Declaration.withdrawn_on > on),
            or_(Newer.id.is_(None), Newer.issued_on > on),
        )
    )
    if slug:
        statement = statement.where(Declaration.questionnaire_slug == slug)
    if network:
        statement = statement.join(Network, Network.id == Declaration.network_id).where(Network.slug == network)
    yield from session.scalars(statement.execution_options(yield_per=BATCH))


def add_sample(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(AuditSample(**columns))
    session.flush()


def find_sample(session: Session, sample_id: UUID) -> AuditSample | None:
    return session.get(AuditSample, sample_id)


def list_samples(session: Session) -> Sequence[AuditSample]:
    """Return the newest samples first."""
    return session.scalars(select(AuditSample).order_by(AuditSample.drawn_at.desc()).limit(LISTED_AT_MOST)).all()


LISTED = select(
    Audit.id.label("audit_id"),
    Audit.state,
    Audit.outcome,
    Audit.deadline_on,
    Audit.created_at,
    Audit.closed_at,
    Audit.sample_id,
    Declaration.number,
    Declaration.company_name,
    Declaration.city,
).join(Declaration, Declaration.id == Audit.declaration_id)


def list_of_numbers(session: Session, numbers: Sequence[str]) -> Sequence[RowMapping]:
    """Return all cases of some declarations, the oldest first."""
    statement = LISTED.where(Declaration.number.in_(numbers)).order_by(Audit.created_at, Audit.id)
    return session.execute(statement).mappings().all()


def list_of_round(session: Session, assessment_id: UUID) -> Sequence[RowMapping]:
    """Return the cases of a round's declaration, the newest first."""
    statement = LISTED.where(Declaration.assessment_id == assessment_id).order_by(Audit.created_at.desc(), Audit.id)
    return session.execute(statement).mappings().all()


def list_declared(session: Session, numbers: Sequence[str]) -> Sequence[tuple[UUID, str]]:
    """Return (id, number) of some declarations."""
    statement = select(Declaration.id, Declaration.number).where(Declaration.number.in_(numbers))
    return [(row.id, row.number) for row in session.execute(statement)]


def add_audit(session: Session, **columns: Any) -> Audit:  # noqa: ANN401 - the table's columns
    audit = Audit(**columns)
    session.add(audit)
    session.flush()
    return audit


def find_audit(session: Session, audit_id: UUID) -> tuple[Audit, Declaration] | None:
    """Return a case with its declaration."""
    statement = (
        select(Audit, Declaration).join(Declaration, Declaration.id == Audit.declaration_id).where(Audit.id == audit_id)
    )
    row = session.execute(statement).first()
    return (row[0], row[1]) if row else None


def lock_declaration(session: Session, declaration_id: UUID) -> Declaration | None:
    """Return a declaration as it is now and hold it: all that happens to it and to its cases takes turns."""
    hold_declarations(session, [declaration_id])
    return session.scalar(select(Declaration).where(Declaration.id == declaration_id).execution_options(**_FRESH))


def lock_audit(session: Session, audit_id: UUID) -> tuple[Audit, Declaration] | None:
    """Return a case and its declaration as they are now and hold the declaration."""
    declaration_id = session.scalar(select(Audit.declaration_id).where(Audit.id == audit_id))
    declaration = lock_declaration(session, declaration_id) if declaration_id else None
    audit = session.scalar(select(Audit).where(Audit.id == audit_id).execution_options(**_FRESH))
    return (audit, declaration) if audit and declaration else None


def list_open_of(session: Session, declaration_id: UUID) -> Sequence[Audit]:
    """Return the open cases of a declaration, as they are now."""
    statement = select(Audit).where(Audit.declaration_id == declaration_id, Audit.state != _CLOSED)
    return session.scalars(statement.order_by(Audit.created_at, Audit.id).execution_options(**_FRESH)).all()


def add_step(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(AuditStep(**columns))
    session.flush()


def list_steps(session: Session, audit_id: UUID) -> Sequence[tuple[AuditStep, str]]:
    """Return the steps of a case in order, each with the name of whoever took it in the office."""
    statement = (
        select(AuditStep, User.name, User.email)
        .outerjoin(User, User.id == AuditStep.user_id)
        .where(AuditStep.audit_id == audit_id)
        .order_by(AuditStep.at, AuditStep.id)
    )
    return [(row[0], row[1] or row[2] or "") for row in session.execute(statement)]


def find_step(session: Session, *, audit_id: UUID, step_id: UUID) -> AuditStep | None:
    return session.scalar(select(AuditStep).where(AuditStep.id == step_id, AuditStep.audit_id == audit_id))


def find_steps(session: Session, step_ids: Collection[UUID]) -> dict[UUID, AuditStep]:
    """Return some steps, of whichever case, by their ids."""
    found = session.scalars(select(AuditStep).where(AuditStep.id.in_(step_ids)))
    return {step.id: step for step in found}


def list_findings(session: Session, audit_id: UUID) -> Sequence[tuple[Finding, str]]:
    """Return all versions of the findings of a case, the oldest of each first, with the name of whoever wrote it."""
    statement = (
        select(Finding, User.name, User.email)
        .outerjoin(User, User.id == Finding.user_id)
        .where(Finding.audit_id == audit_id)
        .order_by(Finding.code, Finding.edition)
    )
    return [(row[0], row[1] or row[2] or "") for row in session.execute(statement)]


def add_finding(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    """Add a version of a finding; whoever calls holds the case."""
    session.add(Finding(**columns))
    session.flush()


def find_newest_opening(session: Session, audit_id: UUID) -> Opening | None:
    """Return the last opening of a case, as it is now."""
    statement = select(Opening).where(Opening.audit_id == audit_id).order_by(Opening.opened_at.desc()).limit(1)
    return session.scalar(statement.execution_options(**_FRESH))


def add_opening(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(Opening(**columns))
    session.flush()


def end_openings(session: Session, *, audit_id: UUID, now: datetime) -> int:
    """End what is open for a case; return how many that was."""
    ended = session.execute(
        update(Opening)
        .where(Opening.audit_id == audit_id, Opening.ended_at.is_(None), Opening.ends_at > now)
        .values(ended_at=now)
        .returning(Opening.id)
    )
    return len(ended.all())
