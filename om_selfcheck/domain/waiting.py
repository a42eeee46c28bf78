"""What waits for the coordinating office, and when it hears of it: by one mail a day at most, and only of news."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AGAIN_AFTER = timedelta(days=7)
OVERLAP = timedelta(minutes=10)  # what came in while a mail was being queued may be missing from it


class CaseWait(StrEnum):
    """Why an open case waits for the office: the company took it on last, or its day has passed."""

    ANSWERED = "answered"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits: new reports *not from us*, cases the company took on last, second readings, missed days.

    A case may count in several of them. `newest_at` is when the last of all this came in.
    """

    reports: int = 0
    answers: int = 0
    readings: int = 0
    overdue: int = 0
    newest_at: datetime | None = None


def is_mail_due(waiting: Waiting, *, last_at: datetime | None, now: datetime) -> bool:
    """Say whether the office is to hear of it: something came in since the last mail, or has been lying for a week."""
    if waiting.newest_at is None:
        return False
    return last_at is None or waiting.newest_at > last_at - OVERLAP or last_at <= now - AGAIN_AFTER
