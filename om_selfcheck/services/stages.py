"""Counted stages: how far companies got, noted as they go, kept when they leave, shown from five on (D9).

A stage is noted with the week in which it was reached and is never taken back. When a company leaves a network or is
erased, `keep_stages` cuts what names it; the week and the link stay, or the difference of two looks would be its stage.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin, end_of_day
from om_selfcheck.domain.action_plan import count_complete
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.statistics.groups import Group, Overview, form_pool, merge_pools, show_groups
from om_selfcheck.domain.statistics.stages import RoundFacts, Stage, StageCounts, stages_reached
from om_selfcheck.domain.statistics.weeks import Week
from om_selfcheck.store.queries import plans
from om_selfcheck.store.queries import stages as rows

WITHOUT_LINK = ""
POOL = "pool:"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """A link or a pool; `counts` is None while it is too small. Pools have no label, nor have those without a link."""

    key: str
    label: str
    counts: StageCounts | None

    @property
    def is_pool(self) -> bool:
        return self.key.startswith(POOL)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigures:
    """The stages of a network at one point in time: its groups, and the sum of those that are shown."""

    groups: tuple[ShownGroup, ...]
    total: StageCounts | None


def begin_counting(
    session: Session, *, assessment_id: UUID, network_id: UUID, link_id: UUID | None, now: datetime
) -> None:
    """Count a round for a network from now on; what it reached for another one stays there."""
    keep_stages(session, assessment_id=assessment_id)
    rows.add_round(session, assessment_id=assessment_id, network_id=network_id, link_id=link_id, on=_week_of(now))


def note_stages(session: Session, *, assessment_id: UUID, measures: int, now: datetime) -> None:
    """Note which stages a round has reached, where it takes part in a network. Whoever writes to a round calls it."""
    row = rows.find_standing(session, assessment_id)
    if row is None:
        return
    already = [stage for stage, column in rows.COLUMNS.items() if row[column.key] is not None]
    if Stage.DECLARED in already:
        return
    facts = RoundFacts(
        measures=measures,
        rated=row["rated"],
        complete_actions=_count_actions(session, assessment_id, row, already),
        is_declared=row["is_declared"],
    )
    if new := set(stages_reached(facts, already)).difference(already):
        rows.note(session, assessment_id, new, _week_of(now))


def note_renewal(session: Session, *, assessment_id: UUID, now: datetime) -> None:
    """Let the earlier rounds of a company count as renewed, now that this one was declared."""
    rows.note_renewal(session, assessment_id, _week_of(now))


def keep_stages(session: Session, *, assessment_id: UUID) -> None:
    """Keep what a round has reached and cut what names it; for whoever leaves a network or is erased.

    Rounds that count as one company stay one: where another with the same link remains, it takes the stages over.
    """
    row = rows.find_round(session, assessment_id)
    if row is None:
        return
    sibling = rows.find_sibling(session, row) if row["company_id"] else None
    if sibling is None:
        rows.change(session, row["id"], {"assessment_id": None, "company_id": None})
        return
    rows.change(session, sibling["id"], {key: _earlier(row[key], sibling[key]) for key in _keys()})
    rows.remove(session, row["id"])


def get_stages(session: Session, *, network_id: UUID, now: datetime) -> StageFigures:
    """Return the stages as they stand now; they move while a workshop runs."""
    shown = show_groups(list_groups(session, network_id=network_id, week=Week.of(day_in_berlin(now)), at=now))
    return name_groups(session, network_id=network_id, overview=shown)


def name_groups(session: Session, *, network_id: UUID, overview: Overview) -> StageFigures:
    """Put every link of a network beside what is shown of it, the newest first, then who came without, then pools.

    Which links a pool holds is not said: those without companies would be the others.
    """
    labels = {link_id.hex: label for link_id, label in rows.list_link_labels(session, network_id).items()}
    keys = [*labels, *sorted(set(overview.groups) - set(labels))]
    groups = [ShownGroup(key=key, label=labels.get(key, ""), counts=overview.groups.get(key)) for key in keys]
    return StageFigures(groups=tuple(groups), total=overview.total)


def list_groups(session: Session, *, network_id: UUID, week: Week, at: datetime) -> list[Group]:
    """Return the groups of a network as they stood in a week, with who was named at an instant."""
    links = [
        Group(
            key=row["link_id"].hex if row["link_id"] else WITHOUT_LINK,
            counts=StageCounts(**{stage.value: row[stage.value] for stage in Stage}),
            named=row["named"],
        )
        for row in rows.count_groups(session, network_id, on=week.monday, at=at)
    ]
    return merge_pools(links, _pool_of(session, network_id))


def pool_ended_links(session: Session, *, network_id: UUID, week: Week, now: datetime) -> None:
    """Put small links that have ended together, for good, once together they are five."""
    ended = {link_id.hex: link_id for link_id in rows.list_ended_links(session, network_id, day_in_berlin(now))}
    groups = list_groups(session, network_id=network_id, week=week, at=now)
    if pool := form_pool([group for group in groups if group.key in ended]):
        rows.add_pool(session, [ended[key] for key in pool])


def end_of(week: Week) -> datetime:
    """Return the instant in which a week is over."""
    return end_of_day(week.ends_on)


def _count_actions(session: Session, assessment_id: UUID, row: RowMapping, already: Iterable[Stage]) -> int:
    """Count complete actions, but read the plan only where that can change anything."""
    if Stage.PLAN_COMPLETE in already or row["actions"] < REQUIRED_ACTIONS:
        return 0
    return count_complete(action for _, action in plans.list_actions(session, assessment_id))


def _pool_of(session: Session, network_id: UUID) -> Mapping[str, str]:
    return {link.hex: f"{POOL}{pool.hex}" for link, pool in rows.list_pools(session, network_id).items()}


def _keys() -> list[str]:
    return [column.key for column in rows.COLUMNS.values()]


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one and other else one or other


def _week_of(now: datetime) -> date:
    return Week.of(day_in_berlin(now)).monday
