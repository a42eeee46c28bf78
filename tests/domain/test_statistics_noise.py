"""The noise is what the bound says it is, and the same question always gets the same."""

import doctest
from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.statistics import noise
from om_selfcheck.domain.statistics.batches import ACTIONS, ANSWER_BITS, PLAN_BITS
from om_selfcheck.domain.statistics.noise import (
    LARGEST_FACTOR,
    draw_noise,
    largest_certainty,
    odds_factor,
    variance,
)

SECRET = bytes(range(32))


def probability(value: int, bits: int) -> Fraction:
    """Return the chance of a noise as the docstring states it."""
    going_on = 1 - Fraction(1, 1 << bits)
    return (1 - going_on) / (1 + going_on) * going_on ** abs(value)


def test_the_examples_hold() -> None:
    assert doctest.testmod(noise).failed == 0


def test_the_same_cell_under_the_same_key_always_gets_the_same_noise() -> None:
    """Frozen, for a release that drew otherwise would give a second look at answers already published."""
    assert [draw_noise(SECRET, f"cell {number}", bits) for bits in (1, 3) for number in range(8)] == [
        3,
        2,
        1,
        -3,
        -1,
        -1,
        -1,
        1,
        1,
        -2,
        -2,
        -8,
        -6,
        -3,
        -6,
        1,
    ]


def test_another_key_gives_other_noise() -> None:
    cells = [f"cell {number}" for number in range(50)]
    assert [draw_noise(SECRET, cell, 3) for cell in cells] != [draw_noise(SECRET[::-1], cell, 3) for cell in cells]


@pytest.mark.parametrize("bits", [ANSWER_BITS, PLAN_BITS])
def test_the_noise_is_distributed_as_stated(bits: int) -> None:
    """Chi-square over the values expected at least thirty times; the draws are fixed, so the test cannot flicker."""
    draws = 20_000
    seen = Counter(draw_noise(SECRET, str(number), bits) for number in range(draws))
    values = [value for value in range(-60, 61) if draws * probability(value, bits) >= 30]
    distance = sum(
        (seen[value] - float(draws * probability(value, bits))) ** 2 / float(draws * probability(value, bits))
        for value in values
    )
    assert distance < len(values) + 4 * sqrt(2 * len(values))
    assert abs(sum(value * times for value, times in seen.items())) < 4 * sqrt(draws * variance(bits))
    assert sum(value**2 * times for value, times in seen.items()) == pytest.approx(draws * variance(bits), rel=0.05)


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_the_stated_chances_are_chances_and_have_the_stated_variance(bits: int) -> None:
    reach = range(-400, 401)
    assert float(sum(probability(value, bits) for value in reach)) == pytest.approx(1)
    assert float(sum(value**2 * probability(value, bits) for value in reach)) == pytest.approx(variance(bits))


@pytest.mark.parametrize(
    ("throws", "bits", "length"),
    [
        (b"\x00", 1, 0),
        (b"\x01", 1, 1),
        (b"\x7f", 1, 7),
        (b"\x5f", 1, 5),
        (b"\xff", 1, 8),
        (b"\x38", 3, 0),
        (b"\x07", 3, 1),
        (b"\x3f", 3, 2),
        (b"\x01\x20", 3, 0),
        (b"\x01\x25", 3, 3),
        (b"\xff\xff", 3, 5),
    ],
)
def test_a_run_ends_with_the_first_throw_of_zeros_or_with_the_throws(throws: bytes, bits: int, length: int) -> None:
    assert noise._length_of_run(throws, bits) == length  # noqa: SLF001


@given(st.integers(-20, 20), st.sampled_from([1, 3]), st.integers(-10, 10))
def test_moving_a_cell_changes_no_chance_by_more_than_the_factor(value: int, bits: int, shift: int) -> None:
    ratio = probability(value - shift, bits) / probability(value, bits)
    assert ratio <= odds_factor(bits, abs(shift))
    assert ratio >= 1 / odds_factor(bits, abs(shift))


def test_one_answer_moves_the_odds_at_most_fourfold() -> None:
    """Red, yellow and green are (1, 0), (0, 1) and (0, 0) in the two cells; all outcomes that matter, exactly."""
    colours = [(1, 0), (0, 1), (0, 0)]
    ratios = [
        probability(red - mine[0], 1) * probability(yellow - mine[1], 1)
        / (probability(red - other[0], 1) * probability(yellow - other[1], 1))
        for red, yellow in product(range(-6, 8), repeat=2)
        for mine, other in product(colours, repeat=2)
    ]  # fmt: skip
    assert max(ratios) == odds_factor(ANSWER_BITS, 2) == LARGEST_FACTOR


def test_a_whole_plan_moves_the_odds_at_most_fourfold() -> None:
    assert odds_factor(PLAN_BITS, ACTIONS) <= LARGEST_FACTOR
    assert odds_factor(PLAN_BITS - 1, ACTIONS) > LARGEST_FACTOR


@pytest.mark.parametrize(
    ("before", "after"),
    [(Fraction(0), 0), (Fraction(1, 2), Fraction(4, 5)), (Fraction(1, 3), Fraction(2, 3)), (Fraction(1), 1)],
)
def test_certainty_is_bayes_with_the_largest_factor(before: Fraction, after: Fraction) -> None:
    assert largest_certainty(before) == after


def test_a_topic_of_one_colour_is_found_in_nine_of_ten_cases() -> None:
    """The limit that the docstring states: fourteen cells, each on the right side with a chance of two thirds."""
    right = float(sum(probability(value, ANSWER_BITS) for value in range(200)))
    chances = [comb(14, hits) * right**hits * (1 - right) ** (14 - hits) for hits in range(15)]
    assert sum(chances[8:]) + chances[7] / 2 == pytest.approx(0.9, abs=0.005)


def test_cut_off_runs_are_as_rare_as_stated() -> None:
    assert all((1 - Fraction(1, 1 << bits)) ** (noise.RUN_BYTES * 8 // bits) < Fraction(1, 10**18) for bits in (1, 3))
