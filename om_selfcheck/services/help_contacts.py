"""Help nearby: a network's contacts for topics of checks, kept by its coordinators and read by its companies.

What a company does with a contact happens in its own mail program: nothing of it is stored, and no network hears of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.help import (
    HelpNearby,
    HelpTopic,
    OrganisationKind,
    alphabetical_key,
    is_outdated_on,
    read_topics,
    write_topics,
)
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.networks import Network
from om_selfcheck.store import models
from om_selfcheck.store.queries import help_contacts as rows

COLUMNS = ("organisation", "kind", "offer", "phone", "email", "page")
FIELDS = (*COLUMNS, "topics")


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpContact:
    contact_id: UUID
    organisation: str
    kind: OrganisationKind
    offer: str
    phone: str
    email: str
    page: str
    confirmed_on: date
    is_outdated: bool
    topics: frozenset[HelpTopic] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicHelp:
    """Who helps with one topic; `network` is "" where the round counts for none."""

    network: str
    contacts: Sequence[HelpContact]


def list_contacts(session: Session, *, network: Network, today: date) -> Sequence[HelpContact]:
    """List a network's contacts by the alphabet."""
    found = rows.list_contacts(session, network.network_id)
    return _sort(_to_contacts(session, found, today))


def get_contact(session: Session, *, network: Network, contact_id: UUID, today: date) -> HelpContact:
    """Return one contact of a network; NotFound for unknown ones and those of others."""
    (contact,) = _to_contacts(session, [_get_row(session, network, contact_id)], today)
    return contact


def add_contact(session: Session, *, network: Network, values: Mapping[str, str], today: date, now: datetime) -> UUID:
    """Add a contact, as right as of today."""
    contact_id = uuid4()
    rows.add_contact(
        session,
        id=contact_id,
        network_id=network.network_id,
        confirmed_on=today,
        created_at=now,
        **{name: values[name] for name in COLUMNS},
    )
    _put_topics(session, contact_id, values["topics"])
    return contact_id


def change_contact(
    session: Session,
    *,
    network: Network,
    contact_id: UUID,
    wanted: Mapping[str, str],
    shown: Mapping[str, str],
    today: date,
) -> tuple[Conflict, ...]:
    """Change a contact field by field (P2); whoever saves all of it without a conflict has looked at it."""
    row = _get_row(session, network, contact_id, is_locking=True)
    (contact,) = _to_contacts(session, [row], today)
    before, merger = write_contact(contact), FieldMerger()
    after = {
        name: merger.merge(name, stored=before[name], shown=shown.get(name, ""), wanted=wanted.get(name))
        for name in FIELDS
    }
    is_looked_at = not merger.conflicts and set(wanted) == set(FIELDS)
    rows.change_contact(
        session,
        contact_id,
        {name: after[name] for name in COLUMNS} | ({"confirmed_on": today} if is_looked_at else {}),
    )
    if after["topics"] != before["topics"]:
        _put_topics(session, contact_id, after["topics"])
    return tuple(merger.conflicts)


def confirm_contact(session: Session, *, network: Network, contact_id: UUID, today: date) -> None:
    """Note that a contact is still right."""
    if not rows.confirm_contact(session, network_id=network.network_id, contact_id=contact_id, on=today):
        raise NotFound


def remove_contact(session: Session, *, network: Network, contact_id: UUID) -> None:
    """Remove a contact; twice is harmless."""
    rows.remove_contact(session, network_id=network.network_id, contact_id=contact_id)


def write_contact(contact: HelpContact) -> dict[str, str]:
    """Return a contact's fields as a form writes them."""
    return {name: str(getattr(contact, name)) for name in COLUMNS} | {"topics": write_topics(contact.topics)}


def find_nearby(session: Session, *, actor: Actor) -> HelpNearby:
    """Return for which topics of its check a round's network names somebody: one look a page."""
    actor.require(Task.READ)
    if actor.network_id is None:
        return HelpNearby()
    found = rows.list_nearby(session, assessment_id=actor.assessment_id, slug=actor.slug)
    if not found:
        return HelpNearby()
    return HelpNearby(network=found[0]["name"], topic_refs=frozenset(row["topic_ref"] for row in found))


def list_help(session: Session, *, actor: Actor, topic_ref: str, today: date) -> TopicHelp:
    """List by the alphabet who helps with a topic in the region of the round's network."""
    actor.require(Task.READ)
    found = rows.list_for_topic(session, assessment_id=actor.assessment_id, slug=actor.slug, ref=topic_ref)
    return TopicHelp(
        network=rows.find_network_name(session, actor.assessment_id),
        contacts=_sort([_to_contact(row, frozenset(), today) for row in found]),
    )


def _put_topics(session: Session, contact_id: UUID, written: str) -> None:
    rows.put_topics(session, contact_id, [(topic.slug, topic.ref) for topic in read_topics(written)])


def _get_row(session: Session, network: Network, contact_id: UUID, *, is_locking: bool = False) -> models.HelpContact:
    row = rows.find_contact(session, network_id=network.network_id, contact_id=contact_id, is_locking=is_locking)
    if row is None:
        raise NotFound
    return row


def _to_contacts(session: Session, found: Sequence[models.HelpContact], today: date) -> list[HelpContact]:
    topics: dict[UUID, set[HelpTopic]] = {row.id: set() for row in found}
    for contact_id, slug, ref in rows.list_topics(session, topics):
        topics[contact_id].add(HelpTopic(slug, ref))
    return [_to_contact(row, frozenset(topics[row.id]), today) for row in found]


def _to_contact(row: models.HelpContact, topics: frozenset[HelpTopic], today: date) -> HelpContact:
    return HelpContact(
        contact_id=row.id,
        organisation=row.organisation,
        kind=OrganisationKind(row.kind),
        offer=row.offer,
        phone=row.phone,
        email=row.email,
        page=row.page,
        confirmed_on=row.confirmed_on,
        is_outdated=is_outdated_on(row.confirmed_on, today),
        topics=topics,
    )


def _sort(contacts: Sequence[HelpContact]) -> list[HelpContact]:
    return sorted(contacts, key=lambda contact: (alphabetical_key(contact.organisation), contact.contact_id))
