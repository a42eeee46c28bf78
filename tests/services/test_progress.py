"""What becomes of the plan: reports side by side, after the declaration too, and nobody else's actions (P2, D7)."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Hand, Right, action_scope, name_scope
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.progress import ActionState, HistoryEntry, NoSuchStep, NothingSaid, ReasonMissing, Report
from om_selfcheck.services import action_plans, grants, progress
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.queries import plans
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW
from tests.services.parallel import LONGER, meeting, run_in_parallel
from tests.services.reporting import LATER, add, declared, load, report, states, stored_state

OPEN, IN_PROGRESS, DONE, DROPPED = ActionState
HOUR = timedelta(hours=1)


# Reports


def test_a_planned_action_is_open_and_has_no_history(session: Session) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    (found,) = progress.list_progress(session, actor=owner)
    assert (found.key, found.state, found.history) == (str(action_id), OPEN, ())
    assert found.action.title == "Liste führen"


def test_a_report_is_kept_with_its_instant_and_the_action_takes_its_state(session: Session) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    assert report(session, owner, action_id, IN_PROGRESS, "Vorlage ist da") == ()
    entry = HistoryEntry(at=LATER, report=Report(state=IN_PROGRESS, note="Vorlage ist da"), by=Hand(Right.OWNER))
    assert load(session, owner, action_id).history == (entry,)
    assert stored_state(session, action_id) == "in_progress"


def test_history_grows_and_never_changes(session: Session) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    steps = [(OPEN, IN_PROGRESS), (IN_PROGRESS, DONE), (DONE, IN_PROGRESS), (IN_PROGRESS, OPEN), (OPEN, DONE)]
    seen: tuple[HistoryEntry, ...] = ()
    for place, (before, after) in enumerate(steps):
        report(session, owner, action_id, after, shown=before, now=LATER + place * HOUR)
        history = load(session, owner, action_id).history
        assert history[:-1] == seen
        assert stored_state(session, action_id) == history[-1].report.state == after
        seen = history
    assert len(seen) == len(steps)


@pytest.mark.parametrize(
    ("right", "scope", "hand"),
    [
        (Right.OWNER, "", Hand(Right.OWNER)),
        (Right.EDITOR, "", Hand(Right.EDITOR, "Lohnbüro")),
        (Right.DOER, "name:Büro", Hand(Right.DOER, "Büro")),
    ],
)
def test_history_says_by_which_link_and_no_more(session: Session, right: Right, scope: str, hand: Hand) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    actor = {
        Right.OWNER: lambda: owner,
        Right.EDITOR: lambda: factories.let_in(session, owner),
        Right.DOER: lambda: factories.make_doer(session, owner, scope),
    }[right]()
    report(session, actor, action_id, DONE)
    assert [entry.by for entry in load(session, owner, action_id).history] == [hand]


def test_a_note_alone_is_noted_under_the_state_as_it_is(session: Session) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    report(session, owner, action_id, OPEN, "Angebot angefragt")
    assert states(session, owner, action_id) == [(OPEN, "Angebot angefragt")]


@pytest.mark.parametrize(
    ("before", "state", "note", "refusal"),
    [
        ("open", DROPPED, "", ReasonMissing),
        ("open", DROPPED, "…", ReasonMissing),
        ("done", DROPPED, "lohnt nicht", NoSuchStep),
        ("open", OPEN, "", NothingSaid),
    ],
)
def test_what_is_no_step_is_refused_and_nothing_is_written(
    session: Session, before: str, state: ActionState, note: str, refusal: type[Exception]
) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    if before != "open":
        report(session, owner, action_id, ActionState(before))
    stored = factories.dump(session)
    with pytest.raises(refusal):
        report(session, owner, action_id, state, note, shown=before)
    session.rollback()
    assert factories.dump(session) == stored


def test_a_form_sent_twice_is_noted_once(session: Session) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    for delay in (0, 1, 300):
        assert report(session, owner, action_id, OPEN, "angefragt", now=LATER + timedelta(seconds=delay)) == ()
        assert report(session, owner, action_id, OPEN, "angefragt", now=LATER + timedelta(seconds=delay)) == ()
    assert states(session, owner, action_id) == [(OPEN, "angefragt")]
    report(session, owner, action_id, OPEN, "angefragt", now=LATER + HOUR)
    assert len(states(session, owner, action_id)) == 2, "an hour later it is said again"


def test_goes_on_after_the_declaration_and_the_plan_stays_as_it_was(session: Session) -> None:
    owner, action_id = declared(session)
    before = action_plans.list_actions(session, actor=owner)
    report(session, owner, action_id, DONE)
    assert load(session, owner, action_id).state is DONE
    assert action_plans.list_actions(session, actor=owner) == before


# Two people at one action (P2)


def test_two_who_saw_the_same_state_and_want_different_ones_get_a_conflict_with_both(session: Session) -> None:
    owner = factories.start(session)
    bente = factories.let_in(session, owner)
    action_id = add(session, owner)
    report(session, owner, action_id, DONE)
    conflicts = report(session, bente, action_id, IN_PROGRESS, "Regal bestellt")
    assert conflicts == (Conflict("state", stored="done", wanted="in_progress"),)
    assert states(session, owner, action_id) == [(DONE, "")]
    assert report(session, bente, action_id, IN_PROGRESS, "Regal bestellt", shown="done", now=LATER + HOUR) == ()
    assert states(session, owner, action_id) == [(DONE, ""), (IN_PROGRESS, "Regal bestellt")]


def test_two_who_want_the_same_do_not_disturb_each_other(session: Session) -> None:
    owner = factories.start(session)
    bente = factories.let_in(session, owner)
    action_id = add(session, owner)
    report(session, owner, action_id, DONE)
    assert report(session, bente, action_id, DONE) == ()
    assert states(session, owner, action_id) == [(DONE, "")]
    assert report(session, bente, action_id, DONE, "seit Montag", now=LATER + HOUR) == ()
    assert states(session, owner, action_id) == [(DONE, ""), (DONE, "seit Montag")]


def test_who_only_writes_a_note_moves_nothing_back(session: Session) -> None:
    owner = factories.start(session)
    bente = factories.let_in(session, owner)
    action_id = add(session, owner)
    report(session, owner, action_id, DONE)
    assert report(session, bente, action_id, OPEN, "Liste hängt aus", now=LATER + HOUR) == ()
    assert states(session, owner, action_id) == [(DONE, ""), (DONE, "Liste hängt aus")]
    assert stored_state(session, action_id) == "done"


def report_at_once(session: Session, engine: Engine, owner: Actor, action_id: UUID, *, is_locking: bool) -> list[Any]:
    wanted = (DONE, IN_PROGRESS)
    session.commit()

    def work(own: Session, number: int) -> tuple[Conflict, ...]:
        actor = grants.find_actor(
            own, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=is_locking
        )
        assert actor is not None
        said = Report(state=wanted[number])
        return progress.report_progress(
            own, actor=actor, action_id=action_id, report=said, shown_state="open", now=LATER
        )

    outcomes = run_in_parallel(engine, 2, work)
    return [*outcomes.results, *outcomes.errors]


def test_of_two_at_once_one_is_noted_and_one_is_asked(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    monkeypatch.setattr("om_selfcheck.store.queries.plans.list_actions", meeting(plans.list_actions))
    results = report_at_once(session, engine, owner, action_id, is_locking=True)
    monkeypatch.undo()
    assert sorted(map(len, results)) == [0, 1]
    (conflict,) = next(one for one in results if one)
    assert {conflict.stored, conflict.wanted} == {"done", "in_progress"}
    assert states(session, owner, action_id) == [(ActionState(conflict.stored), "")]


def test_control_without_taking_turns_one_is_overwritten_unseen(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    waiting = meeting(plans.list_actions, seconds=LONGER)
    monkeypatch.setattr("om_selfcheck.store.queries.plans.list_actions", waiting)
    results = report_at_once(session, careless, owner, action_id, is_locking=False)
    assert not any(isinstance(one, tuple) and one for one in results), "nobody was asked"


class SeveralReporters(RuleBasedStateMachine):
    """Three browsers that load an action's page now and then and send it back, against an oracle."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.owner = factories.start(session)
        self.action_id = add(session, self.owner)
        self.stored, self.shown = "open", ["open"] * 3
        self.noted: list[tuple[ActionState, str]] = []
        self.clock = LATER

    @initialize()
    def begin(self) -> None:
        assert load(self.session, self.owner, self.action_id).state == self.stored

    @rule(client=st.integers(0, 2))
    def somebody_loads_the_page(self, client: int) -> None:
        self.shown[client] = load(self.session, self.owner, self.action_id).state.value

    @rule(client=st.integers(0, 2), wanted=st.sampled_from(ActionState), note=st.sampled_from(["", "weil es so ist"]))
    def somebody_reports(self, client: int, wanted: ActionState, note: str) -> None:
        self.clock += HOUR
        shown = self.shown[client]
        try:
            conflicts = report(self.session, self.owner, self.action_id, wanted, note, shown=shown, now=self.clock)
        except (NoSuchStep, ReasonMissing, NothingSaid):
            self.session.rollback()
            conflicts = ()
        else:
            self.expect(shown, wanted, note, conflicts)
        assert states(self.session, self.owner, self.action_id) == self.noted
        assert stored_state(self.session, self.action_id) == self.stored

    def expect(self, shown: str, wanted: str, note: str, conflicts: tuple[Conflict, ...]) -> None:
        """Take over what was changed by somebody who saw what is stored; the rest is asked for."""
        if wanted not in (shown, self.stored) and shown != self.stored:
            assert conflicts == (Conflict("state", stored=self.stored, wanted=wanted),)
            return
        assert conflicts == ()
        before, self.stored = self.stored, wanted if wanted != shown else self.stored
        if note or before != self.stored:
            self.noted.append((ActionState(self.stored), note))

    def teardown(self) -> None:
        self.session.rollback()


