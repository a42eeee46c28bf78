"""The action plan: writing it side by side, one action a form, and nobody else's (P2, P11)."""

from dataclasses import fields, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.action_plan import MOST_ACTIONS, Action, Urgency
from om_selfcheck.domain.errors import AlreadyDeclared, NotAllowed, NotFound, PlanFull
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.services import action_plans, grants
from om_selfcheck.services.action_plans import SavedAction
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import ActionMeasure
from tests import factories
from tests.builders import make_action, make_questionnaire
from tests.factories import NOW
from tests.services.parallel import run_in_parallel

FULL = make_action(title="Offene Posten", measure_refs=("1.1.a", "2.1.b"))
WRITTEN = {
    "title": "Offene Posten",
    "description": "Offene Posten jeden Montag durchgehen",
    "urgency": "medium",
    "responsible": "Buchhaltung",
    "due_on": "2026-11-30",
    "follow_up": "Liste im Ordner ansehen",
    "follow_up_on": "2026-12-15",
    "measure_refs": "1.1.a 2.1.b",
}
ALMAS = {
    "title": "Mahnungen",
    "description": "Mahnungen am Ersten",
    "urgency": "high",
    "responsible": "Alma",
    "due_on": "2027-01-31",
    "follow_up": "Kontoauszug",
    "follow_up_on": "2027-02-28",
    "measure_refs": "1.2.a",
}
BENTES = {
    "title": "Rechnungen",
    "description": "Rechnungen am Freitag",
    "urgency": "low",
    "responsible": "Bente",
    "due_on": "2027-03-31",
    "follow_up": "Stapel zählen",
    "follow_up_on": "",
    "measure_refs": "",
}


def save(
    session: Session,
    actor: Actor,
    action_id: UUID,
    wanted: dict[str, str],
    shown: dict[str, str] | None = None,
    *,
    later: timedelta = timedelta(0),
) -> SavedAction:
    saved = action_plans.save_action(
        session,
        actor=actor,
        questionnaire=make_questionnaire(),
        action_id=action_id,
        wanted=wanted,
        shown=shown or {},
        now=NOW + later,
    )
    session.commit()
    return saved


def add(session: Session, actor: Actor, wanted: dict[str, str] | None = None) -> UUID:
    action_id = uuid4()
    save(session, actor, action_id, WRITTEN if wanted is None else wanted)
    return action_id


def load(session: Session, actor: Actor, action_id: UUID) -> Action:
    return action_plans.get_action(session, actor=actor, action_id=action_id)


def count_pointers(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ActionMeasure)) or 0


def test_keeps_every_field(session: Session) -> None:
    actor = factories.start(session)
    action_id = add(session, actor)
    session.expire_all()
    assert load(session, actor, action_id) == FULL


def test_an_empty_action_is_kept_too(session: Session) -> None:
    actor = factories.start(session)
    assert load(session, actor, add(session, actor, {})) == Action()


def test_lists_the_plan_in_the_order_it_was_written(session: Session) -> None:
    actor = factories.start(session)
    ids = [uuid4() for _ in range(3)]
    for number, action_id in enumerate(ids):
        save(session, actor, action_id, WRITTEN | {"title": str(number)}, later=timedelta(seconds=number))
    save(session, actor, ids[0], {"urgency": "high"}, WRITTEN, later=timedelta(seconds=9))
    plan = action_plans.list_actions(session, actor=actor)
    assert [(entry.id, entry.action.title) for entry in plan] == list(zip(ids, "012", strict=True))
    assert plan[0].action == replace(FULL, title="0", urgency=Urgency.HIGH)


def test_sending_a_new_form_twice_makes_one_action(session: Session) -> None:
    actor = factories.start(session)
    action_id = add(session, actor)
    assert save(session, actor, action_id, WRITTEN) == SavedAction(FULL, ())
    assert len(action_plans.list_actions(session, actor=actor)) == 1


