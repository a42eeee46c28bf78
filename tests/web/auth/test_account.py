"""The own account: details, password, second factor, recovery codes, other devices."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from om_selfcheck.domain.access import FRESH_FOR, Role, Strength
from om_selfcheck.extensions import db
from om_selfcheck.services import credentials
from om_selfcheck.store.models import Message, User
from tests import people
from tests.factories import PASSWORD
from tests.totp import show_code
from tests.web.client import Page, PageClient

NOW = datetime(2026, 11, 24, 9, 0, 5, tzinfo=UTC)
NEW = "Zimt Amboss Gardine Kufe"
CODE = re.compile(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b")


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(NOW, tick=False) as machine:
        yield machine


@pytest.fixture
def nora(app: Flask) -> people.User:
    """A coordinator signed in by password, without a second factor."""
    account = people.add_user(app, "nora@example.org", Role.COORDINATOR, Strength.PASSWORD)
    return people.signed_in(app, account, Strength.PASSWORD)


def set_up_app(client: PageClient, at: datetime = NOW) -> Page:
    page = client.get("/account/second-factor")
    secret = page.soup.select_one("#secret")
    assert secret is not None
    return client.post("/account/second-factor", page.values() | {"code": show_code(secret.text, at)})


def changes_told(app: Flask) -> list[str]:
    with app.app_context():
        return [str(facts) for facts in db.session.scalars(select(Message.facts)).all()]


class TestDetails:
    def test_name_and_language_are_kept(self, app: Flask, nora: people.User) -> None:
        assert nora.client.send("/account/", {"name": " Nora  Nett ", "language": "en"}, form="/details").status == 303
        page = nora.client.get("/account/?saved=1")
        assert "Gespeichert." in page.text
        assert "Nora Nett" in page.soup.select_one(".signed-in").text  # type: ignore[union-attr]
        with app.app_context():
            assert db.session.scalar(select(User.language)) == "en"

    def test_a_second_window_is_told_what_stands_there_now(self, nora: people.User) -> None:
        form = nora.client.get("/account/").values("/account/details")
        nora.client.post("/account/details", form | {"name": "Nora"})
        late = nora.client.post("/account/details", form | {"name": "N. Nett"})
        assert late.status == 409
        assert late.values("/account/details")["name"] == "N. Nett"
        assert "Nora" in str(late.soup.select_one("#name-error"))

    @pytest.mark.parametrize(("field", "value"), [("name", "x" * 201), ("language", "fr")])
    def test_bad_input_is_named(self, nora: people.User, field: str, value: str) -> None:
        refused = nora.client.send("/account/", {field: value}, form="/details")
        assert refused.status == 422
        assert f"#{field}" in str(refused.soup.select_one(".error-summary"))


class TestPassword:
    def change(self, client: PageClient, current: str = PASSWORD, new: str = NEW) -> Page:
        fields = {"current_password": current, "password": new, "password_again": new}
        return client.send("/account/password", fields)

    def test_changing_it_ends_other_sessions_not_this_one_and_is_told(self, app: Flask, nora: people.User) -> None:
        elsewhere = people.signed_in(app, nora.account, Strength.PASSWORD).client
        assert self.change(nora.client).status == 303
        assert elsewhere.get("/account/").status == 303
        assert nora.client.get("/account/").status == 200
        assert PageClient(app).post("/account/login", {"email": nora.email, "password": NEW}).status == 303
        assert PageClient(app).post("/account/login", {"email": nora.email, "password": PASSWORD}).status == 422
        assert changes_told(app) == ['{"change": "password_set"}']

    def test_it_needs_the_current_one(self, nora: people.User) -> None:
        refused = self.change(nora.client, current="Falsch geraten hier")
        assert refused.status == 422
        assert "#current_password" in str(refused.soup.select_one(".error-summary"))

    def test_guessing_the_current_one_here_is_limited_as_at_signing_in(self, nora: people.User) -> None:
        statuses = [self.change(nora.client, current="Falsch geraten hier").status for _ in range(11)]
        assert statuses == [422] * 10 + [429]

    def test_a_weak_one_is_refused(self, nora: people.User) -> None:
        assert self.change(nora.client, new="passwortpasswort").status == 422

    def test_it_needs_a_fresh_sign_in(self, app: Flask, nora: people.User) -> None:
        stale = people.signed_in(app, nora.account, Strength.PASSWORD, at=NOW - FRESH_FOR - timedelta(seconds=1))
        told = stale.client.get("/account/password")
        assert told.status == 403
        assert "noch einmal an" in told.text
        again = stale.client.send("/account/login?next=/account/password", {"email": nora.email, "password": PASSWORD})
        assert again.location == "/account/password"
        assert stale.client.get("/account/password").status == 200


class TestApp:
    def test_setting_it_up_strengthens_this_sign_in_and_shows_recovery_codes_once(
        self, app: Flask, nora: people.User
    ) -> None:
        shown = set_up_app(nora.client)
        codes = CODE.findall(shown.text)
        assert len(set(codes)) == 10
        page = nora.client.get("/account/")
        assert "mit zweitem Faktor" in page.text
        assert not CODE.findall(page.text)
        client = PageClient(app)
        assert client.post("/account/login", {"email": nora.email, "password": PASSWORD}).location == "/account/code"
        assert client.send("/account/recovery-code", {"code": codes[0]}).status == 303
        assert "noch 9 übrig" in client.get("/account/").text

    def test_a_wrong_code_keeps_the_same_picture(self, nora: people.User) -> None:
        page = nora.client.get("/account/second-factor")
        refused = nora.client.post("/account/second-factor", page.values() | {"code": "000000"})
        assert refused.status == 422
        assert page.soup.select_one("#secret") == refused.soup.select_one("#secret")

    @pytest.mark.parametrize("set_up", ["", "x", "WyJ4IiwieSJd.x.y"])
    def test_a_secret_that_we_did_not_give_is_not_taken(self, nora: people.User, set_up: str) -> None:
        page = nora.client.get("/account/second-factor")
        secret = page.soup.select_one("#secret")
        assert secret is not None
        fields = page.values() | {"set_up": set_up, "code": show_code(secret.text, NOW)}
        assert nora.client.post("/account/second-factor", fields).status == 422
        assert "Noch ohne zweiten Faktor" in nora.client.get("/account/").text

    def test_a_secret_given_to_somebody_else_or_too_long_ago_is_not_taken(
        self, app: Flask, nora: people.User, clock: time_machine.Traveller
    ) -> None:
        page = nora.client.get("/account/second-factor")
        secret = page.soup.select_one("#secret")
        assert secret is not None
        other = people.signed_in(
            app, people.add_user(app, "x@example.org", Role.COORDINATOR, Strength.PASSWORD), Strength.PASSWORD
        )
        stolen = other.client.get("/account/second-factor").values() | {
            "set_up": page.values()["set_up"],
            "code": show_code(secret.text, NOW),
        }
        assert other.client.post("/account/second-factor", stolen).status == 422
        clock.shift(1801)
        again = people.signed_in(app, nora.account, Strength.PASSWORD)
        fields = again.client.get("/account/second-factor").values() | {
            "set_up": page.values()["set_up"],
            "code": show_code(secret.text, NOW + timedelta(seconds=1801)),
        }
        assert again.client.post("/account/second-factor", fields).status == 422

    def test_a_coordinator_may_take_it_away_staff_may_not(self, app: Flask) -> None:
        nina, olaf = people.nina(app), people.olaf(app)
        assert nina.client.send("/account/", form="/second-factor/remove").status == 303
        assert "Noch ohne zweiten Faktor" in nina.client.get("/account/").text
        assert not olaf.client.get("/account/").soup.select("form[action$='/second-factor/remove']")
        refused = olaf.client.post("/account/second-factor/remove", {"csrf_token": olaf.form_token()})
        assert refused.status == 409
        assert "Der letzte zweite Faktor bleibt" in refused.text

    def test_replacing_it_is_told(self, app: Flask) -> None:
        nina = people.nina(app)
        assert set_up_app(nina.client).status == 200
        assert changes_told(app) == ['{"change": "second_factor_added"}']


def test_new_recovery_codes_end_the_old(app: Flask) -> None:
    nina = people.nina(app)
    first = CODE.findall(nina.client.send("/account/", form="/recovery-codes").text)
    second = CODE.findall(nina.client.send("/account/", form="/recovery-codes").text)
    assert len(first) == len(second) == 10
    with app.app_context():
        used = [
            credentials.use_recovery_code(db.session, user_id=nina.user_id, code=code, now=NOW)
            for code in (first[0], second[0])
        ]
    assert used == [False, True]


def test_signing_out_elsewhere_leaves_this_device_in(app: Flask, nora: people.User) -> None:
    elsewhere = people.signed_in(app, nora.account, Strength.PASSWORD).client
    assert nora.client.send("/account/", form="/sessions/end").status == 303
    assert elsewhere.get("/account/").status == 303
    assert "Auf allen anderen Geräten sind Sie abgemeldet" in nora.client.get("/account/?ended=1").text
