"""Withdrawing at the company's own wish: said, said again, and done."""

import pytest
from babel.dates import format_date
from flask import Flask

from om_selfcheck import clock
from tests import people
from tests.factories import DETAILS
from tests.people import Person


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.declared_yesterday(app)


def test_it_takes_two_pages_and_a_tick(app: Flask, alma: Person) -> None:
    number = people.number_of(app, alma)
    issued = f"/declarations/{number}"
    assert f"{issued}/withdrawal" in alma.client.get(issued).links()
    first = alma.client.get(f"{issued}/withdrawal")
    assert not first.soup.select("main form")
    assert "auf eigenen Wunsch des Unternehmens" in first.text
    second = f"{issued}/withdrawal?sure=1"
    assert second in first.links()
    refused = alma.client.send(second)
    assert refused.status == 422
    assert "gilt bis" in people.stella(app).client.get(f"/verify/{number}").text
    assert alma.client.send(second, {"confirm": "yes"}).location == issued
    public = people.stella(app).client.get(f"/verify/{number}").text
    assert "widerrufen" in public
    assert "auf eigenen Wunsch des Unternehmens" in public
    shown = alma.client.get(issued)
    assert f"Ihre Selbsterklärung ist seit {format_date(clock.today(), 'long', 'de_DE')} widerrufen." in shown.text
    assert f"{issued}/correction" not in shown.links()
    assert "Sie gilt nicht mehr." in shown.text
    assert "So ist es richtig" not in shown.text
    assert f"{issued}/withdrawal" not in shown.links()
    assert alma.client.get(f"{issued}/withdrawal").location == issued


def test_twice_is_told_in_words(app: Flask, alma: Person) -> None:
    number = people.number_of(app, alma)
    form = alma.client.get(f"/declarations/{number}/withdrawal?sure=1").values() | {"confirm": "yes"}
    assert alma.client.post(f"/declarations/{number}/withdrawal", form).status == 303
    again = alma.client.post(f"/declarations/{number}/withdrawal", form)
    assert again.status == 409
    assert "Diese Selbsterklärung ist schon widerrufen" in again.text


def test_only_the_owner_may(app: Flask, alma: Person) -> None:
    number = people.number_of(app, alma)
    for person, status in ((people.bente(alma), 403), (people.rolf(alma), 403), (people.stella(app), 404)):
        assert person.client.get(f"/declarations/{number}/withdrawal").status == status
        assert f"/declarations/{number}/withdrawal" not in person.client.get(f"/declarations/{number}").links()


def test_the_preview_says_that_it_is_possible(app: Flask) -> None:
    alma = people.alma(app)
    people.rate_everything(alma)
    people.plan_ten(alma)
    alma.client.send(f"{alma.base}/declaration", dict(DETAILS))
    page = alma.client.get(f"{alma.base}/declaration/preview").text
    assert "Widerrufen können Sie die Erklärung jederzeit selbst" in page
    assert "Alle Maßnahmen des Checks haben dieselbe Farbe." in page, "what a case would point out"
