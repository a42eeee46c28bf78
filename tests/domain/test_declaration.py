"""What is filled in, two years to the day, and the status on a day (R11, R12, D5, D8, P7)."""

import calendar
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain import declaration
from om_selfcheck.domain.declaration import (
    Confirmation,
    DeclarationDetails,
    DeclarationStatus,
    DetailField,
    SelfDeclaration,
    is_postal_code,
    last_valid_day,
)
from tests.builders import make_details

DAY = timedelta(days=1)
EVERY_DAY = [date.fromordinal(day) for day in range(date(2024, 1, 1).toordinal(), date(2041, 1, 1).toordinal())]
WITHDRAWN, REPLACED, EXPIRED, VALID, UNKNOWN = DeclarationStatus

# What is filled in: the details of R11


def test_details_with_every_field_are_filled_in() -> None:
    assert make_details().missing == ()


def test_new_details_lack_every_field_in_the_order_they_are_asked() -> None:
    assert DeclarationDetails().missing == tuple(DetailField)


def test_nothing_is_preselected_in_new_details() -> None:
    assert DeclarationDetails().postal_code == ""
    assert DeclarationDetails().has_signature_line is False


@pytest.mark.parametrize("gaps", list(product([True, False], repeat=4)))
def test_names_exactly_the_details_that_are_missing(gaps: tuple[bool, ...]) -> None:
    candidates = (DetailField.COMPANY_NAME, DetailField.POSTAL_CODE, DetailField.CITY, DetailField.PLACE)
    expected = tuple(field for field, is_gap in zip(candidates, gaps, strict=True) if is_gap)
    changes: dict[str, Any] = {field.value: "" for field in expected}
    assert replace(make_details(), **changes).missing == expected


@pytest.mark.parametrize("confirmation", Confirmation)
def test_one_confirmation_replaces_no_other(confirmation: Confirmation) -> None:
    missing = make_details(confirmations=[confirmation]).missing
    assert missing == tuple(DetailField(f"confirm_{other}") for other in Confirmation if other is not confirmation)


@pytest.mark.parametrize("name", ["Alma GmbH", "3M", "1&1", "4711", "Ö", "漢"])
def test_a_company_name_has_a_letter_or_a_digit(name: str) -> None:
    assert make_details(company_name=name).missing == ()


@pytest.mark.parametrize(
    "name", ["", " ", "&", "—", "\u2800", "\u3164", "\u115f", "\u1160", "\uffa0", "\u00a0", "\u200b"]
)
def test_a_company_name_that_looks_blank_is_missing(name: str) -> None:
    assert make_details(company_name=name).missing == (DetailField.COMPANY_NAME,)


@pytest.mark.parametrize("has_line", [True, False])
def test_the_line_for_a_signature_is_a_choice(*, has_line: bool) -> None:
    assert make_details(has_signature_line=has_line).missing == ()


@pytest.mark.parametrize("code", ["01001", "01067", "10115", "80331", "99998"])
def test_a_german_postal_code_has_five_digits(code: str) -> None:
    assert is_postal_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "1067",
        "010670",
        "00000",
        "00999",
        "01000",
        " 01067",
        "0106 ",
        "0106a",
        "-1067",
        "D-010",
        "²1067",
        "１２３４５",
        "१२३४५",
    ],
)
def test_anything_else_is_no_postal_code(code: str) -> None:
    assert not is_postal_code(code)


@given(st.integers(0, 100_000))
def test_postal_codes_begin_with_01001(figure: int) -> None:
    assert is_postal_code(f"{figure:05}") is (1001 <= figure <= 99_999)


# Two years, as R12 and D5 say


def same_numbered_day(issued_on: date) -> date:
    """Return the oracle after § 188(2)(3) BGB: the month two years on, and the day or the month's last."""
    year, month = issued_on.year + 2, issued_on.month
    return date(year, month, min(issued_on.day, calendar.monthrange(year, month)[1]))


def by_counting(issued_on: date) -> date:
    """Return the oracle that counts days: 730, and one more for every leap day passed on the way."""
    end = issued_on + timedelta(days=730)
    for year in (2024, 2028, 2032, 2036, 2040):
        leap_day = date(year, 2, 29)
        end += DAY if issued_on < leap_day <= end else timedelta(0)
    return end


@pytest.mark.parametrize("oracle", [same_numbered_day, by_counting])
def test_every_day_from_2024_to_2040_ends_where_the_oracle_says(oracle: Callable[[date], date]) -> None:
    assert len(EVERY_DAY) == 17 * 365 + 5
    for issued_on in EVERY_DAY:
        assert SelfDeclaration(issued_on=issued_on).valid_until == oracle(issued_on), issued_on


