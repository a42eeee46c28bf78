"""Corrections: who declared, one step after the other, on top of what was frozen (D7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from om_selfcheck.domain.correction import (
    CORRECTABLE,
    OWN_CORRECTION,
    CorrectedPart,
    Step,
    find_changed,
    follow_corrections,
    may_correct_itself,
    read_values,
    write_over,
)
from om_selfcheck.domain.declaration import DeclarationDetails, DetailField

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FROZEN = DeclarationDetails(
    company_name="Brandt GmbH",
    street="Am Bach 4",
    postal_code="31134",
    city="Hildesheim",
    signatory_name="K. Brandt",
    signatory_function="Inhaberin",
    place="Hildesheim",
)
SECOND = timedelta(seconds=1)


def step(**values: str) -> Step:
    return Step(at=AT, is_by_office=False, note="", values=values)


@pytest.mark.parametrize(
    ("after", "may"), [(timedelta(), True), (OWN_CORRECTION - SECOND, True), (OWN_CORRECTION, False), (-SECOND, True)]
)
def test_the_company_corrects_itself_for_a_day(after: timedelta, may: bool) -> None:  # noqa: FBT001 - a table
    assert may_correct_itself(AT, AT + after) is may


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"company_name": "Brand GmbH"}, (CorrectedPart.NAME,)),
        ({"street": "Am Berg"}, (CorrectedPart.ADDRESS,)),
        ({"postal_code": "31135"}, (CorrectedPart.ADDRESS,)),
        ({"city": "Celle"}, (CorrectedPart.ADDRESS,)),
        ({"signatory_name": "A. Brandt"}, (CorrectedPart.SIGNATORY,)),
        ({"signatory_function": "Prokuristin"}, (CorrectedPart.SIGNATORY,)),
        ({"signatory_name": "A.", "city": "Celle", "company_name": "B"}, tuple(CorrectedPart)),
    ],
)
def test_each_field_belongs_to_a_part_that_is_named(values: dict[str, str], parts: tuple[CorrectedPart, ...]) -> None:
    (one,) = follow_corrections(FROZEN, [step(**values)])
    assert one.parts == parts
    assert one.former_name == ("Brandt GmbH" if "company_name" in values else "")


def test_each_step_begins_where_the_last_one_ended() -> None:
    first, second, third = follow_corrections(
        FROZEN, [step(company_name="B"), step(company_name="B", city="Celle"), step(company_name="C", city="Celle")]
    )
    assert [one.edition for one in (first, second, third)] == [1, 2, 3]
    assert [one.former_name for one in (first, second, third)] == ["Brandt GmbH", "", "B"]
    assert second.before == first.after
    assert third.after == replace(FROZEN, company_name="C", city="Celle")


def test_nothing_else_can_be_written_over() -> None:
    values = {"place": "Celle", "confirmations": "", "has_signature_line": "1", "number": "x"}
    assert write_over(FROZEN, values) == FROZEN
    assert set(read_values(FROZEN)) == {field.value for field in CORRECTABLE}
    assert DetailField.PLACE not in CORRECTABLE


def test_what_changed_is_named_in_the_order_of_the_form() -> None:
    after = write_over(FROZEN, {"signatory_name": "A.", "street": "Am Berg"})
    assert find_changed(FROZEN, after) == (DetailField.STREET, DetailField.SIGNATORY_NAME)
    assert find_changed(FROZEN, FROZEN) == ()
