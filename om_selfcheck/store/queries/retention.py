"""Companies whose time has passed, and mails whose words have."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import (
    Action,
    ActionProgress,
    Assessment,
    Company,
    Declaration,
    Message,
    Rating,
)
from om_selfcheck.store.models.message import HAS_ADDRESS

FINAL_STATES = ("sent", "undeliverable", "cancelled")


def list_idle_companies(
    session: Session, *, opened_before: datetime, issued_before: date, after: UUID | None, at_most: int
) -> Sequence[UUID]:
    """Return companies, in the order of their ids, none of whose rounds was begun, opened or declared since."""
    is_fresh = select(Assessment.id).where(
        Assessment.company_id == Company.id,
        or_(Assessment.started_at >= opened_before, Assessment.last_opened_at >= opened_before),
    )
    is_kept = select(Declaration.id).where(Declaration.company_id == Company.id, Declaration.issued_on >= issued_before)
    statement = select(Company.id).where(Company.erased_at.is_(None), ~is_fresh.exists(), ~is_kept.exists())
    if after is not None:
        statement = statement.where(Company.id > after)
    return session.scalars(statement.order_by(Company.id).limit(at_most)).all()


def list_rounds(session: Session, company_id: UUID) -> Sequence[Row[UUID, datetime, date | None]]:
    """Return (id, last sign of life, day of issue or None) of each round: opened, rated, planned or reported."""
    actions = select(Action.id).where(Action.assessment_id == Assessment.id)
    signs = (
        Assessment.started_at,
        func.coalesce(Assessment.last_opened_at, Assessment.started_at),
        func.coalesce(
            select(func.max(Rating.rated_at)).where(Rating.assessment_id == Assessment.id).scalar_subquery(),
            Assessment.started_at,
        ),
        func.coalesce(
            select(func.max(Action.created_at)).where(Action.assessment_id == Assessment.id).scalar_subquery(),
            Assessment.started_at,
        ),
        func.coalesce(
            select(func.max(ActionProgress.at)).where(ActionProgress.action_id.in_(actions)).scalar_subquery(),
            Assessment.started_at,
        ),
    )
    greatest = func.max if session.get_bind().dialect.name == "sqlite" else func.greatest
    statement = (
        select(Assessment.id, greatest(*signs, type_=Assessment.started_at.type), Declaration.issued_on)
        .outerjoin(Declaration, Declaration.assessment_id == Assessment.id)
        .where(Assessment.company_id == company_id)
        .order_by(Assessment.started_at, Assessment.id)
    )
    return session.execute(statement).all()


def get_address(session: Session, company_id: UUID) -> str:
    return session.scalar(select(Company.confirmed_email).where(Company.id == company_id)) or ""


def get_language(session: Session, company_id: UUID) -> str:
    """Return the language of the newest round."""
    newest = select(Assessment.language).where(Assessment.company_id == company_id)
    return session.scalar(newest.order_by(Assessment.started_at.desc()).limit(1)) or "de"


def find_settled_at(session: Session, *, kind: str, subject: str, stage: str) -> datetime | None:
    """Return when a mail went out, or was queued where nobody could take it; None while it is on its way."""
    return session.scalar(
        select(func.coalesce(Message.sent_at, Message.created_at, type_=Message.created_at.type)).where(
            Message.kind == kind,
            Message.subject == subject,
            Message.stage == stage,
            Message.state.in_(FINAL_STATES),
        )
    )


def clear_old_mails(session: Session, *, created_before: datetime) -> Sequence[UUID]:
    """Forget address and facts of mails that are done with; return those that had some."""
    statement = (
        update(Message)
        .where(Message.created_at < created_before, Message.state.in_(FINAL_STATES), HAS_ADDRESS)
        .values(address="", facts="{}")
        .returning(Message.id)
    )
    return session.scalars(statement).all()
