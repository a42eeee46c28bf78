"""No declaration without completeness: every single gap is refused and named (R01 to R11, D1, D2, P17)."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.action_plan import Action, ActionField
from om_selfcheck.domain.completeness import Completeness, Criterion, IncompleteAction, check_completeness
from om_selfcheck.domain.declaration import Confirmation, DeclarationDetails, DetailField
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction
from tests.builders import make_action, make_details, make_plan, make_questionnaire, make_ratings

QUESTIONNAIRE = make_questionnaire()
REFS = [measure.ref for measure in QUESTIONNAIRE.measures()]
BLANKS = ["", " ", "\u2800", "\u3164", "\u00a0", "\u200b", "4711", "—"]

TEXT_FIELDS = [ActionField.DESCRIPTION, ActionField.RESPONSIBLE, ActionField.FOLLOW_UP]
ACTION_OMISSIONS: list[tuple[ActionField, Any]] = [
    *product(TEXT_FIELDS, BLANKS),
    (ActionField.URGENCY, None),
    (ActionField.DUE_ON, None),
    (ActionField.FOLLOW_UP_ON, None),
]
DETAIL_TEXTS = [
    DetailField.STREET,
    DetailField.CITY,
    DetailField.SIGNATORY_NAME,
    DetailField.SIGNATORY_FUNCTION,
    DetailField.PLACE,
]
DETAIL_OMISSIONS = [
    *product(DETAIL_TEXTS, BLANKS),
    *product([DetailField.COMPANY_NAME], [blank for blank in BLANKS if blank != "4711"]),
    *product([DetailField.POSTAL_CODE], [*BLANKS, "0106", "010677", "01000", "00000", "01 67", "0106a", "०१०६७"]),
]


def check(
    *,
    questionnaire: Questionnaire = QUESTIONNAIRE,
    ratings: dict[str, NeedForAction] | None = None,
    plan: list[Action] | None = None,
    details: DeclarationDetails | None = None,
) -> Completeness:
    return check_completeness(
        questionnaire,
        make_ratings(questionnaire) if ratings is None else ratings,
        make_plan() if plan is None else plan,
        make_details() if details is None else details,
    )


COMPLETE = Completeness(unrated=(), complete_actions=10, incomplete_actions=(), missing_details=())


def test_all_rated_ten_planned_and_filled_in_may_declare() -> None:
    assert check() == COMPLETE
    assert COMPLETE.is_met
    assert COMPLETE.unmet == ()
    assert COMPLETE.missing_actions == 0


# R01 to R04


@pytest.mark.parametrize("ref", REFS)
def test_refuses_and_names_the_one_measure_that_is_not_rated(ref: str) -> None:
    result = check(ratings=make_ratings(QUESTIONNAIRE, without=[ref]))
    assert result == replace(COMPLETE, unrated=(ref,))
    assert result.unmet == (Criterion.RATED,)
    assert not result.is_met


def test_names_all_unrated_measures_in_the_order_of_the_questionnaire() -> None:
    assert check(ratings={}).unrated == tuple(REFS)
    assert check(ratings=make_ratings(QUESTIONNAIRE, without=["2.1.a", "1.1.b"])).unrated == ("1.1.b", "2.1.a")


def test_ratings_of_other_measures_replace_none() -> None:
    ratings = make_ratings(QUESTIONNAIRE, without=["1.1.a"]) | {"9.9.z": NeedForAction.NONE, "1.1": NeedForAction.NONE}
    assert check(ratings=ratings).unrated == ("1.1.a",)


@pytest.mark.parametrize("need", NeedForAction)
def test_any_result_may_declare_even_all_red(need: NeedForAction) -> None:
    assert check(ratings=make_ratings(QUESTIONNAIRE, need=need)).is_met


@pytest.mark.parametrize("needs", list(product(NeedForAction, repeat=3)))
def test_no_mixture_of_results_matters(needs: tuple[NeedForAction, ...]) -> None:
    ratings = make_ratings(QUESTIONNAIRE) | dict(zip(REFS, needs, strict=False))
    assert check(ratings=ratings).is_met


# R05 to R10


@pytest.mark.parametrize("position", range(10))
@pytest.mark.parametrize(("field", "omitted"), ACTION_OMISSIONS)
def test_refuses_and_names_the_one_field_that_one_of_ten_actions_lacks(
    position: int, field: ActionField, omitted: object
) -> None:
    plan = make_plan()
    changes: dict[str, Any] = {field.value: omitted}
    plan[position] = replace(plan[position], **changes)
    result = check(plan=plan)
    assert result == replace(COMPLETE, complete_actions=9, incomplete_actions=(IncompleteAction(position, (field,)),))
    assert result.missing_actions == 1
    assert result.unmet == (Criterion.PLANNED,)
    assert not result.is_met


@pytest.mark.parametrize(("size", "missing"), [(0, 10), (1, 9), (9, 1), (10, 0), (11, 0), (30, 0)])
def test_asks_for_at_least_ten_actions(size: int, missing: int) -> None:
    result = check(plan=make_plan(size=size))
    assert (result.complete_actions, result.missing_actions) == (size, missing)
    assert result.is_met is (missing == 0)


@pytest.mark.parametrize(
    "eleventh", [Action(), make_action(description="Neu", urgency=None), make_action(follow_up="")]
)
@pytest.mark.parametrize("position", [0, 5, 10])
def test_an_incomplete_eleventh_action_is_named_and_blocks_nothing(eleventh: Action, position: int) -> None:
    plan = make_plan()
    plan.insert(position, eleventh)
    result = check(plan=plan)
    assert result.incomplete_actions == (IncompleteAction(position, eleventh.missing),)
    assert result.unmet == ()
    assert result.is_met


def test_the_same_text_twice_counts_once() -> None:
    plan = make_plan()
    plan[9] = replace(plan[9], description=plan[0].description.upper() + "  ")
    result = check(plan=plan)
    assert result == replace(COMPLETE, complete_actions=9)
    assert result.unmet == (Criterion.PLANNED,)


def test_names_every_incomplete_action_by_its_place() -> None:
    plan = [make_action(), Action(), make_action(responsible="—", due_on=None)]
    assert check(plan=plan).incomplete_actions == (
        IncompleteAction(1, tuple(ActionField)),
        IncompleteAction(2, (ActionField.RESPONSIBLE, ActionField.DUE_ON)),
    )


@pytest.mark.parametrize("measure_refs", [(), ("1.1.a",), tuple(REFS), ("gone",)])
def test_the_actions_need_not_belong_to_red_measures_nor_to_any(measure_refs: tuple[str, ...]) -> None:
    plan = [replace(action, measure_refs=measure_refs) for action in make_plan()]
    assert check(plan=plan).is_met


# R11


@pytest.mark.parametrize(("field", "omitted"), DETAIL_OMISSIONS)
def test_refuses_and_names_the_one_detail_that_is_missing(field: DetailField, omitted: str) -> None:
    changes: dict[str, Any] = {field.value: omitted}
    result = check(details=replace(make_details(), **changes))
    assert result == replace(COMPLETE, missing_details=(field,))
    assert result.unmet == (Criterion.FILLED_IN,)
    assert not result.is_met


@pytest.mark.parametrize("omitted", Confirmation)
def test_refuses_and_names_the_one_confirmation_that_is_missing(omitted: Confirmation) -> None:
    result = check(details=make_details(confirmations=set(Confirmation) - {omitted}))
    assert result.missing_details == (DetailField(f"confirm_{omitted}"),)
    assert result.unmet == (Criterion.FILLED_IN,)


def test_every_field_of_the_declaration_is_omitted_once_in_these_tests() -> None:
    confirmations = {DetailField(f"confirm_{confirmation}") for confirmation in Confirmation}
    assert {field for field, _ in DETAIL_OMISSIONS} | confirmations == set(DetailField)
    assert {field for field, _ in ACTION_OMISSIONS} == set(ActionField)


# All together


@pytest.mark.parametrize("met", list(product([True, False], repeat=3)))
def test_the_three_blocks_are_cumulative_and_each_is_named(met: tuple[bool, bool, bool]) -> None:
    is_rated, is_planned, is_filled_in = met
    result = check(
        ratings=None if is_rated else {},
        plan=None if is_planned else [],
        details=None if is_filled_in else DeclarationDetails(),
    )
    assert result.unmet == tuple(criterion for criterion, holds in zip(Criterion, met, strict=True) if not holds)
    assert result.is_met is all(met)


def test_without_anything_all_is_missing() -> None:
    assert check(ratings={}, plan=[], details=DeclarationDetails()) == Completeness(
        unrated=tuple(REFS), complete_actions=0, incomplete_actions=(), missing_details=tuple(DetailField)
    )


@given(
    rated=st.sets(st.sampled_from(REFS)),
    complete=st.integers(0, 14),
    incomplete=st.integers(0, 3),
    confirmations=st.sets(st.sampled_from(Confirmation)),
)
def test_it_is_met_exactly_if_nothing_is_missing(
    rated: set[str], complete: int, incomplete: int, confirmations: set[Confirmation]
) -> None:
    result = check(
        ratings=dict.fromkeys(rated, NeedForAction.URGENT),
        plan=make_plan(size=complete) + [Action()] * incomplete,
        details=make_details(confirmations=confirmations),
    )
    assert set(result.unrated) == set(REFS) - rated
    assert len(result.incomplete_actions) == incomplete
    assert len(result.missing_details) == 3 - len(confirmations)
    assert result.is_met is (len(rated) == len(REFS) and complete >= 10 and len(confirmations) == 3)
