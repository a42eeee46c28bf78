"""How a case moves, and the rules of its end (D14)."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.audit import (
    HEARING,
    AuditMove,
    AuditOutcome,
    AuditState,
    CheckItem,
    Decision,
    FindingAnswer,
    FindingEntry,
    HearingNotOver,
    MoveNotAllowed,
    Occasion,
    SamePerson,
    Side,
    StepKind,
    find_occasion,
    is_overdue,
    list_gaps,
    list_moves,
    list_outcomes,
    list_reasons,
    may_move,
    move_on,
    require_heard,
    require_other,
)
from om_selfcheck.domain.declaration import WithdrawalReason

OPEN = [state for state in AuditState if state is not AuditState.CLOSED]
TODAY = date(2026, 11, 24)
Moves = Mapping[tuple[AuditState, AuditMove], AuditState]


def table() -> Moves:
    return {(state, move): move_on(state, move) for state in AuditState for move in list_moves(state)}


def find_stuck(moves: Moves) -> set[AuditState]:
    """Return the states from which no way leads to the end."""
    reached = {AuditState.CLOSED}
    while more := {state for (state, _), after in moves.items() if after in reached} - reached:
        reached |= more
    return set(AuditState) - reached


def test_from_every_state_a_way_leads_to_the_end() -> None:
    assert find_stuck(table()) == set()


def test_control_a_state_without_exit_is_found() -> None:
    broken = {key: after for key, after in table().items() if key[0] is not AuditState.HEARING}
    assert find_stuck(broken) == {AuditState.HEARING}


def test_every_open_state_can_be_closed_in_one_step_by_somebody() -> None:
    for state in OPEN:
        assert AuditState.CLOSED in {move_on(state, move) for move in list_moves(state)}, state


@given(st.lists(st.sampled_from(AuditMove), max_size=30))
def test_whatever_is_tried_a_closed_case_stays_closed_and_refusals_move_nothing(moves: list[AuditMove]) -> None:
    state = AuditState.DRAWN
    for move in moves:
        before = state
        try:
            state = move_on(state, move)
        except MoveNotAllowed:
            assert not may_move(before, move)
        else:
            assert before is not AuditState.CLOSED
    assert list_moves(AuditState.CLOSED) == []


@given(st.data())
def test_a_walk_of_allowed_moves_can_always_be_ended(data: st.DataObject) -> None:
    state = AuditState.DRAWN
    for _ in range(data.draw(st.integers(0, 20))):
        if moves := list_moves(state):
            state = move_on(state, data.draw(st.sampled_from(moves)))
    assert state is AuditState.CLOSED or find_stuck(table()).isdisjoint({state})


def test_every_state_is_reached_and_every_move_is_of_use() -> None:
    assert set(table().values()) | {AuditState.DRAWN} == set(AuditState)
    assert {move for _, move in table()} == set(AuditMove)


@pytest.mark.parametrize(
    ("move", "begins_in"),
    [
        (AuditMove.ASK, {AuditState.DRAWN}),
        (AuditMove.DECLINE, {AuditState.ASKED}),
        (AuditMove.SUBMIT, {AuditState.OPENED}),
        (AuditMove.RETURN, {AuditState.SECOND_READING}),
        (AuditMove.CONFIRM, {AuditState.SECOND_READING}),
        (AuditMove.DECIDE, {AuditState.HEARING}),
        (AuditMove.LEAVE, {AuditState.DRAWN, AuditState.ASKED, AuditState.OPENED}),
        (AuditMove.PROPOSE, {AuditState.DRAWN, AuditState.ASKED, AuditState.OPENED}),
        (AuditMove.OPEN, {AuditState.ASKED, AuditState.OPENED, AuditState.SECOND_READING, AuditState.HEARING}),
        (AuditMove.SETTLE, set(OPEN)),
    ],
)
def test_a_move_begins_where_it_may(move: AuditMove, begins_in: set[AuditState]) -> None:
    assert {state for state in AuditState if may_move(state, move)} == begins_in


def test_nothing_is_withdrawn_without_a_hearing() -> None:
    assert {state for state, move in table() if move is AuditMove.DECIDE} == {AuditState.HEARING}
    assert {move for (_, move), after in table().items() if after is AuditState.HEARING} == {
        AuditMove.PROPOSE,
        AuditMove.OPEN,
    }


@pytest.mark.parametrize(
    ("decision", "days", "is_allowed"),
    [
        (Decision.WITHDRAWN, -1, False),
        (Decision.WITHDRAWN, 0, False),  # the last day belongs to the company
        (Decision.WITHDRAWN, 1, True),
        (Decision.KEPT, -28, True),
        (Decision.KEPT, 1, True),
    ],
)
def test_the_hearing_lasts_through_its_last_day(decision: Decision, days: int, *, is_allowed: bool) -> None:
    ends_on = TODAY + HEARING
    if is_allowed:
        require_heard(decision, hearing_ends_on=ends_on, today=ends_on + timedelta(days))
        return
    with pytest.raises(HearingNotOver) as refusal:
        require_heard(decision, hearing_ends_on=ends_on, today=ends_on + timedelta(days))
    assert refusal.value.ends_on == ends_on


def test_a_hearing_is_four_weeks() -> None:
    assert timedelta(days=28) == HEARING


def test_two_people_are_two_people() -> None:
    require_other("a", "b")
    require_other(None, "b")
    with pytest.raises(SamePerson):
        require_other("b", "b")


def test_the_office_never_names_the_company_s_own_wish() -> None:
    assert list_reasons(is_about_report=False) == (
        WithdrawalReason.CRITERIA_NOT_MET,
        WithdrawalReason.NOT_FROM_COMPANY,
    )
    assert list_reasons(is_about_report=True) == (WithdrawalReason.NOT_FROM_COMPANY,)


def test_findings_lead_to_three_outcomes() -> None:
    assert list_outcomes() == (AuditOutcome.IN_ORDER, AuditOutcome.ADVICE, AuditOutcome.CORRECTION_AGREED)


@pytest.mark.parametrize(
    ("state", "deadline_on", "expected"),
    [
        (AuditState.ASKED, TODAY - timedelta(1), True),
        (AuditState.ASKED, TODAY, False),
        (AuditState.DRAWN, None, False),
        (AuditState.CLOSED, TODAY - timedelta(1), False),
    ],
)
def test_overdue_is_an_open_case_past_its_day(state: AuditState, deadline_on: date | None, *, expected: bool) -> None:
    assert is_overdue(state, deadline_on, TODAY) is expected


def test_a_no_needs_a_reason_and_nothing_may_stay_unanswered() -> None:
    sound = dict.fromkeys(CheckItem, FindingEntry(FindingAnswer.YES))
    assert list_gaps(sound) == ()
    assert list_gaps({}) == tuple(CheckItem)
    reasonless = sound | {CheckItem.DATES: FindingEntry(FindingAnswer.NO, " – ")}
    assert list_gaps(reasonless) == (CheckItem.DATES,)
    assert list_gaps(sound | {CheckItem.DATES: FindingEntry(FindingAnswer.PARTLY, "drei liegen zurück")}) == ()
    assert list_gaps(sound | {CheckItem.DATES: FindingEntry(None, "fehlt")}) == (CheckItem.DATES,)


def test_only_what_the_office_says_becomes_a_letter() -> None:
    letters = {kind: find_occasion(kind, Side.STAFF) for kind in StepKind}
    assert {kind for kind, occasion in letters.items() if occasion is None} == {
        StepKind.DRAWN,
        StepKind.REPORTED,
        StepKind.OPENED,
        StepKind.OPENING_ENDED,
        StepKind.LOOKED,
        StepKind.NOTED,
        StepKind.SUBMITTED,
        StepKind.RETURNED,
        StepKind.DECLINED,
        StepKind.ANSWERED,
        StepKind.OWN_WITHDRAWAL,
    }
    assert set(letters.values()) - {None} == set(Occasion)
    assert {find_occasion(kind, side) for kind in StepKind for side in (Side.COMPANY, Side.SYSTEM)} == {None}
