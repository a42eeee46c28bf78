"""Signing in by password and second factor, and signing out."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import event, select, update
from time_machine import Traveller

from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.extensions import db
from om_selfcheck.services import accounts, credentials
from om_selfcheck.services.accounts import Account
from om_selfcheck.store.models import EventPayload, EventRow, WebSession
from om_selfcheck.store.models import User as UserRow
from om_selfcheck.web.auth import proofs
from tests import people
from tests.factories import PASSWORD
from tests.totp import show_code
from tests.web.client import Page, PageClient

BEGIN = datetime(2026, 11, 24, 9, 0, 5, tzinfo=UTC)
WRONG = "Adresse und Passwort passen nicht zusammen."


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    """Every test begins five seconds into a code's half minute."""
    with time_machine.travel(BEGIN, tick=False) as machine:
        yield machine


@pytest.fixture
def nina(app: Flask) -> Account:
    """A coordinator with password and app."""
    return people.add_user(app, "nina@example.org", Role.COORDINATOR, Strength.SECOND_FACTOR)


@pytest.fixture
def nora(app: Flask) -> Account:
    """A coordinator with a password only."""
    return people.add_user(app, "nora@example.org", Role.COORDINATOR, Strength.PASSWORD)


def code_of(app: Flask, account: Account, after: int = 0) -> str:
    """Return what the account's app shows so many seconds after the beginning."""
    with app.app_context():
        secret = credentials.get_secrets(db.session, user_id=account.user_id).totp_secret
        return show_code(proofs.describe_totp(account, secret)[1], BEGIN + timedelta(seconds=after))


def give_password(client: PageClient, email: str, password: str = PASSWORD, **fields: str) -> Page:
    return client.post("/account/login", {"email": email, "password": password, **fields})


def give_code(client: PageClient, code: str) -> Page:
    return client.send("/account/code", {"code": code})


def is_in(client: PageClient) -> bool:
    return client.get("/account/").status == 200


