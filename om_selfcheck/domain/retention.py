"""How long what a company entrusted to the program is kept, and when the company is warned before it goes (P18).

Nothing is kept for its own sake: a check in the making goes two years after it was last opened, a declaration's content
half a year after its end at the earliest, the words of a mail after ninety days. What is public of a number, dates and
status, stays.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MONTHS_A_YEAR = 12


class Notice(StrEnum):
    """The two warnings before an idle check goes, for companies with an address."""

    FIRST = "first"
    LAST = "last"


NOTICES = {Notice.FIRST: timedelta(days=60), Notice.LAST: timedelta(days=14)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long each kind of thing is kept; an installation may choose other lengths."""

    draft_months: int = 24
    declaration_months: int = 6
    mail_days: int = 90
    backup_days: int = 30


def add_months(on: date, months: int) -> date:
    """Return the same-numbered day some months on, or the last day of a month that lacks it (BGB § 188(2)(3)).

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(on.year * MONTHS_A_YEAR + on.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def draft_goes_on(last_opened_on: date, retention: Retention) -> date:
    """Return the first day on which a check that nobody opened since may be deleted."""
    return add_months(last_opened_on, retention.draft_months) + timedelta(days=1)


def declaration_goes_on(valid_until: date, retention: Retention) -> date:
    """Return the first day on which the content of a declaration that ended may be deleted."""
    return add_months(valid_until, retention.declaration_months) + timedelta(days=1)


def company_goes_on(rounds: Iterable[tuple[date, date | None]], retention: Retention) -> date | None:
    """Return the day on which all of a company may be deleted: the latest day of any of its rounds; None without any.

    Each round is (last opened on, end of its declaration or None): while one is still kept, the others are its past.
    """
    days = [
        draft_goes_on(opened_on, retention) if valid_until is None else declaration_goes_on(valid_until, retention)
        for opened_on, valid_until in rounds
    ]
    return max(days, default=None)


def notice_due(goes_on: date, today: date) -> Notice | None:
    """Return the warning that is due: only the later one where both are, none once the day has come."""
    if today >= goes_on:
        return None
    due = [notice for notice, before in NOTICES.items() if today >= goes_on - before]
    return due[-1] if due else None


def may_go(goes_on: date, today: date, *, warned_last_on: date | None, has_address: bool) -> bool:
    """Say whether a check may be deleted today.

    1. Its day has come.
    2. Where there is an address, the last warning lies a fortnight back, so that a server that was down for months
       warns first and deletes later.
    """
    if today < goes_on:
        return False
    if not has_address:
        return True
    return warned_last_on is not None and today - warned_last_on >= NOTICES[Notice.LAST]


def backups_without_on(erased_on: date, retention: Retention) -> date:
    """Return the day from which no backup holds any more what was erased."""
    return erased_on + timedelta(days=retention.backup_days)
