"""How far a company got: six stages. A company counts in every stage it has reached, and stays counted there."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from om_selfcheck.domain.completeness import REQUIRED_ACTIONS


class Stage(StrEnum):
    """In the order of the road. Only a declaration presupposes others: a plan may be complete before all is rated."""

    STARTED = "started"
    HALF_RATED = "half_rated"
    ALL_RATED = "all_rated"
    PLAN_COMPLETE = "plan_complete"
    DECLARED = "declared"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """What is known of a company's round. It is renewed once a later round of the company was declared as well."""

    measures: int
    rated: int
    complete_actions: int
    is_declared: bool = False
    is_renewed: bool = False


def stages_reached(facts: RoundFacts, already: Collection[Stage] = ()) -> tuple[Stage, ...]:
    """Return the stages a round has reached, now or earlier: an action deleted later takes nobody back."""
    is_declared = facts.is_declared or facts.is_renewed  # a declaration is complete (R01 to R11)
    is_reached = {
        Stage.STARTED: True,
        Stage.HALF_RATED: is_declared or 0 < facts.measures <= 2 * facts.rated,
        Stage.ALL_RATED: is_declared or 0 < facts.measures <= facts.rated,
        Stage.PLAN_COMPLETE: is_declared or facts.complete_actions >= REQUIRED_ACTIONS,
        Stage.DECLARED: is_declared,
        Stage.RENEWED: facts.is_renewed,
    }
    return tuple(stage for stage in Stage if is_reached[stage] or stage in already)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCounts:
    """How many companies of a group have reached each stage."""

    started: int = 0
    half_rated: int = 0
    all_rated: int = 0
    plan_complete: int = 0
    declared: int = 0
    renewed: int = 0

    def of(self, stage: Stage) -> int:
        return {
            Stage.STARTED: self.started,
            Stage.HALF_RATED: self.half_rated,
            Stage.ALL_RATED: self.all_rated,
            Stage.PLAN_COMPLETE: self.plan_complete,
            Stage.DECLARED: self.declared,
            Stage.RENEWED: self.renewed,
        }[stage]

    def __add__(self, other: "StageCounts") -> "StageCounts":
        return StageCounts(
            started=self.started + other.started,
            half_rated=self.half_rated + other.half_rated,
            all_rated=self.all_rated + other.all_rated,
            plan_complete=self.plan_complete + other.plan_complete,
            declared=self.declared + other.declared,
            renewed=self.renewed + other.renewed,
        )
