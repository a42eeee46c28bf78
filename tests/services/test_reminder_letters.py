"""A reminder is asked again when it is sent: still wanted, by whom, of what, and with which fresh link."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, Task
from om_selfcheck.domain.declaration import last_valid_day
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.progress import ActionState, Effect
from om_selfcheck.domain.record import Verb
from om_selfcheck.domain.reminders import RenewalTone
from om_selfcheck.services import grants
from om_selfcheck.services.grants import Actor, hash_token
from om_selfcheck.services.letters import Claimed
from om_selfcheck.services.letters.reminders import PREPARE, EndingDeclaration, ListedAction
from om_selfcheck.store.models import Action, Assessment, Declaration, Doer, Grant, Message
from tests import factories
from tests.factories import TODAY
from tests.services import reminded
from tests.services.reminded import ADDRESS, DAY, DOER, USUAL, Planned, list_messages, morning, remind

END = last_valid_day(TODAY)
DUE_ON = date(2027, 1, 31)
RENEWAL, DUE, FOLLOW_UP = MessageKind.RENEWAL, MessageKind.ACTION_DUE, MessageKind.FOLLOW_UP


def claim(message: Message) -> Claimed:
    return Claimed(
        id=message.id,
        kind=MessageKind(message.kind),
        subject=message.subject,
        stage=message.stage,
        company_id=message.company_id,
        assessment_id=message.assessment_id,
        address=message.address,
        language=message.language,
        facts=json.loads(message.facts),
        message_id=message.message_id,
    )


def prepare(session: Session, on: date, *, address: str = ADDRESS, kind: MessageKind | None = None) -> Any:
    """Prepare the one mail to an address as its sender would on a day."""
    (message,) = [one for one in list_messages(session) if one.address == address and kind in (None, one.kind)]
    claimed = claim(message)
    facts = PREPARE[claimed.kind](session, claimed, morning(on))
    session.commit()
    return facts


# The renewal


@pytest.mark.parametrize(("days", "tone"), list(zip(USUAL, RenewalTone, strict=True)))
def test_a_renewal_says_what_is_left(session: Session, days: int, tone: RenewalTone) -> None:
    owner = reminded.make_declared(session)
    remind(session, END - days * DAY)
    assert prepare(session, END - days * DAY) == EndingDeclaration(
        number=reminded.number_of(session, owner),
        company_name="Tischlerei Brandt GmbH",
        valid_until=END,
        days_left=days,
        tone=tone,
        is_begun=False,
    )


def test_a_renewal_knows_that_the_next_round_has_begun(session: Session) -> None:
    owner = reminded.make_declared(session)
    remind(session, END)
    newer = factories.start(session)
    session.execute(
        update(Assessment).where(Assessment.id == newer.assessment_id).values(renews_id=owner.assessment_id)
    )
    session.commit()
    assert prepare(session, END).is_begun


@pytest.mark.parametrize(("days", "last"), [(90, 31), (30, 8), (7, 0), (-1, -29)])
def test_a_stage_that_waited_too_long_leaves_it_to_the_next(session: Session, days: int, last: int) -> None:
    reminded.make_declared(session)
    remind(session, END - days * DAY)
    assert prepare(session, END - last * DAY).days_left == last
    assert prepare(session, END - (last - 1) * DAY) is None


def test_a_clock_that_was_set_back_before_the_sending_cancels_nothing(session: Session) -> None:
    reminded.make_declared(session)
    reminded.make_planned(
        session, Planned(title="A", due_on=END - 7 * DAY, follow_up_on=END - 7 * DAY), confirmed_email="b@example.org"
    )
    remind(session, END - 7 * DAY)
    assert prepare(session, END - 8 * DAY).days_left == 8
    for kind in (DUE, FOLLOW_UP):
        assert prepare(session, END - 8 * DAY, address="b@example.org", kind=kind).on == END - 7 * DAY


def withdraw(session: Session, owner: Actor) -> None:
    session.execute(
        update(Declaration).where(Declaration.assessment_id == owner.assessment_id).values(withdrawn_on=TODAY)
    )


def replace(session: Session, owner: Actor) -> None:
    newer = reminded.make_declared(session, issued_on=END - 200 * DAY, confirmed_email="")
    newer_id = session.scalar(select(Declaration.id).where(Declaration.assessment_id == newer.assessment_id))
    ours = Declaration.assessment_id == owner.assessment_id
    session.execute(update(Declaration).where(ours).values(replaced_by_id=newer_id))


def unsubscribe(session: Session, owner: Actor) -> None:
    reminded.change_company(session, owner, reminder="not_at_all")


def pause(session: Session, owner: Actor) -> None:
    reminded.change_company(session, owner, mails_resume_on=END + 100 * DAY)


def change_address(session: Session, owner: Actor) -> None:
    reminded.change_company(session, owner, confirmed_email="neu@brandt.example")


def remove_address(session: Session, owner: Actor) -> None:
    reminded.change_company(session, owner, confirmed_email="")


Change = Callable[[Session, Actor], None]


@pytest.mark.parametrize(
    "change", [withdraw, replace, unsubscribe, pause, change_address, remove_address], ids=lambda one: one.__name__
)
def test_whatever_ended_the_wish_meanwhile_cancels_all_three_kinds(session: Session, change: Change) -> None:
    owner = reminded.make_declared(session)
    session.execute(update(Action).values(due_on=END, follow_up_on=END))
    session.commit()
    remind(session, END)
    assert all(prepare(session, END, kind=kind) is not None for kind in PREPARE)
    change(session, owner)
    session.commit()
    assert [prepare(session, END, kind=kind) for kind in PREPARE] == [None, None, None]


# Actions


def test_a_mail_lists_what_is_due_with_what_the_words_need(session: Session) -> None:
    reminded.make_planned(
        session,
        Planned(title="Angebote nachfassen", due_on=DUE_ON - DAY, responsible="Büro"),
        Planned(title="", due_on=DUE_ON, responsible="Werkstatt", state=ActionState.IN_PROGRESS),
        name="Tischlerei Brandt GmbH",
    )
    remind(session, DUE_ON)
    facts = prepare(session, DUE_ON)
    assert (facts.company_name, facts.is_for_company) == ("Tischlerei Brandt GmbH", True)
    assert (facts.count, facts.on, facts.is_one_day) == (2, DUE_ON, False)
    first, second = facts.actions
    assert first == ListedAction(
        heading="Angebote nachfassen",
        description="Offene Posten jeden Montag durchgehen",
        responsible="Büro",
        on=DUE_ON - DAY,
        follow_up="Liste im Ordner ansehen",
        state=ActionState.OPEN,
        token=first.token,
    )
    assert (second.heading, second.description) == ("Offene Posten jeden Montag durchgehen", "")
    assert (second.on, second.state) == (DUE_ON, ActionState.IN_PROGRESS)


def test_each_link_opens_one_action_for_ninety_days_and_only_its_hash_stays(session: Session) -> None:
    owner = reminded.make_planned(session, Planned(title="A", due_on=DUE_ON), Planned(title="B", due_on=DUE_ON))
    ids = {row.title: row.id for row in session.execute(select(Action.title, Action.id))}
    remind(session, DUE_ON)
    sent = morning(DUE_ON)
    listed = prepare(session, DUE_ON).actions
    for action in listed:
        actor = grants.get_actor_by_token(session, token=action.token, now=sent)
        assert (actor.right, actor.scope) == (Right.DOER, f"action:{ids[action.heading]}")
        assert (actor.assessment_id, actor.label) == (owner.assessment_id, action.heading)
        assert [task for task in Task if actor.may(task)] == [Task.DO]
        grant = session.execute(select(Grant).where(Grant.token_hash == hash_token(action.token))).scalar_one()
        assert grant.expires_at == sent + timedelta(days=90)
        assert action.token not in str(factories.dump(session))
    verbs = [verb for verb, _ in factories.list_verbs(session, f"assessment:{owner.assessment_id}")]
    assert verbs.count(Verb.GRANT_CREATED) == 2


def test_each_attempt_has_a_link_of_its_own(session: Session) -> None:
    reminded.make_planned(session, Planned(title="A", follow_up_on=DUE_ON))
    remind(session, DUE_ON)
    first, second = (prepare(session, DUE_ON + n * DAY).actions[0].token for n in range(2))
    assert first != second
    for token in (first, second):
        assert grants.get_actor_by_token(session, token=token, now=morning(DUE_ON)).right is Right.DOER


def test_what_was_finished_meanwhile_is_left_out(session: Session) -> None:
    reminded.make_planned(session, *(Planned(title=name, due_on=DUE_ON) for name in "ABC"))
    remind(session, DUE_ON)
    session.execute(update(Action).where(Action.title == "A").values(state=ActionState.DONE))
    session.execute(delete(Action).where(Action.title == "B"))
    assert [action.heading for action in prepare(session, DUE_ON).actions] == ["C"]
    session.execute(update(Action).values(state=ActionState.DROPPED))
    before = session.scalars(select(Grant.id)).all()
    assert prepare(session, DUE_ON) is None
    assert session.scalars(select(Grant.id)).all() == before


def test_a_done_action_is_still_asked_about_until_it_is_answered(session: Session) -> None:
    owner = reminded.make_planned(session, Planned(title="A", follow_up_on=DUE_ON))
    remind(session, DUE_ON)
    session.execute(update(Action).values(state=ActionState.DONE))
    assert [action.state for action in prepare(session, DUE_ON).actions] == [ActionState.DONE]
    answered = Planned(title="A", follow_up_on=DUE_ON, effect=Effect.PARTLY)
    session.execute(delete(Action))
    reminded.plan(session, owner, answered)
    assert prepare(session, DUE_ON) is None


def test_a_date_that_was_put_off_waits_for_its_new_day(session: Session) -> None:
    reminded.make_planned(session, Planned(title="A", due_on=DUE_ON))
    remind(session, DUE_ON)
    session.execute(update(Action).values(due_on=DUE_ON + 10 * DAY))
    assert prepare(session, DUE_ON) is None


def test_a_mail_that_waited_for_two_weeks_is_too_late(session: Session) -> None:
    reminded.make_planned(session, Planned(title="A", due_on=DUE_ON))
    remind(session, DUE_ON)
    assert prepare(session, DUE_ON + 14 * DAY) is not None
    assert prepare(session, DUE_ON + 15 * DAY) is None


def test_who_is_responsible_and_removed_their_address_gets_nothing_any_more(session: Session) -> None:
    owner = reminded.make_planned(session, Planned(title="A", due_on=DUE_ON))
    reminded.add_doer(session, owner)
    remind(session, DUE_ON)
    facts = prepare(session, DUE_ON, address=DOER)
    assert not facts.is_for_company
    session.execute(update(Doer).values(address="", confirmed_at=None))
    assert prepare(session, DUE_ON, address=DOER) is None


def test_a_mail_whose_round_is_gone_is_not_sent(session: Session) -> None:
    reminded.make_planned(session, Planned(title="A", due_on=DUE_ON))
    remind(session, DUE_ON)
    session.execute(update(Message).values(assessment_id=None))
    assert prepare(session, DUE_ON) is None
