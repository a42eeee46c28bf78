"""The published figures of a network, read again: every page, table and report says the same of a week."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.statistics import published
from om_selfcheck.domain.statistics.batches import AnswerBatch, ProgressBatch
from om_selfcheck.domain.statistics.groups import Overview
from om_selfcheck.domain.statistics.published import FigureKind
from om_selfcheck.domain.statistics.stages import StageCounts
from om_selfcheck.domain.statistics.weeks import Week
from om_selfcheck.store.queries import figures as rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The batches of a network by check, without its version; years in which any was closed."""

    answers: Mapping[str, Sequence[AnswerBatch]] = field(default_factory=dict)
    progress: Mapping[str, Sequence[ProgressBatch]] = field(default_factory=dict)

    @property
    def checks(self) -> list[str]:
        return sorted(self.answers.keys() | self.progress.keys())

    def years_of(self, check: str) -> list[int]:
        """Return the years to choose from, the newest first."""
        batches: list[AnswerBatch | ProgressBatch] = [*self.answers.get(check, ()), *self.progress.get(check, ())]
        return sorted({batch.week.year for batch in batches}, reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """The stages of a closed week, as they were published."""

    week: Week
    overview: Overview

    @property
    def total(self) -> StageCounts | None:
        return self.overview.total


def get_published(session: Session, *, network_id: UUID) -> Published:
    """Return all batches of a network, oldest first."""
    answers: dict[str, list[AnswerBatch]] = defaultdict(list)
    for on, content in rows.list_published(session, network_id, FigureKind.ANSWERS):
        for check, batch in published.read_answers(Week(on), content).items():
            answers[check.partition("/")[0]].append(batch)
    progress: dict[str, list[ProgressBatch]] = defaultdict(list)
    for on, content in rows.list_published(session, network_id, FigureKind.PROGRESS):
        for check, done in published.read_progress(Week(on), content).items():
            progress[check].append(done)
    return Published(answers=answers, progress=progress)


def list_weeks(session: Session, *, network_id: UUID, since: Week, until: Week) -> Sequence[WeekFigures]:
    """Return the stages of closed weeks as they were published, oldest first."""
    found = rows.list_published(session, network_id, FigureKind.STAGES, since=since.monday, until=until.monday)
    return [WeekFigures(week=Week(on), overview=published.read_stages(content)) for on, content in found]


def find_span(session: Session, *, network_id: UUID) -> tuple[Week, Week] | None:
    """Return the first and the last closed week of a network."""
    first, last = rows.find_span(session, network_id)
    return (Week(first), Week(last)) if first and last else None
