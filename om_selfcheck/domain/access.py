"""Who may do what: the pure "may this actor do this" behind every page (D9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LINK_LIFETIME = timedelta(days=14)
UNTOUCHED_LIFETIME = timedelta(days=7)
KEEP_LINK_VISIBLE = timedelta(minutes=10)


class Right(StrEnum):
    """What a secret link gives.

    The company itself, somebody who works along, somebody who reads, somebody who is responsible for actions and sees
    only those, a calendar program that fetches the dates.
    """

    OWNER = "owner"
    EDITOR = "editor"
    READER = "reader"
    DOER = "doer"
    CALENDAR = "calendar"


class Task(StrEnum):
    """What can be done with an assessment."""

    READ = "read"
    RATE = "rate"
    PLAN = "plan"
    DECLARE = "declare"
    SHARE = "share"
    FOLLOW_UP = "follow_up"
    DO = "do"
    SUBSCRIBE = "subscribe"
    OWN = "own"


_ALLOWED: dict[Right, frozenset[Task]] = {
    Right.OWNER: frozenset(Task) - {Task.SUBSCRIBE},
    Right.EDITOR: frozenset({Task.READ, Task.RATE, Task.PLAN, Task.FOLLOW_UP, Task.DO}),
    Right.READER: frozenset({Task.READ}),
    Right.DOER: frozenset({Task.DO}),
    Right.CALENDAR: frozenset({Task.SUBSCRIBE}),
}


def may(right: Right, task: Task) -> bool:
    """Say whether a right covers a task. Only owners declare and hand on links; nobody hands on more than they hold."""
    return task in _ALLOWED[right]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """Until when a link opens something."""

    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_usable_at(self, now: datetime) -> bool:
        """Say whether the link still opens anything: not ended by hand and not past its end."""
        is_ended = self.revoked_at is not None and self.revoked_at <= now
        is_past = self.expires_at is not None and self.expires_at <= now
        return not (is_ended or is_past)
