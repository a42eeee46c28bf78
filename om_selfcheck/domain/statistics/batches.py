"""Whose answers are counted, when, and how a batch of them is closed for good.

1. Only companies that agreed, and only once they are ready: for the ratings when every measure is rated, for the
   actions half a year after the declaration (the window in which the federal evaluation looked, too).
2. They wait until fifteen are ready at the end of a reporting week; then all of them make one batch. The batch is
   read once and stored as it is published. It is never computed again: not when an answer changes, not when a company
   leaves or is erased. So the members of a batch never change, and every figure is over whole batches of fifteen.
3. A company is counted once in two years for each check, in whatever network, with the newest round that is ready.
4. Every measure gets its noise, also where nobody chose red, and no figure is stored without it.

The noise and what it guarantees are in `noise`.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.declaration import last_valid_day
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.record import canonical_json
from om_selfcheck.domain.statistics.noise import draw_noise
from om_selfcheck.domain.statistics.weeks import Week

MINIMUM_COMPANIES = 15
PROGRESS_AFTER = timedelta(weeks=26)
ANSWER_BITS = 1  # an answer moves two cells by one: 2² = 4
PLAN_BITS = 3  # a plan moves one cell by at most ten: (8/7)^10 < 4
ACTIONS = REQUIRED_ACTIONS  # every company counts with ten actions, so that the number planned shows nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A round that may come into a batch; `counted_on` is when its company was last counted for this check."""

    company: UUID
    round: UUID
    has_agreed: bool
    ready_on: date | None
    counted_on: date | None = None

    def is_due_in(self, week: Week) -> bool:
        is_ready = self.ready_on is not None and self.ready_on <= week.ends_on
        is_first = self.counted_on is None or last_valid_day(self.counted_on) < week.monday
        return self.has_agreed and is_ready and is_first


def choose_members(candidates: Iterable[Candidate], week: Week) -> tuple[UUID, ...]:
    """Return the rounds that make a batch at the end of a week, one a company; none while there are fewer than 15."""
    newest: dict[UUID, Candidate] = {}
    for candidate in candidates:
        if candidate.is_due_in(week):
            other = newest.setdefault(candidate.company, candidate)
            newest[candidate.company] = max(candidate, other, key=lambda one: (one.ready_on or date.min, one.round))
    members = tuple(sorted(candidate.round for candidate in newest.values()))
    return members if len(members) >= MINIMUM_COMPANIES else ()


def progress_ready_on(declared_on: date) -> date:
    """Return the day on which a company's actions are looked at."""
    return declared_on + PROGRESS_AFTER


def count_done(states: Iterable[ActionState]) -> int | None:
    """Return how many of the first ten actions of a plan are done; None if it has fewer, then it is not counted."""
    ten = list(states)[:ACTIONS]
    return ten.count(ActionState.DONE) if len(ten) == ACTIONS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a batch asks, of whom. Equal questions get equal noise."""

    network: str
    check: str
    members: Collection[UUID]

    def __post_init__(self) -> None:
        if len(set(self.members)) < MINIMUM_COMPANIES:
            raise ValueError(f"a batch of {len(set(self.members))} companies")

    @property
    def digest(self) -> str:
        members = sorted(member.hex for member in set(self.members))
        return hashlib.sha256(canonical_json([self.network, self.check, members]).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBatch:
    """For each measure how many companies chose red and yellow, noise included: a number may be below zero."""

    week: Week
    companies: int
    urgent: Mapping[str, int]
    some: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressBatch:
    """How many actions are done of ten each, noise included."""

    week: Week
    companies: int
    done: int


def close_answers(
    secret: bytes,
    question: Question,
    week: Week,
    *,
    measure_refs: Iterable[str],
    urgent: Mapping[str, int],
    some: Mapping[str, int],
) -> AnswerBatch:
    """Close a batch of ratings, given how many members chose red and yellow for each measure."""
    refs, digest = tuple(measure_refs), question.digest
    return AnswerBatch(
        week=week,
        companies=len(set(question.members)),
        urgent={ref: _add_noise(secret, digest, f"urgent {ref}", urgent.get(ref, 0), ANSWER_BITS) for ref in refs},
        some={ref: _add_noise(secret, digest, f"some {ref}", some.get(ref, 0), ANSWER_BITS) for ref in refs},
    )


def close_progress(secret: bytes, question: Question, week: Week, *, done: int) -> ProgressBatch:
    """Close a batch of plans, given how many actions its members have done, each at most ten."""
    noisy = _add_noise(secret, question.digest, "done", done, PLAN_BITS)
    return ProgressBatch(week=week, companies=len(set(question.members)), done=noisy)


def _add_noise(secret: bytes, digest: str, cell: str, count: int, bits: int) -> int:
    """Add the noise of a cell. The count belongs to the question: a changed answer would change the noise too."""
    return count + draw_noise(secret, canonical_json([digest, cell, count]), bits)
