"""What a network reads of closed batches: need for action per topic, frequent urgent measures, actions done.

There are two filters, the check and the year, and both choose whole batches. Everything here is computed from noisy
numbers, so nothing can be read that the noise does not cover; rounding and hiding small numbers keep figures honest.
Pages, spreadsheets and the yearly report all show these figures and compute none of their own.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.statistics.batches import ACTIONS, ANSWER_BITS, PLAN_BITS, AnswerBatch, ProgressBatch
from om_selfcheck.domain.statistics.noise import variance

STEP = 5  # figures are rounded to it, and neither a figure nor what is missing to the whole is shown below it
LONGEST_LIST = 10


class Bound(StrEnum):
    """How a figure is to be read: about its value, below or above it."""

    ABOUT = "about"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Figure:
    """About `value` of `of`; in nineteen of twenty cases the count without noise is at most `margin` away."""

    bound: Bound
    value: int
    of: int
    margin: int

    @property
    def is_telling(self) -> bool:
        """Say whether the margin is small enough for a single figure to be worth printing."""
        return 3 * self.margin <= self.of


def make_figure(noisy: int, of: int, noise_variance: int) -> Figure:
    """Round a noisy number; one below 5, or less than 5 away from the whole, is shown as below or above only."""
    margin = math.isqrt(4 * noise_variance - 1) + 1 + STEP // 2
    if noisy < STEP:
        return Figure(Bound.BELOW, STEP, of, margin)
    if noisy > of - STEP:
        return Figure(Bound.ABOVE, of - STEP, of, margin)
    return Figure(Bound.ABOUT, min((noisy + STEP // 2) // STEP * STEP, of - STEP), of, margin)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNeed:
    """How often each colour was chosen in a topic: ratings, not companies."""

    ref: str
    urgent: Figure
    some: Figure
    none: Figure

    def of(self, need: NeedForAction) -> Figure:
        return {NeedForAction.URGENT: self.urgent, NeedForAction.SOME: self.some, NeedForAction.NONE: self.none}[need]


@dataclass(frozen=True, slots=True)
class UrgentMeasure:
    """How many companies chose red for a measure."""

    ref: str
    companies: Figure


@dataclass(frozen=True, slots=True)
class AnswerReport:
    companies: int
    topics: tuple[TopicNeed, ...]
    urgent_measures: tuple[UrgentMeasure, ...]


def report_answers(
    batches: Iterable[AnswerBatch], topics: Mapping[str, Sequence[str]], *, year: int | None = None
) -> AnswerReport | None:
    """Sum up the batches of one check, of all years or of one; None while there are none.

    `topics` names the measures of each topic. Batches of an older version add what the versions share.
    """
    chosen = [batch for batch in batches if year in (None, batch.week.year)]
    if not chosen:
        return None
    sums = _Sums.of(chosen)
    return AnswerReport(
        companies=sum(batch.companies for batch in chosen),
        topics=tuple(sums.need_in(topic, refs) for topic, refs in topics.items() if sums.asked(refs)),
        urgent_measures=sums.most_urgent([ref for refs in topics.values() for ref in refs]),
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """Per measure over all batches: red, yellow, companies asked, and batches, each with its noise."""

    urgent: Counter[str]
    some: Counter[str]
    companies: Counter[str]
    batches: Counter[str]

    @classmethod
    def of(cls, batches: Iterable[AnswerBatch]) -> "_Sums":
        sums = cls(Counter(), Counter(), Counter(), Counter())
        for batch in batches:
            sums.urgent.update(batch.urgent)
            sums.some.update(batch.some)
            sums.companies.update(dict.fromkeys(batch.urgent, batch.companies))
            sums.batches.update(batch.urgent.keys())
        return sums

    def asked(self, refs: Iterable[str]) -> int:
        return sum(self.companies[ref] for ref in refs)

    def need_in(self, topic: str, refs: Sequence[str]) -> TopicNeed:
        asked, noise = self.asked(refs), variance(ANSWER_BITS) * sum(self.batches[ref] for ref in refs)
        urgent, some = sum(self.urgent[ref] for ref in refs), sum(self.some[ref] for ref in refs)
        return TopicNeed(
            ref=topic,
            urgent=make_figure(urgent, asked, noise),
            some=make_figure(some, asked, noise),
            none=make_figure(asked - urgent - some, asked, 2 * noise),
        )

    def most_urgent(self, refs: Iterable[str]) -> tuple[UrgentMeasure, ...]:
        """Return up to ten measures by their share of red, where the margin leaves a difference to be seen."""
        found = [
            UrgentMeasure(
                ref, make_figure(self.urgent[ref], self.companies[ref], variance(ANSWER_BITS) * self.batches[ref])
            )
            for ref in refs
            if self.companies[ref]
        ]
        telling = [one for one in found if one.companies.is_telling and one.companies.bound is not Bound.BELOW]
        return tuple(
            sorted(telling, key=lambda one: self.urgent[one.ref] / self.companies[one.ref], reverse=True)[:LONGEST_LIST]
        )


def report_progress(batches: Iterable[ProgressBatch], *, year: int | None = None) -> Figure | None:
    """Return how many actions were done half a year after declaring, of ten a company; None while there is no batch."""
    chosen = [batch for batch in batches if year in (None, batch.week.year)]
    if not chosen:
        return None
    of = ACTIONS * sum(batch.companies for batch in chosen)
    return make_figure(sum(batch.done for batch in chosen), of, variance(PLAN_BITS) * len(chosen))
