"""What a network reads: rounded, never below five, over whole batches, the same in every channel."""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import permutations
from math import cos, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.statistics.batches import AnswerBatch, ProgressBatch
from om_selfcheck.domain.statistics.noise import variance
from om_selfcheck.domain.statistics.report import (
    AnswerReport,
    Bound,
    Figure,
    make_figure,
    report_answers,
    report_progress,
)
from om_selfcheck.domain.statistics.weeks import Week

ABOUT, BELOW, ABOVE = Bound
TOPICS = {"1": ("1.1.a", "1.1.b"), "2": ("2.1.a",)}
AUTUMN, SPRING = Week(date(2026, 11, 16)), Week(date(2027, 3, 1))


def make_batch(
    urgent: Mapping[str, int], some: Mapping[str, int], *, week: Week = AUTUMN, companies: int = 20
) -> AnswerBatch:
    return AnswerBatch(week=week, companies=companies, urgent=urgent, some=some)


@pytest.mark.parametrize(
    ("noisy", "of", "bound", "value"),
    [
        (-3, 15, BELOW, 5),
        (0, 15, BELOW, 5),
        (4, 15, BELOW, 5),
        (5, 15, ABOUT, 5),
        (7, 15, ABOUT, 5),
        (8, 15, ABOUT, 10),
        (10, 15, ABOUT, 10),
        (11, 15, ABOVE, 10),
        (15, 15, ABOVE, 10),
        (19, 15, ABOVE, 10),
        (13, 18, ABOUT, 13),  # the complement keeps its five
        (14, 18, ABOVE, 13),
        (12, 18, ABOUT, 10),
        (212, 420, ABOUT, 210),
        (213, 420, ABOUT, 215),
    ],
)
def test_a_figure_is_rounded_and_neither_it_nor_its_complement_is_below_five(
    noisy: int, of: int, bound: Bound, value: int
) -> None:
    figure = make_figure(noisy, of, 4)
    assert (figure.bound, figure.value, figure.of) == (bound, value, of)


@given(st.integers(-50, 5000), st.integers(15, 4000), st.integers(1, 10_000))
def test_every_figure_leaves_five_on_both_sides_and_is_true_to_its_number(noisy: int, of: int, noise: int) -> None:
    figure = make_figure(noisy, of, noise)
    assert 5 <= figure.value <= of - 5
    if figure.bound is ABOUT:
        assert abs(figure.value - noisy) <= 2
        assert 5 <= noisy <= of - 5
    assert (figure.bound is BELOW) == (noisy < 5)


@pytest.mark.parametrize(("noise", "margin"), [(4, 6), (1, 4), (5, 7), (56, 17), (112, 24), (112 * 20, 97)])
def test_the_margin_is_two_deviations_and_the_rounding(noise: int, margin: int) -> None:
    assert make_figure(50, 100, noise).margin == margin


def chances_of_sum(bits: int, cells: int) -> Callable[[int], float]:
    """Return the chance of each sum of so many noises, exactly, by its characteristic function."""
    going_on, points = 1 - 2.0**-bits, 4096
    turns = [2 * pi * step / points for step in range(points)]
    waves = [((1 - going_on) ** 2 / (1 - 2 * going_on * cos(turn) + going_on**2)) ** cells for turn in turns]
    return lambda total: sum(wave * cos(turn * total) for wave, turn in zip(waves, turns, strict=True)) / points


@pytest.mark.parametrize(("bits", "cells"), [(1, 1), (1, 2), (1, 14), (1, 28), (1, 280), (3, 1), (3, 2), (3, 20)])
def test_the_margin_holds_in_nineteen_of_twenty_cases(bits: int, cells: int) -> None:
    chance = chances_of_sum(bits, cells)
    reach = make_figure(5000, 10_000, cells * variance(bits)).margin + 3
    chances = {noise: chance(noise) for noise in range(-reach, reach + 1)}
    shown = {
        (count, noise): make_figure(count + noise, 10_000, cells * variance(bits))
        for count in range(5000, 5005)  # every distance to the next step of five
        for noise in chances
    }
    hits = [chances[noise] for (count, noise), figure in shown.items() if abs(figure.value - count) <= figure.margin]
    assert sum(hits) / 5 >= 0.95


@pytest.mark.parametrize(
    ("margin", "of", "is_telling"), [(5, 15, True), (6, 15, False), (8, 30, True), (11, 30, False)]
)
def test_a_figure_tells_something_if_its_margin_is_a_third_at_most(*, margin: int, of: int, is_telling: bool) -> None:
    assert Figure(ABOUT, 5, of, margin).is_telling is is_telling


