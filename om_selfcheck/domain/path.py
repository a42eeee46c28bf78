"""The path of a measure: the colour declared, and every later one beside it (D7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from om_selfcheck.domain.rating import NeedForAction


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """A colour a measure had from an instant on; `action` is the heading of the action whose follow-up gave it.

    The one step with `is_rating` is what the check itself holds, frozen once it is declared.
    """

    at: datetime
    need: NeedForAction
    is_rating: bool = False
    action: str = ""


Path = tuple[PathStep, ...]


def make_paths(ratings: Mapping[str, PathStep], later: Iterable[tuple[str, PathStep]]) -> dict[str, Path]:
    """Return the steps of each measure by time; of two at one instant the later rating comes last."""
    steps = {ref: [step] for ref, step in ratings.items()}
    for ref, step in later:
        steps.setdefault(ref, []).append(step)
    return {ref: tuple(sorted(found, key=lambda step: step.at)) for ref, found in steps.items()}


def newest_need(path: Path) -> NeedForAction | None:
    return path[-1].need if path else None
