"""Links by mail: to sign in, and to set an account up."""

from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.extensions import db
from om_selfcheck.services import account_links, accounts
from om_selfcheck.services.account_links import LinkPurpose
from om_selfcheck.services.accounts import Account
from om_selfcheck.store.models import Message
from tests import people
from tests.factories import PASSWORD
from tests.web.auth.test_account import set_up_app
from tests.web.client import PageClient

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ENDED = "Dieser Link öffnet nichts mehr"


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(NOW, tick=False) as machine:
        yield machine


@pytest.fixture
def nina(app: Flask) -> Account:
    return people.add_user(app, "nina@example.org", Role.COORDINATOR)


def make(app: Flask, account: Account, purpose: LinkPurpose) -> str:
    with app.app_context():
        token = account_links.make_link(db.session, user_id=account.user_id, purpose=purpose, now=NOW)
        db.session.commit()
    return f"/account/{'sign-in' if purpose is LinkPurpose.SIGN_IN else 'set-up'}/{token}"


def mails(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Message.address)).all())


class TestAsking:
    def test_the_answer_is_the_same_for_every_address(self, app: Flask, client: PageClient, nina: Account) -> None:
        said = {}
        for email in (nina.email, "nobody@example.org"):
            answered = client.send("/account/sign-in-link", {"email": email})
            said[email] = answered.text.replace(email, "")
            assert answered.status == 200
            assert "Set-Cookie" not in answered.response.headers
        assert said[nina.email] == said["nobody@example.org"]
        assert mails(app) == [nina.email]

    @pytest.mark.parametrize("email", ["", "a@b", "a@b.de, c@d.de", "x\r\nBcc: y@example.org", "Eva <eva@b.de>"])
    def test_what_is_no_address_is_named(self, app: Flask, client: PageClient, email: str) -> None:
        refused = client.send("/account/sign-in-link", {"email": email})
        assert refused.status == 422
        assert "#email" in str(refused.soup.select_one(".error-summary"))
        assert mails(app) == []

    def test_three_an_hour_go_to_one_address_whether_known_or_not(
        self, app: Flask, client: PageClient, nina: Account
    ) -> None:
        for email in (nina.email, "nobody@example.org"):
            answers = [client.send("/account/sign-in-link", {"email": email}).status for _ in range(4)]
            assert answers == [200, 200, 200, 429]
        assert mails(app) == [nina.email], "the same instant is the same mail"


class TestSigningIn:
    def test_the_button_lets_in_once_the_page_alone_does_not(
        self, app: Flask, client: PageClient, nina: Account
    ) -> None:
        link = make(app, nina, LinkPurpose.SIGN_IN)
        for _ in range(2):
            shown = client.get(link)
            assert "nina@example.org" in shown.text
            assert "10:10 Uhr" in shown.text
        client.flask_client.head(link)
        assert client.get("/account/").status == 303
        assert client.send(link).location == "/account/"
        assert "mit einem Link per E-Mail" in client.get("/account/").text
        second = PageClient(app)
        assert second.post(link).status == 404
        assert ENDED in second.get(link).text

    def test_it_ends_after_ten_minutes(
        self, app: Flask, client: PageClient, nina: Account, clock: time_machine.Traveller
    ) -> None:
        link = make(app, nina, LinkPurpose.SIGN_IN)
        clock.shift(600)
        assert client.post(link).status == 404

    def test_it_does_not_open_what_needs_more(self, app: Flask, client: PageClient) -> None:
        user = people.nina(app)
        client.post(make(app, user.account, LinkPurpose.SIGN_IN))
        told = client.get("/account/password")
        assert told.status == 403
        assert "/account/login?next=/account/password" in told.links()

    def test_who_has_no_password_yet_chooses_one_then_a_second_factor(
        self, app: Flask, client: PageClient, nina: Account
    ) -> None:
        client.post(make(app, nina, LinkPurpose.SIGN_IN))
        asked = client.get("/account/second-factor").location
        assert asked == "/account/password?next=/account/second-factor"
        chosen = client.send(asked, {"password": PASSWORD, "password_again": PASSWORD})
        assert chosen.location == "/account/second-factor"
        assert client.get("/account/second-factor").status == 200
        assert "mit Passwort" in client.get("/account/").text

    def test_wrong_links_are_counted_and_a_good_one_still_opens(
        self, app: Flask, client: PageClient, nina: Account
    ) -> None:
        statuses = [client.get(f"/account/sign-in/{number}").status for number in range(31)]
        assert statuses == [404] * 30 + [429]
        assert client.post(make(app, nina, LinkPurpose.SIGN_IN)).status == 303


