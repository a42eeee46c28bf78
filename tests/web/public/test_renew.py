"""Starting from the last declaration in hand: what anybody is told, and the way in for those who can show access."""

import hashlib
from datetime import date

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from om_selfcheck.extensions import db
from om_selfcheck.store.models import Company, Declaration
from tests import people
from tests.people import Person
from tests.web.client import Page

FORM = 'form[action$="/renewal"]'
WAYS = "So kommen Sie hinein"


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.alma(app)


@pytest.fixture
def number(alma: Person) -> str:
    return people.declare(alma)


def ask(person: Person, typed: str) -> Page:
    page = person.client.get("/renew", query_string={"number": typed})
    assert page.status == 200
    return page


def told(page: Page) -> str:
    return " ".join(page.soup.select_one("main").get_text(" ").split())  # type: ignore[union-attr]


def test_asks_for_the_number_or_the_file(app: Flask) -> None:
    page = people.stella(app).client.get("/renew")
    assert page.soup.select("input#number")
    assert page.soup.select('[data-look-up][data-address="/renew"] input[type=file]')
    assert "Set-Cookie" not in page.response.headers


@pytest.mark.parametrize("typed", ["abc", "000000-000000-000000", "1" * 500, "<script>", "%00", "٠" * 18, "' OR 1"])
def test_a_number_that_is_none_gets_a_clear_answer_and_stays_typed(app: Flask, typed: str) -> None:
    page = ask(people.stella(app), typed)
    assert "gibt es keine Selbsterklärung" in page.text
    assert page.soup.select('.error-summary a[href="#number"]')
    field = page.soup.select_one("#number")
    assert field is not None
    assert str(field["value"]) == typed[:60]


def test_a_stranger_is_told_what_the_numbers_page_says_and_the_three_ways(app: Flask, number: str) -> None:
    stella = people.stella(app)
    page = ask(stella, number.lower().replace("-", " "))
    facts = " ".join(page.soup.select_one("dl.facts").get_text(" ").split())  # type: ignore[union-attr]
    known = stella.client.get(f"/verify/{number}").soup.select_one("dl.facts")
    assert facts == " ".join(known.get_text(" ").split())  # type: ignore[union-attr]
    assert WAYS in page.text
    assert "/lost-link" in page.links()
    assert not page.soup.select(FORM)
    assert "Set-Cookie" not in page.response.headers


def test_the_page_tells_nothing_of_the_round_behind_the_number(app: Flask, alma: Person, number: str) -> None:
    page = ask(people.stella(app), number)
    for private in ("Katrin Brandt", "Mühlbach", "31134", "Maßnahme 1", "Büro", alma.assessment_id):
        assert private not in str(page.soup)


def test_it_reads_the_same_whatever_the_company_did_meanwhile(app: Flask, alma: Person, number: str) -> None:
    before = told(ask(people.stella(app), number))
    people.renew(alma)
    with app.app_context():
        db.session.execute(update(Company).values(email="a@b.de", confirmed_email="a@b.de", reminder="email"))
        db.session.commit()
    assert told(ask(people.stella(app), number)) == before


def test_who_has_the_round_open_here_goes_straight_on(alma: Person, number: str) -> None:
    page = ask(alma, number)
    assert WAYS not in page.text
    begun = alma.client.post(str(page.soup.select(FORM)[0]["action"]), page.values("/renewal"))
    assert begun.status == 303
    assert begun.location != alma.base
    again = alma.client.post(str(page.soup.select(FORM)[0]["action"]), page.values("/renewal"))
    assert again.location == begun.location


def test_the_key_opened_in_another_round_counts_too(alma: Person, number: str) -> None:
    people.renew(alma)
    back = people.come_back(alma)
    assert ask(back, number).soup.select(FORM)


@pytest.mark.parametrize("right", ["editor", "reader"])
def test_a_guest_is_sent_to_the_personal_link(alma: Person, number: str, right: str) -> None:
    page = ask(people.invited(alma, right=right, name="Gast"), number)
    assert WAYS in page.text
    assert not page.soup.select(FORM)


def test_another_company_is_a_stranger(app: Flask, number: str) -> None:
    other = people.alma(app)
    people.declare(other)
    assert told(ask(other, number)) == told(ask(people.stella(app), number))


def test_a_replaced_number_leads_to_the_newer_one(app: Flask, alma: Person, number: str) -> None:
    newer = people.declare(people.renew(alma))
    for person in (alma, people.stella(app)):
        page = ask(person, number)
        assert f"/renew?number={newer}" in page.links()
        assert WAYS not in page.text
        assert not page.soup.select(FORM)
    assert ask(alma, newer).soup.select(FORM)


@pytest.mark.parametrize(("column", "status"), [("withdrawn_on", "widerrufen"), ("issued_on", "abgelaufen")])
def test_expired_and_withdrawn_ones_are_renewed_as_well(
    app: Flask, alma: Person, number: str, column: str, status: str
) -> None:
    values = {column: date(2020, 2, 29), "withdrawal_reason": "own_wish"}
    with app.app_context():
        db.session.execute(update(Declaration).values(**values))
        db.session.commit()
    assert status in told(ask(people.stella(app), number))
    assert ask(alma, number).soup.select(FORM)


def test_a_file_leads_to_its_number_and_a_foreign_one_is_said(app: Flask, alma: Person, number: str) -> None:
    content = alma.client.get(f"/declarations/{number}/declaration.pdf").response.data
    client = people.stella(app).client
    found = client.get("/renew", query_string={"sha256": hashlib.sha256(content).hexdigest()})
    assert found.location == f"/renew?number={number}"
    for other in (hashlib.sha256(content + b" ").hexdigest(), "1", "%00"):
        page = client.get("/renew", query_string={"sha256": other})
        assert page.status == 200
        assert "kennt der Server nicht" in page.text


def test_the_language_goes_along(app: Flask, number: str) -> None:
    page = people.stella(app).client.get("/renew", query_string={"number": number, "lang": "en"})
    assert "How you get in" in page.text
    assert "/lost-link?lang=en" in page.links()


def test_a_session_that_ended_opens_nothing(alma: Person, number: str) -> None:
    with time_machine.travel("2099-01-01T00:00:00Z", tick=False):
        assert not ask(alma, number).soup.select(FORM)