def test_whoever_reports_nothing_is_lost_and_nothing_is_overwritten_unseen(session: Session) -> None:
    run_state_machine_as_test(  # it takes any callable that makes a machine
        cast("type[RuleBasedStateMachine]", lambda: SeveralReporters(session)),
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


# Nobody else's


def test_a_named_person_reaches_the_actions_that_name_them_and_no_others(session: Session) -> None:
    owner = factories.start(session)
    mine, theirs = add(session, owner), add(session, owner, responsible="Werkstatt")
    doer = factories.make_doer(session, owner, name_scope("Büro"))
    assert [found.key for found in progress.list_progress(session, actor=doer)] == [str(mine)]
    assert report(session, doer, mine, DONE) == ()
    for refused in (lambda: report(session, doer, theirs, DONE), lambda: load(session, doer, theirs)):
        with pytest.raises(NotFound):
            refused()
    assert stored_state(session, theirs) == "open"


@pytest.mark.parametrize("scope", ["", "Büro", "name:", "action:", "name:Lager"])
def test_a_link_without_a_scope_reaches_nothing(session: Session, scope: str) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    doer = factories.make_doer(session, owner, scope)
    assert progress.list_progress(session, actor=doer) == []
    with pytest.raises(NotFound):
        report(session, doer, action_id, DONE)


def test_a_new_name_in_the_plan_moves_the_action_to_the_other_link(session: Session) -> None:
    owner = factories.start(session)
    action_id = add(session, owner)
    old, new = (
        factories.make_doer(session, owner, name_scope("Büro")),
        factories.make_doer(session, owner, name_scope("Buchhaltung")),
    )
    action_plans.save_action(
        session,
        actor=owner,
        questionnaire=make_questionnaire(),
        action_id=action_id,
        wanted={"responsible": "Buchhaltung"},
        shown={"responsible": "Büro"},
        now=NOW,
    )
    session.commit()
    assert progress.list_progress(session, actor=old) == []
    assert [found.key for found in progress.list_progress(session, actor=new)] == [str(action_id)]


def test_an_action_of_another_round_looks_like_none(session: Session) -> None:
    alma, stella = factories.start(session), factories.start(session)
    action_id = add(session, alma)
    with pytest.raises(NotFound):
        report(session, stella, action_id, DONE)
    with pytest.raises(NotFound):
        load(session, stella, action_id)
    doer = factories.make_doer(session, stella, action_scope(str(action_id)))
    assert progress.list_progress(session, actor=doer) == []
