"""Whose answers are counted, when, and that a batch is closed once for good."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.statistics import batches
from om_selfcheck.domain.statistics.batches import (
    Candidate,
    Question,
    choose_members,
    close_answers,
    close_progress,
    count_done,
    progress_ready_on,
)
from om_selfcheck.domain.statistics.weeks import Week

WEEK = Week(date(2026, 11, 16))
SUNDAY = date(2026, 11, 22)
SECRET = bytes(32)
REFS = ("1.1.a", "1.1.b", "1.2.a")
OPEN, IN_PROGRESS, DONE, DROPPED = ActionState


def make_candidate(number: int = 0, **facts: object) -> Candidate:
    usual = {"company": UUID(int=number), "round": UUID(int=1000 + number), "has_agreed": True, "ready_on": SUNDAY}
    return Candidate(**(usual | facts))  # type: ignore[arg-type]


def make_question(numbers: Iterable[int] = range(15), **facts: object) -> Question:
    usual = {"network": "rhein", "check": "basis 1.0", "members": [UUID(int=number) for number in numbers]}
    return Question(**(usual | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("has_agreed", "ready_on", "counted_on", "is_due"),
    [
        (True, SUNDAY, None, True),
        (False, SUNDAY, None, False),
        (True, None, None, False),
        (True, SUNDAY + timedelta(days=1), None, False),  # the week was over
        (True, date(2025, 1, 1), None, True),  # it has waited for others
        (True, SUNDAY, SUNDAY, False),
        (True, SUNDAY, date(2024, 11, 16), False),  # the last day of the two years is the week's Monday
        (True, SUNDAY, date(2024, 11, 15), True),
        (False, SUNDAY, date(2024, 11, 15), False),
    ],
)
def test_a_company_is_counted_if_it_agreed_and_is_ready_and_once_in_two_years(
    *, has_agreed: bool, ready_on: date | None, counted_on: date | None, is_due: bool
) -> None:
    candidate = make_candidate(has_agreed=has_agreed, ready_on=ready_on, counted_on=counted_on)
    assert candidate.is_due_in(WEEK) is is_due


@pytest.mark.parametrize(("due", "others", "size"), [(0, 0, 0), (14, 0, 0), (14, 30, 0), (15, 0, 15), (40, 9, 40)])
def test_a_batch_has_fifteen_companies_or_is_none(due: int, others: int, size: int) -> None:
    waiting = [make_candidate(number) for number in range(due)]
    waiting += [make_candidate(100 + number, has_agreed=False) for number in range(others)]
    random.shuffle(waiting)
    assert choose_members(waiting, WEEK) == tuple(UUID(int=1000 + number) for number in range(size))


def test_a_company_with_two_rounds_is_one_company_and_its_newest_round_counts() -> None:
    fourteen = [make_candidate(number) for number in range(1, 15)]
    older = make_candidate(0, round=UUID(int=2000), ready_on=SUNDAY - timedelta(days=9))
    newer = make_candidate(0, round=UUID(int=1999), ready_on=SUNDAY - timedelta(days=2))
    unfinished = make_candidate(0, round=UUID(int=2001), ready_on=None)
    assert choose_members([*fourteen[1:], older, newer], WEEK) == ()
    for rounds in ([older, newer, unfinished], [unfinished, newer, older]):
        members = choose_members([*rounds, *fourteen], WEEK)
        assert len(members) == 15
        assert newer.round in members


def test_actions_are_looked_at_half_a_year_after_declaring() -> None:
    assert progress_ready_on(date(2026, 5, 24)) == SUNDAY


@pytest.mark.parametrize(
    ("states", "done"),
    [
        ([], None),
        ([DONE] * 9, None),
        ([OPEN, IN_PROGRESS, DROPPED, *[DONE] * 7], 7),
        ([OPEN] * 10, 0),
        ([DONE] * 10, 10),
        ([*[OPEN] * 10, *[DONE] * 5], 0),  # the first ten of the plan, so that every company counts alike
        ([*[DONE] * 10, *[DONE] * 5], 10),
    ],
)
def test_every_company_counts_with_ten_actions(states: list[ActionState], done: int | None) -> None:
    assert count_done(iter(states)) == done


@pytest.mark.parametrize("members", [[], range(14), [*range(14), 0]])
def test_no_batch_of_fewer_than_fifteen_companies_can_be_closed(members: Iterable[int]) -> None:
    with pytest.raises(ValueError, match="a batch of"):
        make_question(members)


def test_the_same_question_gets_the_same_numbers() -> None:
    counts = {"urgent": {"1.1.a": 5, "1.2.a": 9}, "some": {"1.1.a": 4}}
    forward, backward = make_question(range(20)), make_question(reversed(range(20)))
    first = close_answers(SECRET, forward, WEEK, measure_refs=REFS, **counts)
    again = close_answers(SECRET, backward, WEEK, measure_refs=reversed(REFS), **counts)
    assert first == again
    assert first.companies == 20
    assert close_progress(SECRET, forward, WEEK, done=70) == close_progress(SECRET, backward, WEEK, done=70)


@pytest.mark.parametrize(
    ("secret", "question", "count"),
    [
        (b"x" * 32, make_question(), 5),
        (SECRET, make_question(range(1, 16)), 5),
        (SECRET, make_question(range(16)), 5),
        (SECRET, make_question(network="ruhr"), 5),
        (SECRET, make_question(check="basis 1.1"), 5),
        (SECRET, make_question(), 6),
    ],
)
def test_a_question_that_differs_in_anything_gets_noise_of_its_own(
    secret: bytes, question: Question, count: int
) -> None:
    refs = [f"1.1.{number}" for number in range(40)]
    usual = close_answers(SECRET, make_question(), WEEK, measure_refs=refs, urgent=dict.fromkeys(refs, 5), some={})
    other = close_answers(secret, question, WEEK, measure_refs=refs, urgent=dict.fromkeys(refs, count), some={})
    assert sum(usual.urgent[ref] - 5 == other.urgent[ref] - count for ref in refs) < 25
    plans = [close_progress(key, asked, WEEK, done=50 + more).done - more for key, asked, more in [
        (SECRET, make_question(), 0), (secret, question, count - 5)]]  # fmt: skip
    assert plans[0] != plans[1]


def test_cells_of_one_batch_have_noise_of_their_own() -> None:
    refs = [f"1.1.{number}" for number in range(60)]
    batch = close_answers(SECRET, make_question(), WEEK, measure_refs=refs, urgent={}, some={})
    assert set(batch.urgent) == set(batch.some) == set(refs)
    assert len(set(batch.urgent.values())) > 5
    assert sum(batch.urgent[ref] == batch.some[ref] for ref in refs) < 30


def test_no_number_is_published_without_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not where nobody chose red, and not for a measure that is missing in the counts."""
    monkeypatch.setattr(batches, "draw_noise", lambda _secret, _cell, bits: 1000 * bits)
    batch = close_answers(SECRET, make_question(), WEEK, measure_refs=REFS, urgent={"1.1.a": 7, "9.9.z": 3}, some={})
    assert batch.urgent == {"1.1.a": 1007, "1.1.b": 1000, "1.2.a": 1000}
    assert batch.some == dict.fromkeys(REFS, 1000)
    assert close_progress(SECRET, make_question(), WEEK, done=66).done == 3066


def test_the_week_is_a_label_and_no_new_throw() -> None:
    later = Week(date(2026, 11, 23))
    one = close_answers(SECRET, make_question(), WEEK, measure_refs=REFS, urgent={}, some={})
    assert close_answers(SECRET, make_question(), later, measure_refs=REFS, urgent={}, some={}) == replace(
        one, week=later
    )


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(-20, 3)), max_size=60))
def test_members_are_companies_that_agreed_and_were_ready(facts: list[tuple[int, bool, int]]) -> None:
    candidates = [
        make_candidate(company, round=UUID(int=number), has_agreed=agreed, ready_on=SUNDAY + timedelta(days=days))
        for number, (company, agreed, days) in enumerate(facts)
    ]
    members = [candidates[member.int] for member in choose_members(candidates, WEEK)]
    due = {candidate.company for candidate in candidates if candidate.is_due_in(WEEK)}
    assert all(member.is_due_in(WEEK) for member in members)
    assert {member.company for member in members} == (due if len(due) >= 15 else set())
    assert len({member.company for member in members}) == len(members)
