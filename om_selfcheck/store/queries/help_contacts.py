"""Contacts that help in a network's region, and the topics of checks they help with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import HelpContact, HelpTopic, Network, Participation

_MINE = (
    select(Participation.network_id)
    .join(Network, Network.id == Participation.network_id)
    .where(Participation.assessment_id == bindparam("assessment_id"), Network.closed_at.is_(None))
)
_NETWORK = select(Network.name).where(Network.id.in_(_MINE))
_NEARBY = (
    select(Network.name, HelpTopic.topic_ref)
    .join(HelpContact, HelpContact.network_id == Network.id)
    .join(HelpTopic, HelpTopic.contact_id == HelpContact.id)
    .where(Network.id.in_(_MINE), HelpTopic.questionnaire_slug == bindparam("slug"))
    .distinct()
)
_FOR_TOPIC = (
    select(HelpContact)
    .join(HelpTopic, HelpTopic.contact_id == HelpContact.id)
    .where(
        HelpContact.network_id.in_(_MINE),
        HelpTopic.questionnaire_slug == bindparam("slug"),
        HelpTopic.topic_ref == bindparam("ref"),
    )
)


def list_contacts(session: Session, network_id: UUID) -> Sequence[HelpContact]:
    return session.scalars(select(HelpContact).where(HelpContact.network_id == network_id)).all()


def find_contact(
    session: Session, *, network_id: UUID, contact_id: UUID, is_locking: bool = False
) -> HelpContact | None:
    statement = select(HelpContact).where(HelpContact.id == contact_id, HelpContact.network_id == network_id)
    if is_locking:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalar(statement)


def list_topics(session: Session, contact_ids: Iterable[UUID]) -> Sequence[tuple[UUID, str, str]]:
    """Return (contact, check, topic) of some contacts."""
    statement = select(HelpTopic).where(HelpTopic.contact_id.in_(list(contact_ids)))
    return [(row.contact_id, row.questionnaire_slug, row.topic_ref) for row in session.scalars(statement)]


def add_contact(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(HelpContact(**columns))
    session.flush()


def change_contact(session: Session, contact_id: UUID, values: Mapping[str, object]) -> None:
    session.execute(update(HelpContact).where(HelpContact.id == contact_id).values(**values))


def put_topics(session: Session, contact_id: UUID, topics: Iterable[tuple[str, str]]) -> None:
    """Let a contact help with these topics (check, topic) and no others."""
    session.execute(delete(HelpTopic).where(HelpTopic.contact_id == contact_id))
    rows = [{"contact_id": contact_id, "questionnaire_slug": slug, "topic_ref": ref} for slug, ref in topics]
    if rows:
        session.execute(insert(HelpTopic), rows)


def confirm_contact(session: Session, *, network_id: UUID, contact_id: UUID, on: date) -> bool:
    """Note that a contact was looked at; say whether the network has it."""
    mine = (HelpContact.id == contact_id, HelpContact.network_id == network_id)
    statement = update(HelpContact).where(*mine).values(confirmed_on=on).returning(HelpContact.id)
    return session.execute(statement).first() is not None


def remove_contact(session: Session, *, network_id: UUID, contact_id: UUID) -> None:
    session.execute(delete(HelpContact).where(HelpContact.id == contact_id, HelpContact.network_id == network_id))


def find_network_name(session: Session, assessment_id: UUID) -> str:
    """Return the name of the network a round counts for, "" where there is none or it is closed."""
    return session.scalar(_NETWORK, {"assessment_id": assessment_id}) or ""


def list_nearby(session: Session, *, assessment_id: UUID, slug: str) -> Sequence[RowMapping]:
    """Return name of the network and topic for each topic of a check with which somebody helps."""
    return session.execute(_NEARBY, {"assessment_id": assessment_id, "slug": slug}).mappings().all()


def list_for_topic(session: Session, *, assessment_id: UUID, slug: str, ref: str) -> Sequence[HelpContact]:
    return session.scalars(_FOR_TOPIC, {"assessment_id": assessment_id, "slug": slug, "ref": ref}).all()
