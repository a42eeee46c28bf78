"""The office's lists of cases: the open ones page by page, and those that were closed last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.waiting import CaseWait
from om_selfcheck.services.cases import ListedCase, to_listed
from om_selfcheck.store.queries import case_lists
from om_selfcheck.store.queries.case_lists import Place, Wanted

PAGE_SIZE = 50
NO_DAY = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Open cases in order, how many there are in all, how many of them are overdue, and where the next page begins."""

    cases: tuple[ListedCase, ...]
    found: int
    overdue: int
    after: str | None


def list_open(
    session: Session,
    *,
    state: AuditState | None = None,
    waits: CaseWait | None = None,
    after: str = "",
    today: date,
    size: int = PAGE_SIZE,
) -> CasePage:
    """List a page of the open cases, those with the nearest day first. What `after` cannot mean begins at the top.

    A place holds the day of a case, not the case: one that is taken on while somebody turns pages hides no other.
    """
    wanted = Wanted(today=today, state=state, waits=waits)
    rows = case_lists.list_open(session, wanted, after=_read_place(after), at_most=size + 1)
    found, overdue = case_lists.count_open(session, wanted)
    return CasePage(
        cases=tuple(to_listed(row, today) for row in rows[:size]),
        found=found,
        overdue=overdue,
        after=_write_place(rows[size - 1]) if len(rows) > size else None,
    )


def list_closed(session: Session, *, today: date) -> Sequence[ListedCase]:
    return [to_listed(row, today) for row in case_lists.list_closed(session)]


def _write_place(row: RowMapping) -> str:
    day = row["deadline_on"].isoformat() if row["deadline_on"] else NO_DAY
    return "_".join((day, row["created_at"].astimezone(UTC).isoformat(), row["audit_id"].hex))


def _read_place(text: str) -> Place | None:
    try:
        day, created_at, audit_id = text.split("_")
        instant = datetime.fromisoformat(created_at)
        if instant.utcoffset() is None:
            return None
        return Place(None if day == NO_DAY else date.fromisoformat(day), instant.astimezone(UTC), UUID(audit_id))
    except (ValueError, OverflowError):
        return None
