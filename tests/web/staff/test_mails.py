"""The page of mails that could not be delivered: what, why, when, and where to look next; never an address."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from om_selfcheck.extensions import db
from om_selfcheck.store.models import AuditStep, Company, Declaration
from tests import people
from tests.factories import NOW
from tests.people import User
from tests.services.test_undeliverable import ADDRESS, add

MAILS = "/staff/mails"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


def test_each_names_what_it_was_and_why_it_failed_and_leads_on(app: Flask, olaf: User) -> None:
    alma = people.declared_yesterday(app)
    number = people.number_of(app, alma)
    with app.app_context():
        row = db.session.execute(select(Declaration.company_id, Declaration.assessment_id)).one()
        add(db.session, company_id=row.company_id, assessment_id=row.assessment_id)
        add(db.session, minutes=1, kind="set_up_link", subject=f"user:{olaf.user_id}", problem="not_reached")
    page = olaf.client.get(MAILS)
    assert "Gefunden: 2" in page.text
    assert "Der Mailserver hat die Adresse abgelehnt" in page.text
    assert "letzter Versuch am 21.11.2026" in page.text
    links = [str(link["href"]) for link in page.soup.select(".task a")]
    assert links == [f"/staff/users/{olaf.user_id}", f"/staff/declarations/{number}"]
    assert all(olaf.client.get(link).status == 200 for link in links)
    assert ADDRESS not in page.response.get_data(as_text=True)


def test_a_letter_of_a_case_leads_to_it_and_says_which_one(app: Flask, olaf: User) -> None:
    alma = people.declared_yesterday(app)
    people.draw_all(app, olaf.account)
    case = people.case_of(app, alma)
    olaf.client.send(f"/staff/audits/{case}", form="/ask")
    with app.app_context():
        step_id = db.session.scalar(select(AuditStep.id).where(AuditStep.kind == "asked"))
        add(db.session, kind="audit", subject=f"audit:{case}", stage=str(step_id))
        add(db.session, kind="audit", subject=f"audit:{UUID(int=5)}", stage=str(UUID(int=6)))
    page = olaf.client.get(MAILS)
    assert [str(link["href"]) for link in page.soup.select(".task a")] == [f"/staff/audits/{case}"]
    assert page.text.count("Um Einsicht gebeten: zum Fall") == 1


def test_a_check_that_was_never_declared_says_so(app: Flask, olaf: User) -> None:
    people.alma(app)
    with app.app_context():
        add(db.session, company_id=db.session.scalar(select(Company.id)))
    assert "ohne Selbsterklärung" in olaf.client.get(MAILS).text


def test_page_by_page(app: Flask, olaf: User) -> None:
    with app.app_context():
        for _ in range(51):
            add(db.session)
    first = olaf.client.get(MAILS)
    (older,) = first.soup.select(".pager a")
    second = olaf.client.get(str(older["href"]))
    assert [len(page.soup.select(".task")) for page in (first, second)] == [50, 1]
    (back,) = second.soup.select(".pager a")
    assert str(back["href"]) == MAILS


@pytest.mark.parametrize("after", ["²", UUID(int=7).hex, "x" * 500])
def test_a_place_that_means_nothing_is_the_beginning(app: Flask, olaf: User, after: str) -> None:
    with app.app_context():
        add(db.session)
    page = olaf.client.get(MAILS, query_string={"after": after})
    assert (page.status, len(page.soup.select(".task"))) == (200, 1)


def test_an_empty_list_says_what_that_means(olaf: User) -> None:
    assert "In den letzten 30 Tagen war keine E-Mail unzustellbar" in olaf.client.get(MAILS).text
