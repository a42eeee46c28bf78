"""Links for responsible persons: who is listed, the link shown once, the mail, and what is said beforehand."""

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from om_selfcheck.extensions import db
from om_selfcheck.services import doers
from om_selfcheck.store.models import Message
from tests import people
from tests.people import TOKEN, Person
from tests.web.client import Page

ADDRESS = "werkstatt@betrieb.example"


@pytest.fixture
def alma(app: Flask) -> Person:
    owner = people.alma(app)
    people.plan_one(owner, title="Kassensturz")
    people.plan_one(owner, title="Leiter tauschen", responsible="Werkstatt")
    return owner


def invite(person: Person, email: str, name: str = "Werkstatt") -> Page:
    form = person.client.get(f"{person.base}/responsible").values("/responsible/invite")
    return person.client.post(f"{person.base}/responsible/invite", form | {"name": name, "email": email})


def card(page: Page, name: str) -> str:
    found = next(one for one in page.soup.select("ol.plan > li") if one.select_one("h2").get_text() == name)  # type: ignore[union-attr]
    return " ".join(found.get_text(" ").split())


def messages(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Message.address)))


def test_everybody_the_plan_names_has_a_card(alma: Person) -> None:
    page = alma.client.get(f"{alma.base}/responsible")
    assert [found.get_text() for found in page.soup.select("ol.plan h2")] == ["Büro", "Werkstatt"]
    assert "1 Maßnahme" in card(page, "Werkstatt")
    assert "Sagen Sie den Leuten vorher" in page.text
    assert "Betriebsrat" in page.text


def test_an_empty_plan_says_where_to_begin(app: Flask) -> None:
    alma = people.alma(app)
    page = alma.client.get(f"{alma.base}/responsible")
    assert "Im Plan steht noch niemand als verantwortlich." in page.text
    assert f"{alma.base}/plan" in page.links()


def test_plan_and_sharing_lead_there(alma: Person) -> None:
    for address in ("plan", "access"):
        assert f"{alma.base}/responsible" in alma.client.get(f"{alma.base}/{address}").links()
    bente = people.bente(alma)
    assert f"{alma.base}/responsible" not in bente.client.get(f"{alma.base}/plan").links()


def test_a_link_is_shown_once_to_copy_print_and_scan(alma: Person) -> None:
    form = alma.client.get(f"{alma.base}/responsible").values("/responsible/link") | {"name": "Werkstatt"}
    made = alma.client.post(f"{alma.base}/responsible/link", form)
    page = alma.client.get(made.location)
    assert "Neuer Link: Werkstatt" in page.text
    assert "die eigenen Maßnahmen sehen und ihren Stand melden" in page.text
    token = TOKEN.search(page.text)
    assert token is not None
    sheet = alma.client.get(next(link for link in page.links() if "/link/sheet" in link))
    assert sheet.soup.select("svg.qr")
    assert token[1] in sheet.text
    alma.client.send(made.location, form="/link")
    assert not TOKEN.search(alma.client.get(f"{alma.base}/responsible").text)


@time_machine.travel("2026-11-24T09:00:00Z", tick=False)
def test_a_link_is_listed_with_its_end_and_can_be_ended(app: Flask) -> None:
    alma = people.alma(app)
    people.plan_one(alma, responsible="Werkstatt", follow_up_on="2027-06-30")
    people.dora(alma, "Werkstatt")
    assert "Link seit 24.11.2026, endet am 30.07.2027" in card(alma.client.get(f"{alma.base}/responsible"), "Werkstatt")
    assert "Werkstatt" in alma.client.get(f"{alma.base}/access").text
    alma.client.send(f"{alma.base}/responsible", form="/revoke")
    assert "Link seit" not in alma.client.get(f"{alma.base}/responsible").text


def test_links_out_of_reminders_are_kept_together_on_the_page_who_can_see_what(alma: Person) -> None:
    plan = alma.client.get(f"{alma.base}/plan")
    key = str(plan.soup.select("ol.plan > li")[0]["id"]).removeprefix("action-")
    for heading in ("Kassensturz", "Mahnungen"):
        people.action_link(alma, key, heading)
    page = alma.client.get(f"{alma.base}/access")
    assert "2 Links aus Erinnerungen, jeder zu einer einzelnen Maßnahme" in page.text
    assert len(page.soup.select("details .task form[action$='/revoke']")) == 2


def test_a_mail_is_queued_and_its_state_shown(app: Flask, alma: Person) -> None:
    sent = invite(alma, f" {ADDRESS} ")
    assert "Der Link wird verschickt" in alma.client.get(sent.location).text
    assert messages(app) == [ADDRESS]
    shown = card(alma.client.get(f"{alma.base}/responsible"), "Werkstatt")
    assert f"{ADDRESS}: hat noch nicht Ja zu Erinnerungen gesagt. E-Mail mit Link: wird gleich verschickt" in shown
    again = invite(alma, ADDRESS)
    assert "Heute ging schon ein Link an diese Adresse" in alma.client.get(again.location).text
    assert messages(app) == [ADDRESS]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "werkstatt",
        "a@b",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "ä@example.org",
        "x" * 1000 + "@example.org",
        "A <a@example.org>",
    ],
)
def test_what_is_not_one_plain_address_is_refused_beside_the_person(app: Flask, alma: Person, email: str) -> None:
    refused = invite(alma, email)
    assert refused.status == 422
    (link,) = refused.soup.select(".error-summary a")
    field = refused.soup.select_one(str(link["href"]))
    assert field is not None
    assert field.find_parent("li").select_one("h2").get_text() == "Werkstatt"  # type: ignore[union-attr]
    assert messages(app) == []


def test_an_address_can_be_taken_out_again(alma: Person) -> None:
    invite(alma, ADDRESS)
    gone = alma.client.send(f"{alma.base}/responsible", form="/responsible/forget")
    page = alma.client.get(gone.location)
    assert "Die Adresse ist gelöscht" in page.text
    assert ADDRESS not in page.text


def test_no_address_is_seen_by_anybody_but_the_owner(app: Flask, alma: Person) -> None:
    invite(alma, ADDRESS)
    bente = people.bente(alma)
    for address in ("", "/plan", "/access", "/responsible"):
        assert ADDRESS not in bente.client.get(f"{alma.base}{address}").text
    assert messages(app) == [ADDRESS], "the control: it is there"


def test_nobody_is_invited_whom_the_plan_does_not_name(app: Flask, alma: Person) -> None:
    assert invite(alma, ADDRESS, name="Lager").status == 404
    form = alma.client.get(f"{alma.base}/responsible").values("/responsible/link") | {"name": "Lager"}
    assert alma.client.post(f"{alma.base}/responsible/link", form).status == 404
    assert messages(app) == []


def test_after_twenty_mails_a_day_it_says_so_and_keeps_the_address(
    alma: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doers, "INVITED_A_DAY", 1)
    invite(alma, ADDRESS)
    refused = invite(alma, "zwei@betrieb.example", name="Büro")
    assert refused.status == 429
    assert "Heute sind aus diesem Check schon 1 Links verschickt." in refused.text
    assert refused.soup.select('input[value="zwei@betrieb.example"]')
