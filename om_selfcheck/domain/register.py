"""The register of all declarations: what staff look for, and what a status means for the day of issue."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from om_selfcheck.domain.declaration import RENEWAL_WINDOW, DeclarationStatus
from om_selfcheck.domain.reminders import first_issue_day
from om_selfcheck.domain.text import search_words

_DAY, _YEAR = timedelta(days=1), timedelta(days=365)


class RegisterOrder(StrEnum):
    """By the day of issue, which is the order of the ends too."""

    NEWEST = "newest"
    OLDEST = "oldest"


class AuditStanding(StrEnum):
    """How far the looking into a declaration is: none ever was begun, one runs, one has missed its day, all ended."""

    NONE = "none"
    OPEN = "open"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class IssueDays:
    """Days of issue, both ends included; None is open."""

    first: date | None = None
    last: date | None = None

    def __and__(self, other: "IssueDays") -> "IssueDays":
        firsts = [day for day in (self.first, other.first) if day]
        lasts = [day for day in (self.last, other.last) if day]
        return IssueDays(max(firsts, default=None), min(lasts, default=None))


ALL_DAYS = IssueDays()


def register_words(company_name: str, city: str) -> frozenset[str]:
    """Return the words by which a declaration is found, each by its beginning."""
    return search_words(f"{company_name} {city}")


def days_of_status(status: DeclarationStatus | None, today: date) -> IssueDays:
    """Return when declarations were issued that can have a status today; all days where it is no matter of dates."""
    first_valid = first_issue_day(today)
    if status is DeclarationStatus.VALID:
        return IssueDays(first_valid, today)
    if status is DeclarationStatus.EXPIRED:
        return IssueDays(None, first_valid - _DAY)
    return ALL_DAYS


def days_of_ending(today: date) -> IssueDays:
    """Return when declarations were issued that are due for renewal today: they end within 90 days."""
    return IssueDays(first_issue_day(today), first_issue_day(today + RENEWAL_WINDOW + _DAY) - _DAY)


def days_of_ended_lately(today: date) -> IssueDays:
    """Return when declarations were issued whose two years have ended within the last twelve months."""
    return IssueDays(first_issue_day(today - _YEAR), first_issue_day(today) - _DAY)


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; `is_all` is False where the counting stopped, because a full one would take too long."""

    number: int
    is_all: bool = True
