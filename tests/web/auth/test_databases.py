"""Signing in on both databases: every step is kept, and on SQLite nobody's save waits for somebody's hashing.

What was ended or reset meanwhile stays so.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask, Response
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.catalogue import Catalogue
from om_selfcheck.config import read_settings
from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.extensions import db
from om_selfcheck.factory import create_app
from om_selfcheck.services import credentials, sessions
from om_selfcheck.services.account_links import LinkPurpose, make_link
from om_selfcheck.services.sessions import HeldData
from om_selfcheck.store.models import WebSession
from om_selfcheck.web.access import current_person
from om_selfcheck.web.auth import account, proofs, second_factor
from om_selfcheck.web.sessions import commit, current_session, hold_grant, keep_in, show_link_once
from tests import people
from tests.builders import make_questionnaire
from tests.conftest import empty_tables
from tests.factories import PASSWORD
from tests.totp import show_code
from tests.web.client import Page, PageClient

NOW = datetime(2026, 11, 24, 9, 0, 5, tzinfo=UTC)
FIELDS = {"password": PASSWORD, "password_again": PASSWORD}


@pytest.fixture
def any_app(engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database of each kind."""
    url = engine.url.render_as_string(hide_password=False)
    settings = read_settings({"OM_INSTANCE_DIR": str(tmp_path), "OM_DATABASE_URL": url})
    made = create_app(settings, Catalogue({("basis", "1.0"): make_questionnaire()}))
    yield made
    with made.app_context():
        db.engine.dispose()
    empty_tables(engine)


