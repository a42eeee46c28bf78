"""What a status asks of the day of issue, against the status itself on every day of leap years and others (D5, D8)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from om_selfcheck.domain.declaration import DeclarationStatus, SelfDeclaration
from om_selfcheck.domain.register import (
    ALL_DAYS,
    IssueDays,
    days_of_ended_lately,
    days_of_ending,
    days_of_status,
)

TODAYS = [
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2026, 2, 28),
    date(2026, 3, 1),
    date(2026, 11, 24),
]
SPAN = 365 * 4


def holds(days: IssueDays, issued_on: date) -> bool:
    return (days.first or date.min) <= issued_on <= (days.last or date.max)


@pytest.mark.parametrize("today", TODAYS)
@pytest.mark.parametrize(
    ("days_of", "rule"),
    [
        (
            lambda today: days_of_status(DeclarationStatus.VALID, today),
            lambda terms, today: terms.status_on(today) is DeclarationStatus.VALID,
        ),
        (
            lambda today: days_of_status(DeclarationStatus.EXPIRED, today),
            lambda terms, today: terms.status_on(today) is DeclarationStatus.EXPIRED,
        ),
        (days_of_ending, lambda terms, today: terms.is_due_for_renewal_on(today)),
        (
            days_of_ended_lately,
            lambda terms, today: today - timedelta(days=365) <= terms.valid_until < today,
        ),
    ],
    ids=["valid", "expired", "ending", "ended lately"],
)
def test_the_days_of_issue_are_those_for_which_the_rule_holds(
    days_of: Callable[[date], IssueDays], rule: Callable[[SelfDeclaration, date], bool], today: date
) -> None:
    for back in range(SPAN):
        issued_on = today - timedelta(days=back)
        assert holds(days_of(today), issued_on) is rule(SelfDeclaration(issued_on=issued_on), today), issued_on


@pytest.mark.parametrize("status", [None, DeclarationStatus.WITHDRAWN, DeclarationStatus.REPLACED])
def test_what_is_no_matter_of_dates_leaves_all_days(status: DeclarationStatus | None) -> None:
    assert days_of_status(status, date(2026, 11, 24)) == ALL_DAYS


EARLY, MIDDLE, LATE = date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (IssueDays(EARLY, LATE), ALL_DAYS, IssueDays(EARLY, LATE)),
        (IssueDays(EARLY, MIDDLE), IssueDays(MIDDLE, LATE), IssueDays(MIDDLE, MIDDLE)),
        (IssueDays(None, MIDDLE), IssueDays(EARLY, None), IssueDays(EARLY, MIDDLE)),
        (IssueDays(EARLY, EARLY), IssueDays(LATE, LATE), IssueDays(LATE, EARLY)),
    ],
)
def test_two_periods_leave_what_is_in_both(one: IssueDays, other: IssueDays, both: IssueDays) -> None:
    assert one & other == other & one == both
