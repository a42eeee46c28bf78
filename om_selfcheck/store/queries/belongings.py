"""Everything that belongs to a company, table by table: to be taken along, and to be erased."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, inspect, or_, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.store.base import Base
from om_selfcheck.store.models import (
    Action,
    ActionMeasure,
    ActionProgress,
    AddressClaim,
    Assessment,
    Audit,
    AuditStep,
    Company,
    Correction,
    CountedCompany,
    CountedRound,
    Declaration,
    DeclarationWord,
    Document,
    Doer,
    EventPayload,
    EventRow,
    Finding,
    ForeignReport,
    Grant,
    LaterRating,
    Letter,
    Message,
    Opening,
    Participation,
    Rating,
    Release,
    Withdrawal,
)

Model = type[Base]


def _rounds(company_id: UUID) -> Select[UUID]:
    return select(Assessment.id).where(Assessment.company_id == company_id)


def _declarations(company_id: UUID) -> Select[UUID]:
    return select(Declaration.id).where(Declaration.company_id == company_id)


def _actions(company_id: UUID) -> Select[UUID]:
    return select(Action.id).where(Action.assessment_id.in_(_rounds(company_id)))


def _audits(company_id: UUID) -> Select[UUID]:
    return select(Audit.id).where(Audit.declaration_id.in_(_declarations(company_id)))


def _asked_for(company_id: UUID) -> ColumnElement[bool]:
    """Find the mails about a lost link, which name no company, by its address, if that is nobody else's as well."""
    own = select(Company.confirmed_email).where(Company.id == company_id).scalar_subquery()
    others = select(Company.id).where(Company.id != company_id, Company.confirmed_email == Message.address)
    is_lost_link = Message.kind == MessageKind.LOST_LINK.value
    return is_lost_link & (Message.address != "") & (Message.address == own) & ~others.exists()


def belongs_to(company_id: UUID) -> dict[Model, ColumnElement[bool]]:
    """Return for each table that holds something of a company the condition that finds it."""
    rounds, declarations = _rounds(company_id), _declarations(company_id)
    actions, audits = _actions(company_id), _audits(company_id)
    return {
        Company: Company.id == company_id,
        Assessment: Assessment.company_id == company_id,
        Rating: Rating.assessment_id.in_(rounds),
        Action: Action.assessment_id.in_(rounds),
        ActionMeasure: ActionMeasure.action_id.in_(actions),
        ActionProgress: ActionProgress.action_id.in_(actions),
        LaterRating: LaterRating.assessment_id.in_(rounds),
        Doer: Doer.assessment_id.in_(rounds),
        Grant: Grant.assessment_id.in_(rounds),
        AddressClaim: AddressClaim.company_id == company_id,
        Message: or_(Message.company_id == company_id, Message.assessment_id.in_(rounds), _asked_for(company_id)),
        Participation: Participation.assessment_id.in_(rounds),
        Release: Release.assessment_id.in_(rounds),
        CountedRound: CountedRound.company_id == company_id,
        CountedCompany: CountedCompany.company_id == company_id,
        Declaration: Declaration.company_id == company_id,
        Document: Document.declaration_id.in_(declarations),
        DeclarationWord: DeclarationWord.declaration_id.in_(declarations),
        Correction: Correction.declaration_id.in_(declarations),
        Withdrawal: Withdrawal.declaration_id.in_(declarations),
        ForeignReport: ForeignReport.declaration_id.in_(declarations),
        Audit: Audit.declaration_id.in_(declarations),
        AuditStep: AuditStep.audit_id.in_(audits),
        Letter: Letter.step_id.in_(select(AuditStep.id).where(AuditStep.audit_id.in_(audits))),
        Finding: Finding.audit_id.in_(audits),
        Opening: Opening.audit_id.in_(audits),
    }


