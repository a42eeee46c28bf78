"""Rounds: starting, rating side by side (P2), and clearing up what nobody touched."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Event
from time import sleep
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.errors import AlreadyDeclared, NotAllowed, NotFound
from om_selfcheck.domain.merging import Conflict, Merge
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import action_plans, assessments, grants
from om_selfcheck.services.assessments import RatedMeasures, RatingChange, SavedRatings
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import Assessment, Company, Grant, Rating
from om_selfcheck.store.queries import assessments as rows
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW
from tests.services.parallel import A_WHILE, LONGER, Outcomes, meeting, run_in_parallel
from tests.services.several_clients import SeveralClients

MEASURE = "1.1.a"
OTHER = "2.1.b"
UNTOUCHED_FOR_LONG = NOW - timedelta(days=7, microseconds=1)


def save(session: Session, actor: Actor, *changes: RatingChange) -> SavedRatings:
    saved = assessments.save_ratings(session, actor=actor, questionnaire=make_questionnaire(), changes=changes, now=NOW)
    session.commit()
    return saved


def rate(session: Session, actor: Actor, need: str, *, shown: str = "", ref: str = MEASURE) -> SavedRatings:
    return save(session, actor, RatingChange(measure_ref=ref, need=need, shown_need=shown))


def load(session: Session, actor: Actor) -> tuple[dict[str, str], dict[str, str]]:
    ratings = assessments.list_ratings(session, actor=actor)
    return {ref: str(need) for ref, need in ratings.needs.items()}, dict(ratings.notes)


def test_a_round_starts_with_a_nameless_company_and_its_owners_link(session: Session) -> None:
    questionnaire = make_questionnaire()
    started = assessments.start_assessment(session, questionnaire=questionnaire, language="en", now=NOW)
    session.commit()
    actor = grants.get_actor_by_token(session, token=started.link.token, now=NOW)
    assert (actor.right, actor.company_name, actor.language) == (Right.OWNER, "", "en")
    assert (actor.slug, actor.version, actor.content_hash) == ("basis", "1.0", questionnaire.content_hash)
    assert actor.started_at == NOW
    assert factories.list_verbs(session, f"assessment:{started.assessment_id}") == [(Verb.ASSESSMENT_STARTED, NOW)]


def test_each_round_is_a_company_of_its_own(session: Session) -> None:
    assert factories.start(session).company_id != factories.start(session).company_id


def test_nothing_is_rated_at_the_start(session: Session) -> None:
    assert load(session, factories.start(session)) == ({}, {})


def test_keeps_needs_and_notes(session: Session) -> None:
    actor = factories.start(session)
    saved = save(
        session,
        actor,
        RatingChange(measure_ref=MEASURE, need="urgent", note="Ordner fehlt"),
        RatingChange(measure_ref=OTHER, need="none"),
    )
    assert saved == SavedRatings((MEASURE, OTHER), ())
    assert load(session, actor) == ({MEASURE: "urgent", OTHER: "none"}, {MEASURE: "Ordner fehlt"})


def test_a_note_may_stand_before_the_light_is_chosen(session: Session) -> None:
    actor = factories.start(session)
    save(session, actor, RatingChange(measure_ref=MEASURE, note="erst fragen"))
    assert load(session, actor) == ({}, {MEASURE: "erst fragen"})


def test_a_choice_can_be_taken_back(session: Session) -> None:
    actor = factories.start(session)
    rate(session, actor, "some")
    assert rate(session, actor, "", shown="some").written == (MEASURE,)
    assert load(session, actor) == ({}, {})


def test_writes_only_what_changed(session: Session) -> None:
    actor = factories.start(session)
    rate(session, actor, "some")
    assert rate(session, actor, "some", shown="some") == SavedRatings((), ())


def test_what_came_back_needs_no_session_any_more(session: Session) -> None:
    actor = factories.start(session)
    rate(session, actor, "some")
    ratings = assessments.list_ratings(session, actor=actor)
    session.close()
    assert ratings == RatedMeasures(needs={MEASURE: NeedForAction.SOME}, notes={})


def test_an_unknown_measure_is_refused_and_nothing_of_its_form_is_saved(session: Session) -> None:
    actor = factories.start(session)
    with pytest.raises(NotFound):
        save(session, actor, RatingChange(measure_ref=MEASURE, need="some"), RatingChange(measure_ref="9.9.z"))
    session.rollback()
    assert load(session, actor) == ({}, {})


def test_readers_may_not_rate(session: Session) -> None:
    reader = factories.let_in(session, factories.start(session), Right.READER)
    with pytest.raises(NotAllowed):
        rate(session, reader, "some")
    assert load(session, reader) == ({}, {})


def test_a_declared_round_is_not_rated_any_more(session: Session) -> None:
    owner = factories.make_complete(session)
    factories.issue(session, owner)
    with pytest.raises(AlreadyDeclared):
        rate(session, factories.reload(session, owner.assessment_id, owner.grant_id), "some", shown="none")


# Two people at one form (P2)


def test_the_same_field_changed_by_two_is_a_conflict_with_both_values(session: Session) -> None:
    alma = factories.start(session)
    bente = factories.let_in(session, alma)
    rate(session, alma, "urgent")
    saved = rate(session, bente, "none")
    assert saved == SavedRatings((), (Conflict(f"need-{MEASURE}", stored="urgent", wanted="none"),))
    assert load(session, alma) == ({MEASURE: "urgent"}, {})


def test_the_same_note_changed_by_two_is_a_conflict_with_both_values(session: Session) -> None:
    actor = factories.start(session)
    save(session, actor, RatingChange(measure_ref=MEASURE, note="Ordner"))
    saved = save(session, actor, RatingChange(measure_ref=MEASURE, note="Kasten"))
    assert saved.conflicts == (Conflict(f"note-{MEASURE}", stored="Ordner", wanted="Kasten"),)
    assert load(session, actor) == ({}, {MEASURE: "Ordner"})


def test_different_fields_of_one_measure_merge(session: Session) -> None:
    actor = factories.start(session)
    save(session, actor, RatingChange(measure_ref=MEASURE, need="urgent", note=""))
    saved = save(session, actor, RatingChange(measure_ref=MEASURE, need="", note="Ordner"))
    assert saved == SavedRatings((MEASURE,), ())
    assert load(session, actor) == ({MEASURE: "urgent"}, {MEASURE: "Ordner"})


def test_a_conflict_in_one_field_does_not_stop_the_others(session: Session) -> None:
    actor = factories.start(session)
    rate(session, actor, "urgent")
    saved = save(
        session,
        actor,
        RatingChange(measure_ref=MEASURE, need="none", note="Ordner"),
        RatingChange(measure_ref=OTHER, need="some"),
    )
    assert saved.written == (MEASURE, OTHER)
    assert [conflict.name for conflict in saved.conflicts] == [f"need-{MEASURE}"]
    assert load(session, actor) == ({MEASURE: "urgent", OTHER: "some"}, {MEASURE: "Ordner"})


def test_an_untouched_field_overwrites_nothing(session: Session) -> None:
    actor = factories.start(session)
    rate(session, actor, "urgent")
    rate(session, actor, "some", shown="urgent")
    assert rate(session, actor, "urgent", shown="urgent") == SavedRatings((), ())
    assert load(session, actor) == ({MEASURE: "some"}, {})


def test_who_wants_what_is_stored_is_told_nothing(session: Session) -> None:
    actor = factories.start(session)
    rate(session, actor, "urgent")
    assert rate(session, actor, "urgent") == SavedRatings((), ())


def test_rounds_do_not_mix(session: Session) -> None:
    alma, stella = factories.start(session), factories.start(session)
    rate(session, alma, "urgent")
    rate(session, stella, "none")
    assert load(session, alma) == ({MEASURE: "urgent"}, {})
    assert load(session, stella) == ({MEASURE: "none"}, {})


def run_several_clients(session: Session, *, examples: int, is_control: bool = False) -> None:
    phases = (Phase.generate,) if is_control else tuple(Phase)
    run_state_machine_as_test(  # it takes any callable that makes a machine
        cast("type[RuleBasedStateMachine]", lambda: SeveralClients(session)),
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            database=None,
            derandomize=is_control,
            phases=phases,
            print_blob=not is_control,
            verbosity=Verbosity.quiet if is_control else Verbosity.normal,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_several_clients_never_overwrite_each_other_unseen(session: Session) -> None:
    run_several_clients(session, examples=20)


def test_control_the_oracle_notices_saves_that_ignore_what_was_shown(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overwrite(*, stored: str, shown: str, wanted: str) -> Merge:
        del shown
        return Merge.KEEP if wanted == stored else Merge.WRITE

    monkeypatch.setattr("om_selfcheck.domain.merging.merge_field", overwrite)
    with pytest.raises(AssertionError):
        run_several_clients(session, examples=20, is_control=True)


def test_people_who_rate_different_measures_at_the_same_moment_are_all_saved(session: Session, engine: Engine) -> None:
    owner = factories.start(session)
    session.commit()
    refs = sorted(make_questionnaire().measure_refs)

    def rate_mine(own: Session, number: int) -> SavedRatings:
        actor = find_writer(own, owner)
        return rate(own, actor, "some", ref=refs[number])

    outcomes = run_in_parallel(engine, len(refs), rate_mine)
    assert outcomes.errors == []
    assert load(session, owner) == (dict.fromkeys(refs, "some"), {})


def find_writer(session: Session, actor: Actor, *, is_locking: bool = True) -> Actor:
    """Return the actor as a page that writes finds it."""
    found = grants.find_actor(
        session, assessment_id=actor.assessment_id, grant_id=actor.grant_id, now=NOW, is_writing=is_locking
    )
    assert found is not None
    return found


def rate_differently_at_once(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch, *, is_locking: bool
) -> Outcomes[SavedRatings]:
    """Let two people choose something else for the same measure, both after both have read."""
    owner = factories.start(session)
    session.commit()
    reading = meeting(rows.list_some_ratings, seconds=A_WHILE if is_locking else LONGER)
    monkeypatch.setattr("om_selfcheck.store.queries.assessments.list_some_ratings", reading)

    def rate_mine(own: Session, number: int) -> SavedRatings:
        return rate(own, find_writer(own, owner, is_locking=is_locking), ["urgent", "none"][number])

    return run_in_parallel(engine, 2, rate_mine)


def is_one_told(outcomes: Outcomes[SavedRatings]) -> bool:
    return not outcomes.errors and sorted(len(saved.conflicts) for saved in outcomes.results) == [0, 1]


def test_of_two_who_send_at_the_same_moment_one_is_told(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_one_told(rate_differently_at_once(session, engine, monkeypatch, is_locking=True))


def test_control_the_harness_notices_writers_who_do_not_take_turns(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_one_told(rate_differently_at_once(session, careless, monkeypatch, is_locking=False))


# Language


def test_the_language_changes_and_the_ratings_stay(session: Session) -> None:
    actor = factories.start(session)
    rate(session, actor, "some")
    assessments.change_language(session, actor=actor, language="en")
    session.commit()
    assert factories.reload(session, actor.assessment_id, actor.grant_id).language == "en"
    assert load(session, actor) == ({MEASURE: "some"}, {})


# Clearing up


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def clear(session: Session) -> int:
    cleared = assessments.clear_untouched(session, now=NOW)
    session.commit()
    return cleared


def start_many(session: Session, number: int) -> Sequence[Actor]:
    return [factories.start(session, now=UNTOUCHED_FOR_LONG) for _ in range(number)]


def test_an_untouched_round_goes_after_seven_days_with_its_company_and_links(session: Session) -> None:
    owner = factories.start(session, now=UNTOUCHED_FOR_LONG)
    factories.let_in(session, owner, now=UNTOUCHED_FOR_LONG)
    assert clear(session) == 1
    assert [count(session, table) for table in (Assessment, Company, Grant)] == [0, 0, 0]
    assert factories.list_verbs(session, f"assessment:{owner.assessment_id}")[-1] == (Verb.ASSESSMENT_CLEARED, NOW)
    assert grants.find_actor(session, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW) is None


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=6), timedelta(days=7)])
def test_a_round_that_is_not_older_than_seven_days_stays(session: Session, age: timedelta) -> None:
    factories.start(session, now=NOW - age)
    assert clear(session) == 0
    assert count(session, Assessment) == 1


def test_a_round_with_a_rating_stays(session: Session) -> None:
    owner = factories.start(session, now=UNTOUCHED_FOR_LONG)
    rate(session, owner, "some")
    assert clear(session) == 0
    assert load(session, owner) == ({MEASURE: "some"}, {})


def test_a_round_with_an_action_stays(session: Session) -> None:
    owner = factories.start(session, now=UNTOUCHED_FOR_LONG)
    factories.plan_ten(session, owner, count=1)
    assert clear(session) == 0
    assert len(action_plans.list_actions(session, actor=owner)) == 1


def test_a_declared_round_stays(session: Session) -> None:
    owner = factories.make_complete(session)
    factories.issue(session, owner)
    assert assessments.clear_untouched(session, now=NOW + timedelta(days=4000)) == 0


def test_only_the_untouched_among_many_go(session: Session) -> None:
    untouched, rated, young = *start_many(session, 2), factories.start(session)
    rate(session, rated, "none")
    assert clear(session) == 1
    assert [
        one.assessment_id
        for one in (untouched, rated, young)
        if (Verb.ASSESSMENT_CLEARED, NOW) in factories.list_verbs(session, f"assessment:{one.assessment_id}")
    ] == [untouched.assessment_id]
    assert set(session.scalars(select(Assessment.id))) == {rated.assessment_id, young.assessment_id}
    assert set(session.scalars(select(Company.id))) == {rated.company_id, young.company_id}
    assert untouched.assessment_id not in session.scalars(select(Assessment.id)).all()


def test_a_company_with_another_round_stays(session: Session) -> None:
    owner = factories.start(session, now=UNTOUCHED_FOR_LONG)
    session.add(
        Assessment(
            id=uuid4(),
            company_id=owner.company_id,
            questionnaire_slug="basis",
            questionnaire_version="1.0",
            content_hash="0" * 64,
            language="de",
            started_at=NOW,
        )
    )
    session.commit()
    assert clear(session) == 1
    assert [count(session, table) for table in (Assessment, Company)] == [1, 1]


def test_at_most_fifty_go_at_once_and_the_rest_later(session: Session) -> None:
    for _ in range(51):
        assessments.start_assessment(session, questionnaire=make_questionnaire(), language="de", now=UNTOUCHED_FOR_LONG)
    session.commit()
    assert [clear(session), clear(session), clear(session)] == [50, 1, 0]


def test_a_rating_saved_while_the_round_is_cleared_up_is_not_lost(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = factories.start(session, now=UNTOUCHED_FOR_LONG)
    session.commit()
    has_listed = Event()
    list_untouched = rows.list_untouched

    def list_and_dawdle(own: Session, **arguments: Any) -> Sequence[UUID]:
        rows = list_untouched(own, **arguments)
        has_listed.set()
        sleep(A_WHILE)
        return rows

    monkeypatch.setattr("om_selfcheck.store.queries.assessments.list_untouched", list_and_dawdle)

    def clear_or_rate(own: Session, number: int) -> bool:
        if number == 0:
            return clear(own) == 1
        has_listed.wait(timeout=10)
        actor = grants.find_actor(
            own, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=True
        )
        return actor is not None and rate(own, actor, "urgent").written == (MEASURE,)

    outcomes = run_in_parallel(engine, 2, clear_or_rate)
    assert outcomes.errors == []
    assert sum(outcomes.results) == 1, "either it was cleared up, or the rating was saved"
    assert count(session, Rating) == count(session, Assessment)


def test_a_round_that_somebody_is_just_rating_is_not_cleared_up(session: Session, engine: Engine) -> None:
    owner = factories.start(session, now=UNTOUCHED_FOR_LONG)
    session.commit()
    is_rating = Event()

    def rate_or_clear(own: Session, number: int) -> int:
        if number == 1:
            is_rating.wait(timeout=10)
            return clear(own)
        actor = find_writer(own, owner)
        is_rating.set()
        sleep(A_WHILE)
        return len(rate(own, actor, "urgent").conflicts)

    assert run_in_parallel(engine, 2, rate_or_clear) == Outcomes([0, 0], [])
    assert load(session, owner) == ({MEASURE: "urgent"}, {})
