"""What a network's report of a year says: its stages at the end of the year's last closed week, and a year before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.statistics.stages import StageCounts
from om_selfcheck.domain.statistics.weeks import WEEK, Week
from om_selfcheck.services import published_figures
from om_selfcheck.services.published_figures import Published, WeekFigures
from om_selfcheck.services.stages import StageFigures, name_groups

YEARS = range(2020, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearReport:
    """All of it was published before; `before` is the sum at the end of the year before, None without one."""

    year: int
    week: Week
    stages: StageFigures
    before: StageCounts | None
    published: Published


def list_years(session: Session, *, network_id: UUID) -> Sequence[int]:
    """Return the years with closed weeks, the newest first; no week between the first and the last is left out."""
    span = published_figures.find_span(session, network_id=network_id)
    return range(span[1].year, span[0].year - 1, -1) if span else ()


def get_report(session: Session, *, network_id: UUID, year: int) -> YearReport:
    """Return the report of a year; NotFound where none of its weeks is closed."""
    last = _find_last_week(session, network_id, year) if year in YEARS else None
    if last is None:
        raise NotFound
    before = _find_last_week(session, network_id, year - 1)
    return YearReport(
        year=year,
        week=last.week,
        stages=name_groups(session, network_id=network_id, overview=last.overview),
        before=before.total if before else None,
        published=published_figures.get_published(session, network_id=network_id),
    )


def _find_last_week(session: Session, network_id: UUID, year: int) -> WeekFigures | None:
    first, following = Week.of(date(year, 1, 4)), Week.of(date(year + 1, 1, 4))  # the fourth is in week 1
    until = Week(following.monday - WEEK)
    weeks = published_figures.list_weeks(session, network_id=network_id, since=first, until=until)
    return weeks[-1] if weeks else None
