"""The dates a company takes along."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.deadlines import Deadline, DeadlineKind, list_deadlines
from tests.builders import make_action

END = date(2028, 10, 5)
DUE = date(2027, 1, 15)
FOLLOW_UP = date(2027, 2, 15)


def test_an_empty_plan_leaves_the_end_of_the_declaration() -> None:
    assert list_deadlines([], END) == [Deadline("end", DeadlineKind.END, END)]


@pytest.mark.parametrize(
    ("due_on", "follow_up_on", "keys"),
    [
        (None, None, ["end"]),
        (DUE, None, ["7-due", "end"]),
        (None, FOLLOW_UP, ["7-follow-up", "end"]),
        (DUE, FOLLOW_UP, ["7-due", "7-follow-up", "end"]),
        (FOLLOW_UP, DUE, ["7-follow-up", "7-due", "end"]),
        (DUE, DUE, ["7-due", "7-follow-up", "end"]),
        (END + timedelta(days=1), FOLLOW_UP, ["7-follow-up", "end", "7-due"]),
    ],
)
def test_an_action_has_a_deadline_for_each_of_its_dates(
    due_on: date | None, follow_up_on: date | None, keys: list[str]
) -> None:
    action = make_action(due_on=due_on, follow_up_on=follow_up_on)
    assert [deadline.key for deadline in list_deadlines([("7", action)], END)] == keys


def test_a_deadline_knows_its_kind_its_day_and_its_action() -> None:
    action = make_action(due_on=DUE, follow_up_on=FOLLOW_UP)
    assert list_deadlines([("7", action)], END) == [
        Deadline("7-due", DeadlineKind.DUE, DUE, action),
        Deadline("7-follow-up", DeadlineKind.FOLLOW_UP, FOLLOW_UP, action),
        Deadline("end", DeadlineKind.END, END, None),
    ]


def test_deadlines_of_one_day_come_in_the_order_of_their_keys() -> None:
    action = make_action(due_on=END, follow_up_on=None)
    assert [deadline.key for deadline in list_deadlines([("b", action), ("f", action), ("a", action)], END)] == [
        "a-due",
        "b-due",
        "end",
        "f-due",
    ]


@given(st.lists(st.tuples(st.none() | st.dates(), st.none() | st.dates()), max_size=12), st.dates())
def test_every_date_appears_once_earliest_first(days: list[tuple[date | None, date | None]], end: date) -> None:
    plan = [
        (str(number), make_action(due_on=due_on, follow_up_on=follow_up_on))
        for number, (due_on, follow_up_on) in enumerate(days)
    ]
    deadlines = list_deadlines(plan, end)
    assert [deadline.on for deadline in deadlines] == sorted([end, *(day for pair in days for day in pair if day)])
    assert len({deadline.key for deadline in deadlines}) == len(deadlines)


@pytest.mark.parametrize(
    ("kind", "days"), [(DeadlineKind.END, (90, 30, 7)), (DeadlineKind.DUE, (0,)), (DeadlineKind.FOLLOW_UP, (0,))]
)
def test_the_end_is_announced_early_enough_for_a_renewal_and_the_rest_on_the_day(
    kind: DeadlineKind, days: tuple[int, ...]
) -> None:
    assert Deadline("x", kind, END).reminders == tuple(timedelta(days=day) for day in days)
