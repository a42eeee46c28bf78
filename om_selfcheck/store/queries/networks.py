"""Networks."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Network

_BY_SLUG = select(Network).where(Network.slug == bindparam("slug"))
_ALL = select(Network).order_by(Network.name, Network.slug)


def find_network(session: Session, slug: str) -> Network | None:
    return session.scalars(_BY_SLUG, {"slug": slug}).first()


def list_networks(session: Session) -> Sequence[Network]:
    return session.scalars(_ALL).all()
