"""The page behind the link in a reminder, and the one click of a mail program (RFC 8058)."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from om_selfcheck.extensions import db
from om_selfcheck.services.unsubscribing import sign_recipient
from om_selfcheck.store.models import Company, Doer, EventRow
from tests import people
from tests.factories import NOW
from tests.mail.unsubscribing import RENEWAL, make_unsubscribe_link
from tests.web.client import PageClient

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def address(app: Flask) -> str:
    """Where the reminders of Alma's company are ended."""
    return f"/unsubscribe/{make_unsubscribe_link(app, people.alma(app).assessment_id)}"


def reminder_of_all(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(Company.reminder)))


def test_looking_says_what_ends_and_changes_nothing(app: Flask, client: PageClient, address: str) -> None:
    page = client.get(address)
    assert page.soup.h1 is not None
    assert page.soup.h1.get_text() == "Erinnerungen beenden"
    for said in ("Malerei Alma", "Termine", "zwei Jahre", "Zugangslink", "Wieder beginnen"):
        assert said in page.text
    assert client.flask_client.head(address).status_code == 200
    assert reminder_of_all(app) == {"email"}
    assert "Set-Cookie" not in page.response.headers


def test_the_button_ends_them_and_the_page_says_how_to_start_again(
    app: Flask, client: PageClient, address: str
) -> None:
    ended = client.send(address)
    assert ended.status == 200
    assert "Es kommen keine Erinnerungen mehr" in ended.text
    assert "wählen Sie dort wieder Erinnerungen per E-Mail" in ended.text
    assert reminder_of_all(app) == {"not_at_all"}
    again = client.get(address)
    assert "Es kommen keine Erinnerungen mehr" in again.text
    assert again.soup.select_one("main form") is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://mail.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none", "User-Agent": "mail provider"},
    ],
)
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mail_program_ends_them_in_one_click_without_session_or_token(
    app: Flask, client: PageClient, address: str, headers: dict[str, str], content_type: str
) -> None:
    answer = client.post(address, ONE_CLICK, headers=headers, content_type=content_type)
    assert answer.status == 200, "a redirect would not be followed"
    assert "Set-Cookie" not in answer.response.headers
    assert reminder_of_all(app) == {"not_at_all"}
    assert client.post(address, ONE_CLICK, headers=headers).status == 200
    with app.app_context():
        ended = db.session.scalars(select(EventRow).where(EventRow.verb == "reminders_ended")).all()
    assert len(ended) == 1


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": ""}, {"list-unsubscribe": "One-Click"}, {"other": "x"}])
def test_a_post_that_does_not_say_so_ends_nothing(
    app: Flask, client: PageClient, address: str, data: dict[str, str]
) -> None:
    assert client.post(address, data).status == 400
    assert reminder_of_all(app) == {"email"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_whole_says_what_to_do(app: Flask, client: PageClient, address: str, method: str) -> None:
    page = client.open(address[:-1], method=method, data=ONE_CLICK)
    assert page.status == 404
    assert "Dieser Link beendet keine Erinnerungen" in page.text
    assert reminder_of_all(app) == {"email"}


def test_only_this_address_takes_forms_from_elsewhere(app: Flask) -> None:
    open_to_all = {name for name, view in app.view_functions.items() if hasattr(view, "takes_foreign_forms")}
    assert open_to_all == {"public.unsubscribe"}


def test_somebody_responsible_is_told_that_the_address_goes(app: Flask, client: PageClient) -> None:
    alma = people.alma(app)
    with app.app_context():
        doer = Doer(id=uuid4(), assessment_id=UUID(alma.assessment_id), name="Büro", address=RENEWAL.address)
        doer.confirmed_at = NOW
        db.session.add(doer)
        db.session.commit()
        claimed = replace(RENEWAL, subject=f"doer:{doer.id}")
        address = f"/unsubscribe/{sign_recipient(claimed, app.extensions['om_settings'].secret_key)}"
    assert "Ihre Adresse wird dabei gelöscht" in client.get(address).text
    assert client.send(address).status == 200
    with app.app_context():
        assert db.session.scalars(select(Doer.address)).all() == [""]


def test_the_page_speaks_english_too(client: PageClient, address: str) -> None:
    assert "End reminders" in client.get(f"{address}?lang=en").text
