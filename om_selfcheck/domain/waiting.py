"""What waits for the coordinating office, and when it hears of it: by one mail a day at most, and only of news."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

AGAIN_AFTER = timedelta(days=7)
SETTLED_AFTER = timedelta(minutes=1)  # by then whoever was writing beside has committed, and nothing older comes in


class CaseWait(StrEnum):
    """Why a case waits for the office: the company took it on last, its day has passed, or a letter is to be posted.

    A letter may be left to be posted when its case is closed.
    """

    ANSWERED = "answered"
    OVERDUE = "overdue"
    UNPOSTED = "unposted"


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


@dataclass(frozen=True, slots=True)
class LastMail:
    """The mail the office got last: of which day it was, and until when it told what came in."""

    day: date
    told_until: datetime


def is_mail_due(waiting: Waiting, *, last: LastMail | None, today: date, now: datetime) -> bool:
    """Say whether the office is to hear of it: something new came in, or has been lying for a week."""
    if waiting.newest_at is None or waiting.newest_at > now - SETTLED_AFTER:
        return False
    if last is None:
        return True
    return last.day < today and (waiting.newest_at > last.told_until or last.day <= today - AGAIN_AFTER)
