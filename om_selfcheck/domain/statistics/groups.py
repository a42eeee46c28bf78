"""Whose stages are shown: groups of companies, exact from five companies on, nothing before (D9).

A group is the companies of one invitation link. The rules, and the hole each of them closes:

1. A group is shown from five companies on that the network cannot look up by name. Companies that released their
   status stand in the member list; taking them away must not leave four. Where all are named, nobody is left to hide.
2. The total of a network is the sum of the groups shown, nothing else. A total over all companies would give away a
   new link at its first start: total minus the links shown. As each link is exact from five on, the total cannot
   include a smaller one; so what is shown does not depend in any way on companies that are not.
3. Links that have ended with one to four companies are put together into a pool, once together they have five that
   are not named. A pool is a group like a link, for good: none of its links ever leaves it or is shown alone, or old
   figures minus new ones would show the rest. A link that still runs is in no pool, for it may reach five by itself.
4. Nothing is taken back: what a company had reached when it left or was erased stays in the counts, else the
   difference of two looks would be its stage.
5. The same rules hold for every point in time. Fixed weeks show the counts as they stood on their Sunday, and a week
   in which a group was too small stays empty, also when the group has grown since. Today's running totals, for the
   coordinator in a workshop, are one more point in time.

What remains: the counts are exact, so who knows the stage of all companies of a group but one knows that one, and who
looks before and after somebody comes sees one more. It is a stage and never an answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from om_selfcheck.domain.statistics.stages import StageCounts
from om_selfcheck.domain.statistics.weeks import Week

MINIMUM_COMPANIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The companies of a link or of a pool; `named` of them have a release that the network can read."""

    key: str
    counts: StageCounts
    named: int = 0

    @property
    def unnamed(self) -> int:
        return self.counts.started - self.named

    @property
    def is_shown(self) -> bool:
        is_safe = self.unnamed >= MINIMUM_COMPANIES or self.unnamed <= 0
        return is_safe and self.counts.started >= MINIMUM_COMPANIES


@dataclass(frozen=True, slots=True)
class Overview:
    """The counts of the groups that are shown, by key, and their sum; no total without a group."""

    groups: Mapping[str, StageCounts]
    total: StageCounts | None

    @classmethod
    def of(cls, shown: Mapping[str, StageCounts]) -> "Overview":
        return cls(shown, sum(shown.values(), StageCounts()) if shown else None)


def show_groups(groups: Iterable[Group]) -> Overview:
    return Overview.of({group.key: group.counts for group in groups if group.is_shown})


def show_weeks(weeks: Mapping[Week, Iterable[Group]], today: date) -> dict[Week, Overview]:
    """Return what fixed weeks show, oldest first, given the groups as they stood at the end of each."""
    newest = Week.last_closed(today)
    return {week: show_groups(weeks[week]) for week in sorted(weeks) if week <= newest}


def form_pool(ended: Iterable[Group]) -> tuple[str, ...]:
    """Return the keys of the ended links, none of them in a pool yet, that form one now; mostly none do."""
    small = [group for group in ended if 0 < group.counts.started < MINIMUM_COMPANIES]
    is_large_enough = sum(group.unnamed for group in small) >= MINIMUM_COMPANIES
    return tuple(sorted(group.key for group in small)) if is_large_enough else ()


def merge_pools(links: Iterable[Group], pool_of: Mapping[str, str]) -> list[Group]:
    """Return the groups that links make up: each alone, or together with the others of its pool."""
    groups: dict[str, Group] = {}
    for link in links:
        key = pool_of.get(link.key, link.key)
        before = groups.get(key, Group(key=key, counts=StageCounts()))
        groups[key] = Group(key=key, counts=before.counts + link.counts, named=before.named + link.named)
    return list(groups.values())
