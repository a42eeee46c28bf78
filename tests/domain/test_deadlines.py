"""The dates a company takes along, what is settled of them, and what they ask for on a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.access import Hand, Right
from om_selfcheck.domain.deadlines import Agenda, Deadline, DeadlineKind, list_deadlines, make_agenda
from om_selfcheck.domain.progress import ActionState, Effect, HistoryEntry, Progress, Report
from tests.builders import make_action

END = date(2028, 10, 5)
DUE = date(2027, 1, 15)
FOLLOW_UP = date(2027, 2, 15)
DAY = timedelta(days=1)


def make_progress(
    key: str = "7",
    due_on: date | None = DUE,
    follow_up_on: date | None = FOLLOW_UP,
    *,
    state: ActionState = ActionState.OPEN,
    effect: Effect | None = None,
) -> Progress:
    report = Report(state=state, effect=effect)
    entry = HistoryEntry(at=datetime(2027, 1, 1, tzinfo=UTC), report=report, by=Hand(Right.OWNER))
    action = make_action(due_on=due_on, follow_up_on=follow_up_on)
    return Progress(key=key, action=action, state=state, history=(entry,) if effect else ())


def keys(deadlines: tuple[Deadline, ...] | list[Deadline]) -> list[str]:
    return [deadline.key for deadline in deadlines]


def test_an_empty_plan_leaves_the_end_of_the_declaration() -> None:
    assert list_deadlines([], END) == [Deadline("end", DeadlineKind.END, END)]
    assert list_deadlines([]) == []


@pytest.mark.parametrize(
    ("due_on", "follow_up_on", "expected"),
    [
        (None, None, ["end"]),
        (DUE, None, ["7-due", "end"]),
        (None, FOLLOW_UP, ["7-follow-up", "end"]),
        (DUE, FOLLOW_UP, ["7-due", "7-follow-up", "end"]),
        (FOLLOW_UP, DUE, ["7-follow-up", "7-due", "end"]),
        (DUE, DUE, ["7-due", "7-follow-up", "end"]),
        (END + DAY, FOLLOW_UP, ["7-follow-up", "end", "7-due"]),
    ],
)
def test_an_action_has_a_deadline_for_each_of_its_dates(
    due_on: date | None, follow_up_on: date | None, expected: list[str]
) -> None:
    assert keys(list_deadlines([make_progress("7", due_on, follow_up_on)], END)) == expected


def test_a_deadline_knows_its_kind_its_day_and_its_action() -> None:
    progress = make_progress()
    assert list_deadlines([progress], END) == [
        Deadline("7-due", DeadlineKind.DUE, DUE, progress),
        Deadline("7-follow-up", DeadlineKind.FOLLOW_UP, FOLLOW_UP, progress),
        Deadline("end", DeadlineKind.END, END, None),
    ]


def test_deadlines_of_one_day_come_in_the_order_of_their_keys() -> None:
    plan = [make_progress(key, END, None) for key in ("b", "f", "a")]
    assert keys(list_deadlines(plan, END)) == ["a-due", "b-due", "end", "f-due"]


@given(st.lists(st.tuples(st.none() | st.dates(), st.none() | st.dates()), max_size=12), st.dates())
def test_every_date_appears_once_earliest_first(days: list[tuple[date | None, date | None]], end: date) -> None:
    plan = [make_progress(str(number), due_on, follow_up_on) for number, (due_on, follow_up_on) in enumerate(days)]
    deadlines = list_deadlines(plan, end)
    assert [deadline.on for deadline in deadlines] == sorted([end, *(day for pair in days for day in pair if day)])
    assert len(set(keys(deadlines))) == len(deadlines)


# What is settled


@pytest.mark.parametrize("effect", [None, *Effect])
@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize("kind", [DeadlineKind.DUE, DeadlineKind.FOLLOW_UP])
def test_a_date_is_open_settled_or_cancelled(kind: DeadlineKind, state: ActionState, effect: Effect | None) -> None:
    deadline = Deadline("7", kind, DUE, make_progress(state=state, effect=effect))
    is_dropped = state is ActionState.DROPPED
    has_happened = state is ActionState.DONE if kind is DeadlineKind.DUE else effect not in (None, Effect.TOO_EARLY)
    assert deadline.is_cancelled is is_dropped
    assert deadline.is_settled is (has_happened and not is_dropped)
    assert deadline.is_open is not (is_dropped or has_happened)


def test_the_end_is_never_settled() -> None:
    end = Deadline("end", DeadlineKind.END, END)
    assert (end.is_open, end.is_settled, end.is_cancelled) == (True, False, False)


@pytest.mark.parametrize(
    ("deadline", "days"),
    [
        (Deadline("x", DeadlineKind.END, END), (90, 30, 7)),
        (Deadline("x", DeadlineKind.DUE, DUE, make_progress()), (0,)),
        (Deadline("x", DeadlineKind.FOLLOW_UP, DUE, make_progress()), (0,)),
        (Deadline("x", DeadlineKind.DUE, DUE, make_progress(state=ActionState.DONE)), ()),
        (Deadline("x", DeadlineKind.FOLLOW_UP, DUE, make_progress(state=ActionState.DONE)), (0,)),
        (Deadline("x", DeadlineKind.FOLLOW_UP, DUE, make_progress(effect=Effect.NO)), ()),
        (Deadline("x", DeadlineKind.DUE, DUE, make_progress(state=ActionState.DROPPED)), ()),
    ],
)
def test_the_end_is_announced_early_enough_for_a_renewal_and_the_rest_on_the_day_while_it_is_open(
    deadline: Deadline, days: tuple[int, ...]
) -> None:
    assert deadline.reminders == tuple(timedelta(days=day) for day in days)


# What the dates ask for


def test_the_agenda_sorts_into_late_today_and_next() -> None:
    today = date(2027, 3, 1)
    plan = [
        make_progress("a", today - DAY, today + 9 * DAY),
        make_progress("b", today, None),
        make_progress("c", today + DAY, None),
    ]
    agenda = make_agenda(list_deadlines(plan, END), today)
    assert keys(agenda.late) == ["a-due"]
    assert keys(agenda.today) == ["b-due"]
    assert keys(agenda.next) == ["c-due", "a-follow-up"]


def test_what_is_late_twice_is_asked_once_by_its_follow_up() -> None:
    agenda = make_agenda(list_deadlines([make_progress("a", DUE, FOLLOW_UP)]), FOLLOW_UP)
    assert (keys(agenda.late), keys(agenda.today)) == ([], ["a-follow-up"])
    before = make_agenda(list_deadlines([make_progress("a", DUE, FOLLOW_UP)]), FOLLOW_UP - DAY)
    assert (keys(before.late), keys(before.next)) == (["a-due"], ["a-follow-up"])


def test_nothing_finished_and_no_end_of_the_two_years_is_on_the_agenda() -> None:
    plan = [
        make_progress("a", state=ActionState.DONE, effect=Effect.YES),
        make_progress("b", state=ActionState.DROPPED),
    ]
    assert make_agenda(list_deadlines(plan, END), END) == Agenda(late=(), today=(), next=())


@given(
    st.lists(
        st.tuples(
            st.none() | st.dates(),
            st.none() | st.dates(),
            st.sampled_from(ActionState),
            st.none() | st.sampled_from(Effect),
        ),
        max_size=8,
    ),
    st.dates(),
)
def test_every_action_with_an_open_date_is_on_the_agenda(
    rows: list[tuple[date | None, date | None, ActionState, Effect | None]], today: date
) -> None:
    plan = [
        make_progress(str(place), due, look, state=state, effect=effect)
        for place, (due, look, state, effect) in enumerate(rows)
    ]
    deadlines = list_deadlines(plan)
    agenda = make_agenda(deadlines, today)
    listed = [*agenda.late, *agenda.today, *agenda.next]
    assert {one.progress.key for one in listed if one.progress} == {
        one.progress.key for one in deadlines if one.progress and one.is_open
    }
    assert len(set(keys(listed))) == len(listed)
