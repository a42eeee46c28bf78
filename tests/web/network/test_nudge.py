"""The blind nudge on its page: asked once, and the answer says the same whomever it reaches (D9)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from om_selfcheck import clock
from om_selfcheck.domain.access import Strength
from om_selfcheck.extensions import db
from om_selfcheck.services import nudges
from om_selfcheck.store.models import Company, Message, Network, Nudge
from tests import factories, people
from tests.people import User
from tests.services import crowd

PAGE = "/network/netz-a/nudge"


@pytest.fixture
def nina(app: Flask) -> User:
    """Nina, who came in by a mailed link; her network names her as its contact."""
    user = people.nina(app, Strength.LINK)
    change_network(app, contact_name="Nina Nolte", contact_phone="05321 1234")
    return user


def change_network(app: Flask, **columns: object) -> None:
    with app.app_context():
        db.session.execute(update(Network).values(**columns))
        db.session.commit()


def leave_lying(app: Flask, count: int) -> None:
    with app.app_context():
        network = crowd.find_network(db.session, "netz-a")
        long_ago = clock.now() - timedelta(days=20)
        for _ in range(count):
            crowd.join(db.session, factories.start(db.session, now=long_ago), network, may_be_nudged=True, now=long_ago)
        db.session.execute(update(Company).values(confirmed_email="post@brandt.example"))
        db.session.commit()


def test_says_first_what_goes_out_to_whom_and_what_is_seen_of_it(nina: User) -> None:
    page = nina.client.get(PAGE)
    assert "Nina Nolte, 05321 1234" in page.text
    assert "Wen und wie viele sie erreicht, zeigt das Programm niemandem" in page.text
    assert page.soup.find("button", string="Jetzt erinnern")


@pytest.mark.parametrize("companies", [0, 3])
def test_the_answer_is_the_same_whomever_it_reaches(app: Flask, nina: User, companies: int) -> None:
    leave_lying(app, companies)
    sent = nina.client.send(PAGE)
    assert (sent.status, sent.location) == (303, PAGE)
    shown = nina.client.get(PAGE)
    assert "Die Erinnerung ist auf dem Weg" in shown.text
    assert "brandt" not in shown.text
    assert not shown.soup.find("button", string="Jetzt erinnern")
    with app.app_context():
        assert db.session.scalars(select(Message)).all() == [], "mails are queued later, by whoever sends them"
        queued = sum(
            nudges.queue_nudge(db.session, nudge=one, now=clock.now()) for one in nudges.list_waiting(db.session)
        )
        assert queued == companies


def test_a_second_click_sends_nothing_and_says_when_again(app: Flask, nina: User) -> None:
    form = nina.client.get(PAGE).values()
    nina.client.post(PAGE, form)
    again = nina.client.post(PAGE, form)
    assert again.status == 303
    assert "Die nächste ist ab dem" in nina.client.get(PAGE).text
    with app.app_context():
        assert len(db.session.scalars(select(Nudge)).all()) == 1


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"contact_name": ""}, "Zuerst eine Ansprechperson"),
        ({"closed_at": clock.now()}, "Dieses Netzwerk ist geschlossen"),
    ],
)
def test_without_anybody_to_turn_to_there_is_no_button(
    app: Flask, nina: User, columns: dict[str, object], words: str
) -> None:
    form = nina.client.get(PAGE).values()
    change_network(app, **columns)
    page = nina.client.get(PAGE)
    assert words in page.text
    assert not page.soup.find("button", string="Jetzt erinnern")
    assert nina.client.post(PAGE, form).status == 303
    with app.app_context():
        assert db.session.scalars(select(Nudge)).all() == []
