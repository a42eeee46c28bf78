"""Letters about cases: the mail each went by, when it was posted, and what has still to be posted."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState, StepKind
from om_selfcheck.domain.message import MessageState
from om_selfcheck.store.models import Audit, AuditStep, Letter, Message, User

QUESTIONS = (StepKind.ASKED.value, StepKind.MESSAGE.value, StepKind.WITHDRAWAL_PROPOSED.value)
_UNHEARD = (MessageState.UNDELIVERABLE.value, MessageState.CANCELLED.value)


def add_letter(session: Session, *, step_id: UUID, message_id: UUID | None) -> Letter:
    letter = Letter(step_id=step_id, message_id=message_id)
    session.add(letter)
    session.flush()
    return letter


def find_letter(session: Session, step_id: UUID) -> Letter | None:
    """Return a letter as it is now."""
    return session.scalar(select(Letter).where(Letter.step_id == step_id).execution_options(populate_existing=True))


def list_posted(session: Session, audit_id: UUID) -> dict[UUID, tuple[date, str]]:
    """Return of the letters of a case that were posted the day, and the name of whoever noted it."""
    statement = (
        select(Letter.step_id, Letter.posted_on, User.name, User.email)
        .join(AuditStep, AuditStep.id == Letter.step_id)
        .outerjoin(User, User.id == Letter.posted_by)
        .where(AuditStep.audit_id == audit_id, Letter.posted_on.is_not(None))
    )
    return {row.step_id: (row.posted_on, row.name or row.email or "") for row in session.execute(statement)}


def select_unposted() -> CompoundSelect[Any]:
    """Select for each letter that has to be posted the case it is about: no mail ever went, or none arrived.

    A question that a closed case no longer asks is not posted any more.
    """
    never = _select_of_cases().where(Letter.message_id.is_(None))
    unheard = _select_of_cases().join(Message, Message.id == Letter.message_id).where(Message.state.in_(_UNHEARD))
    return never.union_all(unheard)


def _select_of_cases() -> Select[UUID]:
    is_over = (Audit.state == AuditState.CLOSED.value) & AuditStep.kind.in_(QUESTIONS)
    return (
        select(AuditStep.audit_id)
        .join(Letter, Letter.step_id == AuditStep.id)
        .join(Audit, Audit.id == AuditStep.audit_id)
        .where(Letter.posted_on.is_(None), ~is_over)
    )
