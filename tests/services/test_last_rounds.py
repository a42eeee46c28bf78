"""The last round beside the running one: read (D6), gone on with, and replaced when this one is issued (D8)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.action_plan import ActionField
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.errors import ActionFinished, AlreadyDeclared, NotAllowed, NotFound
from om_selfcheck.domain.path import PathStep
from om_selfcheck.domain.progress import ActionState, Effect
from om_selfcheck.domain.rating import NeedForAction, RatingCounts
from om_selfcheck.domain.record import Verb
from om_selfcheck.domain.renewal import PreviousRound
from om_selfcheck.domain.snapshot import hash_snapshot
from om_selfcheck.services import action_plans, assessments, declarations, grants, last_rounds, numbers
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.last_rounds import LastRound
from om_selfcheck.services.record import verify_record
from om_selfcheck.store.models import Action, ActionProgress, Assessment, Declaration, EventRow, LaterRating
from om_selfcheck.store.queries import renewals as queries
from tests import factories
from tests.builders import make_action, make_newer_questionnaire, make_questionnaire
from tests.factories import NOW, TODAY
from tests.services.parallel import A_WHILE, LONGER, Outcomes, meeting, run_in_parallel

OLD, NEW = make_questionnaire(), make_newer_questionnaire()
DAY = timedelta(days=1)
CLICKS = 50
UNDONE = make_action(
    title="Karten", description="Karten ans Fach hängen", responsible="Lager", measure_refs=("1.1.b", "1.2.a")
)


def get_last(session: Session, actor: Actor) -> LastRound:
    found = last_rounds.find_last_round(session, actor=actor)
    assert found is not None
    return found


def add_action(session: Session, actor: Actor) -> UUID:
    action_id = uuid4()
    action_plans.save_action(
        session,
        actor=actor,
        questionnaire=OLD,
        action_id=action_id,
        wanted=action_plans.write_fields(UNDONE),
        shown={},
        now=NOW + DAY,
    )
    return action_id


def declare_with(session: Session) -> tuple[Actor, UUID]:
    """Declare a round whose plan holds an eleventh action that names measures."""
    owner = factories.make_complete(session)
    action_id = add_action(session, owner)
    change = RatingChange(measure_ref="1.1.b", need="urgent", shown_need="none", note="Fach leer")
    assessments.save_ratings(session, actor=owner, questionnaire=OLD, changes=[change], now=NOW)
    factories.issue(session, owner)
    return factories.reload(session, owner.assessment_id, owner.grant_id), action_id


def set_state(session: Session, action_id: UUID, state: ActionState) -> None:
    session.execute(update(Action).where(Action.id == action_id).values(state=state))
    session.commit()


def take(session: Session, actor: Actor, action_id: UUID) -> UUID:
    return last_rounds.take_over_action(session, actor=actor, questionnaire=NEW, action_id=action_id, now=NOW + DAY)


# Read


def test_a_first_round_has_no_last_one(session: Session) -> None:
    assert last_rounds.find_last_round(session, actor=factories.make_declared(session)) is None


def test_the_last_round_is_as_it_was_declared(session: Session) -> None:
    first, action_id = declare_with(session)
    issued = declarations.get_issued(session, actor=first)
    last = get_last(session, factories.renew(session, first, NEW))
    assert last.snapshot is not None
    assert (last.number, last.terms, last.snapshot) == (issued.number, issued.terms, issued.snapshot)
    assert (last.snapshot.ratings["1.1.b"], last.snapshot.notes) == (NeedForAction.URGENT, {"1.1.b": "Fach leer"})
    assert [one.action for one in last.actions_for("1.1.b")] == [UNDONE]
    assert [one.id for one in last.actions_for("1.2.a")] == [action_id]
    assert last.actions_for("1.1.a") == []
    assert len(last.actions) == len(last.unfinished) == 11


def test_what_is_rated_in_this_round_is_not_the_last_one(session: Session) -> None:
    second = factories.renew(session, factories.make_declared(session))
    change = RatingChange(measure_ref="1.1.a", need="urgent", note="neu")
    assessments.save_ratings(session, actor=second, questionnaire=OLD, changes=[change], now=NOW)
    snapshot = get_last(session, second).snapshot
    assert snapshot is not None
    assert (snapshot.ratings["1.1.a"], snapshot.notes) == (NeedForAction.NONE, {})


@pytest.mark.parametrize(("state", "is_unfinished"), [*zip(ActionState, [True, True, False, False], strict=True)])
def test_says_what_became_of_an_action(session: Session, state: ActionState, *, is_unfinished: bool) -> None:
    first, action_id = declare_with(session)
    second = factories.renew(session, first)
    set_state(session, action_id, state)
    last = get_last(session, second)
    assert last.actions_for("1.2.a")[0].state is state
    assert (action_id in [one.id for one in last.unfinished]) is is_unfinished


def test_the_newest_effect_and_note_count_and_an_empty_one_takes_nothing_away(session: Session) -> None:
    first, action_id = declare_with(session)
    second = factories.renew(session, first)
    steps = [("", "Angefangen"), ("partly", "Karten hängen"), ("yes", ""), ("", "")]
    for place, (effect, note) in enumerate(reversed(steps)):
        at = NOW + DAY * (len(steps) - place)
        session.add(
            ActionProgress(id=uuid4(), action_id=action_id, at=at, state="done", effect=effect, note=note, by="owner")
        )
    session.commit()
    (found,) = get_last(session, second).actions_for("1.2.a")
    assert (found.progress.effect, found.note) == (Effect.YES, "Karten hängen")
    assert all(
        (one.progress.effect, one.note) == (None, "") for one in get_last(session, second).actions if one.id != found.id
    )


def test_the_later_colours_of_a_measure_follow_by_time(session: Session) -> None:
    first = factories.make_declared(session)
    second, stella = factories.renew(session, first), factories.make_declared(session)
    given = [(first, "1.1.a", "some", 3), (first, "1.1.a", "urgent", 1), (first, "2.1.a", "some", 2)]
    for actor, ref, need, days in [*given, (stella, "1.2.a", "urgent", 9), (second, "2.1.b", "urgent", 9)]:
        later = LaterRating(
            id=uuid4(), assessment_id=actor.assessment_id, measure_ref=ref, need=need, at=NOW + DAY * days
        )
        session.add(later)
    session.commit()
    steps = {ref: path for ref, path in get_last(session, second).later.items() if path}
    assert steps == {
        "1.1.a": (
            PathStep(at=NOW + 1 * DAY, need=NeedForAction.URGENT),
            PathStep(at=NOW + 3 * DAY, need=NeedForAction.SOME),
        ),
        "2.1.a": (PathStep(at=NOW + 2 * DAY, need=NeedForAction.SOME),),
    }


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER])
def test_who_reads_this_round_reads_the_last_one_beside_it(session: Session, right: Right) -> None:
    second = factories.renew(session, factories.make_declared(session))
    guest = factories.let_in(session, second, right)
    assert get_last(session, guest) == get_last(session, second)


@pytest.mark.parametrize("right", [Right.DOER, Right.CALENDAR])
def test_who_may_not_read_this_round_does_not_read_the_last_one(session: Session, right: Right) -> None:
    guest = factories.let_in(session, factories.renew(session, factories.make_declared(session)), right)
    with pytest.raises(NotAllowed):
        last_rounds.find_last_round(session, actor=guest)


# Gone on with


def test_an_action_is_taken_over_with_its_text_and_waits_for_urgency_and_dates(session: Session) -> None:
    first, action_id = declare_with(session)
    second = factories.renew(session, first, NEW)
    new_id = take(session, second, action_id)
    action = action_plans.get_action(session, actor=second, action_id=new_id)
    refs = ("1.2.a",)  # 1.1.b is gone in the newer version
    assert action == replace(UNDONE, urgency=None, due_on=None, follow_up_on=None, measure_refs=refs)
    assert action.missing == (ActionField.URGENCY, ActionField.DUE_ON, ActionField.FOLLOW_UP_ON)
    assert session.scalar(select(Action.taken_from_id).where(Action.id == new_id)) == action_id
    (found,) = get_last(session, second).actions_for("1.2.a")
    assert found.taken_as == new_id


def test_the_last_plan_stays_as_it_is(session: Session) -> None:
    first, action_id = declare_with(session)
    before = action_plans.list_actions(session, actor=first)
    second = factories.renew(session, first, NEW)
    take(session, second, action_id)
    assert action_plans.list_actions(session, actor=first) == before
    assert len(action_plans.list_actions(session, actor=second)) == 1


def test_never_twice_and_again_once_it_was_taken_out(session: Session) -> None:
    first, action_id = declare_with(session)
    second = factories.renew(session, first)
    new_id = take(session, second, action_id)
    assert take(session, second, action_id) == new_id
    assert len(action_plans.list_actions(session, actor=second)) == 1
    action_plans.remove_action(session, actor=second, action_id=new_id)
    assert take(session, second, action_id) != new_id


@pytest.mark.parametrize("state", [ActionState.DONE, ActionState.DROPPED])
def test_a_finished_action_is_not_taken_over(session: Session, state: ActionState) -> None:
    first, action_id = declare_with(session)
    second = factories.renew(session, first)
    set_state(session, action_id, state)
    with pytest.raises(ActionFinished):
        take(session, second, action_id)
    assert action_plans.list_actions(session, actor=second) == []


def test_one_that_was_finished_after_it_was_taken_over_leads_to_the_new_entry(session: Session) -> None:
    first, action_id = declare_with(session)
    second = factories.renew(session, first)
    new_id = take(session, second, action_id)
    set_state(session, action_id, ActionState.DONE)
    assert take(session, second, action_id) == new_id


def test_only_actions_of_the_own_last_plan_are_taken_over(session: Session) -> None:
    first, action_id = declare_with(session)
    stella = factories.renew(session, factories.make_declared(session))
    (own_entry, *_) = action_plans.list_actions(session, actor=first)
    for actor, asked in ((stella, action_id), (first, own_entry.id), (factories.start(session), action_id)):
        with pytest.raises((NotFound, AlreadyDeclared)):
            take(session, actor, asked)
    with pytest.raises(NotFound):
        take(session, factories.renew(session, first), uuid4())


def test_an_editor_takes_over_and_a_reader_does_not(session: Session) -> None:
    first, action_id = declare_with(session)
    second = factories.renew(session, first)
    new_id = take(session, factories.let_in(session, second, Right.EDITOR), action_id)
    assert [entry.id for entry in action_plans.list_actions(session, actor=second)] == [new_id]
    for right in (Right.READER, Right.DOER, Right.CALENDAR):
        with pytest.raises(NotAllowed):
            take(session, factories.let_in(session, second, right), action_id)


def test_after_the_issue_nothing_is_taken_over(session: Session) -> None:
    first, second = factories.make_renewed(session)
    (entry, *_) = action_plans.list_actions(session, actor=first)
    factories.issue(session, second)
    with pytest.raises(AlreadyDeclared):
        take(session, factories.reload(session, second.assessment_id, second.grant_id), entry.id)


def take_in_parallel(session: Session, engine: Engine, count: int, *, is_locking: bool = True) -> Outcomes[UUID]:
    first, action_id = declare_with(session)
    second = factories.renew(session, first)
    session.commit()

    def click(own: Session, _number: int) -> UUID:
        return take(own, act_in(own, second, is_locking=is_locking), action_id)

    return run_in_parallel(engine, count, click)


def act_in(session: Session, actor: Actor, *, is_locking: bool = True) -> Actor:
    found = grants.find_actor(
        session, assessment_id=actor.assessment_id, grant_id=actor.grant_id, now=NOW, is_writing=is_locking
    )
    assert found is not None
    return found


def is_taken_once(session: Session, outcomes: Outcomes[UUID], count: int) -> bool:
    taken = session.scalar(select(func.count()).where(Action.taken_from_id.is_not(None)))
    return not outcomes.errors and len(outcomes.results) == count and len(set(outcomes.results)) == taken == 1


def test_clicks_at_once_take_an_action_over_once(session: Session, engine: Engine) -> None:
    outcomes = take_in_parallel(session, engine, 20)
    assert is_taken_once(session, outcomes, 20), outcomes


def test_control_the_harness_notices_who_takes_over_without_taking_turns(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "list_taken", meeting(queries.list_taken, seconds=LONGER))
    outcomes = take_in_parallel(session, careless, 2, is_locking=False)
    assert not is_taken_once(session, outcomes, 2), outcomes


# Replaced, D8


def ask(session: Session, number: str | None, today: date = TODAY) -> numbers.PublicAnswer:
    return numbers.find_public_answer(session, typed=number or "", today=today)


def get_previous(session: Session, actor: Actor) -> PreviousRound | None:
    return declarations.get_issued(session, actor=actor).snapshot.previous


def test_the_new_declaration_takes_the_place_of_the_old_one(session: Session) -> None:
    first, second = factories.make_renewed(session)
    old = first.declaration_number
    assert ask(session, old).status is DeclarationStatus.VALID
    new = factories.issue(session, second)
    assert (ask(session, old).status, ask(session, old).replaced_by) == (DeclarationStatus.REPLACED, new)
    assert ask(session, new).status is DeclarationStatus.VALID
    assert factories.list_verbs(session, f"declaration:{old}") == [
        (Verb.DECLARATION_ISSUED, NOW),
        (Verb.DECLARATION_REPLACED, NOW),
    ]
    assert verify_record(session) == []


@pytest.mark.parametrize("days", [1, 400, 731, 5000])
def test_it_runs_two_years_from_its_own_day_whenever_the_old_one_ended(session: Session, days: int) -> None:
    today = date(2026, 11, 21)
    first, second = factories.make_renewed(session, today=today - timedelta(days=days))
    new = factories.issue(session, second, today=today)
    assert ask(session, first.declaration_number, today).status is DeclarationStatus.REPLACED
    assert ask(session, new, today).valid_until == date(2028, 11, 21)


def test_the_snapshot_says_what_was_and_what_became_of_it(session: Session) -> None:
    first, action_id = declare_with(session)
    done, dropped, begun, *_ = (entry.id for entry in action_plans.list_actions(session, actor=first))
    for one, state in ((done, "done"), (dropped, "dropped"), (begun, "in_progress")):
        set_state(session, one, ActionState(state))
    second = factories.renew(session, first)
    take(session, second, action_id)
    previous = replaced(session, second)
    assert previous is not None
    assert (previous.number, previous.issued_on) == (first.declaration_number, TODAY)
    assert (previous.version, previous.content_hash) == ("1.0", "0" * 64)
    assert previous.topics == {"1": RatingCounts(1, 0, 2, 3), "2": RatingCounts(0, 0, 2, 2)}
    assert Counter(one.state for one in previous.actions) == {"open": 8, "in_progress": 1, "done": 1, "dropped": 1}
    assert [one.heading for one in previous.actions if one.is_taken_over] == ["Karten"]
    assert [one.state for one in previous.actions][:3] == ["done", "dropped", "in_progress"]


def replaced(session: Session, actor: Actor) -> PreviousRound | None:
    found = last_rounds.find_replaced(session, actor=actor, today=TODAY)
    return found.previous if found else None


def test_what_is_frozen_of_the_last_round_stays_whatever_becomes_of_its_actions(session: Session) -> None:
    first, second = factories.make_renewed(session)
    factories.issue(session, second)
    before = get_previous(session, second)
    assert before is not None
    set_state(session, UUID(before.actions[0].key), ActionState.DONE)
    assert get_previous(session, second) == before
    text, kept = session.execute(
        select(Declaration.snapshot, Declaration.snapshot_hash).where(Declaration.assessment_id == second.assessment_id)
    ).one()
    assert hash_snapshot(text) == kept
    assert get_previous(session, first) is None


def withdraw(session: Session, actor: Actor, on: date = TODAY) -> None:
    statement = update(Declaration).where(Declaration.assessment_id == actor.assessment_id)
    session.execute(statement.values(withdrawn_on=on, withdrawal_reason="own_wish"))


def give_to_another_company(session: Session, actor: Actor) -> None:
    other = factories.start(session)
    statement = update(Declaration).where(Declaration.assessment_id == actor.assessment_id)
    session.execute(statement.values(company_id=other.company_id))


def make_another_check(session: Session, actor: Actor) -> None:
    statement = update(Declaration).where(Declaration.assessment_id == actor.assessment_id)
    session.execute(statement.values(questionnaire_slug="other"))


def forget_what_it_renews(session: Session, actor: Actor) -> None:
    session.execute(update(Assessment).where(Assessment.renews_id == actor.assessment_id).values(renews_id=None))


@pytest.mark.parametrize("change", [withdraw, give_to_another_company, make_another_check, forget_what_it_renews])
def test_what_may_not_be_replaced_stays_and_the_new_declaration_says_nothing_of_it(
    session: Session, change: Callable[[Session, Actor], None]
) -> None:
    first, second = factories.make_renewed(session)
    change(session, first)
    session.commit()
    status = ask(session, first.declaration_number).status
    factories.issue(session, second)
    assert ask(session, first.declaration_number).status is status
    assert ask(session, first.declaration_number).replaced_by == ""
    assert get_previous(session, second) is None
    assert Verb.DECLARATION_REPLACED not in session.scalars(select(EventRow.verb)).all()


def test_a_withdrawn_round_is_still_read_and_renewed(session: Session) -> None:
    first = factories.make_declared(session)
    withdraw(session, first)
    session.commit()
    last = get_last(session, factories.renew(session, first))
    assert last.terms.status_on(TODAY) is DeclarationStatus.WITHDRAWN


def test_a_chain_of_three_rounds_replaces_one_after_the_other(session: Session) -> None:
    first, second = factories.make_renewed(session)
    middle = factories.issue(session, second)
    third = factories.renew(session, factories.reload(session, second.assessment_id, second.grant_id), now=NOW + DAY)
    factories.rate_all(session, third)
    factories.plan_ten(session, third)
    factories.fill_in(session, third)
    newest = factories.issue(session, third)
    answers = [ask(session, number).replaced_by for number in (first.declaration_number, middle, newest)]
    assert answers == [middle, newest, ""]


def issue_in_parallel(session: Session, engine: Engine, count: int) -> tuple[Actor, Outcomes[str]]:
    first, second = factories.make_renewed(session)
    session.commit()

    def click(own: Session, _number: int) -> str:
        actor = act_in(own, second)
        return declarations.issue_declaration(own, actor=actor, questionnaire=OLD, now=NOW, today=TODAY)

    return first, run_in_parallel(engine, count, click)


def is_replaced_once(session: Session, first: Actor, outcomes: Outcomes[str], count: int) -> bool:
    verbs = [verb for verb, _ in factories.list_verbs(session, f"declaration:{first.declaration_number}")]
    return (
        not outcomes.errors
        and len(outcomes.results) == count
        and {*outcomes.results} == {ask(session, first.declaration_number).replaced_by}
        and verbs.count(Verb.DECLARATION_REPLACED) == 1
        and session.scalar(select(func.count()).select_from(Declaration)) == 2
        and verify_record(session) == []
    )


def test_fifty_issues_at_once_give_one_number_and_one_replacement(session: Session, engine: Engine) -> None:
    first, outcomes = issue_in_parallel(session, engine, CLICKS)
    assert is_replaced_once(session, first, outcomes, CLICKS), outcomes


def test_control_the_harness_notices_an_issue_that_does_not_look_for_an_earlier_one(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("om_selfcheck.store.queries.declarations.find_by_assessment", lambda *_: None)
    first, outcomes = issue_in_parallel(session, engine, 8)
    assert not is_replaced_once(session, first, outcomes, 8)


def is_left_alone(session: Session, engine: Engine, *, is_locking: bool = True) -> bool:
    """Issue the new declaration while the withdrawal of the old one is written and not committed."""
    first, second = factories.make_renewed(session)
    session.commit()
    has_written, is_issued = Event(), Event()

    def one(own: Session, number: int) -> None:
        if number == 0:
            withdraw(own, first)
            has_written.set()
            is_issued.wait(timeout=A_WHILE if is_locking else LONGER)
        else:
            has_written.wait(timeout=10)
            actor = act_in(own, second, is_locking=is_locking)
            declarations.issue_declaration(own, actor=actor, questionnaire=OLD, now=NOW, today=TODAY)
            is_issued.set()

    outcomes = run_in_parallel(engine, 2, one)
    return not outcomes.errors and get_previous(session, second) is None


def test_who_issues_while_the_old_one_is_being_withdrawn_replaces_nothing(session: Session, engine: Engine) -> None:
    assert is_left_alone(session, engine)


def test_control_the_harness_notices_who_does_not_hold_the_old_declaration(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = queries.find_last_declaration
    monkeypatch.setattr(queries, "find_last_declaration", lambda own, round_id, **_: find(own, round_id))
    assert not is_left_alone(session, careless, is_locking=False)
