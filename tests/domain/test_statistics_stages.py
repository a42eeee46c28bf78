"""How far a company got: it counts in every stage it has reached."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.statistics.stages import RoundFacts, Stage, StageCounts, stages_reached

STARTED, HALF, ALL, PLANNED, DECLARED, RENEWED = Stage
COUNTS = st.builds(StageCounts, **{stage.value: st.integers(0, 50) for stage in Stage})


@pytest.mark.parametrize(
    ("rated", "complete_actions", "is_declared", "is_renewed", "reached"),
    [
        (0, 0, False, False, [STARTED]),
        (76, 0, False, False, [STARTED]),
        (77, 0, False, False, [STARTED, HALF]),
        (153, 9, False, False, [STARTED, HALF]),
        (154, 9, False, False, [STARTED, HALF, ALL]),
        (10, 10, False, False, [STARTED, PLANNED]),  # who plans first has a plan
        (154, 10, False, False, [STARTED, HALF, ALL, PLANNED]),
        (154, 11, True, False, [STARTED, HALF, ALL, PLANNED, DECLARED]),
        (154, 3, True, False, [STARTED, HALF, ALL, PLANNED, DECLARED]),  # it was complete when it was declared
        (154, 10, True, True, list(Stage)),
        (0, 0, False, True, list(Stage)),
    ],
)
def test_a_round_reaches_stages_by_what_is_done(
    *, rated: int, complete_actions: int, is_declared: bool, is_renewed: bool, reached: list[Stage]
) -> None:
    facts = RoundFacts(
        measures=154,
        rated=rated,
        complete_actions=complete_actions,
        is_declared=is_declared,
        is_renewed=is_renewed,
    )
    assert stages_reached(facts) == tuple(reached)


@pytest.mark.parametrize(("measures", "half"), [(1, 1), (2, 1), (3, 2), (5, 3)])
def test_half_of_an_odd_number_is_rounded_up(measures: int, half: int) -> None:
    assert HALF not in stages_reached(RoundFacts(measures=measures, rated=half - 1, complete_actions=0))
    assert HALF in stages_reached(RoundFacts(measures=measures, rated=half, complete_actions=0))


def test_a_check_without_measures_is_never_rated() -> None:
    assert stages_reached(RoundFacts(measures=0, rated=0, complete_actions=0)) == (STARTED,)


def test_a_stage_once_reached_stays_reached() -> None:
    fewer = RoundFacts(measures=154, rated=154, complete_actions=9)
    assert stages_reached(fewer, already=[PLANNED]) == (STARTED, HALF, ALL, PLANNED)


def test_counts_speak_of_each_stage() -> None:
    assert [field.name for field in fields(StageCounts)] == [stage.value for stage in Stage]
    counts = StageCounts(started=9, half_rated=7, all_rated=5, plan_complete=4, declared=3, renewed=1)
    assert [counts.of(stage) for stage in Stage] == [9, 7, 5, 4, 3, 1]


@given(COUNTS, COUNTS)
def test_counts_of_two_groups_add_up_stage_by_stage(one: StageCounts, other: StageCounts) -> None:
    assert all((one + other).of(stage) == one.of(stage) + other.of(stage) for stage in Stage)
