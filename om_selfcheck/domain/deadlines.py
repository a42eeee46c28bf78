"""The dates a company takes along: due dates, follow-ups, and the end of the declaration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from om_selfcheck.domain.progress import ActionState, Progress

RENEWAL_REMINDERS = (timedelta(days=90), timedelta(days=30), timedelta(days=7))


class DeadlineKind(StrEnum):
    DUE = "due"
    FOLLOW_UP = "follow_up"
    END = "end"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A whole day in Berlin; `key` stays the same for the same thing, so a calendar updates it in place."""

    key: str
    kind: DeadlineKind
    on: date
    progress: Progress | None = None

    @property
    def is_cancelled(self) -> bool:
        """Say whether the action was dropped, so that nothing is left to do on the day."""
        return self.progress is not None and self.progress.state is ActionState.DROPPED

    @property
    def is_settled(self) -> bool:
        """Say whether what the day asks for has happened: done, or looked after."""
        if self.progress is None or self.is_cancelled:
            return False
        if self.kind is DeadlineKind.FOLLOW_UP:
            return self.progress.is_followed_up
        return self.progress.state is ActionState.DONE

    @property
    def is_open(self) -> bool:
        return not (self.is_cancelled or self.is_settled)

    @property
    def reminders(self) -> tuple[timedelta, ...]:
        """How long before the day a calendar reminds: the end early enough for a renewal, the rest in the morning."""
        if not self.is_open:
            return ()
        return RENEWAL_REMINDERS if self.kind is DeadlineKind.END else (timedelta(0),)


def list_deadlines(plan: Iterable[Progress], valid_until: date | None = None) -> list[Deadline]:
    """Return all dates of a plan, and of its declaration where there is one, earliest first."""
    deadlines = [Deadline("end", DeadlineKind.END, valid_until)] if valid_until else []
    for entry in plan:
        due_on, follow_up_on = entry.action.due_on, entry.action.follow_up_on
        if due_on:
            deadlines.append(Deadline(f"{entry.key}-due", DeadlineKind.DUE, due_on, entry))
        if follow_up_on:
            deadlines.append(Deadline(f"{entry.key}-follow-up", DeadlineKind.FOLLOW_UP, follow_up_on, entry))
    return sorted(deadlines, key=lambda deadline: (deadline.on, deadline.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What the dates still ask for on a day: what is late, what is for today, what comes next."""

    late: tuple[Deadline, ...]
    today: tuple[Deadline, ...]
    next: tuple[Deadline, ...]


def make_agenda(deadlines: Sequence[Deadline], today: date) -> Agenda:
    """Sort the dates that still ask for something; of an action that is late twice only the follow-up counts."""
    waiting = [deadline for deadline in deadlines if deadline.is_open and deadline.kind is not DeadlineKind.END]
    asked = {one.progress.key for one in waiting if one.progress and _asks_for_answer(one, today)}
    waiting = [
        one for one in waiting if not (one.kind is DeadlineKind.DUE and one.progress and one.progress.key in asked)
    ]
    return Agenda(
        late=tuple(one for one in waiting if one.on < today),
        today=tuple(one for one in waiting if one.on == today),
        next=tuple(one for one in waiting if one.on > today),
    )


def _asks_for_answer(deadline: Deadline, today: date) -> bool:
    return deadline.kind is DeadlineKind.FOLLOW_UP and deadline.on <= today
