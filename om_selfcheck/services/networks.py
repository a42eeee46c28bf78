"""Networks as pages and commands see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.network import NetworkKind
from om_selfcheck.store import models
from om_selfcheck.store.queries import networks


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    network_id: UUID
    slug: str
    name: str
    kind: NetworkKind


def get_network(session: Session, *, slug: str) -> Network:
    """Return a network by its slug; NotFound where there is none."""
    row = networks.find_network(session, slug)
    if row is None:
        raise NotFound
    return _to_network(row)


def list_networks(session: Session) -> Sequence[Network]:
    """List all networks by name."""
    return [_to_network(row) for row in networks.list_networks(session)]


def _to_network(row: models.Network) -> Network:
    return Network(network_id=row.id, slug=row.slug, name=row.name, kind=NetworkKind(row.kind))