def count_calls(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """Return a list that grows by a name with each hashing of that kind."""
    called: list[str] = []
    for name in names:
        original = getattr(proofs, name)

        def noted(*given: str, original: Callable[..., object] = original, name: str = name) -> object:
            called.append(name)
            return original(*given)

        monkeypatch.setattr(proofs, name, noted)
    return called


def cookie_of(client: PageClient) -> str:
    cookie = client.flask_client.get_cookie("om_session")
    return cookie.value if cookie else ""


def with_cookie(app: Flask, value: str) -> PageClient:
    client = PageClient(app)
    client.flask_client.set_cookie("om_session", value)
    return client


@pytest.mark.usefixtures("nora")
def test_a_password_lets_a_coordinator_without_second_factor_in(client: PageClient) -> None:
    assert give_password(client, " Nora@Example.org ").location == "/account/"
    page = client.get("/account/")
    assert "mit Passwort, seit 10:00 Uhr" in page.text
    assert "nora@example.org" in page.soup.select_one(".signed-in").text  # type: ignore[union-attr]


def test_where_there_is_a_second_factor_the_password_alone_opens_nothing(
    app: Flask, client: PageClient, nina: Account
) -> None:
    assert give_password(client, nina.email).location == "/account/code"
    assert not is_in(client)
    assert give_code(client, code_of(app, nina)).location == "/account/"
    assert "mit zweitem Faktor" in client.get("/account/").text


def test_staff_without_a_second_factor_set_one_up_before_anything_else(app: Flask, client: PageClient) -> None:
    olaf = people.add_user(app, "olaf@example.org", Role.STAFF, Strength.PASSWORD)
    assert give_password(client, olaf.email, next="/staff/users").location == "/account/second-factor?next=/staff/users"
    told = client.get("/staff/users")
    assert told.status == 403
    assert "zweiten Faktor" in told.text
    assert "/account/second-factor?next=/staff/users" in told.links()


def test_staff_begin_at_the_overview_unless_they_asked_for_a_page(app: Flask, client: PageClient) -> None:
    olaf = people.add_user(app, "olaf@example.org", Role.STAFF, Strength.SECOND_FACTOR)
    give_password(client, olaf.email)
    assert give_code(client, code_of(app, olaf)).location == "/staff"
    asking = PageClient(app)
    asked = give_password(asking, olaf.email, next="/staff/users").location
    assert asking.send(asked, {"code": code_of(app, olaf, after=30)}).location == "/staff/users"


@pytest.mark.parametrize("who", ["nobody@example.org", "nora@example.org", "gone@example.org", "new@example.org"])
def test_every_refusal_reads_the_same_and_takes_one_hashing(
    app: Flask, client: PageClient, nora: Account, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    gone = people.add_user(app, "gone@example.org", Role.COORDINATOR, Strength.PASSWORD)
    people.add_user(app, "new@example.org", Role.COORDINATOR)
    with app.app_context():
        accounts.deactivate_user(db.session, user_id=gone.user_id, by=SYSTEM, now=BEGIN)
        db.session.commit()
    hashed = count_calls(monkeypatch, "hash_password", "verify_password")
    refused = give_password(client, who, "Nicht das richtige" if who == nora.email else PASSWORD)
    assert refused.status == 422
    assert WRONG in refused.text
    assert refused.text.replace(who, "") == give_password(client, "x@example.org").text.replace("x@example.org", "")
    assert len(hashed) == 2, "one for each of the two attempts"
    assert not is_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [("", ""), ("nora@example.org", ""), ("x" * 300, "y"), ("nora@example.org", "z" * 300), ("a\x00b", "\x00\ud800")],
)
@pytest.mark.usefixtures("nora")
def test_odd_input_is_an_ordinary_refusal(client: PageClient, email: str, password: str) -> None:
    assert give_password(client, email, password.encode("utf-8", "replace").decode()).status == 422


class TestCodes:
    def test_a_code_counts_once_in_whichever_browser(self, app: Flask, nina: Account, clock: Traveller) -> None:
        first, second = PageClient(app), PageClient(app)
        for client in (first, second):
            give_password(client, nina.email)
        code = code_of(app, nina)
        assert give_code(first, code).status == 303
        assert give_code(second, code).status == 422
        clock.shift(30)
        assert give_code(second, code).status == 422, "it would still be within the clock's tolerance"
        assert give_code(second, code_of(app, nina, 30)).status == 303

    def test_control_a_code_that_nobody_used_is_good_half_a_minute_later(
        self, app: Flask, client: PageClient, nina: Account, clock: Traveller
    ) -> None:
        give_password(client, nina.email)
        clock.shift(30)
        assert give_code(client, code_of(app, nina)).status == 303

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "²²²²²²", "１２３４５６", "-00001", "x" * 50])
    def test_anything_else_is_refused_in_words(self, client: PageClient, nina: Account, code: str) -> None:
        give_password(client, nina.email)
        refused = give_code(client, code)
        assert refused.status == 422
        assert "gilt nicht" in refused.text

    def test_blanks_in_a_code_do_no_harm(self, app: Flask, client: PageClient, nina: Account) -> None:
        give_password(client, nina.email)
        code = code_of(app, nina)
        assert give_code(client, f" {code[:3]} {code[3:]} ").status == 303

    def test_somebody_elses_code_is_none(self, app: Flask, client: PageClient, nina: Account) -> None:
        other = people.add_user(app, "other@example.org", Role.COORDINATOR, Strength.SECOND_FACTOR)
        give_password(client, nina.email)
        assert give_code(client, code_of(app, other)).status == 422

    def test_after_five_wrong_ones_the_right_one_is_not_taken_either(
        self, app: Flask, client: PageClient, nina: Account, clock: Traveller
    ) -> None:
        give_password(client, nina.email)
        for _ in range(5):
            assert give_code(client, "000000").status == 422
        refused = give_code(client, code_of(app, nina))
        assert refused.status == 429
        assert int(refused.response.headers["Retry-After"]) == 895
        assert "Warten Sie 15 Minuten" in refused.text
        clock.shift(895)
        give_password(client, nina.email)
        assert give_code(client, code_of(app, nina, 900)).status == 303

    def test_the_step_between_lasts_ten_minutes(self, client: PageClient, nina: Account, clock: Traveller) -> None:
        give_password(client, nina.email)
        clock.shift(601)
        assert client.get("/account/code").location == "/account/login"
        assert not is_in(client)

    def test_nobody_gets_to_the_step_between_without_the_password(self, client: PageClient) -> None:
        for path in ("/account/code", "/account/recovery-code"):
            assert client.get(path).location == "/account/login"

    def test_a_recovery_code_stands_in_for_the_app_once(self, app: Flask, nina: Account) -> None:
        with app.app_context():
            codes = credentials.make_recovery_codes(db.session, user_id=nina.user_id, by=SYSTEM, now=BEGIN)
            db.session.commit()
        for expected in (303, 422):
            client = PageClient(app)
            give_password(client, nina.email)
            assert client.send("/account/recovery-code", {"code": codes[0]}).status == expected
        assert not is_in(client)


