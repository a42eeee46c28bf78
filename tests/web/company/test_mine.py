"""The page of a responsible person: no account, own actions only, several links side by side, reminders after a yes."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from om_selfcheck.extensions import db
from om_selfcheck.store.models import Doer
from tests import people
from tests.people import Person
from tests.web.client import Page, PageClient
from tests.web.postbox import access_links, collect

FOLLOW_UP_DAY = "2027-03-01T09:00:00Z"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ADDRESS = "werkstatt@betrieb.example"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alma(app: Flask) -> Person:
    """A plan that names the office twice and the workshop once."""
    owner = people.alma(app)
    owner.client.send(f"{owner.base}/topics/1", {"need-1.1.a": "urgent"})
    people.plan_one(owner, title="Kassensturz", due_on="2027-04-30")
    people.plan_one(owner, title="Mahnungen", due_on="2026-11-20")
    people.plan_one(owner, title="Leiter tauschen", responsible="Werkstatt")
    return owner


def mailed_link(owner: Person, name: str = "Werkstatt") -> str:
    """Have a link mailed, and return its path out of the mail."""
    form = owner.client.get(f"{owner.base}/responsible").values("/responsible/invite")
    sent = owner.client.post(f"{owner.base}/responsible/invite", form | {"name": name, "email": ADDRESS})
    assert sent.location.endswith("?sent=new")
    (mail,) = collect(owner.client.app)
    (link,) = access_links(mail)
    return link


def opened(app: Flask, path: str) -> PageClient:
    client = PageClient(app)
    answered = client.post(path)
    assert answered.location.endswith("/mine")
    return client


def headings(page: Page) -> list[str]:
    return [found.get_text() for found in page.soup.select("main h2.h3")]


def key_of(page: Page, heading: str) -> str:
    card = next(one for one in page.soup.select("ol.plan > li") if heading in one.get_text())
    return str(card["id"]).removeprefix("action-")


# What is seen


def test_a_link_leads_to_the_own_actions_what_is_due_first_on_top(alma: Person) -> None:
    dora = people.dora(alma)
    page = dora.client.get(f"{dora.base}/mine")
    assert headings(page) == ["Mahnungen", "Kassensturz"]
    assert "Im Maßnahmenplan steht für Sie: „Büro“." in page.text
    assert "Termin überschritten" in page.text
    assert "Leiter tauschen" not in page.text
    assert page.soup.select("meta[name=robots][content=noindex]")
    assert not [link for link in page.links() if "/plan" in link or link.endswith("/access")]


def test_the_page_behind_the_link_says_what_it_is_before_its_button(app: Flask, alma: Person) -> None:
    dora = people.dora(alma)
    page = people.stella(app).client.get(f"/access/{dora.token}")
    for shown in ("Ihre Maßnahmen öffnen", "Der Link ist für Büro", "die eigenen Maßnahmen sehen", "Der Betrieb sieht"):
        assert shown in page.text
    assert "Zugang haben" not in page.text, "who else has access is none of a responsible person's business"
    assert "Set-Cookie" not in page.response.headers


def test_a_bank_reads_before_its_button_that_responsible_people_have_links_but_not_who(
    app: Flask, alma: Person
) -> None:
    people.dora(alma, "Werkstatt")
    rolf = people.rolf(alma)
    page = people.stella(app).client.get(f"/access/{rolf.token}")
    assert "Verantwortliche aus dem Plan" in page.text
    assert "Werkstatt" not in page.text


def test_the_start_page_leads_back_to_the_own_page(alma: Person) -> None:
    dora = people.dora(alma)
    assert f"{dora.base}/mine" in dora.client.get("/").links()
    assert dora.base not in dora.client.get("/").links()


def test_a_person_the_plan_names_no_more_finds_a_page_that_says_so(alma: Person) -> None:
    dora = people.dora(alma, "Werkstatt")
    key = key_of(dora.client.get(f"{dora.base}/mine"), "Leiter tauschen")
    alma.client.send(f"{alma.base}/plan/{key}", {"responsible": "Lager"})
    page = dora.client.get(f"{dora.base}/mine")
    assert headings(page) == []
    assert "Zurzeit steht hier keine Maßnahme für Sie." in page.text


def test_a_revoked_link_opens_the_page_no_more(alma: Person) -> None:
    dora = people.dora(alma)
    assert alma.client.send(f"{alma.base}/responsible", form="/revoke").status == 303
    assert dora.client.get(f"{dora.base}/mine").status == 404
    assert dora.client.get(f"/access/{dora.token}").status == 404


def test_leaving_closes_the_page_on_this_device_only(app: Flask, alma: Person) -> None:
    dora = people.dora(alma)
    assert dora.client.send(f"{dora.base}/mine", form="/mine/leave").location == "/"
    assert dora.client.get(f"{dora.base}/mine").status == 404
    assert opened(app, f"/access/{dora.token}").get(f"{dora.base}/mine").status == 200


# What is reported


def test_one_tap_is_kept_under_the_name_of_the_link_and_seen_by_the_company(alma: Person) -> None:
    dora = people.dora(alma)
    page = dora.client.get(f"{dora.base}/mine")
    key = key_of(page, "Mahnungen")
    done = dora.client.send(f"{dora.base}/mine", {"state": "done", "note": "alle raus"}, form=f"/mine/{key}")
    assert done.location == f"{dora.base}/mine?saved=1#action-{key}"
    page = dora.client.get(done.location)
    assert "Gespeichert" in page.text
    assert headings(page) == ["Kassensturz", "Mahnungen"], "what is finished comes last"
    seen = alma.client.get(f"{alma.base}/plan/{key}").soup.select_one(".history")
    assert seen is not None
    assert " ".join(seen.get_text(" ").split()) == "erledigt , 24. November 2026, Büro alle raus"


def test_dropping_without_a_word_is_refused_beside_the_action(alma: Person) -> None:
    dora = people.dora(alma)
    key = key_of(dora.client.get(f"{dora.base}/mine"), "Kassensturz")
    refused = dora.client.send(f"{dora.base}/mine", {"state": "dropped"}, form=f"/mine/{key}")
    assert refused.status == 422
    assert [str(link["href"]) for link in refused.soup.select(".error-summary a")] == [f"#note-{key}"]
    assert refused.soup.select_one(f"#report-{key} details[open]")
    assert headings(refused) == ["Mahnungen", "Kassensturz"]


def test_two_hands_at_one_action_are_told_of_each_other(alma: Person) -> None:
    dora = people.dora(alma)
    page = dora.client.get(f"{dora.base}/mine")
    key = key_of(page, "Kassensturz")
    alma.client.send(f"{alma.base}/plan/{key}", {"state": "in_progress"}, form="/progress")
    sent = page.values(f"/mine/{key}") | {"state": "done", "note": "gezählt"}
    conflict = dora.client.post(f"{dora.base}/mine/{key}", sent)
    assert conflict.status == 409
    assert "„in Arbeit“ gemeldet. Sie wollten „erledigt“" in conflict.text
    again = conflict.values(f"/mine/{key}")
    assert (again["was-state"], again["note"]) == ("in_progress", "gezählt")


def test_reporting_goes_on_after_the_declaration(alma: Person) -> None:
    dora = people.dora(alma)
    people.declare(alma)
    key = key_of(dora.client.get(f"{dora.base}/mine"), "Kassensturz")
    done = dora.client.send(f"{dora.base}/mine", {"state": "done"}, form=f"/mine/{key}")
    assert done.status == 303


def test_a_named_person_is_not_asked_for_colours_and_cannot_give_them(alma: Person) -> None:
    dora = people.dora(alma)
    page = dora.client.get(f"{dora.base}/mine?ask=1")
    key = key_of(page, "Kassensturz")
    assert not page.soup.select("input[name=effect], input[name^=need-]")
    sent = {"csrf_token": page.values(f"/mine/{key}")["csrf_token"], "state": "done", "was-state": "open"}
    assert dora.client.post(f"{dora.base}/mine/{key}/follow-up", sent | {"effect": "yes"}).status == 403
    assert "Bisher hat niemand" in alma.client.get(f"{alma.base}/plan/{key}").text


# A link to one action


def test_a_link_out_of_a_reminder_shows_one_action_with_its_state(app: Flask, alma: Person) -> None:
    key = key_of(alma.client.get(f"{alma.base}/plan"), "Kassensturz")
    client = opened(app, people.action_link(alma, key))
    page = client.get(f"{alma.base}/mine")
    assert headings(page) == ["Kassensturz"]
    assert page.soup.select(".report")
    assert not page.soup.select("input[name=effect]"), "the follow-up has not come yet"
    assert client.get(f"{alma.base}/mine?ask=1").soup.select("input[name=effect]")


def test_at_the_follow_up_it_asks_and_the_answer_shows_in_the_path(
    app: Flask, alma: Person, clock: time_machine.Traveller
) -> None:
    saved = alma.client.send(f"{alma.base}/plan/new?measure=1.1.a", people.ACTION | {"title": "Preise rechnen"})
    key = saved.location.rsplit("#action-", 1)[1]
    clock.move_to(FOLLOW_UP_DAY)
    client = opened(app, people.action_link(alma, key, "Preise rechnen"))
    page = client.get(f"{alma.base}/mine")
    assert page.values("/follow-up")["was-need-1.1.a"] == "urgent"
    answers = {"state": "done", "effect": "yes", "need-1.1.a": "none"}
    assert client.send(f"{alma.base}/mine", answers, form="/follow-up").status == 303
    assert "Hat es geholfen? ja" in client.get(f"{alma.base}/mine").text
    alma.client.post(f"/access/{alma.token}")
    path = alma.client.get(f"{alma.base}/topics/1").soup.select(".path li")
    assert "Kontrolle „Preise rechnen“" in path[1].get_text()
    assert "mit einem Link zu dieser Maßnahme" in alma.client.get(f"{alma.base}/plan/{key}").text


def test_what_is_no_answer_is_named_above_the_questions(app: Flask, alma: Person) -> None:
    key = key_of(alma.client.get(f"{alma.base}/plan"), "Kassensturz")
    client = opened(app, people.action_link(alma, key))
    refused = client.send(f"{alma.base}/mine?ask=1", {"state": "dropped", "effect": "no"}, form="/follow-up")
    assert refused.status == 422
    assert [str(link["href"]) for link in refused.soup.select(".error-summary a")] == [f"#note-{key}"]
    again = refused.values("/follow-up")
    assert (again["state"], again["effect"]) == ("dropped", "no")


def test_several_links_in_one_browser_stand_side_by_side(app: Flask, alma: Person) -> None:
    dora = people.dora(alma)
    key = key_of(alma.client.get(f"{alma.base}/plan"), "Leiter tauschen")
    dora.client.post(people.action_link(alma, key, "Leiter tauschen"))
    page = dora.client.get(f"{dora.base}/mine?ask=1")
    assert headings(page) == ["Mahnungen", "Leiter tauschen", "Kassensturz"]
    assert len(page.soup.select("input[name=effect]")) == 4, "only the one that is judged"
    for heading in ("Mahnungen", "Leiter tauschen"):
        address = f"/mine/{key_of(page, heading)}"
        form = address if heading == "Mahnungen" else f"{address}/follow-up"
        assert dora.client.send(f"{dora.base}/mine?ask=1", {"state": "done"}, form=form).status == 303
    assert len(Calendar.from_ical(dora.client.get(f"{dora.base}/mine/calendar.ics").response.data).events) == 6
    other = people.alma(app)
    people.plan_one(other, title="Woanders")
    dora.client.post(f"/access/{people.dora(other).token}")
    assert headings(dora.client.get(f"{dora.base}/mine")) == ["Kassensturz", "Mahnungen", "Leiter tauschen"]
    assert headings(dora.client.get(f"{other.base}/mine")) == ["Woanders"]


def test_a_responsible_person_who_also_works_along_keeps_the_greater_right(alma: Person) -> None:
    bente = people.bente(alma)
    dora = people.dora(alma)
    assert bente.client.post(f"/access/{dora.token}").location == f"{alma.base}/mine"
    assert bente.client.get(f"{alma.base}/mine").location == f"{alma.base}/plan"
    assert bente.client.get(f"{alma.base}/plan").status == 200
    assert dora.client.post(f"/access/{bente.token}").location == alma.base
    assert dora.client.get(f"{alma.base}/plan").status == 200


def test_in_the_owners_browser_a_reminder_leads_to_the_question_itself(alma: Person) -> None:
    key = key_of(alma.client.get(f"{alma.base}/plan"), "Kassensturz")
    landed = alma.client.post(people.action_link(alma, key)).location
    assert landed == f"{alma.base}/plan/{key}/follow-up"
    assert alma.client.get(landed).status == 200
    assert alma.client.get(f"{alma.base}/access").status == 200


def test_who_opens_the_companys_key_beside_a_link_gets_the_whole_round(alma: Person) -> None:
    dora = people.dora(alma)
    dora.client.post(f"/access/{alma.token}")
    assert dora.client.get(f"{alma.base}/plan").status == 200
    assert dora.client.get(f"{alma.base}/mine").location == f"{alma.base}/plan"


# Calendar and reminders


def test_the_calendar_holds_the_own_dates_only(alma: Person) -> None:
    dora = people.dora(alma, "Werkstatt")
    answered = dora.client.get(f"{dora.base}/mine/calendar.ics").response
    assert answered.mimetype == "text/calendar"
    assert "attachment" in answered.headers["Content-Disposition"]
    events = Calendar.from_ical(answered.data).events
    assert [str(event["SUMMARY"]) for event in events] == ["Termin: Leiter tauschen", "Kontrolle: Leiter tauschen"]


def test_reminders_are_offered_only_by_the_mailed_link_and_begin_with_a_yes(app: Flask, alma: Person) -> None:
    copied = people.dora(alma, "Werkstatt")
    client = opened(app, mailed_link(alma))
    assert "Ja, erinnern Sie mich" not in copied.client.get(f"{alma.base}/mine").text
    page = client.get(f"{alma.base}/mine")
    assert f"eine E-Mail an {ADDRESS} bekommen? Ohne Ihr Ja kommt keine." in page.text
    assert _confirmed(app) == [None]
    accepted = client.send(f"{alma.base}/mine", {"reminders": "yes"}, form="/mine/reminders")
    assert accepted.location == f"{alma.base}/mine?saved=1"
    assert _confirmed(app) == [NOW]
    assert f"Sie bekommen an Terminen und Kontrollen eine E-Mail an {ADDRESS}." in client.get(f"{alma.base}/mine").text
    client.send(f"{alma.base}/mine", {"reminders": "no"}, form="/mine/reminders")
    assert ADDRESS not in client.get(f"{alma.base}/mine").text
    assert client.post(f"{alma.base}/mine/reminders", page.values("/mine/reminders")).status == 404


def test_looking_at_the_page_says_yes_to_nothing(app: Flask, alma: Person) -> None:
    client = opened(app, mailed_link(alma))
    for _ in range(2):
        client.get(f"{alma.base}/mine")
        client.flask_client.head(f"{alma.base}/mine")
        client.get(f"{alma.base}/mine/reminders")
    assert _confirmed(app) == [None]


def _confirmed(app: Flask) -> list[datetime | None]:
    with app.app_context():
        return list(db.session.scalars(select(Doer.confirmed_at)))
