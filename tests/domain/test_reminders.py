"""Which reminder is due on a day: one late mail and not five, nothing twice, nothing for who wants none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain import reminders
from om_selfcheck.domain.declaration import ReminderChoice, SelfDeclaration, last_valid_day
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.progress import ActionState, Effect
from om_selfcheck.domain.reminders import (
    ActionFacts,
    MailChoice,
    RenewalStage,
    RenewalTone,
    find_due_stage,
    find_tone,
    first_issue_day,
    list_stages,
    reminder_day,
)

DAY = timedelta(days=1)
USUAL = (90, 30, 7, -1)
ISSUED = date(2026, 11, 21)
END = date(2028, 11, 21)
TERMS = SelfDeclaration(issued_on=ISSUED)

days_before = st.lists(st.integers(-200, 400), min_size=1, max_size=6)
issue_days = st.dates(date(2024, 1, 1), date(2040, 12, 31))


def due(days_left: int, queued: Sequence[int] = (), renewal_days: Sequence[int] = USUAL) -> int | None:
    stage = find_due_stage(TERMS, END - days_left * DAY, renewal_days=renewal_days, queued=queued)
    return stage.days if stage else None


# When


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        ("2027-01-31 00:00:00", date(2027, 1, 30)),
        ("2027-01-31 06:59:59", date(2027, 1, 30)),
        ("2027-01-31 07:00:00", date(2027, 1, 31)),
        ("2027-01-31 23:59:59", date(2027, 1, 31)),
        ("2027-01-01 03:00:00", date(2026, 12, 31)),
        ("2028-03-01 06:00:00", date(2028, 2, 29)),
    ],
)
def test_the_day_of_reminders_begins_at_seven(clock: str, day: date) -> None:
    assert reminder_day(datetime.fromisoformat(clock)) == day


# The end of the two years


@pytest.mark.parametrize(
    ("days_left", "stage"),
    [
        (730, None),
        (91, None),
        (90, 90),
        (89, 90),
        (31, 90),
        (30, 30),
        (8, 30),
        (7, 7),
        (1, 7),
        (0, 7),
        (-1, -1),
        (-29, -1),
        (-30, None),
        (-400, None),
    ],
)
def test_only_the_latest_stage_is_due(days_left: int, stage: int | None) -> None:
    assert due(days_left) == stage


@pytest.mark.parametrize(
    ("days_left", "queued", "stage"),
    [
        (90, (), 90),
        (90, (90,), None),
        (60, (90,), None),
        (30, (90,), 30),
        (30, (90, 30), None),
        (30, (30,), None),
        (31, (30,), None),  # the clock was set back a day
        (5, (), 7),  # the server was down for weeks: one mail
        (5, (7,), None),
        (0, (90, 30, 7), None),
        (-1, (90, 30, 7), -1),
        (-3, (), -1),
        (0, (-1,), None),  # set back over the end
        (-3, (-1,), None),
    ],
)
def test_what_was_queued_covers_itself_and_everything_before_it(
    days_left: int, queued: tuple[int, ...], stage: int | None
) -> None:
    assert due(days_left, queued) == stage


@pytest.mark.parametrize(
    ("renewal_days", "stages"),
    [
        (USUAL, [(90, 31), (30, 8), (7, 0), (-1, -29)]),
        ((-1, 7, 30, 90, 7), [(90, 31), (30, 8), (7, 0), (-1, -29)]),
        ((60,), [(60, 0)]),
        ((0,), [(0, 0)]),
        ((1, 0, -1), [(1, 1), (0, 0), (-1, -29)]),
        ((-1, -60), [(-1, -29), (-60, -88)]),
        ((-1, -10), [(-1, -9), (-10, -38)]),
        ((), []),
    ],
)
def test_a_stage_lasts_until_the_next_begins_or_it_is_too_late(
    renewal_days: tuple[int, ...], stages: list[tuple[int, int]]
) -> None:
    assert list_stages(renewal_days) == [RenewalStage(days=days, at_least=least) for days, least in stages]


@pytest.mark.parametrize("today", [END - 90 * DAY, END - 30 * DAY, END, END + DAY])
def test_a_withdrawn_or_replaced_declaration_reminds_nobody(today: date) -> None:
    assert find_due_stage(TERMS, today, renewal_days=USUAL) is not None
    for gone in (replace(TERMS, withdrawn_on=today), replace(TERMS, replaced_on=today)):
        assert find_due_stage(gone, today, renewal_days=USUAL) is None


def test_the_leap_day_is_reminded_of_the_28th_of_february() -> None:
    terms = SelfDeclaration(issued_on=date(2028, 2, 29))
    found = {
        today: stage.days
        for today in (date(2029, 11, 1) + n * DAY for n in range(150))
        if (stage := find_due_stage(terms, today, renewal_days=USUAL))
    }
    first = {days: min(day for day, stage in found.items() if stage == days) for days in USUAL}
    assert first == {90: date(2029, 11, 30), 30: date(2030, 1, 29), 7: date(2030, 2, 21), -1: date(2030, 3, 1)}


@given(issue_days, st.integers(-300, 500), days_before)
def test_no_stage_comes_before_its_day_and_none_that_a_later_one_has_overtaken(
    issued_on: date, days_left: int, renewal_days: list[int]
) -> None:
    terms = SelfDeclaration(issued_on=issued_on)
    today = terms.valid_until - days_left * DAY
    stage = find_due_stage(terms, today, renewal_days=renewal_days)
    reached = [days for days in renewal_days if days_left <= days]
    assert stage is None or stage.days == min(reached)


@given(issue_days, days_before, st.integers(0, 200))
def test_who_asks_every_day_gets_each_stage_once_in_order_and_never_after_the_end_what_belongs_before_it(
    issued_on: date, renewal_days: list[int], away: int
) -> None:
    terms, queued = SelfDeclaration(issued_on=issued_on), list[int]()
    for left in range(max(renewal_days) - away, min(renewal_days) - 60, -1):
        stage = find_due_stage(terms, terms.valid_until - left * DAY, renewal_days=renewal_days, queued=queued)
        if stage:
            assert left >= 0 or stage.days < 0
            queued.append(stage.days)
    assert queued == sorted(set(queued), reverse=True)
    if not away:
        assert queued == sorted(set(renewal_days), reverse=True)


@given(issue_days, days_before, st.lists(st.integers(-300, 500), max_size=40))
def test_however_the_clock_jumps_no_stage_is_queued_twice_and_none_after_a_later_one(
    issued_on: date, renewal_days: list[int], jumps: list[int]
) -> None:
    terms, queued = SelfDeclaration(issued_on=issued_on), list[int]()
    for left in jumps:
        stage = find_due_stage(terms, terms.valid_until - left * DAY, renewal_days=renewal_days, queued=queued)
        if stage:
            queued.append(stage.days)
    assert queued == sorted(set(queued), reverse=True)


@given(issue_days, st.integers(-300, 500), days_before)
def test_the_window_of_ends_finds_exactly_what_the_rule_finds(
    issued_on: date, days_left: int, renewal_days: list[int]
) -> None:
    terms = SelfDeclaration(issued_on=issued_on)
    today = terms.valid_until - days_left * DAY
    within = [
        stage
        for stage in list_stages(renewal_days)
        if stage.ends_due_on(today)[0] <= terms.valid_until <= stage.ends_due_on(today)[1]
    ]
    due_stage = find_due_stage(terms, today, renewal_days=renewal_days)
    assert within == ([due_stage] if due_stage else [])


@given(issue_days, days_before)
def test_on_its_last_day_a_stage_is_due_and_on_the_next_it_is_not(issued_on: date, renewal_days: list[int]) -> None:
    terms = SelfDeclaration(issued_on=issued_on)
    for stage in list_stages(renewal_days):
        last = stage.last_day(terms.valid_until)
        assert find_due_stage(terms, last, renewal_days=renewal_days) == stage
        assert find_due_stage(terms, last + DAY, renewal_days=renewal_days) != stage


def test_the_first_day_of_issue_for_an_end_is_found_for_every_day_from_2024_to_2044() -> None:
    issued = [date(2022, 1, 1) + n * DAY for n in range(22 * 366)]
    ends = [(last_valid_day(on), on) for on in issued]
    at = 0
    for end in (date(2024, 1, 1) + n * DAY for n in range(20 * 365)):
        while ends[at][0] < end:
            at += 1
        assert first_issue_day(end) == ends[at][1], end


@pytest.mark.parametrize(
    ("days_left", "tone"),
    [
        (400, RenewalTone.EARLY),
        (31, RenewalTone.EARLY),
        (30, RenewalTone.SOON),
        (8, RenewalTone.SOON),
        (7, RenewalTone.LAST),
        (0, RenewalTone.LAST),
        (-1, RenewalTone.OVER),
        (-100, RenewalTone.OVER),
    ],
)
def test_the_tone_follows_what_is_left(days_left: int, tone: RenewalTone) -> None:
    assert find_tone(days_left) is tone


def test_each_usual_stage_has_a_tone_of_its_own() -> None:
    assert [find_tone(days) for days in USUAL] == list(RenewalTone)


# Who wants mail

TODAY = date(2027, 1, 31)
DUE, FOLLOW_UP = MessageKind.ACTION_DUE, MessageKind.FOLLOW_UP
ADDRESS = "post@example.org"


@pytest.mark.parametrize("reminder", [None, *ReminderChoice])
@pytest.mark.parametrize("address", ["", ADDRESS])
@pytest.mark.parametrize("resume_on", [None, TODAY - DAY, TODAY, TODAY + DAY])
def test_mail_goes_to_who_chose_it_at_a_confirmed_address_and_not_during_a_pause(
    reminder: ReminderChoice | None, address: str, resume_on: date | None
) -> None:
    choice = MailChoice(reminder=reminder, confirmed_address=address, resume_on=resume_on)
    is_paused = resume_on == TODAY + DAY
    assert choice.is_paused_on(TODAY) is is_paused
    assert choice.wants_mail_on(TODAY) is (reminder is ReminderChoice.EMAIL and address == ADDRESS and not is_paused)


# Actions


def make_facts(
    *,
    state: ActionState = ActionState.OPEN,
    written_on: date = date(2026, 11, 21),
    due_on: date | None = TODAY,
    follow_up_on: date | None = TODAY,
    is_answered: bool = False,
    is_left_behind: bool = False,
) -> ActionFacts:
    return ActionFacts(
        state=state,
        written_on=written_on,
        due_on=due_on,
        follow_up_on=follow_up_on,
        is_answered=is_answered,
        is_left_behind=is_left_behind,
    )


@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize(("is_answered", "is_left_behind"), list(product([True, False], repeat=2)))
def test_open_actions_are_reminded_of_and_all_but_dropped_ones_are_asked_about(
    state: ActionState, *, is_answered: bool, is_left_behind: bool
) -> None:
    facts = make_facts(state=state, is_answered=is_answered, is_left_behind=is_left_behind)
    is_open = state in (ActionState.OPEN, ActionState.IN_PROGRESS)
    assert facts.calls_for(DUE, TODAY) is (is_open and not is_left_behind)
    assert facts.calls_for(FOLLOW_UP, TODAY) is (
        state is not ActionState.DROPPED and not is_answered and not is_left_behind
    )


@pytest.mark.parametrize(
    ("days_late", "is_reminded"), [(-1, False), (0, True), (1, True), (14, True), (15, False), (300, False)]
)
def test_a_late_reminder_comes_within_two_weeks(days_late: int, *, is_reminded: bool) -> None:
    today = TODAY + days_late * DAY
    assert make_facts().calls_for(DUE, today) is is_reminded
    assert make_facts().calls_for(FOLLOW_UP, today) is is_reminded


@pytest.mark.parametrize(
    ("covered_until", "is_reminded"),
    [(None, True), (TODAY - DAY, True), (TODAY, False), (TODAY + DAY, False)],  # the last: set back a day
)
def test_a_mail_covers_every_date_up_to_its_day(covered_until: date | None, *, is_reminded: bool) -> None:
    assert make_facts().calls_for(DUE, TODAY, covered_until) is is_reminded
    assert make_facts().calls_for(FOLLOW_UP, TODAY, covered_until) is is_reminded


@pytest.mark.parametrize(("days", "is_reminded"), [(0, False), (1, False), (-1, True)])
def test_a_date_that_had_come_when_it_was_written_reminds_nobody(days: int, *, is_reminded: bool) -> None:
    facts = make_facts(written_on=TODAY + days * DAY)
    assert facts.calls_for(DUE, TODAY + DAY) is is_reminded
    assert facts.calls_for(FOLLOW_UP, TODAY + DAY) is is_reminded


def test_an_action_without_dates_reminds_nobody() -> None:
    facts = make_facts(due_on=None, follow_up_on=None)
    assert not facts.calls_for(DUE, TODAY)
    assert not facts.calls_for(FOLLOW_UP, TODAY)


def test_each_date_speaks_for_itself() -> None:
    facts = make_facts(due_on=TODAY, follow_up_on=TODAY + 30 * DAY)
    assert (facts.calls_for(DUE, TODAY), facts.calls_for(FOLLOW_UP, TODAY)) == (True, False)
    assert (facts.calls_for(DUE, TODAY + 30 * DAY), facts.calls_for(FOLLOW_UP, TODAY + 30 * DAY)) == (False, True)


def test_too_early_to_say_is_no_answer() -> None:
    assert {Effect.YES, Effect.PARTLY, Effect.NO} == reminders.ANSWERS


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.lists(st.integers(-40, 40), max_size=40))
def test_however_the_clock_jumps_an_action_is_reminded_of_once(on: date, jumps: list[int]) -> None:
    facts, covered_until, mails = make_facts(written_on=on - 60 * DAY, due_on=on, follow_up_on=on), None, 0
    for jump in jumps:
        today = on + jump * DAY
        if facts.calls_for(DUE, today, covered_until):
            covered_until, mails = today, mails + 1
    assert mails == any(0 <= jump <= 14 for jump in jumps)


@given(st.lists(st.dates(date(2027, 1, 1), date(2027, 3, 1)), min_size=1, max_size=10), st.integers(0, 13))
def test_after_an_absence_one_mail_has_all_dates_and_the_next_day_has_none(days: list[date], away: int) -> None:
    back = max(days) + away * DAY
    plan = [make_facts(due_on=day) for day in days]
    assert [facts.due_on for facts in plan if facts.calls_for(DUE, back)] == [
        day for day in days if back - timedelta(days=14) <= day
    ]
    assert not any(facts.calls_for(DUE, back + DAY, covered_until=back) for facts in plan)
