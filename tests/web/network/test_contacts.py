"""A coordinator's list of who helps in the region: entering, changing, confirming, removing, and what is refused."""

from typing import Any

import pytest
import time_machine
from flask import Flask

from om_selfcheck.domain.access import Strength
from tests import people
from tests.factories import HELP
from tests.people import User
from tests.web.client import Page

FIELDS = {name: value for name, value in HELP.items() if name != "topics"} | {"topics": ["basis/1"]}
BASE = "/network/netz-a/contacts"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def nina(clock: time_machine.Traveller, app: Flask) -> User:  # noqa: ARG001 - the day comes first
    return people.nina(app, Strength.LINK)


def enter(user: User, **changes: Any) -> Page:
    return user.client.send(f"{BASE}/new", FIELDS | changes)


def entered(user: User, **changes: Any) -> str:
    """Enter a contact and return its page's address."""
    assert enter(user, **changes).status == 303
    organisation = str((FIELDS | changes)["organisation"])
    link = user.client.get(BASE).soup.find("a", string=organisation)
    assert link is not None
    return str(link["href"])


def test_the_empty_page_says_what_to_do_first(nina: User) -> None:
    page = nina.client.get(BASE)
    assert "Noch ist niemand eingetragen." in page.text
    assert f"{BASE}/new" in page.links()
    assert BASE in nina.client.get("/network/netz-a").links()


def test_a_contact_is_entered_and_listed(nina: User) -> None:
    made = enter(nina)
    assert made.status == 303
    page = nina.client.get(made.location)
    for said in (HELP["organisation"], "Kammer", HELP["offer"], "zuletzt nachgesehen am 24.11.2026"):
        assert said in page.text
    shown = nina.client.get(entered(nina, organisation="AOK")).values()
    assert {name: shown[name] for name in FIELDS if name != "topics"} == {
        name: value for name, value in FIELDS.items() if name != "topics"
    } | {"organisation": "AOK"}
    assert shown["topics"] == "basis/1"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("organisation", " – ", "Namen der Organisation"),
        ("kind", "", "was für eine Organisation"),
        ("kind", "shop", "eine der angebotenen Möglichkeiten"),
        ("offer", "", "in einem Satz"),
        ("offer", "Mehr auf www.ihk.example", "gehört ins Feld „Internetseite“"),
        ("offer", "x" * 201, "höchstens 200 Zeichen"),
        ("phone", "ruf an", "nur die Telefonnummer"),
        ("email", "nicht da", "einzelne E-Mail-Adresse"),
        ("page", "javascript:alert(1)", "die ganze Adresse der Seite"),
        ("page", "ftp://ihk.example", "die ganze Adresse der Seite"),
        ("topics", [], "wenigstens ein Thema"),
        ("topics", ["basis/99"], "eine der angebotenen Möglichkeiten"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_typed_is_lost(nina: User, field: str, value: Any, said: str) -> None:
    page = enter(nina, **{field: value})
    assert page.status == 422
    assert said in page.text
    kept = page.values()
    assert kept["organisation" if field != "organisation" else "offer"]
    assert "Noch ist niemand eingetragen." in nina.client.get(BASE).text


def test_a_contact_can_be_reached_somehow(nina: User) -> None:
    page = enter(nina, phone="", email="", page="")
    assert page.status == 422
    assert "wenigstens Telefon, E-Mail-Adresse oder Internetseite" in page.text
    assert enter(nina, phone="", email="").status == 303


def test_the_address_of_a_page_is_written_out(nina: User) -> None:
    address = entered(nina, page="www.ihk.example/hilfe")
    assert nina.client.get(address).values()["page"] == "https://www.ihk.example/hilfe"


def test_a_contact_is_changed_and_counts_as_looked_at(nina: User, clock: time_machine.Traveller) -> None:
    address = entered(nina)
    clock.move_to("2027-03-01T09:00:00Z")
    nina = people.User(people.signed_in(nina.client.app, nina.account, Strength.LINK).client, nina.account)
    assert nina.client.send(address, {"phone": "0800 1", "topics": ["basis/2"]}).status == 303
    assert "01.03.2027" in nina.client.get(BASE).text
    shown = nina.client.get(address).values()
    assert (shown["phone"], shown["topics"]) == ("0800 1", "basis/2")


def test_what_somebody_else_changed_meanwhile_is_shown_beside(nina: User) -> None:
    address = entered(nina)
    stale = nina.client.get(address).values()
    nina.client.send(address, {"phone": "0800 1", "kind": "guild", "topics": ["basis/2"]})
    page = nina.client.post(address, stale | {"phone": "0800 2", "kind": "union", "topics": ["basis/1", "basis/2"]})
    assert page.status == 409
    for said in ("Inzwischen ist hier gespeichert: 0800 1", "Innung oder Kreishandwerkerschaft", "andere Themen"):
        assert said in page.text
    assert page.values()["phone"] == "0800 2"
    assert nina.client.get(address).values()["phone"] == "0800 1"


def test_without_a_tick_at_any_topic_nothing_is_saved(nina: User) -> None:
    address = entered(nina)
    page = nina.client.send(address, {"topics": []})
    assert page.status == 422
    assert nina.client.get(address).values()["topics"] == "basis/1"


def test_after_twelve_months_the_coordinator_is_asked(nina: User, clock: time_machine.Traveller) -> None:
    entered(nina)
    assert "Stimmt das noch?" not in nina.client.get(BASE).text
    clock.move_to("2027-11-25T09:00:00Z")
    again = people.signed_in(nina.client.app, nina.account, Strength.LINK)
    page = again.client.get(BASE)
    assert "Bei 1 Anlaufstelle hat seit über zwölf Monaten niemand nachgesehen" in page.text
    assert page.soup.select_one(".is-outdated") is not None
    assert "seit über zwölf Monaten niemand nachgesehen" in again.client.get("/network/netz-a").text
    assert again.client.send(BASE, form="/confirm").status == 303
    page = again.client.get(BASE)
    assert "Stimmt das noch?" not in page.text
    assert page.soup.select_one(".is-outdated") is None


def test_a_removed_contact_is_gone(nina: User) -> None:
    address = entered(nina)
    assert nina.client.send(address, form="/remove").status == 303
    assert nina.client.get(address).status == 404
    assert "Noch ist niemand eingetragen." in nina.client.get(BASE).text


def test_another_networks_people_find_nothing(app: Flask, nina: User) -> None:
    address, nora = entered(nina), people.nora(app)
    below = address.replace("netz-a", "netz-b")
    for path in (address, below, BASE):
        assert nora.client.get(path).status == 404
    for path in (address, below, f"{below}/confirm", f"{below}/remove"):
        if path.endswith("/remove"):
            continue
        assert nora.client.post(path, {"csrf_token": nora.form_token()}).status == 404
    nora.client.post(f"{below}/remove", {"csrf_token": nora.form_token()})
    assert nina.client.get(address).status == 200
