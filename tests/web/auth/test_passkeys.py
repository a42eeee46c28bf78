"""Passkeys: made, used, taken away; and everything about them that may be wrong."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask

from om_selfcheck.catalogue import Catalogue
from om_selfcheck.config import read_settings
from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.extensions import db
from om_selfcheck.factory import create_app
from om_selfcheck.services import accounts, credentials
from om_selfcheck.store.migrate import upgrade
from om_selfcheck.web.auth.pages import is_passkey_offered
from tests import people
from tests.builders import make_questionnaire
from tests.conftest import empty_tables
from tests.factories import PASSWORD
from tests.passkey import SoftPasskey
from tests.people import User
from tests.web.client import Page, PageClient

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REFUSED = "Der Passkey wurde nicht angenommen"


@pytest.fixture(scope="module")
def named_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application under a name that browsers make passkeys for."""
    folder = tmp_path_factory.mktemp("named")
    settings = read_settings({"OM_INSTANCE_DIR": str(folder), "OM_BASE_URL": "http://localhost"})
    made = create_app(settings, Catalogue({("basis", "1.0"): make_questionnaire()}))
    with made.app_context():
        upgrade(db.engine)
    return made


@pytest.fixture
def app(named_app: Flask) -> Iterator[Flask]:
    with time_machine.travel(NOW, tick=False):
        yield named_app
    with named_app.app_context():
        empty_tables(db.engine)


@pytest.fixture
def nora(app: Flask) -> User:
    """A coordinator signed in by password."""
    account = people.add_user(app, "nora@example.org", Role.COORDINATOR, Strength.PASSWORD)
    return people.signed_in(app, account, Strength.PASSWORD)


def ask(client: PageClient, address: str, **fields: str) -> dict[str, Any]:
    answered = client.post(address, fields)
    assert answered.status == 200
    options: dict[str, Any] = json.loads(answered.response.get_data())
    return options


def ask_to_make(user: User) -> dict[str, Any]:
    return ask(user.client, "/account/passkeys/options", csrf_token=user.form_token())


def keep(user: User, credential: str, name: str = "Laptop") -> Page:
    fields = {"csrf_token": user.form_token(), "name": name, "credential": credential}
    return user.client.post("/account/passkeys", fields)


def make(user: User, **given: str) -> SoftPasskey:
    key = SoftPasskey(**given)
    assert keep(user, key.make(ask_to_make(user))).status == 200
    return key


def enter(client: PageClient, credential: str, **fields: str) -> Page:
    return client.post("/account/login/passkey", {"credential": credential, **fields})


def ask_to_sign(client: PageClient) -> dict[str, Any]:
    return ask(client, "/account/login/passkey/options")


def test_making_one_strengthens_this_sign_in_and_gives_recovery_codes(app: Flask, nora: User) -> None:
    options = ask_to_make(nora)
    assert options["rp"] == {"name": "OM-Selbstcheck", "id": "localhost"}
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    shown = keep(nora, SoftPasskey().make(options))
    assert "Ersatzcodes" in shown.text
    page = nora.client.get("/account/")
    assert "mit zweitem Faktor" in page.text
    assert "Passkey: Laptop" in page.text
    assert client_is_asked_for_it(app)


def client_is_asked_for_it(app: Flask) -> bool:
    """Say whether the password alone now leads to a page that wants the passkey."""
    client = PageClient(app)
    sent = client.post("/account/login", {"email": "nora@example.org", "password": PASSWORD})
    page = client.get(sent.location)
    return "mit Ihrem Passkey" in page.text and bool(page.soup.select("form[data-passkey=get]"))


def test_one_lets_in_without_password_as_strongly_as_two_factors(client: PageClient, nora: User) -> None:
    key = make(nora)
    entered = enter(client, key.sign(ask_to_sign(client)), next="/account/password")
    assert entered.location == "/account/password"
    assert "mit zweitem Faktor" in client.get("/account/").text


def test_one_is_the_second_factor_after_a_password_too(client: PageClient, nora: User) -> None:
    key = make(nora)
    client.post("/account/login", {"email": nora.email, "password": PASSWORD})
    assert enter(client, key.sign(ask_to_sign(client))).location == "/account/"


