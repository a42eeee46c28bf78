"""Where those who sign in can go: each sees the own places, and where they are."""

from urllib.parse import urlsplit

from flask import Flask

from om_selfcheck.domain.access import Strength
from tests import people
from tests.people import User
from tests.web.client import Page


def places(page: Page) -> list[str]:
    return [str(link["href"]) for link in page.soup.select(".office-nav a")]


def current(page: Page) -> list[str]:
    return [str(link["href"]) for link in page.soup.select(".office-nav [aria-current=page]")]


def test_coordinators_see_the_places_of_their_network_only(app: Flask) -> None:
    nina: User = people.nina(app)
    page = nina.client.get("/network/netz-a/links/new")
    assert current(page) == ["/network/netz-a/links"]
    assert all(place.startswith("/network/netz-a") for place in places(page))
    assert current(nina.client.get("/network/netz-a")) == ["/network/netz-a"]


def test_staff_see_the_office_too_and_no_network_where_none_is_at_hand(app: Flask) -> None:
    people.nina(app)
    olaf = people.olaf(app)
    page = olaf.client.get("/staff/users")
    assert current(page) == ["/staff/users"]
    assert not [place for place in places(page) if place.startswith("/network")]
    assert {"/staff/networks", "/network/netz-a/settings"} <= set(places(olaf.client.get("/network/netz-a")))


def test_every_place_opens_for_who_sees_it(app: Flask) -> None:
    for user in (people.nina(app), people.olaf(app)):
        for place in places(user.client.get("/network/netz-a")):
            assert user.client.get(place).status == 200, place


def test_the_own_account_leads_to_the_own_network(app: Flask) -> None:
    nina = people.nina(app, Strength.LINK)
    assert "/network/netz-a" in nina.client.get("/account/").links()


def test_the_own_account_shows_the_office_to_its_staff(app: Flask) -> None:
    olaf = people.olaf(app)
    assert set(places(olaf.client.get("/account/"))) == set(places(olaf.client.get("/staff")))
    assert not people.nina(app).client.get("/account/").soup.select(".frame")


def test_a_slash_too_many_leads_to_the_overview(app: Flask) -> None:
    led = people.olaf(app).client.get("/staff/")
    assert (led.status, urlsplit(led.location).path) == (308, "/staff")
