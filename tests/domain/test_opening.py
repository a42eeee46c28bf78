"""What is seen of a frozen snapshot: what was opened, and the hints that the company saw too (D9)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from om_selfcheck.domain.action_plan import Action, Hint
from om_selfcheck.domain.opening import (
    OPEN_AT_MOST,
    OpeningTerms,
    give_case_hints,
    is_all_one_colour,
    is_until_allowed,
    list_proposals,
    look_into,
)
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.snapshot import Snapshot
from tests.builders import make_action, make_questionnaire, make_ratings, make_snapshot

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ISSUED_ON = date(2026, 11, 21)
QUESTIONNAIRE = make_questionnaire()
INSIDE = make_action(description="Nur Thema 1", measure_refs=("1.1.a", "1.2.a"))
ACROSS = make_action(description="Beide Themen", measure_refs=("1.1.a", "2.1.a"))
NOWHERE = make_action(description="Ohne Maßnahme")


def freeze(*actions: Action) -> Snapshot:
    """Freeze actions with all of one colour."""
    return replace(make_snapshot(QUESTIONNAIRE, *actions), ratings=make_ratings(QUESTIONNAIRE))


def opened(*topics: str) -> OpeningTerms:
    return OpeningTerms(topics=topics, opened_at=NOW, ends_at=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("ended", "minutes", "expected"),
    [(None, 0, True), (None, 59, True), (None, 60, False), (30, 29, True), (30, 30, False)],
)
def test_insight_ends_by_itself_and_by_hand(ended: int | None, minutes: int, *, expected: bool) -> None:
    terms = OpeningTerms(
        topics=(),
        opened_at=NOW,
        ends_at=NOW + timedelta(minutes=60),
        ended_at=NOW + timedelta(minutes=ended) if ended is not None else None,
    )
    assert terms.is_open_at(NOW + timedelta(minutes=minutes)) is expected


def test_of_a_topic_comes_exactly_the_topic() -> None:
    seen = look_into(freeze(INSIDE, ACROSS, NOWHERE), QUESTIONNAIRE, opened("1"))
    assert set(seen.ratings) == {"1.1.a", "1.1.b", "1.2.a"}
    assert seen.notes == {"1.1.a": "Notiz 1"}
    assert [one.action for one in seen.actions] == [INSIDE]
    assert seen.topics == ("1",)


def test_a_topic_that_the_check_does_not_have_shows_nothing() -> None:
    seen = look_into(freeze(INSIDE), QUESTIONNAIRE, opened("9"))
    assert (seen.topics, seen.ratings, seen.notes, seen.actions) == ((), {}, {}, ())


def test_the_whole_is_the_whole() -> None:
    seen = look_into(freeze(INSIDE, ACROSS, NOWHERE), QUESTIONNAIRE, opened())
    assert len(seen.ratings) == 5
    assert [one.action for one in seen.actions] == [INSIDE, ACROSS, NOWHERE]
    assert seen.is_whole


def test_one_colour_is_a_hint_about_the_whole_only() -> None:
    assert look_into(freeze(), QUESTIONNAIRE, opened()).is_all_one_colour
    assert not look_into(freeze(), QUESTIONNAIRE, opened("1")).is_all_one_colour
    other = replace(freeze(), ratings=make_ratings(QUESTIONNAIRE) | {"1.1.a": NeedForAction.SOME})
    assert not look_into(other, QUESTIONNAIRE, opened()).is_all_one_colour
    assert not is_all_one_colour({"1.1.a": NeedForAction.NONE})
    assert not is_all_one_colour({})


def test_hints_are_as_of_the_day_of_issue_and_only_the_four_that_count() -> None:
    past = make_action(description="Gestern", due_on=ISSUED_ON - timedelta(1), follow_up_on=ISSUED_ON - timedelta(2))
    today = make_action(description="Heute", due_on=ISSUED_ON)
    everybody = make_action(description="Alle", responsible="alle")
    assert give_case_hints([past, today, everybody], ISSUED_ON, frozenset()) == [
        (Hint.DUE_IN_THE_PAST,),
        (),
        (Hint.EVERYBODY_RESPONSIBLE,),
    ]


def test_our_own_proposal_taken_over_twice_never_counts() -> None:
    ours = make_action(description="How to begin with 1.1.a  (DE)")
    theirs = make_action(description="Liste führen")
    hints = give_case_hints([ours, ours, theirs, theirs], ISSUED_ON, list_proposals(QUESTIONNAIRE))
    assert hints == [(), (), (Hint.SAME_TEXT_TWICE,), (Hint.SAME_TEXT_TWICE,)]
    assert give_case_hints([ours, ours], ISSUED_ON, frozenset())[0] == (Hint.SAME_TEXT_TWICE,), "the control"


@pytest.mark.parametrize(
    ("days", "expected"), [(-1, False), (0, True), (OPEN_AT_MOST.days, True), (OPEN_AT_MOST.days + 1, False)]
)
def test_insight_is_given_for_ninety_days_at_most(days: int, *, expected: bool) -> None:
    assert is_until_allowed(ISSUED_ON + timedelta(days), ISSUED_ON) is expected