def list_rows(session: Session, model: Model, company_id: UUID, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a table holds of a company, the named columns, ordered by its key."""
    table = model.__table__
    wanted = [table.c[name] for name in columns]
    condition = belongs_to(company_id)[model]
    rows = session.execute(select(*wanted).where(condition).order_by(*inspect(model).primary_key)).mappings()
    return [dict(row) for row in rows]


def list_declarations(session: Session, company_id: UUID) -> Sequence[Declaration]:
    own = select(Declaration).where(Declaration.company_id == company_id)
    return session.scalars(own.order_by(Declaration.issued_at)).all()


def list_numbers(session: Session, company_id: UUID) -> Sequence[str]:
    numbers = select(Declaration.number).where(Declaration.company_id == company_id)
    return session.scalars(numbers.order_by(Declaration.issued_at)).all()


def list_open_cases(session: Session, company_id: UUID) -> Sequence[Audit]:
    """Return the open cases about a company, as they are now."""
    is_open = belongs_to(company_id)[Audit] & (Audit.state != AuditState.CLOSED.value)
    statement = select(Audit).where(is_open).order_by(Audit.created_at, Audit.id)
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def list_open_reports(session: Session, company_id: UUID) -> Sequence[ForeignReport]:
    """Return the reports about a company's declarations that nobody has closed, as they are now."""
    is_open = belongs_to(company_id)[ForeignReport] & ForeignReport.closed_at.is_(None)
    statement = select(ForeignReport).where(is_open).order_by(ForeignReport.reported_at, ForeignReport.id)
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def list_rounds(session: Session, company_id: UUID) -> Sequence[UUID]:
    return session.scalars(_rounds(company_id)).all()


def list_subjects(session: Session, company_id: UUID) -> list[str]:
    """Return what the record calls the company, its rounds, declarations and cases, and who does its actions."""
    doers = select(Doer.id).where(Doer.assessment_id.in_(_rounds(company_id)))
    return [
        f"company:{company_id}",
        *(f"assessment:{one}" for one in list_rounds(session, company_id)),
        *(f"declaration:{number}" for number in list_numbers(session, company_id)),
        *(f"doer:{one}" for one in session.scalars(doers)),
        *(f"audit:{one}" for one in session.scalars(_audits(company_id))),
    ]


def list_events(session: Session, subjects: Sequence[str]) -> list[dict[str, Any]]:
    statement = (
        select(EventRow.seq, EventRow.at, EventRow.actor, EventRow.verb, EventRow.subject, EventPayload.payload)
        .outerjoin(EventPayload, EventPayload.seq == EventRow.seq)
        .where(EventRow.subject.in_(subjects))
        .order_by(EventRow.seq)
    )
    return [dict(row) for row in session.execute(statement).mappings()]


def list_files(session: Session, company_id: UUID) -> Sequence[tuple[str, str, str, int, bytes]]:
    """Return (number, kind, language, edition, content) of every stored document."""
    statement = (
        select(Declaration.number, Document.kind, Document.language, Document.edition, Document.content)
        .join(Document, Document.declaration_id == Declaration.id)
        .where(Declaration.company_id == company_id)
        .order_by(Declaration.number, Document.kind, Document.language, Document.edition)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(statement)]


def delete_rows(session: Session, model: Model, company_id: UUID) -> None:
    session.execute(delete(model).where(belongs_to(company_id)[model]).execution_options(synchronize_session=False))


def blank_rows(session: Session, model: Model, company_id: UUID, values: Mapping[str, Any]) -> None:
    statement = update(model).where(belongs_to(company_id)[model]).values(**values)
    session.execute(statement.execution_options(synchronize_session=False))


def delete_undeclared(session: Session, company_id: UUID) -> None:
    """Delete the rounds that no declaration stands on; what hangs on them goes along."""
    is_declared = select(Declaration.id).where(Declaration.assessment_id == Assessment.id).exists()
    session.execute(delete(Assessment).where(Assessment.company_id == company_id, ~is_declared))


def end_declarations(session: Session, company_id: UUID, *, on: date, reason: str) -> None:
    """Withdraw the declarations of a company that are not withdrawn yet."""
    statement = update(Declaration).where(Declaration.company_id == company_id, Declaration.withdrawn_on.is_(None))
    session.execute(statement.values(withdrawn_on=on, withdrawal_reason=reason))


def mark_erased(session: Session, company_id: UUID, now: datetime) -> None:
    """Note the day, or drop a company on whose rounds no number stands."""
    has_round = select(Assessment.id).where(Assessment.company_id == Company.id).exists()
    session.execute(delete(Company).where(Company.id == company_id, ~has_round))
    session.execute(update(Company).where(Company.id == company_id, Company.erased_at.is_(None)).values(erased_at=now))


def list_message_ids(session: Session, company_id: UUID) -> Sequence[UUID]:
    return session.scalars(select(Message.id).where(belongs_to(company_id)[Message])).all()