class TestRefusals:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"origin": "http://evil.example"},
            {"host": "evil.example"},
            {"origin": "http://localhost:8000"},
        ],
    )
    def test_made_for_another_place(self, nora: User, wrong: dict[str, str]) -> None:
        refused = keep(nora, SoftPasskey(**wrong).make(ask_to_make(nora)))
        assert refused.status == 422
        assert REFUSED in refused.text
        assert "Noch ohne zweiten Faktor" in nora.client.get("/account/").text

    def test_made_without_looking_who_is_there(self, nora: User) -> None:
        assert keep(nora, SoftPasskey().make(ask_to_make(nora), is_verified=False)).status == 422

    def test_made_for_another_challenge_or_a_second_time(self, nora: User) -> None:
        old, options = ask_to_make(nora), ask_to_make(nora)
        assert keep(nora, SoftPasskey().make(old)).status == 422
        assert keep(nora, SoftPasskey().make(options)).status == 422, "a challenge counts once, right or wrong"

    def test_a_key_that_is_known_already(self, app: Flask, nora: User) -> None:
        key = make(nora)
        other = people.signed_in(
            app, people.add_user(app, "x@example.org", Role.COORDINATOR, Strength.PASSWORD), Strength.PASSWORD
        )
        assert keep(other, key.make(ask_to_make(other))).status == 422

    def test_an_unknown_key(self, client: PageClient) -> None:
        assert enter(client, SoftPasskey().sign(ask_to_sign(client))).status == 422

    def test_a_signature_by_another_key(self, client: PageClient, nora: User) -> None:
        key, forged = make(nora), SoftPasskey()
        forged.id, forged.user_handle = key.id, key.user_handle
        assert enter(client, forged.sign(ask_to_sign(client))).status == 422

    def test_somebody_elses_handle(self, client: PageClient, nora: User) -> None:
        key = make(nora)
        assert enter(client, key.sign(ask_to_sign(client), changes={"userHandle": "AAAA"})).status == 422

    def test_used_without_looking_who_is_there(self, client: PageClient, nora: User) -> None:
        key = make(nora)
        assert enter(client, key.sign(ask_to_sign(client), is_verified=False)).status == 422

    def test_a_counter_that_runs_backwards_was_copied(self, client: PageClient, nora: User) -> None:
        key = make(nora)
        assert enter(client, key.sign(ask_to_sign(client))).status == 303
        key.counter = 0
        assert enter(client, key.sign(ask_to_sign(client))).status == 422

    def test_the_same_answer_twice_or_in_another_browser(self, app: Flask, client: PageClient, nora: User) -> None:
        key = make(nora)
        answer = key.sign(ask_to_sign(client))
        other = PageClient(app)
        ask_to_sign(other)
        assert enter(other, answer).status == 422
        assert enter(client, answer).status == 303
        client.send("/account/logout")
        assert enter(client, answer).status == 422

    def test_after_five_minutes(self, app: Flask, nora: User) -> None:
        key = make(nora)
        client = PageClient(app)
        answer = key.sign(ask_to_sign(client))
        with time_machine.travel(datetime(2026, 11, 24, 9, 5, 1, tzinfo=UTC), tick=False):
            assert enter(client, answer).status == 422

    def test_of_a_closed_account(self, app: Flask, client: PageClient, nora: User) -> None:
        key = make(nora)
        with app.app_context():
            accounts.deactivate_user(db.session, user_id=nora.user_id, by=SYSTEM, now=NOW)
            db.session.commit()
        assert enter(client, key.sign(ask_to_sign(client))).status == 422

    @pytest.mark.parametrize(
        "credential",
        [
            "",
            "x",
            "null",
            "[]",
            "{}",
            '{"id": 1}',
            "[" * 50_000,
            '{"id":"ü","rawId":"ü","type":"public-key","response":{}}',
        ],
    )
    def test_anything_that_is_no_credential(self, client: PageClient, nora: User, credential: str) -> None:
        ask_to_sign(client)
        assert enter(client, credential).status == 422
        ask_to_make(nora)
        assert keep(nora, credential).status == 422

    def test_a_credential_with_any_part_bent(self, client: PageClient, nora: User) -> None:
        key = make(nora)
        for part in ("clientDataJSON", "authenticatorData", "signature"):
            for bent in ("", "AAAA", "ü", "A" * 3000):
                assert enter(client, key.sign(ask_to_sign(client), changes={part: bent})).status == 422


def test_one_is_taken_away_and_opens_nothing_more(app: Flask, client: PageClient, nora: User) -> None:
    key = make(nora)
    assert nora.client.send("/account/", form="/passkeys/remove").status == 303
    assert "Noch ohne zweiten Faktor" in nora.client.get("/account/").text
    assert enter(client, key.sign(ask_to_sign(client))).status == 422
    with app.app_context():
        assert credentials.get_secrets(db.session, user_id=nora.user_id).recovery_codes_left == 0


@pytest.mark.parametrize(
    ("base_url", "is_offered"),
    [
        ("https://check.example.org", True),
        ("https://check.example.org:8443", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("https://[2001:db8::1]", False),
        ("http://check.example.org", False),
    ],
)
def test_passkeys_are_offered_where_browsers_know_them(
    named_app: Flask, monkeypatch: pytest.MonkeyPatch, base_url: str, *, is_offered: bool
) -> None:
    settings = read_settings({"OM_BASE_URL": base_url, "OM_SECRET_KEY": "x"})
    monkeypatch.setitem(named_app.extensions, "om_settings", settings)
    with named_app.app_context():
        assert is_passkey_offered() is is_offered


def test_where_they_are_not_offered_nothing_shows_them(migrated_app: Flask) -> None:
    client = PageClient(migrated_app)
    assert not client.get("/account/login").soup.select("[data-passkey]")
    assert client.post("/account/login/passkey/options").status == 422
    with migrated_app.app_context():
        empty_tables(db.engine)
