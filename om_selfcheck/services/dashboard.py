"""What the coordinating office sees at a glance. Figures stop counting where they would take too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.register import (
    Count,
    IssueDays,
    days_of_ended_lately,
    days_of_ending,
    days_of_status,
)
from om_selfcheck.services.undeliverable import count_undelivered
from om_selfcheck.store.queries import dashboard

MONTHS = 13


@dataclass(frozen=True, slots=True)
class Month:
    """How many declarations were issued in a month."""

    days: IssueDays
    issued: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """`ended` are the declarations whose two years ended within twelve months, `renewed` those of them with a newer."""

    months: Sequence[Month]
    valid: Count
    ending: Count
    ending_days: IssueDays
    ended: Count
    renewed: Count
    undeliverable: Count
    audits_open: Count
    audits_overdue: Count

    @property
    def renewed_share(self) -> int | None:
        """Of a hundred that ended, how many were renewed; None where none ended."""
        return round(100 * self.renewed.number / self.ended.number) if self.ended.number else None


def get_dashboard(session: Session, *, now: datetime) -> Dashboard:
    """Return the figures of the day."""
    today = day_in_berlin(now)
    ending = days_of_ending(today)
    ended, renewed = dashboard.count_renewed(session, days_of_ended_lately(today))
    audits_open, audits_overdue = dashboard.count_audits(session, today)
    return Dashboard(
        months=[Month(days, dashboard.count_issued(session, days)) for days in list_months(today)],
        valid=dashboard.count_standing(session, days_of_status(DeclarationStatus.VALID, today), today),
        ending=dashboard.count_standing(session, ending, today),
        ending_days=ending,
        ended=ended,
        renewed=renewed,
        undeliverable=count_undelivered(session, now=now),
        audits_open=audits_open,
        audits_overdue=audits_overdue,
    )


def list_months(today: date) -> list[IssueDays]:
    """Return this month and the twelve before it, the newest first."""
    months, last = [], today
    for _ in range(MONTHS):
        first = last.replace(day=1)
        months.append(IssueDays(first, last))
        last = first - timedelta(days=1)
    return months
