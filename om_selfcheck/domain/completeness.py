"""The completeness criteria a company meets before it may issue a self-declaration (R01 to R11).

The three blocks are cumulative. Each gap is named, so that a page can link to it rather than just say no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from om_selfcheck.domain.action_plan import Action, ActionField, count_complete
from om_selfcheck.domain.declaration import DeclarationDetails, DetailField
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction

REQUIRED_ACTIONS = 10  # at least ten complete actions (D1)


class Criterion(StrEnum):
    """The three blocks: all rated (R01 to R04), ten actions planned (R05 to R10), declaration filled in (R11)."""

    RATED = "rated"
    PLANNED = "planned"
    FILLED_IN = "filled_in"


@dataclass(frozen=True, slots=True)
class IncompleteAction:
    """An action of the plan, by its place in it, and what it lacks."""

    position: int
    missing: tuple[ActionField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    unrated: tuple[str, ...]
    complete_actions: int
    incomplete_actions: tuple[IncompleteAction, ...]
    missing_details: tuple[DetailField, ...]

    @property
    def missing_actions(self) -> int:
        return max(0, REQUIRED_ACTIONS - self.complete_actions)

    @property
    def unmet(self) -> tuple[Criterion, ...]:
        """The criteria that are not met; an incomplete eleventh action is not among them (D1)."""
        has_gap = {
            Criterion.RATED: bool(self.unrated),
            Criterion.PLANNED: self.missing_actions > 0,
            Criterion.FILLED_IN: bool(self.missing_details),
        }
        return tuple(criterion for criterion in Criterion if has_gap[criterion])

    @property
    def is_met(self) -> bool:
        return not self.unmet


def check_completeness(
    questionnaire: Questionnaire,
    ratings: Mapping[str, NeedForAction],
    plan: Sequence[Action],
    details: DeclarationDetails,
) -> Completeness:
    """Check all criteria at once. No result is asked for: an all-red check that is complete may declare (D2)."""
    return Completeness(
        unrated=tuple(measure.ref for measure in questionnaire.measures() if measure.ref not in ratings),
        complete_actions=count_complete(plan),
        incomplete_actions=tuple(
            IncompleteAction(position, action.missing) for position, action in enumerate(plan) if not action.is_complete
        ),
        missing_details=details.missing,
    )
