"""What belongs to one declaration in the register."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageState
from om_selfcheck.store.models import Audit, Declaration, Document, Message, Network

MAILS_SHOWN = 20


def list_files(session: Session, declaration_id: UUID) -> Sequence[RowMapping]:
    statement = select(Document.kind, Document.language, Document.edition, Document.sha256).where(
        Document.declaration_id == declaration_id
    )
    ordered = statement.order_by(Document.edition.desc(), Document.kind, Document.language)
    return session.execute(ordered).mappings().all()


def list_undeliverable(session: Session, *, company_id: UUID) -> Sequence[RowMapping]:
    """Return the company's mails that did not arrive, the newest first."""
    statement = (
        select(Message.kind, Message.created_at, Message.problem)
        .where(Message.company_id == company_id, Message.state == MessageState.UNDELIVERABLE)
        .order_by(Message.created_at.desc())
        .limit(MAILS_SHOWN)
    )
    return session.execute(statement).mappings().all()


def list_audits(session: Session, declaration_id: UUID) -> Sequence[RowMapping]:
    statement = (
        select(Audit.id, Audit.state, Audit.created_at, Audit.deadline_on)
        .where(Audit.declaration_id == declaration_id)
        .order_by(Audit.created_at.desc())
    )
    return session.execute(statement).mappings().all()


def find_network_name(session: Session, network_id: UUID) -> str:
    return session.scalar(select(Network.name).where(Network.id == network_id)) or ""


def list_audit_ids(session: Session, assessment_id: UUID) -> Sequence[UUID]:
    """Return the audits of a round's declaration."""
    of_round = Audit.declaration_id == Declaration.id, Declaration.assessment_id == assessment_id
    return session.scalars(select(Audit.id).where(*of_round).order_by(Audit.created_at)).all()
