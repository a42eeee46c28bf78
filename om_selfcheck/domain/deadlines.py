"""The dates a company takes along: due dates, follow-ups, and the end of the declaration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from om_selfcheck.domain.action_plan import Action

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
    action: Action | None = None

    @property
    def reminders(self) -> tuple[timedelta, ...]:
        """How long before the day a calendar reminds: the end early enough for a renewal, the rest in the morning."""
        return RENEWAL_REMINDERS if self.kind is DeadlineKind.END else (timedelta(0),)


def list_deadlines(plan: Sequence[tuple[str, Action]], valid_until: date) -> list[Deadline]:
    """Return all dates of a plan (pairs of key and action) and of its declaration, earliest first."""
    deadlines = [Deadline("end", DeadlineKind.END, valid_until)]
    for key, action in plan:
        if action.due_on:
            deadlines.append(Deadline(f"{key}-due", DeadlineKind.DUE, action.due_on, action))
        if action.follow_up_on:
            deadlines.append(Deadline(f"{key}-follow-up", DeadlineKind.FOLLOW_UP, action.follow_up_on, action))
    return sorted(deadlines, key=lambda deadline: (deadline.on, deadline.key))
