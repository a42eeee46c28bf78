"""What becomes of an action: the steps it may take, what a report has to say, and what still asks for an answer."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.access import Hand, Right
from om_selfcheck.domain.progress import (
    ActionState,
    Effect,
    HistoryEntry,
    NoSuchStep,
    Progress,
    ProgressCounts,
    ReasonMissing,
    Report,
    check_step,
    count_progress,
)
from tests.builders import make_action

OPEN, IN_PROGRESS, DONE, DROPPED = ActionState
AT = datetime(2027, 2, 28, 9, tzinfo=UTC)
TODAY = date(2027, 2, 28)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
STEPS = {
    (OPEN, IN_PROGRESS),
    (OPEN, DONE),
    (OPEN, DROPPED),
    (IN_PROGRESS, OPEN),
    (IN_PROGRESS, DONE),
    (IN_PROGRESS, DROPPED),
    (DONE, OPEN),
    (DONE, IN_PROGRESS),
    (DROPPED, OPEN),
    (DROPPED, IN_PROGRESS),
}
REASON = "Wir mieten statt zu kaufen"


def make_entry(
    state: ActionState = DONE,
    effect: Effect | None = None,
    *,
    note: str = "",
    at: datetime = AT,
    by: Hand = Hand(Right.OWNER),  # noqa: B008 - frozen
) -> HistoryEntry:
    return HistoryEntry(at=at, report=Report(state=state, effect=effect, note=note), by=by)


def make_progress(
    state: ActionState = OPEN,
    *effects: Effect,
    due_on: date | None = YESTERDAY,
    follow_up_on: date | None = YESTERDAY,
) -> Progress:
    history = tuple(make_entry(state, effect) for effect in effects)
    action = make_action(due_on=due_on, follow_up_on=follow_up_on)
    return Progress(key="7", action=action, state=state, history=history)


# Steps


def is_step(before: ActionState, report: Report) -> bool:
    try:
        check_step(before, report)
    except NoSuchStep:
        return False
    return True


@pytest.mark.parametrize(("before", "after"), list(product(ActionState, ActionState)))
def test_an_action_takes_exactly_these_steps(before: ActionState, after: ActionState) -> None:
    expected = before is after or (before, after) in STEPS
    assert is_step(before, Report(state=after, note=REASON)) is expected
    offered = Progress(key="7", action=make_action(), state=before).next_states
    assert (after in offered) is ((before, after) in STEPS)


def test_what_is_finished_can_always_be_taken_up_again() -> None:
    for state in ActionState:
        assert state.is_finished is not any(
            following.is_finished for following in Progress(key="7", action=make_action(), state=state).next_states
        )


@pytest.mark.parametrize("note", ["", " ", "–", "123", "\u3164", "\u2800"])
@pytest.mark.parametrize("before", [OPEN, IN_PROGRESS])
def test_nothing_is_dropped_without_a_word_why(before: ActionState, note: str) -> None:
    with pytest.raises(ReasonMissing):
        check_step(before, Report(state=DROPPED, note=note))
    check_step(before, Report(state=DROPPED, note=REASON))


def test_what_is_dropped_already_needs_no_second_reason() -> None:
    check_step(DROPPED, Report(state=DROPPED))


@pytest.mark.parametrize(("before", "after"), sorted((a, b) for a, b in STEPS if b is not DROPPED))
def test_no_other_step_needs_a_word(before: ActionState, after: ActionState) -> None:
    check_step(before, Report(state=after))


# A form sent twice


@pytest.mark.parametrize(
    ("later", "changes", "repeats"),
    [
        (timedelta(0), {}, True),
        (timedelta(minutes=9, seconds=59), {}, True),
        (timedelta(minutes=10), {}, False),
        (timedelta(0), {"state": IN_PROGRESS}, False),
        (timedelta(0), {"effect": Effect.YES}, False),
        (timedelta(0), {"note": "anders"}, False),
        (timedelta(0), {"by": Hand(Right.EDITOR, "Bente")}, False),
    ],
)
def test_the_same_report_by_the_same_hand_within_ten_minutes_is_one(
    later: timedelta, changes: dict[str, object], *, repeats: bool
) -> None:
    first = make_entry(note="wie besprochen")
    facts = {"state": DONE, "note": "wie besprochen", "at": AT + later} | changes
    assert make_entry(**facts).repeats(first) is repeats  # type: ignore[arg-type]


# What still asks for an answer


@pytest.mark.parametrize(
    ("effects", "newest", "is_followed_up"),
    [
        ((), None, False),
        ((Effect.YES,), Effect.YES, True),
        ((Effect.PARTLY,), Effect.PARTLY, True),
        ((Effect.NO,), Effect.NO, True),
        ((Effect.TOO_EARLY,), Effect.TOO_EARLY, False),
        ((Effect.TOO_EARLY, Effect.YES), Effect.YES, True),
        ((Effect.YES, Effect.TOO_EARLY), Effect.TOO_EARLY, False),
    ],
)
def test_the_newest_effect_counts_and_too_early_keeps_the_question_open(
    effects: tuple[Effect, ...], newest: Effect | None, *, is_followed_up: bool
) -> None:
    progress = make_progress(DONE, *effects)
    assert (progress.effect, progress.is_followed_up) == (newest, is_followed_up)


def test_a_later_note_leaves_the_effect_as_it_is() -> None:
    history = (make_entry(DONE, Effect.PARTLY), make_entry(DONE, note="Ordner beschriftet"))
    assert Progress(key="7", action=make_action(), state=DONE, history=history).effect is Effect.PARTLY


@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize(("due_on", "is_past"), [(None, False), (YESTERDAY, True), (TODAY, False), (TOMORROW, False)])
def test_an_action_is_overdue_after_its_day_until_it_is_finished(
    state: ActionState, due_on: date | None, *, is_past: bool
) -> None:
    expected = is_past and state in (OPEN, IN_PROGRESS)
    assert make_progress(state, due_on=due_on).is_overdue_on(TODAY) is expected


@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize("effect", [None, *Effect])
@pytest.mark.parametrize(
    ("follow_up_on", "has_come"), [(None, False), (YESTERDAY, True), (TODAY, True), (TOMORROW, False)]
)
def test_a_follow_up_is_due_from_its_day_on_until_it_is_answered(
    state: ActionState, effect: Effect | None, follow_up_on: date | None, *, has_come: bool
) -> None:
    progress = make_progress(state, *([effect] if effect else []), follow_up_on=follow_up_on)
    is_waiting = state is not DROPPED and effect in (None, Effect.TOO_EARLY)
    assert progress.is_follow_up_due_on(TODAY) is (has_come and is_waiting)


# Counts


def test_counts_what_stands_where() -> None:
    plan = [
        *[make_progress(DONE, Effect.YES)] * 5,
        make_progress(DONE, follow_up_on=TODAY),
        make_progress(DROPPED),
        make_progress(IN_PROGRESS, due_on=TOMORROW),
        make_progress(OPEN, follow_up_on=TOMORROW),
        make_progress(OPEN, due_on=None, follow_up_on=None),
    ]
    counts = count_progress(plan, TODAY)
    assert counts == ProgressCounts(open=2, in_progress=1, done=6, dropped=1, overdue=1, follow_ups_due=2)
    assert counts.total == 10


def test_an_empty_plan_counts_nothing() -> None:
    assert count_progress([], TODAY) == ProgressCounts(
        open=0, in_progress=0, done=0, dropped=0, overdue=0, follow_ups_due=0
    )


@given(st.lists(st.tuples(st.sampled_from(ActionState), st.none() | st.sampled_from(Effect), st.dates())))
def test_every_action_is_counted_once_and_nothing_dropped_is_due(
    plan: list[tuple[ActionState, Effect | None, date]],
) -> None:
    entries = [
        make_progress(state, *([effect] if effect else []), due_on=on, follow_up_on=on) for state, effect, on in plan
    ]
    counts = count_progress(entries, TODAY)
    assert counts.total == len(plan)
    assert counts.overdue <= counts.open + counts.in_progress
    assert counts.follow_ups_due <= counts.total - counts.dropped
