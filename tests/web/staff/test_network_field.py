"""A network in the office's forms: typed by name or slug, few offered, unknown ones refused with what was meant."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert

from om_selfcheck.extensions import db
from om_selfcheck.store.models import Network
from tests import people
from tests.factories import NOW
from tests.people import User
from tests.web.client import Page

MANY = 2_000
PAGES = ("/staff/declarations", "/staff/samples", "/staff/users")
FIELD = "#network"


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


def add_networks(app: Flask, count: int) -> None:
    with app.app_context():
        rows = [
            {"id": UUID(int=number + 1), "slug": f"netz-{number}", "name": f"Netz Nummer {number}"}
            for number in range(count)
        ]
        db.session.execute(insert(Network).values(kind="regional", created_at=NOW), rows)
        db.session.commit()


def offered(page: Page) -> list[str]:
    return [str(one["value"]) for one in page.soup.select("#network-list option")]


def complaint(page: Page) -> str:
    said = page.soup.select_one("#network-error")
    assert said is not None
    return " ".join(said.get_text(" ").split())


@pytest.mark.parametrize("address", PAGES)
def test_few_networks_are_offered_by_name(app: Flask, olaf: User, address: str) -> None:
    add_networks(app, 3)
    assert offered(olaf.client.get(address)) == ["netz-0", "netz-1", "netz-2"]


@pytest.mark.parametrize("address", PAGES)
def test_two_thousand_networks_weigh_no_more_than_none(app: Flask, olaf: User, address: str) -> None:
    before = len(olaf.client.get(address).response.get_data())
    add_networks(app, MANY)
    page = olaf.client.get(address)
    assert offered(page) == []
    assert len(page.response.get_data()) < before + 1_000


@pytest.mark.parametrize("typed", ["netz-7", "Netz Nummer 7", "NETZ NUMMER 7"])
def test_the_register_is_narrowed_down_by_a_slug_or_a_whole_name(app: Flask, olaf: User, typed: str) -> None:
    add_networks(app, MANY)
    page = olaf.client.get("/staff/declarations", query_string={"network": typed})
    assert not page.soup.select("#error-summary")
    assert str(page.soup.select_one(FIELD)["value"]) == typed  # type: ignore[index]


def test_a_part_of_a_name_is_refused_with_some_that_were_meant(app: Flask, olaf: User) -> None:
    add_networks(app, MANY)
    page = olaf.client.get("/staff/declarations", query_string={"network": "Nummer 199"})
    assert "Das passt nicht eindeutig zu einem Netzwerk." in complaint(page)
    assert "Netz Nummer 199 (Kurzname netz-199)" in complaint(page)
    assert offered(page)[:2] == ["netz-199", "netz-1990"]
    assert len(offered(page)) == 8


def test_what_is_nowhere_is_said_plainly(app: Flask, olaf: User) -> None:
    add_networks(app, 3)
    page = olaf.client.get("/staff/declarations", query_string={"network": "Atlantis"})
    assert "Kein Netzwerk heißt so." in complaint(page)
    assert str(page.soup.select_one(FIELD)["value"]) == "Atlantis"  # type: ignore[index]


@pytest.mark.parametrize("count", [3, 60])
def test_what_is_far_too_long_is_bounded_before_it_is_looked_for(app: Flask, olaf: User, count: int) -> None:
    add_networks(app, count)
    page = olaf.client.post(
        "/staff/users",
        {"csrf_token": olaf.form_token(), "role": "coordinator", "network": "%" * 100_000},
    )
    assert page.status == 422
    assert "höchstens 200 Zeichen" in complaint(page)


def test_a_coordinator_is_invited_by_the_name_of_the_network(app: Flask, olaf: User) -> None:
    add_networks(app, MANY)
    fields = {"email": "neu@example.org", "role": "coordinator", "network": "Netz Nummer 7"}
    assert olaf.client.send("/staff/users", fields).status == 303
    assert "Netz Nummer 7" in olaf.client.get("/staff/users").text
