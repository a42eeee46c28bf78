"""Mails: what was asked for, how states follow each other, what servers' answers mean, the ladder of two days (P6)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.message import (
    RETRY_AFTER,
    MessageKind,
    MessageState,
    Outcome,
    Problem,
    Step,
    is_asked_for,
    is_given_up,
    judge_attempt,
    may_become,
    read_answer,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
S = MessageState
FOR_GOOD = (Problem.ADDRESS_REFUSED, Problem.TEXT_REFUSED)
FOR_NOW = tuple(problem for problem in Problem if problem not in (*FOR_GOOD, Problem.UNANSWERED))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (MessageKind.CONFIRM_ADDRESS, True),
        (MessageKind.ADDRESS_CHANGED, True),
        (MessageKind.ACCESS_LINK, True),
        (MessageKind.LOST_LINK, True),
        (MessageKind.RETENTION, True),
        (MessageKind.OFFICE, True),
        (MessageKind.RENEWAL, False),
        (MessageKind.ACTION_DUE, False),
        (MessageKind.FOLLOW_UP, False),
        (MessageKind.DOER_INVITED, False),
    ],
)
def test_what_was_not_asked_for_says_how_to_stop_it(kind: MessageKind, *, expected: bool) -> None:
    assert is_asked_for(kind) is expected


def test_the_allowed_transitions_are_these_and_no_other() -> None:
    allowed = {
        (S.QUEUED, S.SENDING),
        (S.SENDING, S.SENDING),
        (S.SENDING, S.SENT),
        (S.SENDING, S.FAILED),
        (S.SENDING, S.UNDELIVERABLE),
        (S.SENDING, S.CANCELLED),
        (S.FAILED, S.SENDING),
    }
    assert {(one, other) for one in S for other in S if may_become(one, other)} == allowed


@pytest.mark.parametrize(
    ("step", "code", "expected"),
    [
        (Step.GREETING, 220, None),
        (Step.SENDER, 250, None),
        (Step.ADDRESS, 251, None),
        (Step.TEXT, 354, None),
        (Step.TEXT, 250, None),
        (Step.GREETING, 421, Problem.NOT_NOW),
        (Step.GREETING, 554, Problem.NOT_NOW),
        (Step.LOGIN, 454, Problem.NOT_NOW),
        (Step.LOGIN, 535, Problem.LOGIN_REFUSED),
        (Step.LOGIN, 504, Problem.LOGIN_REFUSED),
        (Step.SENDER, 451, Problem.NOT_NOW),
        (Step.SENDER, 530, Problem.LOGIN_REFUSED),
        (Step.SENDER, 550, Problem.SENDER_REFUSED),
        (Step.ADDRESS, 421, Problem.NOT_NOW),
        (Step.ADDRESS, 450, Problem.NOT_NOW),
        (Step.ADDRESS, 530, Problem.LOGIN_REFUSED),
        (Step.ADDRESS, 550, Problem.ADDRESS_REFUSED),
        (Step.ADDRESS, 553, Problem.ADDRESS_REFUSED),
        (Step.TEXT, 452, Problem.NOT_NOW),
        (Step.TEXT, 552, Problem.TEXT_REFUSED),
        (Step.TEXT, 554, Problem.TEXT_REFUSED),
        (Step.TEXT, -1, Problem.NOT_NOW),
        (Step.SENDER, 199, Problem.NOT_NOW),
    ],
)
def test_what_a_servers_answer_means(step: Step, code: int, expected: Problem | None) -> None:
    assert read_answer(step, code) is expected


def test_a_mail_that_was_taken_is_sent() -> None:
    assert judge_attempt(None, attempts=7, earlier=Problem.UNANSWERED, now=NOW) == Outcome(state=S.SENT)


@pytest.mark.parametrize("problem", FOR_GOOD)
def test_a_refusal_of_address_or_text_is_for_good_at_once(problem: Problem) -> None:
    assert judge_attempt(problem, attempts=1, now=NOW) == Outcome(state=S.UNDELIVERABLE, problem=problem)


@pytest.mark.parametrize("problem", FOR_NOW)
def test_everything_else_is_tried_again_on_the_ladder_and_given_up_after_it(problem: Problem) -> None:
    at = NOW
    for attempts, pause in enumerate(RETRY_AFTER, start=1):
        outcome = judge_attempt(problem, attempts=attempts, now=at)
        assert outcome == Outcome(state=S.FAILED, problem=problem, next_try_at=at + pause)
        at += pause
    last = judge_attempt(problem, attempts=len(RETRY_AFTER) + 1, now=at)
    assert last == Outcome(state=S.UNDELIVERABLE, problem=problem)
    assert timedelta(hours=47) < at - NOW <= timedelta(days=2)


def test_the_ladder_waits_longer_each_time() -> None:
    assert list(RETRY_AFTER) == sorted(set(RETRY_AFTER))
    assert RETRY_AFTER[0] == timedelta(minutes=5)


@pytest.mark.parametrize(("attempts", "expected"), [(1, False), (6, False), (7, False), (8, True), (9, True)])
def test_an_eighth_attempt_is_one_too_many(attempts: int, *, expected: bool) -> None:
    assert is_given_up(attempts) is expected


def test_an_unanswered_text_is_handed_over_once_more_and_never_a_third_time() -> None:
    first = judge_attempt(Problem.UNANSWERED, attempts=1, now=NOW)
    assert first == Outcome(state=S.FAILED, problem=Problem.UNANSWERED, next_try_at=NOW + RETRY_AFTER[0])
    between = judge_attempt(Problem.NOT_NOW, attempts=2, earlier=first.problem, now=NOW)
    assert between.state is S.FAILED
    assert between.problem is Problem.UNANSWERED, "it stays noted"
    second = judge_attempt(Problem.UNANSWERED, attempts=3, earlier=between.problem, now=NOW)
    assert second == Outcome(state=S.UNDELIVERABLE, problem=Problem.UNANSWERED)


def test_after_the_ladder_the_company_learns_that_the_mail_may_have_arrived() -> None:
    last = judge_attempt(Problem.NOT_REACHED, attempts=7, earlier=Problem.UNANSWERED, now=NOW)
    assert last == Outcome(state=S.UNDELIVERABLE, problem=Problem.UNANSWERED)
    refused = judge_attempt(Problem.ADDRESS_REFUSED, attempts=2, earlier=Problem.UNANSWERED, now=NOW)
    assert refused.problem is Problem.ADDRESS_REFUSED, "what is known for certain counts more"


@given(st.lists(st.sampled_from([None, *Problem]), min_size=1, max_size=12))
def test_whatever_happens_states_follow_the_table_texts_go_out_twice_at_most_and_it_ends(
    results: list[Problem | None],
) -> None:
    state, earlier, at, attempts, handed_over = S.QUEUED, None, NOW, 0, 0
    for result in results:
        if not may_become(state, S.SENDING):
            break
        attempts += 1
        outcome = judge_attempt(result, attempts=attempts, earlier=earlier, now=at)
        handed_over += result in (None, Problem.UNANSWERED)
        assert may_become(S.SENDING, outcome.state)
        assert (outcome.next_try_at is not None) is (outcome.state is S.FAILED)
        assert (outcome.problem is None) is (outcome.state is S.SENT)
        state, earlier, at = outcome.state, outcome.problem, outcome.next_try_at or at
    assert attempts <= len(RETRY_AFTER) + 1
    assert handed_over <= 2
    assert at - NOW <= timedelta(days=2)
    assert state is not S.FAILED or attempts == len(results)