def test_sending_a_new_form_twice_at_once_makes_one_action(session: Session, engine: Engine) -> None:
    owner = factories.start(session)
    session.commit()
    action_id = uuid4()

    def send(own: Session, _number: int) -> SavedAction:
        actor = grants.find_actor(
            own, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=True
        )
        assert actor is not None
        return save(own, actor, action_id, WRITTEN)

    outcomes = run_in_parallel(engine, 6, send)
    assert (outcomes.results, outcomes.errors) == ([SavedAction(FULL, ())] * 6, [])
    assert len(action_plans.list_actions(session, actor=owner)) == 1


def test_a_measure_of_another_questionnaire_is_refused(session: Session) -> None:
    actor = factories.start(session)
    with pytest.raises(NotFound):
        add(session, actor, {"measure_refs": "1.1.a 9.9.z"})
    session.rollback()
    assert action_plans.list_actions(session, actor=actor) == []


def test_an_action_may_let_go_of_its_measures(session: Session) -> None:
    actor = factories.start(session)
    action_id = add(session, actor)
    save(session, actor, action_id, {"measure_refs": ""}, WRITTEN)
    assert load(session, actor, action_id) == replace(FULL, measure_refs=())
    assert count_pointers(session) == 0


def test_a_removed_action_comes_back_as_it_was_and_is_gone(session: Session) -> None:
    actor = factories.start(session)
    action_id, kept = add(session, actor), add(session, actor, {"title": "bleibt"})
    assert action_plans.remove_action(session, actor=actor, action_id=action_id) == FULL
    session.commit()
    assert [entry.id for entry in action_plans.list_actions(session, actor=actor)] == [kept]
    assert count_pointers(session) == 0
    for gone in (action_plans.get_action, action_plans.remove_action):
        with pytest.raises(NotFound):
            gone(session, actor=actor, action_id=action_id)


def test_a_removed_action_can_be_taken_back(session: Session) -> None:
    actor = factories.start(session)
    action_id = add(session, actor)
    removed = action_plans.remove_action(session, actor=actor, action_id=action_id)
    save(session, actor, action_id, action_plans.write_fields(removed))
    assert load(session, actor, action_id) == FULL


# Two people at one action (P2)


@pytest.mark.parametrize("name", action_plans.FIELDS)
def test_the_same_field_changed_by_two_is_a_conflict_with_both_values(session: Session, name: str) -> None:
    alma = factories.start(session)
    bente = factories.let_in(session, alma)
    action_id = add(session, alma)
    save(session, alma, action_id, WRITTEN | {name: ALMAS[name]}, WRITTEN)
    saved = save(session, bente, action_id, WRITTEN | {name: BENTES[name]}, WRITTEN)
    assert saved.conflicts == (Conflict(name, stored=ALMAS[name], wanted=BENTES[name]),)
    assert saved.action == load(session, alma, action_id)
    assert action_plans.write_fields(saved.action) == WRITTEN | {name: ALMAS[name]}


@pytest.mark.parametrize("name", action_plans.FIELDS)
def test_different_fields_merge_and_an_untouched_field_overwrites_nothing(session: Session, name: str) -> None:
    actor = factories.start(session)
    action_id = add(session, actor)
    save(session, actor, action_id, WRITTEN | {name: ALMAS[name]}, WRITTEN)
    everything_else = WRITTEN | {other: BENTES[other] for other in action_plans.FIELDS if other != name}
    saved = save(session, actor, action_id, everything_else, WRITTEN)
    assert saved.conflicts == ()
    assert action_plans.write_fields(load(session, actor, action_id)) == everything_else | {name: ALMAS[name]}


def test_a_field_that_the_form_did_not_carry_stays(session: Session) -> None:
    actor = factories.start(session)
    action_id = add(session, actor)
    save(session, actor, action_id, {"title": "Neu"}, {"title": "Offene Posten"})
    assert load(session, actor, action_id) == replace(FULL, title="Neu")