class TestSettingUp:
    def test_choosing_a_password_uses_the_link_up_and_lets_in(
        self, app: Flask, client: PageClient, nina: Account
    ) -> None:
        link = make(app, nina, LinkPurpose.SET_UP)
        assert "bis 27. November 2026, 10:00 Uhr" in client.get(link).text
        assert client.send(link, {"password": PASSWORD, "password_again": PASSWORD}).location == "/account/"
        assert client.get(link).status == 404
        again = PageClient(app)
        assert again.post("/account/login", {"email": nina.email, "password": PASSWORD}).location == "/account/"

    def test_staff_go_on_to_the_second_factor(self, app: Flask, client: PageClient) -> None:
        olaf = people.add_user(app, "olaf@example.org", Role.STAFF)
        set_up = client.send(make(app, olaf, LinkPurpose.SET_UP), {"password": PASSWORD, "password_again": PASSWORD})
        assert set_up.location == "/account/second-factor"
        kept = set_up_app(client, NOW)
        assert "/staff" in kept.links()

    def test_staff_who_signed_in_too_weakly_for_the_office_stay_at_their_account(
        self, app: Flask, client: PageClient
    ) -> None:
        olaf = people.add_user(app, "olaf@example.org", Role.STAFF, Strength.SECOND_FACTOR)
        assert client.send(make(app, olaf, LinkPurpose.SIGN_IN)).location == "/account/"
        assert not client.get("/account/").soup.select(".office-nav")

    @pytest.mark.parametrize(
        ("password", "again", "field"),
        [
            ("kurz", "kurz", "password"),
            ("passwort1234", "passwort1234", "password"),
            ("nina@example.org", "nina@example.org", "password"),
            ("OM-Selbstcheck", "OM-Selbstcheck", "password"),
            ("", "", "password"),
            ("x" * 201, "x" * 201, "password"),
            (PASSWORD, PASSWORD.lower(), "password_again"),
        ],
    )
    def test_a_weak_or_mistyped_password_is_named_and_the_link_stays_good(
        self, app: Flask, client: PageClient, nina: Account, *, password: str, again: str, field: str
    ) -> None:
        link = make(app, nina, LinkPurpose.SET_UP)
        refused = client.send(link, {"password": password, "password_again": again})
        assert refused.status == 422
        assert f"#{field}" in str(refused.soup.select_one(".error-summary"))
        assert not refused.soup.select("input[type=password][value]:not([value=''])"), "it is not sent back"
        assert client.send(link, {"password": PASSWORD, "password_again": PASSWORD}).status == 303

    def test_a_long_sentence_is_judged_and_taken(self, app: Flask, client: PageClient, nina: Account) -> None:
        sentence = "Der grüne Zwieback rollt donnerstags gern über frisch geharkten Kies und summt dabei leise"
        assert len(sentence) > 72
        link = make(app, nina, LinkPurpose.SET_UP)
        assert client.send(link, {"password": sentence, "password_again": sentence}).status == 303
        entered = PageClient(app).post("/account/login", {"email": nina.email, "password": sentence})
        assert entered.status == 303
        cut = PageClient(app).post("/account/login", {"email": nina.email, "password": sentence[:72]})
        assert cut.status == 422

    def test_an_account_closed_meanwhile_is_not_set_up(self, app: Flask, client: PageClient, nina: Account) -> None:
        link = make(app, nina, LinkPurpose.SET_UP)
        with app.app_context():
            accounts.deactivate_user(db.session, user_id=nina.user_id, by=SYSTEM, now=NOW)
            db.session.commit()
        assert client.post(link, {"password": PASSWORD, "password_again": PASSWORD}).status == 404

    def test_setting_up_ends_a_session_that_a_mailed_link_began(self, app: Flask, nina: Account) -> None:
        thief = people.signed_in(app, nina, Strength.LINK).client
        assert thief.get("/account/").status == 200
        PageClient(app).send(make(app, nina, LinkPurpose.SET_UP), {"password": PASSWORD, "password_again": PASSWORD})
        assert thief.get("/account/").status == 303
