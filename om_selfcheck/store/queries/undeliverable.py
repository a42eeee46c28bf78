"""Mails that were given up. What is over is not tried again, so `next_try_at` says when that was."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageState
from om_selfcheck.store.models import Declaration, Message

_LISTED = (
    select(
        Message.id,
        Message.kind,
        Message.subject,
        Message.stage,
        Message.company_id,
        Message.problem,
        Message.next_try_at.label("ended_at"),
        Declaration.number,
    )
    .outerjoin(Declaration, Declaration.assessment_id == Message.assessment_id)
    .order_by(Message.next_try_at.desc(), Message.id.desc())
)


def is_given_up(since: datetime) -> ColumnElement[bool]:
    """Say of a mail whether it was given up since an instant."""
    return (Message.state == MessageState.UNDELIVERABLE.value) & (Message.next_try_at >= since)


def list_page(session: Session, *, since: datetime, after: UUID | None, at_most: int) -> Sequence[RowMapping]:
    """Return the mails that were given up since an instant, the last one first, behind one of them."""
    page = _LISTED.where(is_given_up(since), *_behind(session, after)).limit(at_most)
    return session.execute(page).mappings().all()


def _behind(session: Session, after: UUID | None) -> list[ColumnElement[bool]]:
    place = session.get(Message, after) if after else None
    if place is None:
        return []
    is_same = and_(Message.next_try_at == place.next_try_at, Message.id < place.id)
    return [or_(Message.next_try_at < place.next_try_at, is_same)]
