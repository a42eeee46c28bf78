"""A measured figure beside its floor and its goal, and the table of them all."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`floor` is what the least that could do the same work costs, measured in the same run."""

    what: str
    value: float
    unit: str
    goal: str = ""
    is_reached: bool | None = None
    floor: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Costs of one piece of work in seconds: ours, the floor's, and the ratio, each the median over all rounds."""

    ours: float
    floor: float
    ratio: float


def compare(ours: Callable[[], float], floor: Callable[[], float], *, rounds: int) -> Comparison:
    """Let both work in turns, so that whatever else the machine does falls on both alike."""
    pairs = [(ours(), floor()) for _ in range(rounds)]
    return Comparison(
        ours=statistics.median(one for one, _ in pairs),
        floor=statistics.median(other for _, other in pairs),
        ratio=statistics.median(one / other for one, other in pairs),
    )


def against_floor(what: str, found: Comparison, *, at_most: float) -> Figure:
    """Return a cost in milliseconds, whose goal is a multiple of the floor's."""
    return Figure(
        what=what,
        value=found.ours * 1000,
        unit="ms",
        goal=f"≤ {at_most} × floor",
        is_reached=found.ratio <= at_most,
        floor=found.floor * 1000,
        ratio=found.ratio,
    )


def at_most(what: str, value: float, limit: float, unit: str, floor: float | None = None) -> Figure:
    """Return a figure whose goal is a limit."""
    return Figure(what=what, value=value, unit=unit, goal=f"≤ {limit:g} {unit}", is_reached=value <= limit, floor=floor)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def print_table(figures: list[Figure]) -> None:
    print(f"{'':<48}{'measured':>14}{'floor':>12}{'ratio':>7}  {'goal':<15}reached")
    for one in figures:
        floor = "" if one.floor is None else f"{one.floor:.2f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        reached = {None: "", True: "yes", False: "NO"}[one.is_reached]
        print(f"{one.what:<48}{one.value:>10.2f} {one.unit:<3}{floor:>12}{ratio:>7}  {one.goal:<15}{reached}")
