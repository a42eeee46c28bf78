"""What becomes of the plan, on the company's pages: one tap to report, the questions of a follow-up, the path."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from tests import people
from tests.people import Person
from tests.web.client import Page

FOLLOW_UP_DAY = "2027-03-01T09:00:00Z"
SAVED = "Gespeichert"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def alma(clock: time_machine.Traveller, app: Flask) -> Person:  # noqa: ARG001 - the day comes first
    return people.alma(app)


def come_back(person: Person, clock: time_machine.Traveller, instant: str) -> None:
    """Let so much time pass that the browser has forgotten, and open the link again."""
    clock.move_to(instant)
    assert person.client.post(f"/access/{person.token}").status == 303


def tap(person: Person, address: str, action_id: str, state: str, note: str = "") -> Page:
    """Press one of the buttons below an action."""
    form = f"/plan/{action_id}/progress"
    return person.client.send(address, {"state": state, "note": note}, form=form)


def answer(person: Person, action_id: str, **answers: str) -> Page:
    address = f"{person.base}/plan/{action_id}/follow-up"
    return person.client.send(address, answers, form="/follow-up")


def plan_for_measures(person: Person) -> str:
    """Plan an action that belongs to a measure rated red, and return its id."""
    person.client.send(f"{person.base}/topics/1", {"need-1.1.a": "urgent"})
    saved = person.client.send(f"{person.base}/plan/new?measure=1.1.a", people.ACTION)
    return saved.location.rsplit("#action-", 1)[1]


def words(page: Page, selector: str) -> list[str]:
    return [" ".join(found.get_text(" ").split()) for found in page.soup.select(selector)]


def declare_with(person: Person) -> tuple[str, str]:
    """Declare a round with an action for a measure; return its id and the number."""
    people.rate_everything(person)
    action_id = plan_for_measures(person)
    people.plan_ten(person)
    return action_id, people.issue(person)


# One tap


def test_one_tap_on_the_plan_says_where_an_action_stands(alma: Person) -> None:
    action_id = people.plan_one(alma)
    done = tap(alma, f"{alma.base}/plan", action_id, "done")
    assert done.status == 303
    assert done.location.endswith(f"/plan?saved=1#action-{action_id}")
    page = alma.client.get(f"{alma.base}/plan")
    assert "1 von 1 erledigt" in page.text
    assert words(page, f"#action-{action_id} .tag") == ["Vollständig", "erledigt"]
    assert "Zuletzt gemeldet am 24.11.2026: erledigt" in page.text


def test_the_actions_page_shows_the_whole_history_the_newest_first(alma: Person, clock: time_machine.Traveller) -> None:
    action_id = people.plan_one(alma)
    address = f"{alma.base}/plan/{action_id}"
    assert "Bisher hat niemand etwas gemeldet." in alma.client.get(address).text
    assert tap(alma, address, action_id, "in_progress").location.endswith(f"{address}?reported=1#progress")
    clock.shift(60)
    tap(people.bente(alma), address, action_id, "done", "Ordner 3\nim Büro")
    page = alma.client.get(f"{address}?reported=1")
    assert words(page, "#progress .notice-success") == [SAVED]
    assert words(page, ".history li") == [
        "erledigt , 24. November 2026, Bente Ordner 3 im Büro",
        "in Arbeit , 24. November 2026, mit dem Zugangslink des Unternehmens",
    ]


@pytest.mark.parametrize(
    ("state", "note", "said"),
    [
        ("dropped", "", "warum die Maßnahme verworfen wird"),
        ("dropped", "…", "warum die Maßnahme verworfen wird"),
        ("open", "", "beantworten Sie eine Frage oder schreiben Sie eine Notiz"),
        ("", "da", "wählen Sie, wie es steht"),
        ("finished", "da", "angebotenen Möglichkeiten"),
        ("done", "x" * 2001, "höchstens 2000 Zeichen"),
    ],
)
def test_what_is_no_report_is_named_and_the_note_stays(alma: Person, state: str, note: str, said: str) -> None:
    action_id = people.plan_one(alma)
    refused = tap(alma, f"{alma.base}/plan/{action_id}", action_id, state, note)
    assert refused.status == 422
    (problem,) = refused.soup.select(".error-summary a")
    assert said in problem.get_text()
    assert refused.soup.select_one(str(problem["href"])) is not None, "the summary leads to the field"
    assert refused.values("/follow-up")["note"] == note
    assert words(alma.client.get(f"{alma.base}/plan/{action_id}"), ".history li") == []


def test_what_is_done_is_taken_up_again_before_it_ends_otherwise(alma: Person) -> None:
    action_id = people.plan_one(alma)
    address = f"{alma.base}/plan/{action_id}"
    tap(alma, address, action_id, "done")
    refused = tap(alma, address, action_id, "dropped", "doch nicht")
    assert refused.status == 422
    assert "Wählen Sie zuerst „Wieder in Arbeit“" in refused.text
    offered = [str(button["value"]) for button in alma.client.get(address).soup.select(".report button")]
    assert offered == ["in_progress", "open", "done"]


def test_two_people_at_one_action_are_told_of_each_other(alma: Person) -> None:
    action_id = people.plan_one(alma)
    address, bente = f"{alma.base}/plan/{action_id}", people.bente(alma)
    seen = bente.client.get(address).values("/progress")
    tap(alma, address, action_id, "done")
    conflict = bente.client.post(f"{address}/progress", seen | {"state": "in_progress", "note": "Regal bestellt"})
    assert conflict.status == 409
    assert "jemand anderes „erledigt“ gemeldet. Sie wollten „in Arbeit“" in conflict.text
    again = conflict.values("/follow-up")
    assert (again["was-state"], again["state"], again["note"]) == ("done", "in_progress", "Regal bestellt")
    assert bente.client.post(f"{address}/follow-up", again).status == 303
    assert len(words(alma.client.get(address), ".history li")) == 2


@pytest.mark.parametrize("then", ["", "nowhere", "https://example.org", "//example.org", "issued"])
def test_a_report_leads_back_to_pages_of_ours_only(alma: Person, then: str) -> None:
    action_id = people.plan_one(alma)
    form = alma.client.get(f"{alma.base}/plan").values("/progress") | {"state": "done", "then": then}
    answered = alma.client.post(f"{alma.base}/plan/{action_id}/progress", form)
    assert answered.location.startswith(f"{alma.base}/plan/{action_id}?")


def test_a_reader_sees_state_and_history_and_no_button(alma: Person) -> None:
    action_id = people.plan_one(alma)
    tap(alma, f"{alma.base}/plan", action_id, "done", "Ordner 3")
    rolf = people.rolf(alma)
    for address in (f"{alma.base}/plan/{action_id}", f"{alma.base}/plan"):
        page = rolf.client.get(address)
        assert "Ordner 3" in page.text
        assert not page.soup.select("main form")
    assert rolf.client.get(f"{alma.base}/plan/{action_id}/follow-up").status == 403


# After the declaration


def test_a_frozen_plan_goes_on_being_reported_on(alma: Person) -> None:
    number = people.declare(alma)
    page = alma.client.get(f"{alma.base}/plan")
    assert "Wie weit die Maßnahmen sind, melden Sie weiter." in page.text
    action_id = str(page.soup.select("ol.plan > li")[0]["id"]).removeprefix("action-")
    assert tap(alma, f"{alma.base}/plan", action_id, "done").status == 303
    assert words(alma.client.get(f"{alma.base}/plan"), "p.lead") == ["1 von 10 erledigt, 9 offen"]
    assert alma.client.get(f"{alma.base}/plan/{action_id}").soup.select(".report")
    assert alma.client.get(f"/declarations/{number}").status == 200


def test_overview_and_issued_page_are_home_after_declaring(alma: Person, clock: time_machine.Traveller) -> None:
    number = people.declare(alma)
    for address in (alma.base, f"/declarations/{number}"):
        page = alma.client.get(address)
        assert "0 von 10 erledigt, 10 offen" in page.text
        assert "Zurzeit ist nichts fällig." in page.text
        assert len(page.soup.select("#progress ul.plain-list li")) == 3
    come_back(alma, clock, "2027-02-01T09:00:00Z")
    page = alma.client.get(alma.base)
    assert "0 von 10 erledigt, 10 offen; 10 Termine überschritten" in page.text
    assert len(page.soup.select("#progress .due > li")) == 10
    action_id = str(page.soup.select_one("#progress .report")["id"]).removeprefix("report-")  # type: ignore[index]
    done = tap(alma, alma.base, action_id, "done")
    assert done.location == f"{alma.base}?reported=1#progress"
    page = alma.client.get(done.location)
    assert words(page, "#progress .notice-success") == [SAVED]
    assert len(page.soup.select("#progress .due > li")) == 9
    issued = tap(alma, f"/declarations/{number}", str(page.soup.select_one(".report")["id"])[7:], "done")  # type: ignore[index]
    assert issued.location == f"/declarations/{number}?reported=1#progress"
    come_back(alma, clock, FOLLOW_UP_DAY)
    page = alma.client.get(alma.base)
    assert "10 Kontrollen fällig" in page.text
    assert not page.soup.select("#progress .report"), "the follow-up asks for both"


def test_the_overview_stays_quiet_while_the_plan_is_written(alma: Person, clock: time_machine.Traveller) -> None:
    action_id = people.plan_one(alma)
    assert not alma.client.get(alma.base).soup.select("#progress")
    come_back(alma, clock, "2027-01-31T00:00:00+01:00")
    assert "Termin heute" in alma.client.get(alma.base).text
    tap(alma, alma.base, action_id, "dropped", "lohnt nicht")
    page = alma.client.get(alma.base)
    assert "0 von 1 erledigt, 1 verworfen" in page.text
    assert "Es steht kein Termin und keine Kontrolle mehr aus." in page.text


# The follow-up


def test_the_follow_up_asks_three_questions_and_fills_in_only_what_is_known(alma: Person) -> None:
    action_id = plan_for_measures(alma)
    page = alma.client.get(f"{alma.base}/plan/{action_id}/follow-up")
    values = page.values("/follow-up")
    assert values["state"] == values["was-state"] == "open"
    assert values["was-need-1.1.a"] == "urgent"
    assert not {"effect", "need-1.1.a"} & set(values)
    assert words(page, "fieldset legend") == [
        "Ist die Maßnahme umgesetzt?",
        "Hat es geholfen?",
        "Welche Farbe hat diese Maßnahme des Checks jetzt? 1.1.a Practice 1.1.a (de)",
    ]


def test_an_answer_becomes_the_path_of_its_measure(alma: Person, clock: time_machine.Traveller) -> None:
    action_id = plan_for_measures(alma)
    come_back(alma, clock, FOLLOW_UP_DAY)
    saved = answer(alma, action_id, state="done", effect="partly", **{"need-1.1.a": "some"})
    assert saved.status == 303
    path = [
        "Dringender Handlungsbedarf 24.11.2026, Bewertung",
        "Handlungsbedarf 01.03.2027, Kontrolle „Offene Posten“",
    ]
    for address in (
        f"{alma.base}/topics/1",
        f"{alma.base}/plan/{action_id}",
        f"{alma.base}/plan/{action_id}/follow-up",
    ):
        page = alma.client.get(address)
        assert words(page, ".path li") == path, address
        assert len(page.soup.select(".path li svg.shape")) == 2, "word, shape and colour"
    assert "Hat es geholfen? zum Teil" in alma.client.get(f"{alma.base}/plan").text
    assert alma.client.get(f"{alma.base}/topics/1").values()["need-1.1.a"] == "urgent", "the rating itself stays"


def test_after_issuing_an_answer_changes_nothing_that_was_declared(alma: Person, clock: time_machine.Traveller) -> None:
    action_id, number = declare_with(alma)
    pdf = {
        kind: alma.client.get(f"/declarations/{number}/{kind}.pdf").response.data for kind in ("declaration", "topics")
    }
    public = re.sub(r"csrf\S+", "", alma.client.get(f"/verify/{number}").text)
    come_back(alma, clock, FOLLOW_UP_DAY)
    assert answer(alma, action_id, state="done", effect="yes", **{"need-1.1.a": "none"}).status == 303
    assert {kind: alma.client.get(f"/declarations/{number}/{kind}.pdf").response.data for kind in pdf} == pdf
    assert re.sub(r"csrf\S+", "", alma.client.get(f"/verify/{number}").text) == public
    assert words(alma.client.get(f"{alma.base}/topics/1"), ".path li") == [
        "Dringender Handlungsbedarf 24.11.2026, Bewertung",
        "Zurzeit kein Handlungsbedarf 01.03.2027, Kontrolle „Offene Posten“",
    ]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"need-1.1.a": "blue"}, "angebotenen Möglichkeiten"),
        ({"need-2.1.a": "some"}, "angebotenen Möglichkeiten"),
        ({"effect": "very"}, "angebotenen Möglichkeiten"),
        ({"state": "open"}, "beantworten Sie eine Frage"),
    ],
)
def test_what_is_no_answer_is_named(alma: Person, answers: dict[str, str], said: str) -> None:
    refused = answer(alma, plan_for_measures(alma), **answers)
    assert refused.status == 422
    assert said in " ".join(words(refused, ".error-summary"))


def test_a_colour_that_somebody_else_gave_meanwhile_is_shown_with_both(alma: Person) -> None:
    action_id = plan_for_measures(alma)
    address, bente = f"{alma.base}/plan/{action_id}/follow-up", people.bente(alma)
    seen = bente.client.get(address).values("/follow-up")
    answer(alma, action_id, **{"need-1.1.a": "some"})
    conflict = bente.client.post(address, seen | {"need-1.1.a": "none", "note": "läuft"})
    assert conflict.status == 409
    assert "„Handlungsbedarf“ gemeldet. Sie wollten „Zurzeit kein Handlungsbedarf“" in conflict.text
    again = conflict.values("/follow-up")
    assert (again["was-need-1.1.a"], again["need-1.1.a"], again["note"]) == ("some", "none", "läuft")
    assert bente.client.post(address, again).status == 303


def test_a_foreign_action_looks_like_none(app: Flask, alma: Person) -> None:
    theirs = people.plan_one(people.alma(app))
    token = {"csrf_token": alma.client.csrf_token(alma.assessment_id), "state": "done", "was-state": "open"}
    assert alma.client.get(f"{alma.base}/plan/{theirs}/follow-up").status == 404
    for below in ("progress", "follow-up"):
        assert alma.client.post(f"{alma.base}/plan/{theirs}/{below}", token).status == 404