class TestNext:
    @pytest.mark.parametrize("path", ["/staff/users?x=1", "/account/password"])
    def test_leads_to_where_somebody_wanted_to_go(self, client: PageClient, nora: Account, path: str) -> None:
        assert give_password(client, nora.email, next=path).location == path

    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example",
            "/%0d%0aSet-Cookie:x=1\r\nSet-Cookie: x=1",
            "javascript:alert(1)",
            "/\tevil",
            "evil",
            "/" + "x" * 2000,
        ],
    )
    def test_never_leads_away_or_into_headers(self, client: PageClient, nora: Account, address: str) -> None:
        answered = give_password(client, nora.email, next=address)
        assert answered.location == "/account/"
        assert "x=1" not in str(answered.response.headers)

    def test_goes_through_the_second_factor(self, app: Flask, client: PageClient, nina: Account) -> None:
        asked = client.get("/account/password").location
        assert asked == "/account/login?next=/account/password"
        sent = client.send(asked, {"email": nina.email, "password": PASSWORD})
        assert client.send(sent.location, {"code": code_of(app, nina)}).location == "/account/password"


class TestSessions:
    def test_the_id_changes_with_every_step_and_the_old_ones_are_dead(
        self, app: Flask, client: PageClient, nina: Account
    ) -> None:
        known = people.alma(app)
        planted = cookie_of(known.client)
        client.flask_client.set_cookie("om_session", planted)
        give_password(client, nina.email)
        between = cookie_of(client)
        give_code(client, code_of(app, nina))
        assert len({planted, between, cookie_of(client)}) == 3
        assert not is_in(with_cookie(app, planted))
        assert not is_in(with_cookie(app, between))
        assert is_in(client)

    def test_signing_out_ends_the_session_on_the_server(self, app: Flask, client: PageClient, nora: Account) -> None:
        give_password(client, nora.email)
        cookie = cookie_of(client)
        assert "Sie sind abgemeldet" in client.get(client.send("/account/logout").location).text
        assert not is_in(with_cookie(app, cookie))
        with app.app_context():
            assert db.session.scalars(select(WebSession)).all() == []

    def test_looking_at_the_page_to_sign_out_ends_nothing(self, client: PageClient, nora: Account) -> None:
        give_password(client, nora.email)
        client.flask_client.head("/account/logout")
        assert is_in(client)

    def test_a_firm_s_check_and_a_sign_in_live_side_by_side(self, app: Flask, nora: Account) -> None:
        alma = people.alma(app)
        form = alma.client.get(f"{alma.base}/topics/1").values()
        give_password(alma.client, nora.email)
        saved = alma.client.post(f"{alma.base}/topics/1", form | {"need-1.1.a": "urgent"})
        assert saved.status == 303, "the form that was open stays good"
        alma.client.send("/account/logout")
        assert alma.client.get(alma.base).status == 200
        assert not is_in(alma.client)

    def test_leaving_the_last_check_does_not_sign_out(self, app: Flask, nora: Account) -> None:
        alma = people.alma(app)
        give_password(alma.client, nora.email)
        alma.client.send(alma.base, form="/leave")
        assert alma.client.get(alma.base).status == 404
        assert is_in(alma.client)

    def test_signing_out_closes_the_checks_too_when_asked(self, app: Flask, nora: Account) -> None:
        alma = people.alma(app)
        give_password(alma.client, nora.email)
        alma.client.send("/account/logout", {"everything": "yes"})
        assert alma.client.get(alma.base).status == 404

    def test_thirty_minutes_without_a_request_end_it_and_use_prolongs_it(
        self, client: PageClient, nora: Account, clock: Traveller
    ) -> None:
        give_password(client, nora.email)
        for _ in range(3):
            clock.shift(29 * 60)
            assert is_in(client)
        clock.shift(30 * 60 + 1)
        assert not is_in(client)
        clock.shift(-60)
        assert not is_in(client), "what has ended does not come back"

    def test_twelve_hours_end_it_in_any_case(self, client: PageClient, nora: Account, clock: Traveller) -> None:
        give_password(client, nora.email)
        for _ in range(12 * 3):
            assert is_in(client)
            clock.shift(20 * 60)
        clock.shift(1)
        assert not is_in(client)

    def test_the_check_outlives_the_sign_in_in_the_same_browser(
        self, app: Flask, nora: Account, clock: Traveller
    ) -> None:
        alma = people.alma(app)
        give_password(alma.client, nora.email)
        clock.shift(3600)
        assert not is_in(alma.client)
        assert alma.client.get(alma.base).status == 200

    def test_a_closed_account_and_a_new_role_count_at_the_next_click(self, app: Flask) -> None:
        olaf = people.olaf(app)
        with app.app_context():
            accounts.change_role(db.session, user_id=olaf.user_id, role=Role.COORDINATOR, by=SYSTEM, now=BEGIN)
            db.session.commit()
        assert olaf.client.get("/staff/users").status == 404
        with app.app_context():
            accounts.deactivate_user(db.session, user_id=olaf.user_id, by=SYSTEM, now=BEGIN)
            db.session.commit()
        assert not is_in(olaf.client)

    def test_a_weaker_sign_in_does_not_take_a_stronger_one_away(
        self, app: Flask, client: PageClient, nina: Account
    ) -> None:
        give_password(client, nina.email)
        give_code(client, code_of(app, nina))
        with app.app_context():
            credentials.remove_totp(db.session, user_id=nina.user_id, by=SYSTEM, now=BEGIN)
            db.session.commit()
        give_password(client, nina.email)
        assert "mit zweitem Faktor" in client.get("/account/").text

    def test_the_helper_leaves_the_same_session_as_signing_in(
        self, app: Flask, client: PageClient, nora: Account
    ) -> None:
        give_password(client, nora.email)
        people.signed_in(app, nora, Strength.PASSWORD)
        with app.app_context():
            real, helped = db.session.scalars(select(WebSession.data)).all()
        assert [part.partition('"csrf_token"')[0] for part in (real, helped)] == [real.partition('"csrf_token"')[0]] * 2

    def test_the_record_has_each_sign_in_and_how_strong_it_was(
        self, app: Flask, client: PageClient, nora: Account
    ) -> None:
        give_password(client, nora.email)
        client.send("/account/logout")
        with app.app_context():
            newest = select(EventRow.verb, EventRow.actor, EventPayload.payload).join(
                EventPayload, EventPayload.seq == EventRow.seq
            )
            row = db.session.execute(newest.order_by(EventRow.seq.desc())).first()
        assert row == ("signed_in", f"user:{nora.user_id}", '{"strength":"password"}')


