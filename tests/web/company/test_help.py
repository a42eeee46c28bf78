"""Who helps in the region: where the company finds it, what it may send itself, and that the network hears nothing."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from flask import Flask

from om_selfcheck import clock
from om_selfcheck.extensions import db
from om_selfcheck.services import networks
from tests import factories, people
from tests.factories import HELP
from tests.people import Person

ASKED = "Wer hilft dabei in Ihrer Region?"


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        yield


@pytest.fixture
def alma(app: Flask) -> Person:
    """Alma's round counts for network A, which knows somebody for topic 1."""
    owner, link_id = people.alma(app), people.add_link(app, "netz-a")
    people.join(owner, people.token_of(app, "netz-a", link_id))
    people.add_help(app)
    return owner


def plan(person: Person, **changes: str) -> str:
    saved = person.client.send(f"{person.base}/plan/new?measure=1.1.a", people.ACTION | changes)
    assert saved.status == 303
    return saved.location.rsplit("#action-", 1)[1]


def test_beside_measures_of_a_topic_with_help_stands_a_link(alma: Person) -> None:
    page = alma.client.get(f"{alma.base}/topics/1")
    links = page.soup.select(".measure a.measure-help")
    assert [str(link["href"]) for link in links] == [
        f"{alma.base}/help/1?measure={ref}" for ref in people.MEASURES if ref.startswith("1.")
    ]
    assert ASKED not in alma.client.get(f"{alma.base}/topics/2").text


def test_who_only_reads_finds_it_beside_red_and_yellow(alma: Person) -> None:
    choices = {"need-1.1.a": "urgent", "need-1.1.b": "none"}
    alma.client.send(f"{alma.base}/topics/1", choices)
    page = people.rolf(alma).client.get(f"{alma.base}/topics/1")
    asked = [link for link in page.soup.select(".measure a") if ASKED in link.get_text()]
    assert [str(link.find_parent("fieldset")["id"]) for link in asked] == ["measure-1.1.a"]  # type: ignore[index]


def test_in_the_plan_it_stands_beside_what_belongs_to_the_topic(alma: Person) -> None:
    action_id = plan(alma, title="Kassensturz")
    people.plan_one(alma, title="Ohne Thema")
    page = alma.client.get(f"{alma.base}/plan")
    found = [link for link in page.links() if "/help/" in link]
    assert found == [f"{alma.base}/help/1?action={action_id}"]
    assert found == [link for link in alma.client.get(f"{alma.base}/plan/{action_id}").links() if "/help/" in link]


def leave(_app: Flask, alma: Person) -> None:
    assert alma.client.send(f"{alma.base}/access", form="/network/leave").status == 303


def close(app: Flask, _alma: Person) -> None:
    with app.app_context():
        networks.close_network(db.session, slug="netz-a", by="system", now=clock.now())
        db.session.commit()


@pytest.mark.parametrize("end", [leave, close])
def test_without_a_network_there_is_no_link_and_the_page_says_why(
    app: Flask, alma: Person, end: Callable[[Flask, Person], None]
) -> None:
    action_id = plan(alma)
    end(app, alma)
    for place in ("/topics/1", "/plan", f"/plan/{action_id}"):
        assert ASKED not in alma.client.get(alma.base + place).text
    page = alma.client.get(f"{alma.base}/help/1")
    assert page.status == 200
    assert "zählt für kein Netzwerk" in page.text
    assert HELP["organisation"] not in page.text


def test_a_topic_without_help_says_so(alma: Person) -> None:
    assert "Netzwerk netz-a nennt zu diesem Thema zurzeit niemanden." in alma.client.get(f"{alma.base}/help/2").text
    assert alma.client.get(f"{alma.base}/help/99").status == 404


def test_the_page_names_everybody_by_the_alphabet_with_ways_to_reach_them(app: Flask, alma: Person) -> None:
    people.add_help(app, organisation="AOK", phone="+49 (0)5121 12-3", email="", page="")
    page = alma.client.get(f"{alma.base}/help/1")
    assert [heading.get_text() for heading in page.soup.select("main h3")] == ["AOK", "Handwerkskammer"]
    assert "tel:+495121123" in page.links()
    assert HELP["page"] in page.links()
    assert HELP["offer"] in page.text
    assert "24. November 2026" in page.text
    assert "Das Netzwerk erfährt nichts davon" in page.text


