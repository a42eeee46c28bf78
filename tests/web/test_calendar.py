"""Calendars by the rules of RFC 5545, read back by another library, whatever people typed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import vobject
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from om_selfcheck.domain.access import Hand, Right
from om_selfcheck.domain.action_plan import Action
from om_selfcheck.domain.deadlines import list_deadlines
from om_selfcheck.domain.progress import ActionState, Effect, HistoryEntry, Progress, Report
from om_selfcheck.domain.text import clean_line, clean_text
from om_selfcheck.services.agendas import Dates
from om_selfcheck.web.calendar import make_calendar
from tests.builders import make_action

SINCE = datetime(2026, 11, 21, 9, tzinfo=UTC)
LATER = SINCE + timedelta(days=90)
DUE, FOLLOW_UP, END = date(2027, 1, 31), date(2027, 2, 28), date(2028, 11, 21)
ODD = [
    "Komma, Semikolon; Doppelpunkt: Backslash \\ Zeile\nzwei",
    "\\n \\, \\; \\\\",
    'BEGIN:VEVENT"END:VCALENDAR',
    "X" * 500,
    "🦺" * 80,
    "Łódź – „Prüfung“ ß ﷺ",
    "a\u0308o\u0308u\u0308" * 40,
    "=0D=0A BCC:x@y",
]


def make_progress(
    key: str = "7", *, state: ActionState = ActionState.OPEN, effect: Effect | None = None, title: str = ""
) -> Progress:
    entry = HistoryEntry(at=LATER, report=Report(state=state, effect=effect), by=Hand(Right.OWNER))
    has_moved = state is not ActionState.OPEN or effect is not None
    action = make_action(title=title, due_on=DUE, follow_up_on=FOLLOW_UP)
    return Progress(key=key, action=action, state=state, history=(entry,) if has_moved else ())


def write(app: Flask, plan: Sequence[Progress], company_name: str = "Tischlerei Brandt GmbH") -> bytes:
    dates = Dates(
        company_name=company_name,
        number="T47G86-PVHK1P-18GA1M",
        since=SINCE,
        deadlines=tuple(list_deadlines(plan, END)),
    )
    with app.test_request_context():
        return make_calendar(dates, "https://check.example.org")


def check_lines(content: bytes) -> None:
    """RFC 5545, 3.1: lines end with CRLF, hold no other control signs, and are at most 75 octets long."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n")[:-1]:
        assert len(line) <= 75, line
        assert not any(octet < 32 and octet != 9 for octet in line), line
        line.decode()  # no sign is cut in two
    unfolded = content.replace(b"\r\n ", b"").decode().split("\r\n")
    assert [line for line in unfolded[:-1] if ":" not in line] == [], "every line has a name"
    assert unfolded[0] == "BEGIN:VCALENDAR"
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT")


def read(content: bytes) -> vobject.base.Component:
    return vobject.readOne(content.decode())


@pytest.fixture(scope="module")
def app(migrated_app: Flask) -> Flask:
    return migrated_app


def test_another_library_reads_every_date(app: Flask) -> None:
    content = write(app, [make_progress(title="Kassensturz")])
    check_lines(content)
    calendar = read(content)
    assert (calendar.version.value, calendar.method.value) == ("2.0", "PUBLISH")
    assert calendar.prodid.value
    events = {event.uid.value: event for event in calendar.vevent_list}
    assert set(events) == {
        "7-due@check.example.org",
        "7-follow-up@check.example.org",
        "T47G86-PVHK1P-18GA1M-end@check.example.org",
    }
    due = events["7-due@check.example.org"]
    assert due.summary.value == "Termin: Kassensturz"
    assert (due.dtstart.value, due.dtend.value) == (DUE, DUE + timedelta(days=1))
    assert due.dtstamp.value == SINCE
    assert (due.status.value, due.sequence.value, due.transp.value) == ("CONFIRMED", "0", "TRANSPARENT")
    assert due.valarm.trigger.value == timedelta(hours=8)
    end = events["T47G86-PVHK1P-18GA1M-end@check.example.org"]
    triggers = sorted(alarm.trigger.value for alarm in end.valarm_list)
    assert triggers == [timedelta(hours=8) - timedelta(days=days) for days in (90, 30, 7)]


