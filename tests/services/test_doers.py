"""Responsible persons: their links, the mail that carries one, and reminders only after a yes."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, action_scope, name_scope
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.domain.progress import ActionState, Report
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import action_plans, doers, grants, progress, unsubscribing
from om_selfcheck.services.doers import Responsible, TooManyInvitations
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.letters import Claimed, join_tables
from om_selfcheck.services.letters.doers import Invitation, prepare_invitation
from om_selfcheck.services.record import verify_record
from om_selfcheck.store.models import Doer, Grant, Message
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW, TODAY

DAY = timedelta(days=1)
ADDRESS = "werkstatt@betrieb.example"


def start(session: Session) -> Actor:
    """Start a round whose plan names the office twice and the workshop once."""
    owner = factories.start(session)
    for place, responsible in enumerate(("Büro", "Werkstatt", "Büro", "", "…")):
        factories.plan_one(session, owner, responsible=responsible, now=NOW + timedelta(seconds=place))
    return owner


def invite(session: Session, owner: Actor, name: str = "Werkstatt", address: str = ADDRESS, *, later: int = 0) -> bool:
    now, today = NOW + later * DAY, TODAY + later * DAY
    is_new = doers.invite(session, actor=owner, name=name, address=address, now=now, today=today)
    session.commit()
    return is_new


def claim(session: Session, place: int = -1) -> Claimed:
    """Return a queued message as a sender would have it."""
    row = session.scalars(select(Message).order_by(Message.created_at)).all()[place]
    return Claimed(
        id=row.id,
        kind=MessageKind(row.kind),
        subject=row.subject,
        stage=row.stage,
        company_id=row.company_id,
        assessment_id=row.assessment_id,
        address=row.address,
        language=row.language,
        facts=json.loads(row.facts),
        message_id=row.message_id,
    )


def send(session: Session, place: int = -1) -> Invitation | None:
    prepared = prepare_invitation(session, claim(session, place), NOW)
    session.commit()
    return prepared


def come_by_mail(session: Session, owner: Actor, name: str = "Werkstatt") -> Actor:
    """Return somebody who opened the link that was mailed to them."""
    invite(session, owner, name)
    sent = send(session)
    assert sent is not None
    return grants.get_actor_by_token(session, token=sent.token, now=NOW)


def rename(session: Session, owner: Actor, before: str, after: str) -> None:
    for entry in action_plans.list_actions(session, actor=owner):
        if entry.action.responsible == before:
            action_plans.save_action(
                session,
                actor=owner,
                questionnaire=make_questionnaire(),
                action_id=entry.id,
                wanted={"responsible": after},
                shown={"responsible": before},
                now=NOW,
            )
    session.commit()


def people(session: Session, owner: Actor) -> dict[str, Responsible]:
    session.expire_all()
    return {one.name: one for one in doers.list_responsible(session, actor=owner, now=NOW)}


# Links


def test_everybody_the_plan_names_is_listed_once_in_its_order(session: Session) -> None:
    owner = start(session)
    listed = doers.list_responsible(session, actor=owner, now=NOW)
    assert [(one.name, one.actions, one.links) for one in listed] == [("Büro", 2, ()), ("Werkstatt", 1, ())]


def test_a_persons_link_opens_the_page_of_their_actions(session: Session) -> None:
    owner = start(session)
    link = doers.create_link(session, actor=owner, name="Büro", now=NOW)
    session.commit()
    actor = grants.get_actor_by_token(session, token=link.token, now=NOW)
    assert (actor.right, actor.scope, actor.label) == (Right.DOER, "name:Büro", "Büro")
    assert len(progress.list_progress(session, actor=actor)) == 2
    assert [one.grant_id for one in people(session, owner)["Büro"].links] == [link.grant_id]
    assert people(session, owner)["Werkstatt"].links == ()
    assert (Verb.GRANT_CREATED, NOW) in factories.list_verbs(session, f"assessment:{owner.assessment_id}")


@pytest.mark.parametrize("name", ["Lager", "", "…", "büro", "Büro "])
def test_nobody_gets_a_link_whom_the_plan_does_not_name(session: Session, name: str) -> None:
    owner = start(session)
    before = factories.dump(session)
    with pytest.raises(NotFound):
        doers.create_link(session, actor=owner, name=name, now=NOW)
    with pytest.raises(NotFound):
        doers.invite(session, actor=owner, name=name, address=ADDRESS, now=NOW, today=TODAY)
    session.rollback()
    assert factories.dump(session) == before


def test_a_link_ends_thirty_days_after_the_last_date_of_the_person(session: Session) -> None:
    owner = factories.start(session)
    far, near = TODAY + 300 * DAY, TODAY + 10 * DAY
    factories.plan_one(session, owner, responsible="Büro", due_on=near, follow_up_on=far)
    factories.plan_one(session, owner, responsible="Werkstatt", due_on=near, follow_up_on=None)
    for name, days in (("Büro", 330), ("Werkstatt", 180)):
        link = doers.create_link(session, actor=owner, name=name, now=NOW)
        just_before = NOW + days * DAY - timedelta(seconds=1)
        grants.get_actor_by_token(session, token=link.token, now=just_before)
        with pytest.raises(NotFound):
            grants.get_actor_by_token(session, token=link.token, now=NOW + days * DAY)


def test_an_ended_link_is_listed_no_more_and_opens_nothing(session: Session) -> None:
    owner = start(session)
    link = doers.create_link(session, actor=owner, name="Büro", now=NOW)
    grants.revoke_link(session, actor=owner, grant_id=link.grant_id, now=NOW)
    session.commit()
    assert people(session, owner)["Büro"].links == ()
    with pytest.raises(NotFound):
        grants.get_actor_by_token(session, token=link.token, now=NOW)


def test_a_name_of_two_hundred_letters_gets_a_link_too(session: Session) -> None:
    owner, name = factories.start(session), "Werkstattleitung " * 11 + "ABCDEFGHIJKLM"
    assert len(name) == 200
    factories.plan_one(session, owner, responsible=name)
    link = doers.create_link(session, actor=owner, name=name, now=NOW)
    session.commit()
    actor = grants.get_actor_by_token(session, token=link.token, now=NOW)
    (mine,) = progress.list_progress(session, actor=actor)
    report = Report(state=ActionState.DONE)
    progress.report_progress(session, actor=actor, action_id=UUID(mine.key), report=report, shown_state="open", now=NOW)
    session.commit()
    assert list(people(session, owner)) == [name]


def test_whom_the_plan_names_no_more_is_listed_last_while_a_link_is_open(session: Session) -> None:
    owner = start(session)
    link = doers.create_link(session, actor=owner, name="Büro", now=NOW)
    invite(session, owner)
    rename(session, owner, "Büro", "Buchhaltung")
    rename(session, owner, "Werkstatt", "Lager")
    listed = [(one.name, one.actions, len(one.links)) for one in doers.list_responsible(session, actor=owner, now=NOW)]
    assert listed == [("Buchhaltung", 2, 0), ("Lager", 1, 0), ("Büro", 0, 1), ("Werkstatt", 0, 0)]
    grants.revoke_link(session, actor=owner, grant_id=link.grant_id, now=NOW)
    doers.forget_address(session, actor=owner, name="Werkstatt", now=NOW)
    assert list(people(session, owner)) == ["Buchhaltung", "Lager"]


def test_a_link_out_of_a_reminder_is_nobodys_own(session: Session) -> None:
    owner = start(session)
    factories.make_doer(session, owner, action_scope(str(uuid4())), label="Büro")
    assert {name: one.links for name, one in people(session, owner).items()} == {"Büro": (), "Werkstatt": ()}


# The mail


def test_an_invitation_is_queued_once_a_day_for_a_person_and_an_address(session: Session) -> None:
    owner = start(session)
    assert invite(session, owner)
    assert not invite(session, owner)
    assert invite(session, owner, address="lager@betrieb.example")
    assert invite(session, owner, "Büro")
    assert invite(session, owner, address="lager@betrieb.example", later=1)
    sent = session.execute(select(Message.kind, Message.address, Message.state, Message.company_id)).all()
    assert {(row.kind, row.state, row.company_id) for row in sent} == {("doer_invited", "queued", owner.company_id)}
    assert len(sent) == 4


def test_the_ledger_holds_no_token_and_no_name(session: Session) -> None:
    owner = start(session)
    invite(session, owner)
    row = factories.dump(session)["message"][0]
    assert "Werkstatt" not in row
    assert session.scalars(select(Grant).where(Grant.right == "doer")).all() == []


def test_the_letter_mints_the_link_when_it_is_sent(session: Session) -> None:
    owner = start(session)
    factories.fill_in(session, owner)
    actor = come_by_mail(session, owner)
    assert [found.action.responsible for found in progress.list_progress(session, actor=actor)] == ["Werkstatt"]
    assert join_tables()[MessageKind.DOER_INVITED] is prepare_invitation
    session.expire_all()
    assert session.scalars(select(Doer.grant_id)).all() == [actor.grant_id]
    assert verify_record(session) == []


def test_the_letter_says_what_it_is_about(session: Session) -> None:
    owner = start(session)
    factories.fill_in(session, owner)
    invite(session, owner, "Büro")
    sent = send(session)
    assert sent is not None
    assert (sent.company_name, sent.name, sent.actions) == ("Tischlerei Brandt GmbH", "Büro", 2)
    assert sent.ends_at == NOW + timedelta(days=180)


def test_a_second_attempt_mints_another_link_and_the_first_goes_on(session: Session) -> None:
    owner = start(session)
    invite(session, owner)
    first, second = send(session), send(session)
    assert first is not None
    assert second is not None
    for sent in (first, second):
        assert grants.get_actor_by_token(session, token=sent.token, now=NOW).scope == "name:Werkstatt"
    assert first.token != second.token


@pytest.mark.parametrize("change", ["another address", "address taken out", "unsubscribed", "renamed", "plan emptied"])
def test_a_letter_that_is_wanted_no_more_is_not_sent(session: Session, change: str) -> None:
    owner = start(session)
    invite(session, owner)
    if change == "another address":
        invite(session, owner, address="neu@betrieb.example", later=1)  # behind the first
    elif change == "address taken out":
        doers.forget_address(session, actor=owner, name="Werkstatt", now=NOW)
    elif change == "unsubscribed":
        signed = unsubscribing.sign_recipient(claim(session, 0), "secret")
        unsubscribing.end_reminders(session, signed=signed, secret_key="secret", now=NOW)
    elif change == "renamed":
        rename(session, owner, "Werkstatt", "Lager")
    else:
        for entry in action_plans.list_actions(session, actor=owner):
            action_plans.remove_action(session, actor=owner, action_id=entry.id)
    session.commit()
    session.expire_all()
    assert send(session, 0) is None
    assert session.scalars(select(Grant).where(Grant.right == "doer")).all() == []


def test_a_round_sends_twenty_invitations_a_day_and_no_more(session: Session) -> None:
    owner = start(session)
    for number in range(doers.INVITED_A_DAY):
        assert invite(session, owner, address=f"person{number}@betrieb.example")
    with pytest.raises(TooManyInvitations):
        invite(session, owner, address="noch@betrieb.example")
    session.rollback()
    other = start(session)
    assert invite(session, other, address="noch@betrieb.example")
    assert invite(session, owner, address="noch@betrieb.example", later=1)


def test_the_company_sees_what_became_of_the_mail(session: Session) -> None:
    owner = start(session)
    assert people(session, owner)["Werkstatt"].invitation is None
    invite(session, owner)
    assert people(session, owner)["Werkstatt"].invitation is MessageState.QUEUED
    session.scalars(select(Message)).one().state = "undeliverable"
    session.commit()
    found = people(session, owner)["Werkstatt"]
    assert (found.address, found.invitation) == (ADDRESS, MessageState.UNDELIVERABLE)


# Reminders only after a yes


def test_nobody_is_reminded_before_the_holder_of_the_address_said_yes(session: Session) -> None:
    owner = start(session)
    actor = come_by_mail(session, owner)
    assert people(session, owner)["Werkstatt"].confirmed_at is None
    offer = doers.find_reminder_offer(session, actor=actor)
    assert offer is not None
    assert (offer.address, offer.accepted_at) == (ADDRESS, None)
    doers.accept_reminders(session, actor=actor, now=NOW + DAY)
    doers.accept_reminders(session, actor=actor, now=NOW + 2 * DAY)
    session.commit()
    assert people(session, owner)["Werkstatt"].confirmed_at == NOW + DAY
    doer_id = session.scalars(select(Doer.id)).one()
    assert factories.list_verbs(session, f"doer:{doer_id}") == [(Verb.ADDRESS_CONFIRMED, NOW + DAY)]


def test_only_the_mailed_link_proves_whose_address_it_is(session: Session) -> None:
    owner = start(session)
    come_by_mail(session, owner)
    copied = doers.create_link(session, actor=owner, name="Werkstatt", now=NOW)
    by_copy = grants.get_actor_by_token(session, token=copied.token, now=NOW)
    by_action = factories.make_doer(session, owner, action_scope(str(uuid4())))
    by_other_name = factories.make_doer(session, owner, name_scope("Büro"))
    for actor in (by_copy, by_action, by_other_name, owner):
        assert doers.find_reminder_offer(session, actor=actor) is None
        with pytest.raises(NotFound):
            doers.accept_reminders(session, actor=actor, now=NOW)
    session.rollback()
    assert people(session, owner)["Werkstatt"].confirmed_at is None


def test_a_no_forgets_the_address(session: Session) -> None:
    owner = start(session)
    actor = come_by_mail(session, owner)
    doers.accept_reminders(session, actor=actor, now=NOW)
    doers.decline_reminders(session, actor=actor, now=NOW)
    session.commit()
    assert ADDRESS not in str(factories.dump(session)["doer"])
    assert doers.find_reminder_offer(session, actor=actor) is None
    assert progress.list_progress(session, actor=actor), "the link itself goes on"


def test_a_new_address_has_to_say_yes_anew(session: Session) -> None:
    owner = start(session)
    actor = come_by_mail(session, owner)
    doers.accept_reminders(session, actor=actor, now=NOW)
    session.commit()
    invite(session, owner, later=1)
    assert people(session, owner)["Werkstatt"].confirmed_at == NOW, "the same address once more"
    invite(session, owner, address="neu@betrieb.example")
    found = people(session, owner)["Werkstatt"]
    assert (found.address, found.confirmed_at) == ("neu@betrieb.example", None)
    assert doers.find_reminder_offer(session, actor=actor) is None, "the old holder cannot say it for the new one"


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER, Right.DOER, Right.CALENDAR])
def test_only_the_owner_hands_out_links_and_addresses(session: Session, right: Right) -> None:
    owner = start(session)
    actor = factories.let_in(session, owner, right)
    before = factories.dump(session)
    for act in (
        lambda: doers.list_responsible(session, actor=actor, now=NOW),
        lambda: doers.create_link(session, actor=actor, name="Büro", now=NOW),
        lambda: doers.invite(session, actor=actor, name="Büro", address=ADDRESS, now=NOW, today=TODAY),
        lambda: doers.forget_address(session, actor=actor, name="Büro", now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()
    session.rollback()
    assert factories.dump(session) == before