def test_nobody_is_looked_up_where_nobody_is_signed_in(app: Flask) -> None:
    """A firm's save pays nothing for the accounts of others."""
    alma, said = people.alma(app), []
    fields = alma.client.get(f"{alma.base}/topics/1").values() | {"need-1.1.a": "urgent"}
    with app.app_context():
        engine = db.engine

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        saved = alma.client.post(f"{alma.base}/topics/1", fields, headers={"Accept": "application/json"})
        alma.client.get(alma.base)
        people.stella(app).client.get("/")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert saved.status == 200
    assert said
    assert not [one for one in said if '"user"' in one or "membership" in one]


def test_a_second_factor_sealed_with_a_lost_key_names_who_can_help(
    app: Flask, client: PageClient, nina: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    give_password(client, "nina@example.org")
    assert "Dieser Code gilt nicht" in give_code(client, "000000").text, "the control"
    sealed = TOTP.using(secrets={"kanother": "another-key"}, issuer="x").new().to_json(encrypt=True)
    with app.app_context():
        db.session.execute(update(UserRow).where(UserRow.email == nina.email).values(tf_totp_secret=sealed))
        db.session.commit()
    refused = give_code(client, "000000")
    assert refused.status == 422
    assert "./om user reset" in refused.text
    assert "Warten Sie" not in refused.text
    assert "second factor unreadable" in capsys.readouterr().err
