"""The staff's networks: adding, finding, inviting a coordinator, closing."""

import pytest
from flask import Flask
from sqlalchemy import select

from om_selfcheck.extensions import db
from om_selfcheck.services import networks
from om_selfcheck.store.models import Message
from tests import people
from tests.people import User
from tests.web.client import Page

NETWORKS = "/staff/networks"
FIELDS = {"slug": "nordharz", "name": "Netzwerk Nordharz", "kind": "regional", "area": "Nordharz"}


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


def add(olaf: User, **changes: str) -> Page:
    return olaf.client.send(f"{NETWORKS}/new", FIELDS | changes)


def test_the_empty_list_says_what_to_do_first(olaf: User) -> None:
    page = olaf.client.get(NETWORKS)
    assert "Legen Sie das erste an" in page.text
    assert f"{NETWORKS}/new" in page.links()


def test_a_network_is_added_and_its_coordinator_invited(app: Flask, olaf: User) -> None:
    added = olaf.client.get(add(olaf).location)
    assert "Das Netzwerk ist angelegt" in added.text
    assert "Noch niemand." in added.text
    invited = olaf.client.send(f"{NETWORKS}/nordharz", {"email": "neu@example.org"}, form="/coordinators")
    assert "neu@example.org" in olaf.client.get(invited.location).text
    with app.app_context():
        assert [(row.kind, row.address) for row in db.session.scalars(select(Message))] == [
            ("set_up_link", "neu@example.org")
        ]
    assert f"{NETWORKS}/nordharz" in olaf.client.get(NETWORKS).links()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": ""}, "slug"),
        ({"slug": "Nord Harz"}, "slug"),
        ({"slug": "netz-a"}, "slug"),
        ({"slug": "a" * 41}, "slug"),
        ({"name": ""}, "name"),
        ({"kind": ""}, "kind"),
        ({"greeting": "https://beispiel.de"}, "greeting"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nothing_typed_is_lost(
    app: Flask, olaf: User, changes: dict[str, str], field: str
) -> None:
    people.add_link(app, "netz-a")
    refused = add(olaf, **changes)
    assert refused.status == 422
    assert f"#{field}" in str(refused.soup.select_one(".error-summary"))
    assert refused.values()["area"] == "Nordharz"
    with app.app_context():
        assert [one.slug for one in networks.list_networks(db.session)] == ["netz-a"]


def test_a_form_without_fields_is_refused(olaf: User) -> None:
    assert olaf.client.post(f"{NETWORKS}/new", {"csrf_token": olaf.form_token()}).status == 422


def test_the_list_is_searched_and_comes_in_parts(olaf: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks.search_networks, "__kwdefaults__", {"at_most": 2})
    for name in ("Alster", "Bode", "Chemnitz"):
        add(olaf, slug=name.lower(), name=name)
    first = olaf.client.get(NETWORKS)
    assert "Chemnitz" not in first.text
    (more,) = (link for link in first.links() if "after=" in link)
    assert "Chemnitz" in olaf.client.get(more).text
    found = olaf.client.get(f"{NETWORKS}?q=chem").text
    assert "Chemnitz" in found
    assert "Bode" not in found
    assert "Kein Netzwerk heißt so." in olaf.client.get(f"{NETWORKS}?q=zzz").text
    assert "Hier endet die Liste." in olaf.client.get(f"{NETWORKS}?after=chemnitz").text


def test_a_network_is_closed_and_opened_again(app: Flask, olaf: User) -> None:
    code = people.token_of(app, "netz-a", people.add_link(app, "netz-a"))
    alma, nina = people.alma(app), people.nina(app)
    people.join(alma, code, "status")
    closed = olaf.client.send(f"{NETWORKS}/netz-a", form="/close")
    assert "geschlossen am" in olaf.client.get(closed.location).text
    assert people.stella(app).client.get(f"/i/{code}").status == 410
    assert "Dieses Netzwerk ist geschlossen" in nina.client.get("/network/netz-a").text
    assert "Noch hat Ihnen kein Betrieb" in nina.client.get("/network/netz-a/companies").text
    assert "geschlossen am" in olaf.client.get(NETWORKS).text
    olaf.client.send(f"{NETWORKS}/netz-a", form="/reopen")
    assert people.stella(app).client.get(f"/i/{code}").status == 200
    assert "Noch hat Ihnen kein Betrieb" in nina.client.get("/network/netz-a/companies").text


def test_staff_see_all_networks_from_within(app: Flask, olaf: User) -> None:
    people.nina(app)
    page = olaf.client.get("/network/netz-a/settings")
    assert page.status == 200
    assert {"/staff/networks", "/network/netz-a/links"} <= set(page.links())


@pytest.mark.parametrize("email", ["", "@"])
def test_a_coordinator_needs_an_address(app: Flask, olaf: User, email: str) -> None:
    people.add_link(app, "netz-a")
    refused = olaf.client.send(f"{NETWORKS}/netz-a", {"email": email, "name": "Neu"}, form="/coordinators")
    assert refused.status == 422
    assert refused.values("/coordinators")["name"] == "Neu"
