"""Help nearby: kept by one network's coordinators, read by the companies that count for it, and by nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.help import HelpNearby, HelpTopic, OrganisationKind
from om_selfcheck.services import help_contacts, networks
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.help_contacts import FIELDS, HelpContact
from om_selfcheck.services.networks import Network
from om_selfcheck.store import models
from tests import factories
from tests.factories import HELP, NOW, TODAY, add_help

LATER = TODAY + timedelta(days=400)


@pytest.fixture
def network(session: Session) -> Network:
    factories.add_network(session)
    return networks.get_network(session, slug="netz-a")


@pytest.fixture
def alma(session: Session, network: Network) -> Actor:
    return member(session, network)


def member(session: Session, network: Network) -> Actor:
    """Return the owner of a round that counts for the network."""
    actor = factories.start(session)
    session.add(models.Participation(assessment_id=actor.assessment_id, network_id=network.network_id, joined_at=NOW))
    session.commit()
    return factories.reload(session, actor.assessment_id, actor.grant_id)


def names(session: Session, network: Network) -> list[str]:
    return [contact.organisation for contact in help_contacts.list_contacts(session, network=network, today=TODAY)]


def get(session: Session, network: Network, contact_id: UUID, today: date = TODAY) -> HelpContact:
    return help_contacts.get_contact(session, network=network, contact_id=contact_id, today=today)


def change(session: Session, network: Network, contact_id: UUID, today: date = TODAY, **changes: str) -> Any:
    shown = help_contacts.write_contact(get(session, network, contact_id))
    return help_contacts.change_contact(
        session, network=network, contact_id=contact_id, wanted=shown | changes, shown=shown, today=today
    )


def test_a_contact_is_kept_as_it_was_entered(session: Session, network: Network) -> None:
    contact = get(session, network, add_help(session, network))
    assert help_contacts.write_contact(contact) == HELP
    assert contact.kind is OrganisationKind.CHAMBER
    assert contact.topics == {HelpTopic("basis", "1")}
    assert (contact.confirmed_on, contact.is_outdated) == (TODAY, False)


def test_contacts_stand_by_the_alphabet_whoever_came_first(session: Session, network: Network) -> None:
    for name in ("Zentrum", "Ämternetz", "AOK", "ihk"):
        add_help(session, network, organisation=name)
    assert names(session, network) == ["Ämternetz", "AOK", "ihk", "Zentrum"]


def test_saving_the_form_confirms_and_replaces_the_topics(session: Session, network: Network) -> None:
    contact_id = add_help(session, network)
    assert change(session, network, contact_id, LATER, phone="0800 1", topics="basis/2 basis/3") == ()
    contact = get(session, network, contact_id, LATER)
    assert (contact.phone, contact.confirmed_on) == ("0800 1", LATER)
    assert contact.topics == {HelpTopic("basis", "2"), HelpTopic("basis", "3")}


def test_nobody_overwrites_another_unseen(session: Session, network: Network) -> None:
    contact_id = add_help(session, network)
    shown = help_contacts.write_contact(get(session, network, contact_id))
    change(session, network, contact_id, phone="0800 1", topics="basis/2")
    conflicts = help_contacts.change_contact(
        session,
        network=network,
        contact_id=contact_id,
        wanted=shown | {"phone": "0800 2", "topics": "basis/1 basis/2", "offer": "Berät vor Ort"},
        shown=shown,
        today=LATER,
    )
    assert {conflict.name for conflict in conflicts} == {"phone", "topics"}
    contact = get(session, network, contact_id, LATER)
    assert (contact.phone, contact.offer) == ("0800 1", "Berät vor Ort")
    assert contact.topics == {HelpTopic("basis", "2")}
    assert contact.confirmed_on == TODAY, "with a conflict nobody has seen all of it"


def test_saving_a_part_of_it_confirms_nothing(session: Session, network: Network) -> None:
    contact_id = add_help(session, network)
    help_contacts.change_contact(
        session, network=network, contact_id=contact_id, wanted={"phone": "0800 1"}, shown=HELP, today=LATER
    )
    assert get(session, network, contact_id).confirmed_on == TODAY


def test_a_contact_grows_old_and_is_confirmed(session: Session, network: Network) -> None:
    contact_id = add_help(session, network)
    assert get(session, network, contact_id, LATER).is_outdated
    help_contacts.confirm_contact(session, network=network, contact_id=contact_id, today=LATER)
    assert not get(session, network, contact_id, LATER).is_outdated


def test_a_removed_contact_is_gone_with_its_topics(session: Session, network: Network) -> None:
    contact_id = add_help(session, network)
    for _ in range(2):
        help_contacts.remove_contact(session, network=network, contact_id=contact_id)
    assert names(session, network) == []
    assert factories.dump(session)["help_topic"] == []


def test_another_networks_contacts_look_like_none(session: Session, network: Network) -> None:
    factories.add_network(session, slug="netz-b")
    other = networks.get_network(session, slug="netz-b")
    contact_id = add_help(session, network)
    before = factories.dump(session)
    for unknown in (contact_id, uuid4()):
        with pytest.raises(NotFound):
            get(session, other, unknown)
        with pytest.raises(NotFound):
            help_contacts.confirm_contact(session, network=other, contact_id=unknown, today=LATER)
        with pytest.raises(NotFound):
            help_contacts.change_contact(
                session, network=other, contact_id=unknown, wanted=HELP, shown=HELP, today=LATER
            )
        help_contacts.remove_contact(session, network=other, contact_id=unknown)
    assert factories.dump(session) == before
    assert names(session, other) == []


def test_a_company_finds_who_helps_with_a_topic(session: Session, network: Network, alma: Actor) -> None:
    add_help(session, network, organisation="Zentrum", topics="basis/1")
    add_help(session, network, organisation="AOK", topics="basis/1 basis/2")
    add_help(session, network, organisation="Anderer Check", topics="kompakt/1")
    nearby = help_contacts.find_nearby(session, actor=alma)
    assert nearby == HelpNearby(network="Netzwerk netz-a", topic_refs=frozenset({"1", "2"}))
    listed = help_contacts.list_help(session, actor=alma, topic_ref="1", today=TODAY)
    assert [contact.organisation for contact in listed.contacts] == ["AOK", "Zentrum"]
    assert help_contacts.list_help(session, actor=alma, topic_ref="3", today=TODAY).contacts == []


@pytest.mark.parametrize("why", ["no network", "another network", "closed"])
def test_without_a_network_of_its_own_nobody_is_named(session: Session, network: Network, why: str) -> None:
    if why == "no network":
        actor = factories.start(session)
    elif why == "another network":
        factories.add_network(session, slug="netz-b")
        actor = member(session, networks.get_network(session, slug="netz-b"))
    else:
        actor = member(session, network)
        session.execute(update(models.Network).values(closed_at=NOW))
    add_help(session, network)
    assert help_contacts.find_nearby(session, actor=actor) == HelpNearby()
    listed = help_contacts.list_help(session, actor=actor, topic_ref="1", today=TODAY)
    assert listed.contacts == []
    assert listed.network == ("Netzwerk netz-b" if why == "another network" else "")


def test_whoever_may_read_the_round_may_read_who_helps_and_others_may_not(
    session: Session, network: Network, alma: Actor
) -> None:
    add_help(session, network)
    reader, doer = factories.let_in(session, alma, Right.READER), factories.let_in(session, alma, Right.DOER)
    assert help_contacts.find_nearby(session, actor=reader).covers("1")
    for look in (
        lambda: help_contacts.find_nearby(session, actor=doer),
        lambda: help_contacts.list_help(session, actor=doer, topic_ref="1", today=TODAY),
    ):
        with pytest.raises(NotAllowed):
            look()


def test_reading_writes_nothing(session: Session, network: Network, alma: Actor) -> None:
    add_help(session, network)
    before = factories.dump(session)
    help_contacts.find_nearby(session, actor=alma)
    help_contacts.list_help(session, actor=alma, topic_ref="1", today=TODAY)
    assert factories.dump(session) == before


@pytest.mark.parametrize("contacts", [1, 30])
def test_a_page_costs_one_look_however_many_contacts_there_are(
    session: Session, network: Network, alma: Actor, contacts: int
) -> None:
    for number in range(contacts):
        add_help(session, network, organisation=f"Stelle {number}", topics="basis/1 basis/2")
    session.commit()
    with reads(session) as counted:
        help_contacts.find_nearby(session, actor=alma)
    assert len(counted) == 1


@contextmanager
def reads(session: Session) -> Iterator[list[str]]:
    """Note every SELECT until the block ends."""
    bind, noted = session.get_bind(), list[str]()

    def note(*arguments: Any) -> None:
        if arguments[2].startswith("SELECT"):
            noted.append(arguments[2])

    event.listen(bind, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(bind, "before_cursor_execute", note)


def test_the_fields_of_the_form_are_those_of_the_sample() -> None:
    assert set(HELP) == set(FIELDS)
