"""Nudges of networks, and the rounds that one reaches."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.declaration import ReminderChoice
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.store.models import (
    Action,
    Assessment,
    Company,
    Declaration,
    Message,
    Network,
    Nudge,
    Participation,
    Rating,
)

_WANTED = (
    Participation.may_be_nudged.is_(True),
    Company.confirmed_email != "",
    Company.reminder != ReminderChoice.NOT_AT_ALL,
    Network.closed_at.is_(None),
    ~select(Declaration.id).where(Declaration.assessment_id == Assessment.id).exists(),
)
_REACHED = (
    select(
        Participation.assessment_id,
        Participation.network_id,
        Assessment.company_id,
        Assessment.language,
        Company.name.label("company_name"),
        Company.confirmed_email,
        Network.name.label("network_name"),
        Network.contact_name,
        Network.contact_email,
        Network.contact_phone,
    )
    .join(Assessment, Assessment.id == Participation.assessment_id)
    .join(Company, Company.id == Assessment.company_id)
    .join(Network, Network.id == Participation.network_id)
    .where(*_WANTED, or_(Company.mails_resume_on.is_(None), Company.mails_resume_on <= bindparam("today")))
)
_RATED = select(func.count()).where(Rating.assessment_id == Participation.assessment_id, Rating.need != "")


def find_last(session: Session, network_id: UUID) -> datetime | None:
    """Return when a network last reminded."""
    statement = select(Nudge.sent_at).where(Nudge.network_id == network_id).order_by(Nudge.sent_at.desc()).limit(1)
    return session.scalar(statement)


def add(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.execute(insert(Nudge).values(**columns))


def list_waiting(session: Session) -> Sequence[Nudge]:
    """Return the nudges whose mails are not queued yet, oldest first."""
    return session.scalars(select(Nudge).where(Nudge.queued_at.is_(None)).order_by(Nudge.sent_at, Nudge.id)).all()


def mark_queued(session: Session, nudge_id: UUID, now: datetime) -> bool:
    """Take a nudge to queue its mails; False where another process has taken it."""
    statement = update(Nudge).where(Nudge.id == nudge_id, Nudge.queued_at.is_(None)).values(queued_at=now)
    return session.execute(statement.returning(Nudge.id)).first() is not None


def list_stopped(
    session: Session, network_id: UUID, *, idle_since: datetime, nudged_since: datetime, today: date
) -> Sequence[RowMapping]:
    """Return a network's rounds that agreed, in which nothing was done since an instant, and not reminded lately."""
    rated = select(Rating.assessment_id).where(Rating.assessment_id == Assessment.id, Rating.rated_at > idle_since)
    planned = select(Action.id).where(Action.assessment_id == Assessment.id, Action.created_at > idle_since)
    nudged = select(Message.id).where(
        Message.kind == MessageKind.NUDGE,
        Message.assessment_id == Assessment.id,
        Message.created_at > nudged_since,
    )
    statement = _REACHED.where(
        Participation.network_id == network_id,
        Participation.joined_at <= idle_since,
        func.coalesce(Assessment.last_opened_at, Assessment.started_at) <= idle_since,
        ~rated.exists(),
        ~planned.exists(),
        ~nudged.exists(),
    )
    return _list(session, statement.order_by(Participation.assessment_id), today)


def find_reached(session: Session, assessment_id: UUID, *, network_id: UUID, today: date) -> RowMapping | None:
    """Return what a mail to a round says, where it is still wanted; with how many measures are rated."""
    statement = _REACHED.add_columns(_RATED.scalar_subquery().label("rated")).where(
        Participation.assessment_id == assessment_id, Participation.network_id == network_id
    )
    return next(iter(_list(session, statement, today)), None)


def _list(session: Session, statement: Select[*tuple[Any, ...]], today: date) -> Sequence[RowMapping]:
    return session.execute(statement, {"today": today}).mappings().all()
