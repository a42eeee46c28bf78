"""The follow-up: colours beside the frozen ones, a path over time, and a declaration that does not change (D7)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Hand, Right, action_scope, name_scope
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.path import PathStep
from om_selfcheck.domain.progress import ActionState, Effect, NothingSaid, Report
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.services import action_plans, declarations, documents, numbers, progress
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.progress import Answer
from om_selfcheck.store.models import ActionProgress, LaterRating
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.reporting import LATER, add, declared, load, report

OPEN, IN_PROGRESS, DONE, DROPPED = ActionState
RED, YELLOW, GREEN = NeedForAction
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
YES = Answer(report=Report(state=DONE, effect=Effect.YES), needs={"1.1.a": YELLOW})
SHOWN = {"state": "open", "need-1.1.a": "none", "need-2.1.b": "none"}
ANSWERED = SHOWN | {"state": "done", "need-1.1.a": "some"}


def answer(
    session: Session,
    actor: Actor,
    action_id: UUID,
    said: Answer = YES,
    *,
    shown: Mapping[str, str] = SHOWN,
    now: datetime = LATER,
) -> tuple[Conflict, ...]:
    conflicts = progress.answer_follow_up(
        session,
        actor=actor,
        action_id=action_id,
        answer=said,
        shown=shown,
        now=now,
    )
    session.commit()
    return conflicts


# The follow-up and the path


def test_answers_are_kept_as_later_ratings_beside_the_frozen_ones(session: Session) -> None:
    owner, action_id = declared(session)
    assert answer(session, owner, action_id) == ()
    found = progress.get_follow_up(session, actor=owner, action_id=action_id)
    frozen = PathStep(at=NOW, need=GREEN, is_rating=True)
    assert found.paths == {
        "1.1.a": (frozen, PathStep(at=LATER, need=YELLOW, action="Liste führen")),
        "2.1.b": (frozen,),
    }
    assert found.progress.effect is Effect.YES
    assert set(progress.list_paths(session, actor=owner)) == {"1.1.a"}


def test_the_declaration_does_not_change_in_a_single_byte(session: Session) -> None:
    owner, action_id = declared(session)

    def everything_declared() -> list[object]:
        session.expire_all()
        issued = declarations.get_issued(session, actor=owner)
        stored = factories.dump(session)
        return [
            issued,
            numbers.find_public_answer(session, typed=issued.number, today=TODAY),
            documents.find_file(session, actor=owner, kind="declaration", language="de"),
            action_plans.list_actions(session, actor=owner),
            [stored[table] for table in ("declaration", "document", "rating", "action_measure", "company")],
            [stored[table] for table in ("event", "event_payload", "record_head")],
        ]

    documents.keep_file(session, actor=owner, kind="declaration", language="de", edition=0, content=b"%PDF")
    session.commit()
    before = everything_declared()
    answer(session, owner, action_id)
    greener = Answer(report=Report(state=DONE), needs={"1.1.a": GREEN})
    answer(session, owner, action_id, greener, shown=ANSWERED, now=LATER + HOUR)
    report(session, owner, action_id, IN_PROGRESS, "noch einmal", shown="done", now=LATER + 2 * HOUR)
    assert everything_declared() == before
    assert len(load(session, owner, action_id).history) == 3, "the control: something did happen"


def test_before_the_declaration_the_rating_stays_open_and_later_colours_stand_beside_it(session: Session) -> None:
    owner = factories.start(session)
    factories.rate_all(session, owner)
    action_id = add(session, owner)
    answer(session, owner, action_id)
    path = progress.list_paths(session, actor=owner)["1.1.a"]
    assert [(step.need, step.is_rating) for step in path] == [(GREEN, True), (YELLOW, False)]


def test_the_same_colour_again_is_an_answer_too(session: Session) -> None:
    owner, action_id = declared(session)
    answer(session, owner, action_id, Answer(report=Report(state=OPEN), needs={"1.1.a": GREEN}))
    path = progress.list_paths(session, actor=owner)["1.1.a"]
    assert [step.need for step in path] == [GREEN, GREEN]


def test_answers_sent_twice_are_kept_once(session: Session) -> None:
    owner, action_id = declared(session)
    for _ in range(3):
        assert answer(session, owner, action_id) == ()
    assert len(load(session, owner, action_id).history) == 1
    assert len(session.scalars(select(LaterRating)).all()) == 1


def test_a_second_thought_a_minute_later_is_kept(session: Session) -> None:
    owner, action_id = declared(session)
    answer(session, owner, action_id)
    again = replace(YES, needs={"1.1.a": RED})
    assert answer(session, owner, action_id, again, shown=ANSWERED, now=LATER + MINUTE) == ()
    assert [step.need for step in progress.list_paths(session, actor=owner)["1.1.a"]] == [GREEN, YELLOW, RED]


def test_a_colour_that_somebody_else_gave_meanwhile_is_a_conflict_and_nothing_is_written(session: Session) -> None:
    owner, action_id = declared(session)
    answer(session, owner, action_id)
    bente = factories.let_in(session, owner)
    conflicts = answer(
        session, bente, action_id, Answer(report=Report(state=DONE, note="neu"), needs={"1.1.a": RED, "2.1.b": RED})
    )
    assert conflicts == (Conflict("need-1.1.a", stored="some", wanted="urgent"),)
    assert len(load(session, owner, action_id).history) == 1
    assert set(progress.list_paths(session, actor=owner)) == {"1.1.a"}


def test_a_measure_that_the_action_does_not_belong_to_is_refused(session: Session) -> None:
    owner, action_id = declared(session)
    with pytest.raises(NotFound):
        answer(session, owner, action_id, Answer(report=Report(state=DONE), needs={"1.2.a": GREEN}))


def test_an_answer_that_says_nothing_is_refused(session: Session) -> None:
    owner, action_id = declared(session)
    with pytest.raises(NothingSaid):
        answer(session, owner, action_id, Answer(report=Report(state=OPEN)))


def test_a_path_outlives_its_action(session: Session) -> None:
    owner = factories.start(session)
    factories.rate_all(session, owner)
    action_id = add(session, owner)
    answer(session, owner, action_id)
    action_plans.remove_action(session, actor=owner, action_id=action_id)
    session.commit()
    assert [step.action for step in progress.list_paths(session, actor=owner)["1.1.a"]] == ["", ""]
    assert session.scalars(select(ActionProgress)).all() == []


# Who judges


def test_a_named_person_does_not_judge(session: Session) -> None:
    owner, action_id = declared(session)
    doer = factories.make_doer(session, owner, name_scope("Büro"))
    for refused in (
        lambda: answer(session, doer, action_id),
        lambda: answer(session, doer, action_id, Answer(report=Report(state=DONE, effect=Effect.YES))),
        lambda: progress.get_follow_up(session, actor=doer, action_id=action_id),
        lambda: progress.list_paths(session, actor=doer),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert load(session, owner, action_id).history == ()


def test_a_link_for_one_action_also_judges_it_and_reaches_no_other(session: Session) -> None:
    owner, action_id = declared(session)
    other = next(
        UUID(found.key) for found in progress.list_progress(session, actor=owner) if found.key != str(action_id)
    )
    doer = factories.make_doer(session, owner, action_scope(str(action_id)), label="Liste führen")
    assert answer(session, doer, action_id) == ()
    assert load(session, owner, action_id).history[0].by == Hand(Right.DOER)
    with pytest.raises(NotFound):
        answer(session, doer, other, Answer(report=Report(state=DONE)))


Act = Callable[[Session, Actor, UUID], object]
ACTS: dict[str, tuple[Act, set[Right]]] = {
    "list": (lambda session, actor, _: progress.list_progress(session, actor=actor), set(Right)),
    "report": (
        lambda session, actor, action_id: report(session, actor, action_id, DONE),
        {Right.OWNER, Right.EDITOR, Right.DOER},
    ),
    "answer": (answer, {Right.OWNER, Right.EDITOR}),
    "paths": (
        lambda session, actor, _: progress.list_paths(session, actor=actor),
        {Right.OWNER, Right.EDITOR, Right.READER},
    ),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("right", Right)
def test_each_right_does_what_it_covers_and_is_refused_the_rest(session: Session, right: Right, name: str) -> None:
    owner, action_id = declared(session)
    act, allowed = ACTS[name]
    actor = (
        factories.make_doer(session, owner, name_scope("Büro"))
        if right is Right.DOER
        else factories.let_in(session, owner, right)
        if right is not Right.OWNER
        else owner
    )
    before = factories.dump(session)
    if right in allowed:
        act(session, actor, action_id)
        return
    with pytest.raises(NotAllowed):
        act(session, actor, action_id)
    session.rollback()
    assert factories.dump(session) == before
