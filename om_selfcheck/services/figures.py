"""Closing weeks: what is counted of a week that is over is published once, for every page, table and report.

A network's week is closed by whoever publishes its stages first; batches of answers and of actions are closed in the
same transaction. Nothing published is computed again. What a batch is and which noise it gets is decided in
`domain/statistics`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.statistics import published
from om_selfcheck.domain.statistics.batches import (
    PROGRESS_AFTER,
    AnswerBatch,
    Candidate,
    Question,
    choose_members,
    close_answers,
    close_progress,
    count_done,
    progress_ready_on,
)
from om_selfcheck.domain.statistics.groups import show_weeks
from om_selfcheck.domain.statistics.published import FigureKind
from om_selfcheck.domain.statistics.weeks import WEEK, Week
from om_selfcheck.services.stages import end_of, list_groups, pool_ended_links
from om_selfcheck.store.queries import figures as rows

COUNTED_AGAIN_AFTER = timedelta(days=730)  # at least; the rule itself knows the day


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclosed:
    """A network and its weeks that are over and not closed yet, oldest first."""

    network_id: UUID
    weeks: tuple[Week, ...]


def list_unclosed(session: Session, *, today: date) -> Sequence[Unclosed]:
    """Return the networks with a week to close; on most days none."""
    last = Week.last_closed(today)
    return [
        Unclosed(network_id=network_id, weeks=_weeks(Week(newest + WEEK if newest else first), last))
        for network_id, first, newest in rows.list_unclosed(session, last.monday)
    ]


def close_weeks(session: Session, *, unclosed: Unclosed, secret: bytes, now: datetime, today: date) -> int:
    """Publish the figures of a network's weeks that are over; return how many weeks this closed.

    Batches are formed for the newest week only: who waited while the server was down is in it.
    """
    closed = [week for week in unclosed.weeks if _close_stages(session, unclosed.network_id, week, now, today)]
    newest = Week.last_closed(today)
    if newest in closed:
        closing = _Closing(
            session=session,
            network_id=unclosed.network_id,
            week=newest,
            secret=secret,
            now=now,
            held=rows.hold_agreed(session, unclosed.network_id),
        )
        closing.close_answers()
        closing.close_progress()
        pool_ended_links(session, network_id=unclosed.network_id, week=Week.of(today), now=now)
    return len(closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closing:
    """The closing of one week of one network."""

    session: Session
    network_id: UUID
    week: Week
    secret: bytes
    now: datetime
    held: Collection[UUID]

    def close_answers(self) -> None:
        found = rows.list_rated(
            self.session,
            self.network_id,
            held=self.held,
            week_on=self.week.monday,
            counted_before=self._counted_before,
        )
        batches = {}
        for check, candidates in _by_version(found, self.week).items():
            if members := choose_members(candidates, self.week):
                batches[check] = self._close_answers_of(check, members)
                self._note_counted(candidates, members, check.partition("/")[0], FigureKind.ANSWERS)
        if batches:
            self._publish(FigureKind.ANSWERS, published.write_answers(batches))

    def close_progress(self) -> None:
        until = self.week.ends_on - PROGRESS_AFTER
        found = rows.list_declared(
            self.session,
            self.network_id,
            held=self.held,
            declared_until=until,
            counted_before=self._counted_before,
        )
        done = self._count_done([row["id"] for row in found])
        by_check: dict[str, list[Candidate]] = defaultdict(list)
        for row in found:
            if row["id"] in done:
                by_check[row["slug"]].append(_to_candidate(row, progress_ready_on(row["issued_on"])))
        batches = {}
        for check, candidates in by_check.items():
            if members := choose_members(candidates, self.week):
                question = Question(network=self.network_id.hex, check=check, members=members)
                total = sum(done[member] for member in members)
                batches[check] = close_progress(self.secret, question, self.week, done=total)
                self._note_counted(candidates, members, check, FigureKind.PROGRESS)
        if batches:
            self._publish(FigureKind.PROGRESS, published.write_progress(batches))

    @property
    def _counted_before(self) -> date:
        return self.week.monday - COUNTED_AGAIN_AFTER

    def _close_answers_of(self, check: str, members: tuple[UUID, ...]) -> AnswerBatch:
        return close_answers(
            self.secret,
            Question(network=self.network_id.hex, check=check, members=members),
            self.week,
            measure_refs=rows.list_measures(self.session, members[0]),
            urgent=rows.count_needs(self.session, members, NeedForAction.URGENT),
            some=rows.count_needs(self.session, members, NeedForAction.SOME),
        )

    def _count_done(self, assessment_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Return how many of ten actions are done, for each round whose plan has ten."""
        states: dict[UUID, list[ActionState]] = defaultdict(list)
        for assessment_id, state in rows.list_states(self.session, assessment_ids):
            states[assessment_id].append(ActionState(state))
        counts = {assessment_id: count_done(plan) for assessment_id, plan in states.items()}
        return {assessment_id: done for assessment_id, done in counts.items() if done is not None}

    def _note_counted(
        self, candidates: Iterable[Candidate], members: Iterable[UUID], slug: str, kind: FigureKind
    ) -> None:
        company_of = {candidate.round: candidate.company for candidate in candidates}
        companies = [company_of[member] for member in members]
        rows.note_counted(self.session, companies, slug=slug, kind=kind, on=self.week.ends_on)

    def _publish(self, kind: FigureKind, content: str) -> None:
        rows.publish(
            self.session,
            network_id=self.network_id,
            period_on=self.week.monday,
            kind=kind.value,
            content=content,
            published_at=self.now,
        )


def _close_stages(session: Session, network_id: UUID, week: Week, now: datetime, today: date) -> bool:
    groups = list_groups(session, network_id=network_id, week=week, at=end_of(week))
    return rows.publish(
        session,
        network_id=network_id,
        period_on=week.monday,
        kind=FigureKind.STAGES.value,
        content=published.write_stages(show_weeks({week: groups}, today)[week]),
        published_at=now,
    )


def _by_version(found: Iterable[RowMapping], week: Week) -> Mapping[str, list[Candidate]]:
    """Return the candidates of each check and version: of a company its newest round that is due, rated in full."""
    rounds = [row for row in found if _to_candidate(row, row["ready_on"]).is_due_in(week)]
    sizes: dict[str, int] = defaultdict(int)
    newest: dict[tuple[UUID, str], RowMapping] = {}
    for row in rounds:
        sizes[_check_of(row)] = max(sizes[_check_of(row)], row["rated"])
    for row in sorted(rounds, key=lambda one: (one["ready_on"], one["id"])):
        if row["rated"] == sizes[_check_of(row)]:
            newest[row["company_id"], row["slug"]] = row
    candidates: dict[str, list[Candidate]] = defaultdict(list)
    for row in newest.values():
        candidates[_check_of(row)].append(_to_candidate(row, row["ready_on"]))
    return candidates


def _check_of(row: RowMapping) -> str:
    return f"{row['slug']}/{row['version']}"


def _to_candidate(row: RowMapping, ready_on: date) -> Candidate:
    return Candidate(
        company=row["company_id"],
        round=row["id"],
        has_agreed=row["is_counted"],
        ready_on=ready_on,
        counted_on=row["counted_on"],
    )


def _weeks(first: Week, last: Week) -> tuple[Week, ...]:
    count = (last.monday - first.monday) // WEEK + 1
    return tuple(Week(first.monday + number * WEEK) for number in range(count))