def test_nothing_is_reported_before_the_first_batch() -> None:
    assert report_answers([], TOPICS) is None
    assert report_progress([]) is None
    batch = make_batch({}, {}, week=SPRING)
    assert report_answers([batch], TOPICS, year=2026) is None
    assert report_progress([ProgressBatch(week=SPRING, companies=15, done=60)], year=2026) is None


def test_a_topic_counts_the_ratings_of_its_measures() -> None:
    batch = make_batch({"1.1.a": 12, "1.1.b": 3, "2.1.a": -1}, {"1.1.a": 4, "1.1.b": 8, "2.1.a": 20})
    report = report_answers([batch], TOPICS)
    assert report is not None
    first, second = report.topics
    assert (first.ref, second.ref, report.companies) == ("1", "2", 20)
    assert [first.of(need) for need in NeedForAction] == [
        Figure(ABOUT, 15, 40, 8),
        Figure(ABOUT, 10, 40, 8),
        Figure(ABOUT, 15, 40, 10),  # what is left over carries the noise of both
    ]
    assert [second.of(need).bound for need in NeedForAction] == [BELOW, ABOVE, BELOW]
    assert second.urgent.of == 20


def test_the_most_urgent_measures_come_first_and_only_where_the_margin_leaves_something_to_see() -> None:
    batch = make_batch({"1.1.a": 6, "1.1.b": 19, "2.1.a": 4}, {}, companies=20)
    report = report_answers([batch], TOPICS)
    assert report is not None
    assert [(one.ref, one.companies) for one in report.urgent_measures] == [
        ("1.1.b", Figure(ABOVE, 15, 20, 6)),
        ("1.1.a", Figure(ABOUT, 5, 20, 6)),
    ]
    few = report_answers([make_batch({"1.1.a": 9}, {}, companies=15)], TOPICS)
    assert few is not None
    assert few.urgent_measures == ()


def test_at_most_ten_measures_are_listed_and_equals_in_the_order_of_the_check() -> None:
    refs = [f"1.1.{letter}" for letter in "abcdefghijkl"]
    batch = make_batch({ref: 11 if ref == "1.1.l" else 10 for ref in refs}, {}, companies=30)
    report = report_answers([batch], {"1": refs})
    assert report is not None
    assert [one.ref[-1] for one in report.urgent_measures] == list("labcdefghi")


def test_batches_of_an_older_version_add_what_the_versions_share() -> None:
    older = make_batch({"1.1.a": 10, "7.1.a": 15}, {"1.1.a": 5, "7.1.a": 5}, companies=30)
    newer = make_batch({"1.1.a": 10, "1.1.b": 12}, {"1.1.a": 5, "1.1.b": 6}, week=SPRING, companies=20)
    report = report_answers([older, newer], TOPICS)
    assert report is not None
    assert report.companies == 50
    (topic,) = report.topics
    assert topic.urgent == Figure(ABOUT, 30, 70, 9)
    assert [(one.ref, one.companies) for one in report.urgent_measures] == [
        ("1.1.b", Figure(ABOUT, 10, 20, 6)),
        ("1.1.a", Figure(ABOUT, 20, 50, 8)),
    ]
    assert report_answers([older, newer], TOPICS, year=2027) == report_answers([newer], TOPICS)


def test_actions_done_are_counted_of_ten_a_company() -> None:
    batches = [
        ProgressBatch(week=AUTUMN, companies=15, done=61),
        ProgressBatch(week=SPRING, companies=20, done=120),
    ]
    assert report_progress(batches) == Figure(ABOUT, 180, 350, 32)
    assert report_progress(batches, year=2026) == Figure(ABOUT, 60, 150, 24)
    assert report_progress(batches, year=2027) == Figure(ABOUT, 120, 200, 24)


CELLS = st.fixed_dictionaries({ref: st.integers(-4, 40) for refs in TOPICS.values() for ref in refs})
BATCHES = st.lists(st.builds(make_batch, CELLS, CELLS, week=st.sampled_from([AUTUMN, SPRING])), min_size=1, max_size=4)


@given(BATCHES)
def test_the_report_is_the_same_in_whatever_order_the_batches_are_read(batches: list[AnswerBatch]) -> None:
    reports = [report_answers(order, TOPICS) for order in permutations(batches)]
    assert all(report == reports[0] for report in reports)


@given(BATCHES)
def test_every_figure_of_a_report_keeps_the_limits(batches: list[AnswerBatch]) -> None:
    for year in (None, 2026, 2027):
        report = report_answers(batches, TOPICS, year=year)
        if report is not None:
            assert report.companies >= 15
            assert all(5 <= figure.value <= figure.of - 5 for figure in all_figures(report))


def all_figures(report: AnswerReport) -> list[Figure]:
    of_topics = [topic.of(need) for topic in report.topics for need in NeedForAction]
    return of_topics + [one.companies for one in report.urgent_measures]
