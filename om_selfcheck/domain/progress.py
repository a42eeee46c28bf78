"""What becomes of an action after it was planned: its state, whether it helped, and what still asks for an answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from om_selfcheck.domain.access import Hand
from om_selfcheck.domain.action_plan import Action
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.text import has_letter

SENT_TWICE = timedelta(minutes=10)


class ActionState(StrEnum):
    """Where an action stands. A dropped one says why; nothing is dropped without a reason."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def is_finished(self) -> bool:
        """Finished actions are reminded of no more."""
        return self in (ActionState.DONE, ActionState.DROPPED)


class Effect(StrEnum):
    """The answer to "did it help?" on the day of the follow-up."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    TOO_EARLY = "too_early"

    @property
    def is_final(self) -> bool:
        """Too early to say is an answer that keeps the question open."""
        return self is not Effect.TOO_EARLY


class ReasonMissing(DomainError):
    """An action is dropped without a word why."""


class NoSuchStep(DomainError):
    """A finished action is taken up again before it ends in another way."""


class NothingSaid(DomainError):
    """The form neither changes a thing nor says one."""


_NEXT = {
    ActionState.OPEN: (ActionState.DONE, ActionState.IN_PROGRESS, ActionState.DROPPED),
    ActionState.IN_PROGRESS: (ActionState.DONE, ActionState.OPEN, ActionState.DROPPED),
    ActionState.DONE: (ActionState.IN_PROGRESS, ActionState.OPEN),
    ActionState.DROPPED: (ActionState.IN_PROGRESS, ActionState.OPEN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody says of an action: where it stands, whether it helped, and a word on it."""

    state: ActionState
    effect: Effect | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A report as it is kept: with its instant and by whose hand. Entries are added and never changed."""

    at: datetime
    report: Report
    by: Hand

    def repeats(self, other: "HistoryEntry") -> bool:
        """Say whether this is the other one once more: a form sent twice."""
        return (self.report, self.by) == (other.report, other.by) and self.at - other.at < SENT_TWICE


def check_step(before: ActionState, report: Report) -> None:
    """Raise where a report is no step from a state: NoSuchStep, or ReasonMissing where it drops without a word."""
    if report.state is before:
        return
    if report.state not in _NEXT[before]:
        raise NoSuchStep
    if report.state is ActionState.DROPPED and not has_letter(report.note):
        raise ReasonMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """An action of the plan with what became of it so far, the oldest entry first."""

    key: str
    action: Action
    state: ActionState = ActionState.OPEN
    history: tuple[HistoryEntry, ...] = ()

    @property
    def next_states(self) -> tuple[ActionState, ...]:
        """The states it may take from here, the most welcome first."""
        return _NEXT[self.state]

    @property
    def choices(self) -> tuple[ActionState, ...]:
        """The state it has and those it may take, in the order of the states."""
        return tuple(state for state in ActionState if state is self.state or state in self.next_states)

    @property
    def effect(self) -> Effect | None:
        """The newest answer to "did it help?"."""
        given = [entry.report.effect for entry in self.history if entry.report.effect]
        return given[-1] if given else None

    @property
    def is_followed_up(self) -> bool:
        """Say whether the question of the follow-up is answered."""
        return self.effect is not None and self.effect.is_final

    @property
    def asks_for_deed(self) -> bool:
        """Say whether its due date still asks for something."""
        return not self.state.is_finished

    @property
    def asks_for_answer(self) -> bool:
        """Say whether its follow-up still asks for something, also where it was done long ago."""
        return self.state is not ActionState.DROPPED and not self.is_followed_up

    def is_overdue_on(self, today: date) -> bool:
        return self.asks_for_deed and self.action.due_on is not None and self.action.due_on < today

    def is_follow_up_due_on(self, today: date) -> bool:
        return self.asks_for_answer and self.action.follow_up_on is not None and self.action.follow_up_on <= today


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressCounts:
    """How many actions stand where. Counts only, no percentage (D2)."""

    open: int
    in_progress: int
    done: int
    dropped: int
    overdue: int
    follow_ups_due: int

    @property
    def total(self) -> int:
        return self.open + self.in_progress + self.done + self.dropped


def count_progress(plan: Iterable[Progress], today: date) -> ProgressCounts:
    entries = list(plan)
    states = [entry.state for entry in entries]
    return ProgressCounts(
        open=states.count(ActionState.OPEN),
        in_progress=states.count(ActionState.IN_PROGRESS),
        done=states.count(ActionState.DONE),
        dropped=states.count(ActionState.DROPPED),
        overdue=sum(entry.is_overdue_on(today) for entry in entries),
        follow_ups_due=sum(entry.is_follow_up_due_on(today) for entry in entries),
    )
