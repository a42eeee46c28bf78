"""Signing in on both databases: every step is kept, and on SQLite nobody's save waits for somebody's hashing."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine

from om_selfcheck.catalogue import Catalogue
from om_selfcheck.config import read_settings
from om_selfcheck.domain.access import Role, Strength
from om_selfcheck.extensions import db
from om_selfcheck.factory import create_app
from om_selfcheck.services.account_links import LinkPurpose, make_link
from om_selfcheck.web.auth import proofs
from tests import people
from tests.builders import make_questionnaire
from tests.conftest import empty_tables
from tests.factories import PASSWORD
from tests.totp import show_code
from tests.web.client import PageClient

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