def test_from_the_set_up_link_to_a_recovery_code_every_step_is_kept(any_app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        olaf = people.add_user(any_app, "olaf@example.org", Role.STAFF)
        with any_app.app_context():
            token = make_link(db.session, user_id=olaf.user_id, purpose=LinkPurpose.SET_UP, now=NOW)
            db.session.commit()
        client = PageClient(any_app)
        assert client.send(f"/account/set-up/{token}", FIELDS).location == "/account/second-factor"
        page = client.get("/account/second-factor")
        secret = page.soup.select_one("#secret")
        assert secret is not None
        shown = client.send("/account/second-factor", {"code": show_code(secret.text, NOW)} | set_up_of(page.values()))
        codes = [code.text for code in shown.soup.select(".recovery-codes code")]
        assert len(codes) == 10
        assert client.get("/staff/users").status == 200
        client.send("/account/logout")
        for code, path in ((show_code(secret.text, NOW + timedelta(seconds=30)), "code"), (codes[0], "recovery-code")):
            again = PageClient(any_app)
            again.post("/account/login", {"email": olaf.email, "password": PASSWORD})
            assert again.send(f"/account/{path}", {"code": code}).location == "/staff"
            assert again.get("/staff/users").status == 200


def set_up_of(fields: dict[str, str]) -> dict[str, str]:
    """Return the secret of the picture that was looked at; each look shows another one."""
    return {"set_up": fields["set_up"]}


class TestHashing:
    @pytest.fixture
    def writes(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
        """Let somebody else try to write, without waiting, whenever a password is hashed."""
        path = str(app.extensions["om_settings"].instance_dir / "om.db")
        tried: list[bool] = []
        for name in ("hash_password", "verify_password"):
            original = getattr(proofs, name)

            def hashing(*given: str, original: object = original) -> object:
                tried.append(can_write(path))
                return original(*given)  # type: ignore[operator]

            monkeypatch.setattr(proofs, name, hashing)
        return tried

    def test_nobody_waits_while_a_password_is_looked_at(self, app: Flask, writes: list[bool]) -> None:
        nora = people.add_user(app, "nora@example.org", Role.COORDINATOR, Strength.PASSWORD)
        client = PageClient(app)
        client.post("/account/login", {"email": "nobody@example.org", "password": PASSWORD})
        client.post("/account/login", {"email": nora.email, "password": PASSWORD})
        client.send("/account/password", FIELDS | {"current_password": PASSWORD})
        assert writes == [True] * 4

    def test_control_a_transaction_that_is_not_let_go_is_noticed(
        self, app: Flask, writes: list[bool], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nora = people.add_user(app, "nora@example.org", Role.COORDINATOR, Strength.PASSWORD)
        monkeypatch.setattr(proofs, "is_password", vars(proofs)["verify_password"])
        PageClient(app).post("/account/login", {"email": nora.email, "password": PASSWORD})
        assert writes == [False]


def can_write(path: str) -> bool:
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    else:
        other.execute("ROLLBACK")
        return True
    finally:
        other.close()


def between(app: Flask, act: Callable[[], object]) -> Callable[[], None]:
    """Let somebody act when the next answer is ready and its session not yet saved; return what is to be called."""

    def act_elsewhere() -> None:
        db.session.rollback()
        with ThreadPoolExecutor(1) as other:
            other.submit(act).result()

    waiting = [act_elsewhere]

    def pause(response: Response) -> Response:
        if waiting:
            waiting.pop()()
        return response

    app.after_request_funcs.setdefault(None, []).append(pause)
    return lambda: app.after_request_funcs[None].remove(pause)


def copy_of(app: Flask, client: PageClient) -> PageClient:
    """Return another tab of the same browser."""
    other, cookie = PageClient(app), client.flask_client.get_cookie("om_session")
    assert cookie is not None
    other.flask_client.set_cookie("om_session", cookie.value)
    return other


def read_while_logging_out(app: Flask, **lapsed: str | datetime) -> list[str]:
    """Log out while a page of the same session is on its way, and return the sessions there are then."""
    olaf = people.olaf(app)
    logging_out, form = copy_of(app, olaf.client), olaf.client.get("/account/logout").values()
    with app.app_context():
        db.session.execute(update(WebSession).values(**lapsed))
        db.session.commit()

    def log_out() -> None:
        assert logging_out.post("/account/logout", form).status == 303

    stop = between(app, log_out)
    try:
        assert olaf.client.get("/account/login").status == 200
    finally:
        stop()
    with app.app_context():
        return list(db.session.scalars(select(WebSession.data)))


LAPSED_LINKS = {"fresh_links": '{"g":{"assessment":"a","token":"t","until":"2020-01-01T00:00:00+00:00"}}'}


def test_a_page_on_its_way_brings_no_session_back_that_was_logged_out(any_app: Flask) -> None:
    assert read_while_logging_out(any_app, **LAPSED_LINKS) == []


def test_control_a_page_that_stores_what_it_has_read_would_bring_it_back(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store_anew(session: Session, *, session_id: str, **_links: object) -> None:
        sessions.add_session(session, session_id=session_id, held=HeldData('{"person":{}}'), now=clock.now())

    monkeypatch.setattr(sessions, "save_links", store_anew)
    assert read_while_logging_out(any_app, **LAPSED_LINKS) == ['{"person":{}}']


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_session_ended_meanwhile_stays_so_whatever_a_request_writes_into_it(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, *, is_broken: bool
) -> None:
    """With a save that makes what it does not find, as the control, it comes back."""
    if is_broken:

        def save_anew(own: Session, **held: Any) -> bool:
            sessions.add_session(own, **held)
            return True

        monkeypatch.setattr(sessions, "save_session", save_anew)
    alma = people.alma(any_app)
    cookie = alma.client.flask_client.get_cookie("om_session")
    assert cookie is not None
    with any_app.test_request_context("/", method="POST", headers={"Cookie": f"om_session={cookie.value}"}):
        keep_in(is_kept=True)
        db.session.rollback()
        end_elsewhere(any_app, cookie.value)
        commit()
        assert current_session().session_id == (cookie.value if is_broken else None)
        assert not current_session().sends_cookie or is_broken
    with any_app.app_context():
        kept = sessions.find_session(db.session, session_id=cookie.value, now=clock.now())
        assert (kept is not None) == is_broken


def end_elsewhere(app: Flask, session_id: str) -> None:
    def end() -> None:
        with app.app_context():
            assert sessions.end_session(db.session, session_id=session_id)
            db.session.commit()

    with ThreadPoolExecutor(1) as other:
        other.submit(end).result()


def test_a_link_opened_while_the_session_is_ended_opens_itself_and_nothing_else(any_app: Flask) -> None:
    alma, mine, grant = people.alma(any_app), uuid4(), uuid4()
    cookie = alma.client.flask_client.get_cookie("om_session")
    assert cookie is not None
    with any_app.test_request_context("/", method="POST", headers={"Cookie": f"om_session={cookie.value}"}):
        hold_grant(mine, grant)
        show_link_once(mine, grant, "t" * 43, clock.now())
        db.session.rollback()
        end_elsewhere(any_app, cookie.value)
        commit()
    with any_app.app_context():
        data, links = db.session.execute(select(WebSession.data, WebSession.fresh_links)).one()
    assert json.loads(data) == {"grants": {str(mine): str(grant)}}
    assert [*json.loads(links)] == [str(grant)]


def change_password(client: PageClient) -> Page:
    return client.send("/account/password", FIELDS | {"current_password": PASSWORD})


def set_app_up(client: PageClient) -> Page:
    page = client.get("/account/second-factor")
    secret = page.soup.select_one("#secret")
    assert secret is not None
    return client.post("/account/second-factor", page.values() | {"code": show_code(secret.text, NOW)})


@pytest.mark.parametrize("change", [change_password, set_app_up])
@pytest.mark.parametrize("is_broken", [False, True])
def test_what_an_account_is_proved_with_is_not_set_after_a_reset_made_meanwhile(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, *, change: Callable[[PageClient], Page], is_broken: bool
) -> None:
    """For a view that goes on with whom it looked up before, as the control, it is set."""
    if is_broken:
        for view in (account, second_factor):
            monkeypatch.setattr(view, "lock_person", lambda *_: current_person())
    with time_machine.travel(NOW, tick=False):
        nora = people.add_user(any_app, "nora@example.org", Role.COORDINATOR, Strength.PASSWORD)
        client = people.signed_in(any_app, nora, Strength.PASSWORD).client

        def reset() -> None:
            with any_app.app_context():
                credentials.reset_user(db.session, user_id=nora.user_id, by=SYSTEM, now=NOW)
                db.session.commit()

        for name in ("seal_password", "is_code"):
            monkeypatch.setattr(proofs, name, followed_by(getattr(proofs, name), reset))
        assert (change(client).status == 404) != is_broken
        with any_app.app_context():
            kept = credentials.get_secrets(db.session, user_id=nora.user_id)
    assert bool(kept.password_hash or kept.totp_secret) == is_broken


def followed_by(proof: Callable[..., Any], act: Callable[[], None]) -> Callable[..., Any]:
    """Let somebody else act when the proof is done, while no lock is held."""

    def prove(*given: Any) -> Any:
        result = proof(*given)
        with ThreadPoolExecutor(1) as other:
            other.submit(act).result()
        return result

    return prove
