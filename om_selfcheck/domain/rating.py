"""The traffic light: how much need for action a company sees in a measure (R04, D2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class NeedForAction(StrEnum):
    """Three values and no fourth: no "not applicable", no skip (R03). The order is the order everywhere (D2)."""

    URGENT = "urgent"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RatingCounts:
    """How many of some measures carry which value. Counts only: no score, no overall grade (D2)."""

    urgent: int
    some: int
    none: int
    total: int

    @property
    def rated(self) -> int:
        return self.urgent + self.some + self.none

    @property
    def open(self) -> int:
        return self.total - self.rated

    @property
    def is_finished(self) -> bool:
        return self.open == 0

    def of(self, need: NeedForAction) -> int:
        return {NeedForAction.URGENT: self.urgent, NeedForAction.SOME: self.some, NeedForAction.NONE: self.none}[need]


def count_ratings(measure_refs: Iterable[str], ratings: Mapping[str, NeedForAction]) -> RatingCounts:
    """Count the values over the given measures; ratings of other measures do not matter."""
    needs = [ratings.get(ref) for ref in measure_refs]
    return RatingCounts(
        urgent=needs.count(NeedForAction.URGENT),
        some=needs.count(NeedForAction.SOME),
        none=needs.count(NeedForAction.NONE),
        total=len(needs),
    )
