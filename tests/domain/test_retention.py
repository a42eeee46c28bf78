"""How long things are kept (P18)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.retention import (
    NOTICES,
    Notice,
    Retention,
    add_months,
    backups_without_on,
    company_goes_on,
    declaration_goes_on,
    draft_goes_on,
    may_go,
    notice_due,
)

DEFAULT = Retention()
GOES = date(2028, 11, 25)
DAY = timedelta(days=1)
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        (date(2026, 11, 24), 6, date(2027, 5, 24)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 24, date(2030, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
    ],
)
def test_months_end_on_the_same_numbered_day_or_the_last(on: date, months: int, expected: date) -> None:
    assert add_months(on, months) == expected


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_more_months_never_end_earlier(on: date, some: int, more: int) -> None:
    assert add_months(on, some) <= add_months(on, some + more)


def test_a_draft_goes_the_day_after_24_months_and_a_declaration_the_day_after_6() -> None:
    assert draft_goes_on(date(2026, 11, 24), DEFAULT) == GOES
    assert declaration_goes_on(date(2028, 11, 24), DEFAULT) == date(2029, 5, 25)
    assert draft_goes_on(date(2026, 11, 24), Retention(draft_months=1)) == date(2026, 12, 25)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (61, None),
        (60, Notice.FIRST),
        (15, Notice.FIRST),
        (14, Notice.LAST),
        (1, Notice.LAST),
        (0, None),
        (-100, None),
    ],
)
def test_two_warnings_before_a_draft_goes(before: int, expected: Notice | None) -> None:
    assert notice_due(GOES, GOES - before * DAY) is expected


@pytest.mark.parametrize(
    ("today", "warned", "has_address", "expected"),
    [
        (GOES - DAY, None, False, False),
        (GOES, None, False, True),
        (GOES, None, True, False),
        (GOES, GOES - 13 * DAY, True, False),
        (GOES, GOES - 14 * DAY, True, True),
        (GOES + 400 * DAY, None, True, False),
        (GOES + 400 * DAY, GOES + 386 * DAY, True, True),
        (GOES - DAY, GOES - 60 * DAY, True, False),
    ],
)
def test_a_draft_goes_after_its_day_and_after_a_warning_in_time(
    today: date, warned: date | None, *, has_address: bool, expected: bool
) -> None:
    assert may_go(GOES, today, warned_last_on=warned, has_address=has_address) is expected


@given(DAYS, DAYS)
def test_nothing_goes_while_a_warning_is_due(last_opened_on: date, today: date) -> None:
    goes_on = draft_goes_on(last_opened_on, DEFAULT)
    if notice_due(goes_on, today):
        assert not may_go(goes_on, today, warned_last_on=None, has_address=False)


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        ([], None),
        ([(date(2026, 11, 24), None)], GOES),
        ([(date(2020, 1, 1), date(2028, 11, 24))], date(2029, 5, 25)),
        ([(date(2020, 1, 1), date(2028, 11, 24)), (date(2029, 1, 1), None)], date(2031, 1, 2)),
        ([(date(2020, 1, 1), date(2028, 11, 24)), (date(2020, 1, 1), date(2030, 11, 24))], date(2031, 5, 25)),
    ],
)
def test_a_company_stays_as_long_as_any_of_its_rounds(
    rounds: list[tuple[date, date | None]], expected: date | None
) -> None:
    assert company_goes_on(rounds, DEFAULT) == expected


def test_warnings_come_in_their_order() -> None:
    assert list(NOTICES) == list(Notice)
    assert NOTICES[Notice.FIRST] > NOTICES[Notice.LAST]


def test_backups_have_forgotten_after_their_days() -> None:
    assert backups_without_on(date(2026, 11, 24), DEFAULT) == date(2026, 12, 24)
