"""Calendars that fetch the dates by themselves: the secret address, shown once, without cookies, ended at will."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from werkzeug.test import TestResponse

from tests import people
from tests.people import FEED, Person


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def alma(clock: time_machine.Traveller, app: Flask) -> Person:  # noqa: ARG001 - the day comes first
    owner = people.alma(app)
    people.plan_one(owner, title="Kassensturz")
    return owner


def fetch(app: Flask, path: str, **headers: str) -> TestResponse:
    return app.test_client().get(path, headers=headers)


def test_the_address_is_shown_once_with_plain_words_for_four_programs(alma: Person) -> None:
    page = alma.client.get(f"{alma.base}/calendar")
    assert "lässt sich der Link jederzeit" in page.text
    made = alma.client.send(f"{alma.base}/calendar", {"label": "Outlook im Büro"}, form="/calendar")
    shown = alma.client.get(made.location)
    feed = FEED.search(shown.text)
    assert feed is not None
    assert f"http://check.example.org{feed[0]}" in shown.text
    assert f"webcal://check.example.org{feed[0]}" in shown.links()
    for program in ("Outlook", "iPhone", "Mac", "Google"):
        assert program in shown.text
    alma.client.send(made.location, form="/link")
    assert not FEED.search(alma.client.get(f"{alma.base}/access").text)
    assert "Outlook im Büro" in alma.client.get(f"{alma.base}/access").text


@pytest.mark.parametrize(("label", "said"), [("", "für welchen Kalender"), ("x" * 81, "höchstens 80 Zeichen")])
def test_a_calendar_needs_a_name(alma: Person, label: str, said: str) -> None:
    refused = alma.client.send(f"{alma.base}/calendar", {"label": label}, form="/calendar")
    assert refused.status == 422
    assert said in refused.soup.select_one(".error-summary").get_text()  # type: ignore[union-attr]
    assert refused.values("/calendar")["label"] == label


def test_the_feed_needs_no_session_and_sets_no_cookie(app: Flask, alma: Person) -> None:
    answered = fetch(app, people.calendar(alma))
    assert answered.status_code == 200
    assert answered.content_type == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answered.headers
    assert answered.headers["Cache-Control"] == "private, no-cache"
    assert [str(event["SUMMARY"]) for event in Calendar.from_ical(answered.data).events] == [
        "Termin: Kassensturz",
        "Kontrolle: Kassensturz",
    ]


def test_what_has_not_changed_is_not_sent_again(app: Flask, alma: Person, clock: time_machine.Traveller) -> None:
    feed = people.calendar(alma)
    first = fetch(app, feed)
    clock.shift(3600)
    again = fetch(app, feed, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    action_id = str(Calendar.from_ical(first.data).events[0]["UID"]).removesuffix("-due@check.example.org")
    alma.client.send(f"{alma.base}/plan", {"state": "done"}, form=f"/plan/{action_id}/progress")
    changed = fetch(app, feed, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_the_feed_follows_the_plan_and_what_becomes_of_it(
    app: Flask, alma: Person, clock: time_machine.Traveller
) -> None:
    feed = people.calendar(alma)
    dropped = people.plan_one(alma, title="Leiter tauschen", due_on="2027-03-31", follow_up_on="")
    before = {str(event["UID"]): event for event in Calendar.from_ical(fetch(app, feed).data).events}
    clock.shift(3600)
    kassensturz = next(uid for uid, event in before.items() if event["SUMMARY"] == "Termin: Kassensturz")
    action_id = kassensturz.partition("-due@")[0]
    alma.client.send(f"{alma.base}/plan", {"state": "done"}, form=f"/plan/{action_id}/progress")
    address = f"{alma.base}/plan/{dropped}"
    alma.client.send(address, {"state": "dropped", "note": "zu alt"}, form="/progress")
    number = people.declare(alma)
    after = {str(event["UID"]): event for event in Calendar.from_ical(fetch(app, feed).data).events}
    assert before.keys() < after.keys(), "the same dates keep their UIDs over the declaration"
    done, gone = after[kassensturz], after[f"{dropped}-due@check.example.org"]
    assert (done["SUMMARY"], done["STATUS"], done["SEQUENCE"]) == ("Erledigt: Termin: Kassensturz", "CONFIRMED", 1)
    assert (gone["SUMMARY"], gone["STATUS"]) == ("Verworfen: Termin: Leiter tauschen", "CANCELLED")
    for event in (done, gone):
        assert event.walk("VALARM") == []
        assert event.DTSTAMP > before[str(event["UID"])].DTSTAMP
    assert f"{number}-end@check.example.org" in after


def test_the_file_to_take_along_and_the_feed_hold_the_same_dates(app: Flask, alma: Person) -> None:
    number, feed = people.declare(alma), people.calendar(alma)
    taken = alma.client.get(f"/declarations/{number}/calendar.ics").response.data
    assert taken == fetch(app, feed).data


def test_the_feed_speaks_the_language_of_the_check_unless_asked_otherwise(app: Flask, alma: Person) -> None:
    feed = people.calendar(alma)
    english = {"Accept-Language": "en"}
    assert "Termin: Kassensturz" in fetch(app, feed, **english).text
    assert "Due: Kassensturz" in fetch(app, f"{feed}?lang=en").text
    assert fetch(app, f"{feed}?lang=klingon").data == fetch(app, feed).data


def test_an_ended_feed_is_gone(app: Flask, alma: Person) -> None:
    feed = people.calendar(alma)
    assert alma.client.send(f"{alma.base}/access", form="/revoke").status == 303
    assert fetch(app, feed).status_code == 404
    assert fetch(app, feed.replace("/calendar/", "/access/").removesuffix(".ics")).status_code == 404


@pytest.mark.parametrize("kind", ["owner", "editor", "doer"])
def test_no_other_link_works_as_a_calendars(app: Flask, alma: Person, kind: str) -> None:
    person = {"owner": lambda: alma, "editor": lambda: people.bente(alma), "doer": lambda: people.dora(alma)}[kind]()
    assert fetch(app, f"/calendar/{person.token}.ics").status_code == 404


def test_a_calendars_link_opened_as_a_page_says_what_it_is_for_and_opens_nothing(app: Flask, alma: Person) -> None:
    feed = people.calendar(alma)
    path = feed.replace("/calendar/", "/access/").removesuffix(".ics")
    stella = people.stella(app)
    page = stella.client.get(path)
    assert "Dieser Link gehört in ein Kalenderprogramm." in page.text
    assert "So abonnieren Sie" in page.text
    assert "Zugang haben" not in page.text
    answered = stella.client.post(path)
    assert answered.location == feed
    assert "Set-Cookie" not in answered.response.headers
    assert stella.client.get(alma.base).status == 404
    assert stella.client.get(f"{alma.base}/mine").status == 404