def test_a_step_moves_stamp_and_sequence_and_keeps_the_uid(app: Flask) -> None:
    before = read(write(app, [make_progress()])).vevent_list[0]
    after = read(write(app, [make_progress(state=ActionState.DONE)])).vevent_list[0]
    assert before.uid.value == after.uid.value
    assert after.dtstamp.value == LATER > before.dtstamp.value
    assert (before.sequence.value, after.sequence.value) == ("0", "1")


@pytest.mark.parametrize(
    ("state", "effect", "words", "alarms"),
    [
        (ActionState.OPEN, None, ["Termin: X", "Kontrolle: X"], [1, 1]),
        (ActionState.IN_PROGRESS, None, ["Termin: X", "Kontrolle: X"], [1, 1]),
        (ActionState.DONE, None, ["Erledigt: Termin: X", "Kontrolle: X"], [0, 1]),
        (ActionState.DONE, Effect.YES, ["Erledigt: Termin: X", "Erledigt: Kontrolle: X"], [0, 0]),
        (ActionState.DONE, Effect.TOO_EARLY, ["Erledigt: Termin: X", "Kontrolle: X"], [0, 1]),
        (ActionState.DROPPED, None, ["Verworfen: Termin: X", "Verworfen: Kontrolle: X"], [0, 0]),
    ],
)
def test_done_dates_are_marked_and_dropped_ones_cancelled(
    app: Flask, state: ActionState, effect: Effect | None, words: list[str], alarms: list[int]
) -> None:
    events = read(write(app, [make_progress(title="X", state=state, effect=effect)])).vevent_list[:2]
    assert [event.summary.value for event in events] == words
    expected = "CANCELLED" if state is ActionState.DROPPED else "CONFIRMED"
    assert [event.status.value for event in events] == [expected] * 2
    assert [len(event.contents.get("valarm", [])) for event in events] == alarms


def test_the_same_dates_give_the_same_bytes(app: Flask) -> None:
    plan = [make_progress("1"), make_progress("2", state=ActionState.DONE)]
    assert write(app, plan) == write(app, plan)


def test_a_plan_without_dates_and_declaration_is_a_calendar_too(app: Flask) -> None:
    with app.test_request_context():
        content = make_calendar(Dates(company_name="", number="", since=SINCE, deadlines=()), "http://localhost")
    check_lines(content)
    assert "vevent" not in read(content).contents


def check_texts(app: Flask, action: Action, company: str) -> None:
    """Write a calendar with an action's texts and find them unchanged."""
    content = write(app, [Progress(key="7", action=action)], company)
    check_lines(content)
    due, follow = read(content).vevent_list[:2]
    assert due.summary.value == f"Termin: {action.heading}"
    assert due.description.value == f"{action.description}\nVerantwortlich: {action.responsible}"
    assert follow.description.value.startswith(f"Woran Sie es merken: {action.follow_up}\n")
    assert due.valarm.description.value == due.summary.value


@pytest.mark.parametrize("odd", ODD)
def test_odd_texts_come_through_unchanged(app: Flask, odd: str) -> None:
    line, text = clean_line(odd), clean_text(odd)
    action = make_action(
        title=line, description=text, responsible=line, follow_up=text, due_on=DUE, follow_up_on=FOLLOW_UP
    )
    check_texts(app, action, line)


LINES = st.text(max_size=200).map(clean_line)
TEXTS = st.text(max_size=400).map(clean_text)
ACTIONS = st.builds(
    Action,
    title=LINES,
    description=TEXTS,
    responsible=LINES,
    follow_up=TEXTS,
    due_on=st.just(DUE),
    follow_up_on=st.just(FOLLOW_UP),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS, LINES)
def test_whatever_people_type_comes_through_unchanged(app: Flask, action: Action, company: str) -> None:
    check_texts(app, action, company)


def test_control_an_unfolded_or_bare_line_would_be_noticed(app: Flask) -> None:
    content = write(app, [make_progress(title="X" * 100)])
    for broken in (content.replace(b"\r\n ", b""), content.replace(b"\r\n", b"\n"), content.replace(b"SUMMARY:", b"")):
        with pytest.raises(AssertionError):
            check_lines(broken)
