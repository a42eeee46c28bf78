"""Networks: adding one, what it tells of itself, finding it, closing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import DomainError, NotFound
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.network import NetworkKind, is_slug
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.services.record import append_event
from om_selfcheck.store import models
from om_selfcheck.store.queries import networks

FIELDS = ("name", "area", "kind", "contact_name", "contact_email", "contact_phone", "greeting", "language")
PAGE_SIZE, SUGGESTED = 50, 8


class SlugTaken(DomainError):
    """Another network has this name in its addresses already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network as it presents itself to companies."""

    network_id: UUID
    slug: str
    name: str
    kind: NetworkKind
    area: str
    contact_name: str
    contact_email: str
    contact_phone: str
    greeting: str
    language: str
    closed_at: datetime | None

    @property
    def has_contact(self) -> bool:
        """Say whether a company could turn to somebody."""
        return bool(self.contact_name and (self.contact_email or self.contact_phone))

    @property
    def contact(self) -> str:
        """Whom to ask and how, on one line."""
        return ", ".join(part for part in (self.contact_name, self.contact_email, self.contact_phone) if part)


@dataclass(frozen=True, slots=True)
class NetworksPage:
    """A part of the list by name; `after` begins the next one and is "" at the end."""

    networks: Sequence[Network]
    after: str


def get_network(session: Session, *, slug: str) -> Network:
    """Return a network by the name in its addresses, or raise NotFound."""
    row = networks.find_network(session, slug) if is_slug(slug) else None
    if row is None:
        raise NotFound
    return to_network(row)


def find_network(session: Session, *, typed: str) -> Network | None:
    """Return the network that a typed slug or whole name means; None where there is none, or several might be."""
    slug = typed.lower()
    row = networks.find_network(session, slug) if is_slug(slug) else None
    meant = {one.id: one for one in [*([row] if row else []), *networks.list_called(session, typed, 2)]}
    return to_network(*meant.values()) if len(meant) == 1 else None


def suggest_networks(session: Session, *, typed: str) -> Sequence[Network]:
    """Return what to choose from: all networks where they are few, else some that hold what was typed."""
    page = search_networks(session, words="", after="")
    if not page.after:
        return page.networks
    return search_networks(session, words=typed, after="", at_most=SUGGESTED).networks if typed else ()


def list_networks(session: Session) -> Sequence[Network]:
    """List all networks by name."""
    return [to_network(row) for row in networks.list_networks(session)]


def list_networks_of(session: Session, *, user_id: UUID) -> Sequence[Network]:
    """List the networks somebody coordinates, by name."""
    return [to_network(row) for row in networks.list_networks_of(session, user_id)]


def search_networks(session: Session, *, words: str, after: str, at_most: int = PAGE_SIZE) -> NetworksPage:
    """Return a part of the networks whose name, region or theme holds the words, from after a slug on."""
    found = networks.search(session, words=words, after=after if is_slug(after) else "", at_most=at_most + 1)
    shown = [to_network(row) for row in found[:at_most]]
    return NetworksPage(shown, shown[-1].slug if len(found) > at_most else "")


def add_network(session: Session, *, slug: str, values: Mapping[str, str], by: str, now: datetime) -> UUID:
    """Add a network; SlugTaken where the slug names another."""
    network_id = uuid4()
    columns = {name: values.get(name, "") for name in FIELDS}
    if not networks.add_if_absent(session, id=network_id, slug=slug, created_at=now, **columns):
        raise SlugTaken
    append_event(session, network_event(Verb.NETWORK_ADDED, network_id, by, now))
    return network_id


def change_network(
    session: Session, *, slug: str, wanted: Mapping[str, str], shown: Mapping[str, str], by: str, now: datetime
) -> tuple[Conflict, ...]:
    """Write what a network tells of itself, field by field; return what somebody else changed meanwhile (P2)."""
    network = _lock_network(session, slug)
    before = write_network(network)
    merger = FieldMerger()
    after = {
        name: merger.merge(name, stored=before[name], shown=shown.get(name, ""), wanted=wanted.get(name))
        for name in FIELDS
    }
    if after != before:
        networks.change_network(session, slug, after)
        append_event(session, network_event(Verb.NETWORK_CHANGED, network.network_id, by, now))
    return tuple(merger.conflicts)


def close_network(session: Session, *, slug: str, by: str, now: datetime) -> None:
    """Close a network: its links invite nobody any more, and what companies released ends. Twice is harmless."""
    network = _lock_network(session, slug)
    if network.closed_at is not None:
        return
    networks.change_network(session, slug, {"closed_at": now})
    ended = networks.end_releases(session, network_id=network.network_id, now=now)
    append_event(session, network_event(Verb.NETWORK_CLOSED, network.network_id, by, now))
    for assessment_id in ended:
        subject, payload = f"assessment:{assessment_id}", {"network": str(network.network_id)}
        append_event(session, Event(verb=Verb.RELEASE_ENDED, actor=by, subject=subject, at=now, payload=payload))


def reopen_network(session: Session, *, slug: str, by: str, now: datetime) -> None:
    """Open a closed network again; links that were open invite again, releases stay ended."""
    network = _lock_network(session, slug)
    if network.closed_at is not None:
        networks.change_network(session, slug, {"closed_at": None})
        append_event(session, network_event(Verb.NETWORK_REOPENED, network.network_id, by, now))


def write_network(network: Network) -> dict[str, str]:
    """Return a network's fields as a form writes them."""
    return {name: str(getattr(network, name)) for name in FIELDS}


def network_event(verb: Verb, network_id: UUID, by: str, now: datetime, **payload: str | int) -> Event:
    """Return what the record keeps of a network."""
    return Event(verb=verb, actor=by, subject=f"network:{network_id}", at=now, payload=payload)


def to_network(row: models.Network) -> Network:
    return Network(
        network_id=row.id,
        slug=row.slug,
        name=row.name,
        kind=NetworkKind(row.kind),
        area=row.area,
        contact_name=row.contact_name,
        contact_email=row.contact_email,
        contact_phone=row.contact_phone,
        greeting=row.greeting,
        language=row.language,
        closed_at=row.closed_at,
    )


def _lock_network(session: Session, slug: str) -> Network:
    row = networks.lock_network(session, slug)
    if row is None:
        raise NotFound
    return to_network(row)
