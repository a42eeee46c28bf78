"""Whose stages are shown: five companies or nothing, and nothing that follows from what is shown (D9)."""

from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.statistics.groups import Group, Overview, form_pool, merge_pools, show_groups, show_weeks
from om_selfcheck.domain.statistics.stages import Stage, StageCounts
from om_selfcheck.domain.statistics.weeks import WEEK, Week
from tests.domain.test_statistics_stages import COUNTS

MONDAY = Week(date(2026, 11, 23))
GROUPS = st.lists(
    st.builds(Group, key=st.text("abcdef", min_size=1, max_size=2), counts=COUNTS, named=st.integers(0, 8)),
    max_size=8,
    unique_by=lambda group: group.key,
)


def make_group(key: str = "a", started: int = 5, named: int = 0, **stages: int) -> Group:
    return Group(key=key, counts=StageCounts(started=started, **stages), named=named)


@pytest.mark.parametrize(
    ("started", "named", "is_shown"),
    [
        (0, 0, False),
        (1, 0, False),
        (4, 0, False),
        (5, 0, True),  # exact from five on, nothing before
        (150, 0, True),
        (5, 1, False),  # five, but one of them stands in the member list: four are left
        (6, 1, True),
        (9, 5, False),
        (10, 5, True),
        (6, 5, False),
        (5, 5, True),  # all are named, nobody is left to hide
        (4, 4, False),
    ],
)
def test_a_group_is_shown_from_five_companies_that_nobody_names(*, started: int, named: int, is_shown: bool) -> None:
    assert make_group(started=started, named=named).is_shown is is_shown


def test_counts_are_exact_and_the_total_is_the_sum_of_what_is_shown() -> None:
    groups = [
        make_group("fair", 12, half_rated=7, all_rated=3),
        make_group("evening", 4, half_rated=4),
        make_group("guild", 5, half_rated=5, all_rated=5, plan_complete=2, declared=1),
    ]
    assert show_groups(groups) == Overview(
        {"fair": groups[0].counts, "guild": groups[2].counts},
        StageCounts(started=17, half_rated=12, all_rated=8, plan_complete=2, declared=1),
    )


@pytest.mark.parametrize("groups", [[], [make_group(started=4)], [make_group("a", 4), make_group("b", 4)]])
def test_without_a_group_that_is_shown_there_is_no_total(groups: list[Group]) -> None:
    assert show_groups(groups) == Overview({}, None)


@given(GROUPS, st.data())
def test_nothing_that_is_shown_depends_on_companies_that_are_not(groups: list[Group], data: st.DataObject) -> None:
    """The whole argument against subtraction: the hidden could be anything and every page would read the same."""
    others = [
        group if group.is_shown else replace(group, counts=data.draw(COUNTS.filter(lambda counts: counts.started < 5)))
        for group in groups
    ]
    assert show_groups(groups) == show_groups(others)


def test_a_total_over_all_companies_would_give_the_hidden_away() -> None:
    """The control: with it, the property above does not hold."""
    shown, hidden = make_group("a", 40, declared=9), make_group("b", 1, declared=1)
    overview = show_groups([shown, hidden])
    over_all = shown.counts + hidden.counts
    assert over_all.declared - overview.groups["a"].declared == 1
    assert overview.total == overview.groups["a"]


@given(GROUPS)
def test_no_difference_of_published_figures_is_about_fewer_than_five(groups: list[Group]) -> None:
    overview = show_groups(groups)
    sizes = [counts.started for counts in overview.groups.values()] + (
        [overview.total.started] if overview.total else []
    )
    assert all(size >= 5 for size in sizes)
    if overview.total:
        for chosen in range(len(overview.groups)):
            for some in combinations(overview.groups.values(), chosen):
                rest = overview.total.started - sum(counts.started for counts in some)
                assert rest >= 5


def test_fixed_weeks_are_over_and_a_week_that_was_too_small_stays_empty() -> None:
    weeks = {
        Week(MONDAY.monday + WEEK): [make_group(started=9)],
        MONDAY: [make_group(started=6)],
        Week(MONDAY.monday - WEEK): [make_group(started=4)],
    }
    shown = show_weeks(weeks, today=date(2026, 12, 6))
    assert list(shown) == [Week(MONDAY.monday - WEEK), MONDAY]
    assert [overview.total for overview in shown.values()] == [None, StageCounts(started=6)]
    assert len(show_weeks(weeks, today=date(2026, 12, 7))) == 3


@pytest.mark.parametrize(
    ("sizes", "pool"),
    [
        ([], ""),
        ([(4, 0)], ""),
        ([(4, 0), (1, 0)], "ab"),
        ([(3, 0), (1, 0)], ""),
        ([(3, 0), (0, 0), (2, 0)], "ac"),
        ([(3, 0), (7, 0), (1, 0)], ""),
        ([(3, 0), (7, 0), (2, 0)], "ac"),  # whoever has five stands alone
        ([(4, 1), (2, 1)], ""),  # six, but two of them are named
        ([(4, 1), (3, 1)], "ab"),
        ([(2, 0), (2, 0), (2, 0), (2, 0)], "abcd"),
    ],
)
def test_small_links_that_have_ended_form_a_pool_once_they_are_five(sizes: list[tuple[int, int]], pool: str) -> None:
    ended = [make_group(key, *size) for key, size in zip("abcd", sizes, strict=False)]
    assert form_pool(reversed(ended)) == tuple(pool)


def test_a_pool_is_one_group_with_the_counts_of_its_links() -> None:
    links = [make_group("a", 3, named=1, declared=1), make_group("b", 7), make_group("c", 4, declared=2)]
    assert merge_pools(links, {"a": "pool", "c": "pool"}) == [
        Group(key="pool", counts=StageCounts(started=7, declared=3), named=1),
        links[1],
    ]
    assert merge_pools(links, {}) == links


@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=3), max_size=12))
def test_over_all_weeks_what_is_taken_from_a_group_is_never_shown_by_itself(
    story: list[list[tuple[int, int, bool]]],
) -> None:
    """Links start, grow and end; each week pools form. A link that was shown in a group stays in that group."""
    sizes, ended, pool_of = [0] * 6, set[int](), dict[str, str]()
    seen: list[dict[str, frozenset[int]]] = []
    for week, happenings in enumerate(story):
        for link, starts, ends in happenings:
            sizes[link] += 0 if link in ended else starts
            ended |= {link} if ends else set()
        links = [make_group(str(link), size) for link, size in enumerate(sizes)]
        loose = [links[link] for link in ended if str(link) not in pool_of]
        pool_of |= dict.fromkeys(form_pool(loose), f"pool {week}")
        overview = show_groups(merge_pools(links, pool_of))
        members = {key: frozenset(i for i in range(6) if pool_of.get(str(i), str(i)) == key) for key in overview.groups}
        seen.append(members)
        assert all(counts.started >= 5 for counts in overview.groups.values())
    for before, after in pairwise(seen):
        assert all(after[key] == links for key, links in before.items())


def test_a_stage_is_read_by_its_code() -> None:
    overview = show_groups([make_group("a", 6, half_rated=2)])
    assert overview.total is not None
    assert [overview.total.of(stage) for stage in Stage] == [6, 2, 0, 0, 0, 0]
