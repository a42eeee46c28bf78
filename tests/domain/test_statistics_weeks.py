"""Reporting weeks: Monday to Sunday in Berlin, fixed when they are over."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.statistics.weeks import Week

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "monday", "year", "number"),
    [
        (date(2026, 11, 23), date(2026, 11, 23), 2026, 48),
        (date(2026, 11, 29), date(2026, 11, 23), 2026, 48),
        (date(2026, 11, 30), date(2026, 11, 30), 2026, 49),
        (date(2024, 12, 30), date(2024, 12, 30), 2025, 1),  # the week of New Year belongs to the year of its Thursday
        (date(2027, 1, 3), date(2026, 12, 28), 2026, 53),
        (date(2026, 3, 29), date(2026, 3, 23), 2026, 13),  # a Sunday of 23 hours is the last of its week all the same
    ],
)
def test_a_day_belongs_to_the_iso_week_of_its_monday(day: date, monday: date, year: int, number: int) -> None:
    week = Week.of(day)
    assert (week.monday, week.year, week.number) == (monday, year, number)


@pytest.mark.parametrize(
    ("today", "monday"),
    [
        (date(2026, 11, 29), date(2026, 11, 16)),  # on its Sunday a week is still running
        (date(2026, 11, 30), date(2026, 11, 23)),
        (date(2026, 12, 6), date(2026, 11, 23)),
        (date(2026, 12, 7), date(2026, 11, 30)),
    ],
)
def test_a_week_is_closed_from_the_monday_after_it(today: date, monday: date) -> None:
    assert Week.last_closed(today) == Week(monday)


@given(DAYS)
def test_every_day_lies_in_its_week_and_after_the_last_closed_one(day: date) -> None:
    week = Week.of(day)
    assert week.monday <= day <= week.ends_on
    assert week.ends_on - week.monday == timedelta(days=6)
    assert Week.last_closed(day).ends_on + timedelta(days=1) == week.monday


def test_a_week_begins_on_a_monday() -> None:
    with pytest.raises(ValueError, match="2026-11-24 is no Monday"):
        Week(date(2026, 11, 24))


def test_weeks_have_an_order() -> None:
    assert Week(date(2026, 11, 23)) < Week(date(2026, 11, 30))
