"""A sample that anybody draws again: the same everywhere, and every number with the same chance."""

import hashlib
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.sampling import Frame, draw_sample, is_drawable, is_seed

NUMBERS = [f"N{number:03}" for number in range(300)]
TODAY = date(2026, 11, 24)
FROZEN = ("N229", "N059", "N168", "N235", "N230")


def test_the_same_is_drawn_on_every_machine_and_in_every_year() -> None:
    drawn = draw_sample(NUMBERS, 5, "2026-11-24")
    assert drawn.numbers == FROZEN
    assert drawn.frame_size == 300
    assert drawn.frame_hash == hashlib.sha256("\n".join(NUMBERS).encode()).hexdigest()


def test_it_is_what_a_shell_draws_too() -> None:
    hashes = sorted((hashlib.sha256(f"s\n{number}".encode()).hexdigest(), number) for number in NUMBERS)
    assert draw_sample(NUMBERS, 7, "s").numbers == tuple(number for _, number in hashes[:7])


@given(st.permutations(NUMBERS[:20]), st.integers(0, 25), st.text("abc019:-", min_size=1, max_size=9))
def test_neither_order_nor_doubles_matter_and_a_larger_sample_holds_the_smaller(
    numbers: list[str], size: int, seed: str
) -> None:
    drawn = draw_sample(numbers + numbers[:3], size, seed)
    assert drawn == draw_sample(sorted(numbers), size, seed)
    assert len(drawn.numbers) == min(size, 20) == len(set(drawn.numbers))
    assert draw_sample(numbers, size + 1, seed).numbers[:size] == drawn.numbers


def test_another_frame_or_seed_is_seen() -> None:
    one = draw_sample(NUMBERS, 5, "a")
    assert draw_sample(NUMBERS[1:], 5, "a").frame_hash != one.frame_hash
    assert draw_sample(NUMBERS, 5, "b").numbers != one.numbers
    assert draw_sample([], 5, "a").numbers == ()


def test_every_number_comes_about_as_often() -> None:
    """Over 3000 seeds each of 300 numbers is expected 50 times (deviation 7)."""
    drawn = Counter(number for seed in range(3000) for number in draw_sample(NUMBERS, 5, f"seed-{seed}").numbers)
    assert set(drawn) == set(NUMBERS)
    assert min(drawn.values()) > 15
    assert max(drawn.values()) < 90


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3.8.17", True), ("a" * 64, True), ("a" * 65, False), ("", False), ("a b", False), ("ä", False), ("a\n", False)],
)
def test_a_seed_can_be_typed_anywhere(text: str, *, expected: bool) -> None:
    assert is_seed(text) is expected


def test_only_a_day_that_is_over_can_be_drawn_from() -> None:
    assert is_drawable(Frame(on=TODAY - timedelta(1)), TODAY)
    assert not is_drawable(Frame(on=TODAY), TODAY)
    assert not is_drawable(Frame(on=TODAY + timedelta(1)), TODAY)
