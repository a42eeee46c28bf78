"""The traffic light: three values, counts only (R04, D2)."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.rating import NeedForAction, RatingCounts, count_ratings

URGENT, SOME, NONE = NeedForAction
REFS = ("1.1.a", "1.1.b", "1.2.a")


@pytest.mark.parametrize(
    ("ratings", "urgent", "some", "none", "open_"),
    [
        ({}, 0, 0, 0, 3),
        ({"1.1.a": URGENT}, 1, 0, 0, 2),
        ({"1.1.b": SOME}, 0, 1, 0, 2),
        ({"1.2.a": NONE}, 0, 0, 1, 2),
        ({"1.1.a": URGENT, "1.1.b": SOME, "1.2.a": NONE}, 1, 1, 1, 0),
        (dict.fromkeys(REFS, NONE), 0, 0, 3, 0),
        ({"2.1.a": URGENT, "1.1": URGENT, "1": SOME}, 0, 0, 0, 3),
    ],
)
def test_counts_the_values_of_the_given_measures_only(
    ratings: dict[str, NeedForAction], urgent: int, some: int, none: int, open_: int
) -> None:
    counts = count_ratings(REFS, ratings)
    assert counts == RatingCounts(urgent=urgent, some=some, none=none, total=3)
    assert (counts.rated, counts.open) == (3 - open_, open_)
    assert counts.is_finished is (open_ == 0)


def test_a_topic_without_measures_is_finished() -> None:
    assert count_ratings([], {"1.1.a": URGENT}) == RatingCounts(urgent=0, some=0, none=0, total=0)
    assert count_ratings([], {}).is_finished


def test_says_how_many_carry_each_value() -> None:
    counts = RatingCounts(urgent=3, some=5, none=7, total=20)
    assert [counts.of(need) for need in NeedForAction] == [3, 5, 7]


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(NeedForAction)), st.sets(st.sampled_from("abcdefgh"))
)
def test_every_measure_is_either_rated_once_or_open(ratings: dict[str, NeedForAction], refs: set[str]) -> None:
    counts = count_ratings(iter(refs), ratings)
    assert counts.total == len(refs)
    assert counts.rated == len(refs & ratings.keys())
    assert counts.rated + counts.open == counts.total
    assert sum(counts.of(need) for need in NeedForAction) == counts.rated


def test_there_are_counts_and_no_score() -> None:
    assert [field.name for field in fields(RatingCounts)] == ["urgent", "some", "none", "total"]