def test_a_field_without_its_shown_value_was_empty(session: Session) -> None:
    actor = factories.start(session)
    action_id = add(session, actor)
    saved = save(session, actor, action_id, {"title": "Neu"})
    assert saved.conflicts == (Conflict("title", stored="Offene Posten", wanted="Neu"),)


def test_who_changes_an_action_that_was_just_removed_keeps_what_was_typed(session: Session) -> None:
    actor = factories.start(session)
    action_id = add(session, actor)
    action_plans.remove_action(session, actor=actor, action_id=action_id)
    saved = save(session, actor, action_id, WRITTEN | {"title": "Neu"}, WRITTEN)
    assert saved == SavedAction(replace(FULL, title="Neu"), ())


# Nobody else's


def test_an_action_of_another_round_looks_like_none(session: Session) -> None:
    alma, stella = factories.start(session), factories.start(session)
    action_id = add(session, alma)
    with pytest.raises(NotFound):
        load(session, stella, action_id)
    with pytest.raises(NotFound):
        action_plans.remove_action(session, actor=stella, action_id=action_id)
    with pytest.raises(NotFound):
        save(session, stella, action_id, BENTES)
    session.rollback()
    assert load(session, alma, action_id) == FULL
    assert action_plans.list_actions(session, actor=stella) == []


def test_readers_read_the_plan_and_change_nothing(session: Session) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    reader = factories.let_in(session, owner, Right.READER)
    assert load(session, reader, action_id) == FULL
    with pytest.raises(NotAllowed):
        save(session, reader, action_id, {"title": "Neu"}, WRITTEN)
    with pytest.raises(NotAllowed):
        action_plans.remove_action(session, actor=reader, action_id=action_id)
    assert load(session, owner, action_id) == FULL


def test_a_declared_plan_does_not_change(session: Session) -> None:
    owner = factories.make_complete(session)
    factories.issue(session, owner)
    actor = factories.reload(session, owner.assessment_id, owner.grant_id)
    before = action_plans.list_actions(session, actor=actor)
    with pytest.raises(AlreadyDeclared):
        save(session, actor, before[0].id, {"title": "Neu"})
    with pytest.raises(AlreadyDeclared):
        add(session, actor)
    with pytest.raises(AlreadyDeclared):
        action_plans.remove_action(session, actor=actor, action_id=before[0].id)
    assert action_plans.list_actions(session, actor=actor) == before


# The written form

TEXTS = st.text(max_size=5)
DAYS = st.none() | st.dates()
REFS = st.lists(st.sampled_from(sorted(make_questionnaire().measure_refs)), unique=True).map(sorted).map(tuple)


@given(
    st.builds(
        Action,
        title=TEXTS,
        description=TEXTS,
        urgency=st.none() | st.sampled_from(Urgency),
        responsible=TEXTS,
        due_on=DAYS,
        follow_up=TEXTS,
        follow_up_on=DAYS,
        measure_refs=REFS,
    )
)
def test_what_is_written_is_read_again(action: Action) -> None:
    assert action_plans.read_fields(action_plans.write_fields(action)) == action


def test_writes_codes_iso_days_and_refs_in_order() -> None:
    assert action_plans.write_fields(replace(FULL, measure_refs=("2.1.b", "1.1.a"))) == WRITTEN
    assert action_plans.read_fields(WRITTEN).due_on == date(2026, 11, 30)


def test_the_written_form_has_every_field() -> None:
    names = [field.name for field in fields(Action)]
    assert list(action_plans.write_fields(Action())) == names
    assert [set(example) == set(names) for example in (WRITTEN, ALMAS, BENTES)] == [True] * 3


def test_a_plan_takes_a_hundred_actions_and_each_of_them_can_still_be_changed(session: Session) -> None:
    actor = factories.start(session)
    ids = [add(session, actor) for _ in range(MOST_ACTIONS)]
    with pytest.raises(PlanFull):
        add(session, actor)
    save(session, actor, ids[0], {"description": "Neu"})
    action_plans.remove_action(session, actor=actor, action_id=ids[1])
    add(session, actor)