def test_an_old_contact_is_greyed_and_says_so(app: Flask, alma: Person) -> None:
    with time_machine.travel("2025-11-23T09:00:00Z", tick=False):
        people.add_help(app, organisation="Altes Amt")
    page = alma.client.get(f"{alma.base}/help/1")
    (old,) = page.soup.select(".is-outdated")
    assert "Altes Amt" in old.get_text()
    assert "über zwölf Monate her" in old.get_text()


def test_exactly_one_action_goes_into_a_mail_of_ones_own(alma: Person) -> None:
    action_id = plan(alma, title="Kassensturz", description="Jeden Montag zählen", responsible="Frau Zitronenfalter")
    plan(alma, title="Leitern tauschen", description="Alle Leitern ansehen")
    page = alma.client.get(f"{alma.base}/help/1")
    assert not [link for link in page.links() if link.startswith("mailto:")]
    assert {f"{alma.base}/help/1?action={action_id}#request"} < set(page.links())
    page = alma.client.get(f"{alma.base}/help/1?action={action_id}")
    (mail,) = [link for link in page.links() if link.startswith("mailto:")]
    assert mail.startswith("mailto:beratung@kammer.example?subject=Anfrage%3A%20Kassensturz&body=")
    body = unquote(mail.partition("&body=")[2])
    assert body.startswith("Guten Tag,\r\n\r\nwir haben uns")
    assert "Kassensturz\r\nJeden Montag zählen\r\n\r\nBis wann: 31. Januar 2027\r\n" in body
    assert "Leitern" not in body
    assert "Zitronenfalter" not in page.text
    text = page.soup.select_one("#request-text")
    assert text is not None
    assert text.get_text().split() == body.split()


def test_a_very_long_action_is_cut_for_the_mail_program_and_stands_whole_on_the_page(alma: Person) -> None:
    action_id = plan(alma, description="Wort " * 399 + "Ende")
    page = alma.client.get(f"{alma.base}/help/1?action={action_id}")
    (mail,) = [link for link in page.links() if link.startswith("mailto:")]
    assert unquote(mail).endswith(" …")
    assert "Wort Ende" in page.text
    assert "kopieren Sie den Rest von hier" in page.text


def test_what_people_typed_adds_nobody_to_the_mail(alma: Person) -> None:
    action_id = plan(alma, title="x&cc=evil@example.org", description="a\nBcc: evil@example.org")
    page = alma.client.get(f"{alma.base}/help/1?action={action_id}")
    (mail,) = [link for link in page.links() if link.startswith("mailto:")]
    assert mail.count("&") == 1
    assert "\n" not in mail


@pytest.mark.parametrize("asked", ["x", "00000000-0000-4000-8000-000000000000", ""])
def test_another_action_or_none_is_no_trouble(alma: Person, asked: str) -> None:
    page = alma.client.get(f"{alma.base}/help/1?action={asked}&measure=9.9.z")
    assert page.status == 200
    assert "mailto:" not in page.response.get_data(as_text=True)


def test_with_an_empty_plan_the_way_leads_to_the_measures_first_step(alma: Person) -> None:
    assert f"{alma.base}/plan/new?measure=1.1.a" in alma.client.get(f"{alma.base}/help/1?measure=1.1.a").links()
    assert f"{alma.base}/plan/new" in alma.client.get(f"{alma.base}/help/1").links()
    reader = people.rolf(alma)
    assert f"{alma.base}/plan/new" not in reader.client.get(f"{alma.base}/help/1").links()


def test_looking_leaves_nothing_behind_that_a_network_could_read(app: Flask, alma: Person) -> None:
    action_id = plan(alma)
    with app.app_context():
        before = factories.dump(db.session)
    for address in (f"/help/1?action={action_id}", "/help/1?measure=1.1.a"):
        alma.client.get(alma.base + address)
    with app.app_context():
        after = factories.dump(db.session)
    assert {name: rows for name, rows in after.items() if name != "session"} == {
        name: rows for name, rows in before.items() if name != "session"
    }
