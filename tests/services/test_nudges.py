"""The blind nudge reaches those who agreed and have stopped, once, and tells the network nothing about them (D9)."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import user_actor
from om_selfcheck.services import networks, nudges
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.letters import Claimed
from om_selfcheck.services.letters.nudges import Stopped, prepare_nudge
from om_selfcheck.services.networks import Network
from om_selfcheck.services.nudges import NoContact, NudgedLately
from om_selfcheck.store import models
from om_selfcheck.store.models import Assessment, Company, Message, Nudge, Participation
from tests import factories
from tests.factories import NOW
from tests.mail.golden import make_claimed
from tests.services import crowd
from tests.services.parallel import run_in_parallel

LATER = NOW + timedelta(days=15)
ADDRESS = "post@brandt.example"
USER = UUID(int=7)


@pytest.fixture
def network(session: Session) -> Network:
    """A network with somebody to turn to, and Nina, who coordinates it."""
    network_id = factories.add_network(session)
    change_network(session, contact_name="Nina Nolte", contact_email="nina@nordharz.example", contact_phone="05321 12")
    account = factories.add_account(session)
    session.execute(update(models.User).where(models.User.id == account.user_id).values(id=USER))
    session.commit()
    found = networks.get_network(session, slug="netz-a")
    assert found.network_id == network_id
    session.commit()
    return found


def change_network(session: Session, **columns: object) -> None:
    session.execute(update(models.Network).values(**columns))
    session.commit()


def stopped(session: Session, network: Network, *, may_be_nudged: bool = True, **company: Any) -> Actor:
    """Return the owner of a round that was begun and left lying."""
    owner = crowd.join(session, factories.start(session), network.network_id, may_be_nudged=may_be_nudged)
    crowd.rate(session, owner, *crowd.REFS[:2])
    values = {"confirmed_email": ADDRESS} | company
    session.execute(update(Company).where(Company.id == owner.company_id).values(**values))
    session.commit()
    return owner


def ask(session: Session, network: Network, now: datetime = LATER) -> None:
    nudges.ask_for_nudge(session, network=network, user_id=USER, by=user_actor(USER), now=now)
    session.commit()


def queue(session: Session, now: datetime = LATER) -> int:
    queued = sum(nudges.queue_nudge(session, nudge=one, now=now) for one in nudges.list_waiting(session))
    session.commit()
    return queued


def reached(session: Session, network: Network, now: datetime = LATER) -> int:
    ask(session, network, now)
    return queue(session, now)


# Asking


def test_asking_is_noted_and_recorded_and_queues_nothing_itself(session: Session, network: Network) -> None:
    stopped(session, network)
    ask(session, network)
    (nudge,) = session.scalars(select(Nudge))
    assert (nudge.network_id, nudge.user_id, nudge.sent_at, nudge.queued_at) == (network.network_id, USER, LATER, None)
    assert session.scalars(select(Message)).all() == []
    assert factories.list_verbs(session, f"network:{network.network_id}") == [("companies_nudged", LATER)]


def test_what_is_noted_is_the_same_whomever_it_reaches(session: Session, network: Network) -> None:
    ask(session, network)
    nobody = factories.dump(session)
    assert queue(session) == 0
    standing = nudges.get_standing(session, network=network, now=LATER)
    assert (standing.last_at, standing.next_at) == (LATER, LATER + timedelta(days=14))
    assert json.loads(nobody["event_payload"][-1].split(", ")[-1].strip("')")) == {}


@pytest.mark.parametrize(("days", "may"), [(13, False), (14, True)])
def test_a_network_reminds_at_most_once_in_fourteen_days(
    session: Session, network: Network, *, days: int, may: bool
) -> None:
    ask(session, network)
    again = LATER + timedelta(days=days)
    assert (nudges.get_standing(session, network=network, now=again).next_at is None) is may
    if may:
        ask(session, network, again)
    else:
        with pytest.raises(NudgedLately):
            ask(session, network, again)


@pytest.mark.parametrize(
    "columns", [{"contact_name": ""}, {"contact_email": "", "contact_phone": ""}, {"closed_at": NOW}]
)
def test_a_network_without_anybody_to_turn_to_reminds_nobody(
    session: Session, network: Network, columns: dict[str, object]
) -> None:
    change_network(session, **columns)
    session.expire_all()
    with pytest.raises(NoContact):
        ask(session, networks.get_network(session, slug=network.slug))


def test_two_clicks_at_once_are_one_nudge(engine: Engine, session: Session, network: Network) -> None:
    done = run_in_parallel(
        engine,
        4,
        lambda one, _: nudges.ask_for_nudge(one, network=network, user_id=USER, by=user_actor(USER), now=LATER),
    )
    assert [type(error) for error in done.errors] == [NudgedLately] * 3
    assert len(session.scalars(select(Nudge)).all()) == 1


# Whom it reaches


def test_who_agreed_and_has_stopped_gets_one_mail(session: Session, network: Network) -> None:
    owner = stopped(session, network)
    assert reached(session, network) == 1
    (message,) = session.scalars(select(Message))
    assert (message.kind, message.subject) == (MessageKind.NUDGE, f"assessment:{owner.assessment_id}")
    assert (message.address, message.company_id) == (ADDRESS, owner.company_id)
    assert queue(session) == 0


@pytest.mark.parametrize(
    "company",
    [
        {"confirmed_email": ""},
        {"reminder": "not_at_all"},
        {"mails_resume_on": LATER.date() + timedelta(days=1)},
    ],
)
def test_who_cannot_or_will_not_be_reached_is_left_alone(
    session: Session, network: Network, company: dict[str, Any]
) -> None:
    stopped(session, network, **company)
    assert reached(session, network) == 0


def test_who_did_not_agree_is_left_alone(session: Session, network: Network) -> None:
    stopped(session, network, may_be_nudged=False)
    assert reached(session, network) == 0


def test_who_did_something_lately_has_not_stopped(session: Session, network: Network) -> None:
    lately = LATER - timedelta(days=13)
    rated, planned, opened, joined = (stopped(session, network) for _ in range(4))
    crowd.rate(session, rated, crowd.REFS[2], now=lately)
    factories.plan_one(session, planned, now=lately)
    session.execute(update(Assessment).where(Assessment.id == opened.assessment_id).values(last_opened_at=lately))
    mine = Participation.assessment_id == joined.assessment_id
    session.execute(update(Participation).where(mine).values(joined_at=lately))
    session.commit()
    assert reached(session, network) == 0
    assert reached(session, network, LATER + timedelta(days=14)) == 4


def test_who_has_declared_is_done(session: Session, network: Network) -> None:
    owner = factories.make_complete(session)
    crowd.join(session, owner, network.network_id, may_be_nudged=True)
    session.execute(update(Company).values(confirmed_email=ADDRESS))
    factories.issue(session, owner)
    assert reached(session, network) == 0


def test_others_of_another_network_are_not_reached(session: Session, network: Network) -> None:
    other = factories.add_network(session, slug="netz-b")
    owner = stopped(session, network)
    session.execute(
        update(Participation).where(Participation.assessment_id == owner.assessment_id).values(network_id=other)
    )
    session.commit()
    assert reached(session, network) == 0


def test_a_round_is_reminded_at_most_once_in_fourteen_days_whichever_network_asks(
    session: Session, network: Network
) -> None:
    stopped(session, network)
    assert reached(session, network) == 1
    other = factories.add_network(session, slug="netz-b")
    change_network(session, contact_name="Nora", contact_phone="1")
    session.execute(update(Participation).values(network_id=other))
    session.commit()
    session.expire_all()
    theirs = networks.get_network(session, slug="netz-b")
    assert reached(session, theirs, LATER + timedelta(days=13)) == 0
    assert reached(session, theirs, LATER + timedelta(days=27)) == 1


def test_a_dry_run_counts_without_queueing(session: Session, network: Network) -> None:
    stopped(session, network)
    ask(session, network)
    (waiting,) = nudges.list_waiting(session)
    assert nudges.count_reached(session, nudge=waiting, today=LATER.date()) == 1
    assert session.scalars(select(Message)).all() == []


def test_two_senders_queue_a_nudge_once(engine: Engine, session: Session, network: Network) -> None:
    stopped(session, network)
    ask(session, network)
    (waiting,) = nudges.list_waiting(session)
    session.commit()
    done = run_in_parallel(engine, 2, lambda one, _: nudges.queue_nudge(one, nudge=waiting, now=LATER))
    assert (sorted(done.results), done.errors) == ([0, 1], [])


# What the mail says


def claim(owner: Actor, network: Network) -> Claimed:
    return make_claimed(
        MessageKind.NUDGE,
        assessment_id=owner.assessment_id,
        address=ADDRESS,
        facts={"network": str(network.network_id)},
    )


def prepare(session: Session, owner: Actor, network: Network) -> Any:
    return prepare_nudge(session, claim(owner, network), LATER)


def test_the_mail_names_the_network_s_people_and_how_far_the_round_is(session: Session, network: Network) -> None:
    owner = stopped(session, network, name="Tischlerei Brandt GmbH")
    assert prepare(session, owner, network) == Stopped(
        company_name="Tischlerei Brandt GmbH",
        network_name="Netzwerk netz-a",
        contact_name="Nina Nolte",
        contact_email="nina@nordharz.example",
        contact_phone="05321 12",
        rated=2,
    )


@pytest.mark.parametrize("what", ["left", "disagreed", "address", "declared", "pause"])
def test_a_mail_that_is_not_wanted_any_more_is_not_sent(session: Session, network: Network, what: str) -> None:
    owner = stopped(session, network)
    if what == "left":
        session.execute(delete(Participation))
    elif what == "disagreed":
        session.execute(update(Participation).values(may_be_nudged=False))
    elif what == "address":
        session.execute(update(Company).values(confirmed_email="other@brandt.example"))
    elif what == "declared":
        crowd.declare(session, owner.assessment_id, on=NOW.date(), done=0)
    else:
        session.execute(update(Company).values(mails_resume_on=LATER.date() + timedelta(days=1)))
    session.commit()
    assert prepare(session, owner, network) is None


def test_a_message_about_no_round_says_nothing(session: Session) -> None:
    assert prepare_nudge(session, make_claimed(MessageKind.NUDGE, assessment_id=None), LATER) is None