@pytest.mark.parametrize(
    ("issued_on", "valid_until"),
    [
        (date(2024, 2, 28), date(2026, 2, 28)),
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2024, 3, 1), date(2026, 3, 1)),
        (date(2026, 2, 28), date(2028, 2, 28)),
        (date(2026, 3, 1), date(2028, 3, 1)),
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2098, 2, 28), date(2100, 2, 28)),
        (date(2096, 2, 29), date(2098, 2, 28)),
        (date(2025, 12, 31), date(2027, 12, 31)),
        (date(2026, 1, 1), date(2028, 1, 1)),
    ],
)
def test_the_last_valid_day_is_the_same_numbered_day_two_years_on(issued_on: date, valid_until: date) -> None:
    assert last_valid_day(issued_on) == valid_until


def test_the_end_is_valid_and_the_day_after_is_not_for_every_day_from_2024_to_2040() -> None:
    for issued_on in EVERY_DAY:
        facts, end = SelfDeclaration(issued_on=issued_on), same_numbered_day(issued_on)
        assert facts.status_on(issued_on) is VALID, issued_on
        assert facts.status_on(end) is VALID, issued_on
        assert facts.status_on(end + DAY) is EXPIRED, issued_on


def test_two_years_is_the_rule() -> None:
    assert declaration.VALID_YEARS == 2
    assert timedelta(days=90) == declaration.RENEWAL_WINDOW


# The status in the precedence of D8

ISSUED = date(2024, 3, 1)
END = date(2026, 3, 1)
MOMENTS = [None, ISSUED, date(2025, 1, 15), END, END + DAY, date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (ISSUED, VALID),
        (ISSUED + DAY, VALID),
        (date(2025, 12, 1), VALID),
        (END - DAY, VALID),
        (END, VALID),
        (END + DAY, EXPIRED),
        (date(2027, 1, 1), EXPIRED),
    ],
)
def test_status_over_two_years(today: date, expected: DeclarationStatus) -> None:
    assert SelfDeclaration(issued_on=ISSUED).status_on(today) is expected


@pytest.mark.parametrize(("withdrawn_on", "replaced_on"), list(product(MOMENTS, repeat=2)))
def test_withdrawn_goes_before_replaced_before_expired_on_every_day(
    withdrawn_on: date | None, replaced_on: date | None
) -> None:
    facts = SelfDeclaration(issued_on=ISSUED, withdrawn_on=withdrawn_on, replaced_on=replaced_on)
    for ordinal in range(ISSUED.toordinal(), date(2027, 2, 1).toordinal()):
        today = date.fromordinal(ordinal)
        applies = [
            (WITHDRAWN, withdrawn_on is not None and today >= withdrawn_on),
            (REPLACED, replaced_on is not None and today >= replaced_on),
            (EXPIRED, today > END),
            (VALID, True),
        ]
        assert facts.status_on(today) is next(status for status, holds in applies if holds), today


@pytest.mark.parametrize(
    ("is_withdrawn", "is_replaced", "is_over", "expected"),
    [
        (False, False, False, VALID),
        (False, False, True, EXPIRED),
        (False, True, False, REPLACED),
        (False, True, True, REPLACED),
        (True, False, False, WITHDRAWN),
        (True, False, True, WITHDRAWN),
        (True, True, False, WITHDRAWN),
        (True, True, True, WITHDRAWN),
    ],
)
def test_precedence_of_the_status(
    *, is_withdrawn: bool, is_replaced: bool, is_over: bool, expected: DeclarationStatus
) -> None:
    today = END + DAY if is_over else END
    facts = SelfDeclaration(
        issued_on=ISSUED, withdrawn_on=today if is_withdrawn else None, replaced_on=today if is_replaced else None
    )
    assert facts.status_on(today) is expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.dates(date(2000, 1, 1), date(2110, 1, 1)))
def test_a_number_that_exists_is_never_unknown(issued_on: date, today: date) -> None:
    assert SelfDeclaration(issued_on=issued_on).status_on(today) is not UNKNOWN


# Due for renewal


@pytest.mark.parametrize(
    ("days_before_end", "is_due"),
    [(730, False), (92, False), (91, False), (90, True), (89, True), (1, True), (0, True), (-1, False)],
)
def test_is_due_for_renewal_in_the_last_ninety_days(days_before_end: int, *, is_due: bool) -> None:
    today = END - timedelta(days=days_before_end)
    assert SelfDeclaration(issued_on=ISSUED).is_due_for_renewal_on(today) is is_due


@pytest.mark.parametrize("today", [END - 90 * DAY, END])
def test_a_withdrawn_or_replaced_declaration_is_not_renewed(today: date) -> None:
    assert not SelfDeclaration(issued_on=ISSUED, withdrawn_on=ISSUED).is_due_for_renewal_on(today)
    assert not SelfDeclaration(issued_on=ISSUED, replaced_on=ISSUED).is_due_for_renewal_on(today)


def test_due_for_renewal_is_no_status() -> None:
    assert SelfDeclaration(issued_on=ISSUED).status_on(END - 90 * DAY) is VALID
