"""Invitation links."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import InvitationLink, Network

_BY_TOKEN = select(InvitationLink, Network).join(Network, Network.id == InvitationLink.network_id)


def add_link(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(InvitationLink(**columns))
    session.flush()


def find_by_token(session: Session, token: str) -> Row[InvitationLink, Network] | None:
    return session.execute(_BY_TOKEN.where(InvitationLink.token == token)).first()


def find_link(session: Session, *, network_id: UUID, link_id: UUID, is_locking: bool = False) -> InvitationLink | None:
    statement = select(InvitationLink).where(InvitationLink.id == link_id, InvitationLink.network_id == network_id)
    if is_locking:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalar(statement)


def list_links(session: Session, network_id: UUID) -> Sequence[InvitationLink]:
    """Return a network's links, the newest first."""
    mine = select(InvitationLink).where(InvitationLink.network_id == network_id)
    return session.scalars(mine.order_by(InvitationLink.created_at.desc(), InvitationLink.id)).all()


def change_link(session: Session, link_id: UUID, values: Mapping[str, object]) -> None:
    session.execute(update(InvitationLink).where(InvitationLink.id == link_id).values(**values))


def withdraw_link(session: Session, *, link_id: UUID, now: datetime) -> bool:
    """Withdraw a link that is not withdrawn yet; say whether it was."""
    statement = update(InvitationLink).where(InvitationLink.id == link_id, InvitationLink.withdrawn_at.is_(None))
    return session.execute(statement.values(withdrawn_at=now).returning(InvitationLink.id)).first() is not None
