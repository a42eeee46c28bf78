"""Networks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from om_selfcheck.store.inserting import insert_for
from om_selfcheck.store.models import Membership, Network, Release

_BY_SLUG = select(Network).where(Network.slug == bindparam("slug"))
_ALL = select(Network).order_by(Network.name, Network.slug)
_OF_USER = _ALL.join(Membership, Membership.network_id == Network.id).where(Membership.user_id == bindparam("user_id"))


def find_network(session: Session, slug: str) -> Network | None:
    return session.scalars(_BY_SLUG, {"slug": slug}).first()


def list_called(session: Session, name: str, at_most: int) -> Sequence[Network]:
    """Return the networks with a whole name, whatever its capital letters."""
    return session.scalars(_ALL.where(func.lower(Network.name) == func.lower(name)).limit(at_most)).all()


def list_networks(session: Session) -> Sequence[Network]:
    return session.scalars(_ALL).all()


def list_networks_of(session: Session, user_id: UUID) -> Sequence[Network]:
    return session.scalars(_OF_USER, {"user_id": user_id}).all()


def search(session: Session, *, words: str, after: str, at_most: int) -> Sequence[Network]:
    """Return networks in the order of name and slug, from after the one with a slug on."""
    statement = _ALL.limit(at_most)
    if words:
        columns = (Network.name, Network.area, Network.slug)
        statement = statement.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    if after and (last := find_network(session, after)):
        statement = statement.where(tuple_(Network.name, Network.slug) > (last.name, last.slug))
    return session.scalars(statement).all()


def add_if_absent(session: Session, **columns: Any) -> bool:  # noqa: ANN401 - the table's columns
    """Add a network; False where its slug is taken."""
    insert = insert_for(session, Network).values(**columns)
    return session.execute(insert.on_conflict_do_nothing().returning(Network.id)).first() is not None


def lock_network(session: Session, slug: str) -> Network | None:
    statement = _BY_SLUG.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement, {"slug": slug}).first()


def change_network(session: Session, slug: str, values: Mapping[str, object]) -> None:
    session.execute(update(Network).where(Network.slug == slug).values(**values))


def end_releases(session: Session, *, network_id: UUID, now: datetime) -> Sequence[UUID]:
    """End everything that companies released to a network; return the rounds."""
    statement = update(Release).where(Release.network_id == network_id, Release.ended_at.is_(None))
    return session.scalars(statement.values(ended_at=now).returning(Release.assessment_id)).all()
