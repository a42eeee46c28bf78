"""P10, P19: a text column that holds bytes by damage costs a page at most, with words, and never ends in a 500.

On SQLite any column keeps anything. In one table after the other every text of its first row, or of all its rows, is
made bytes that are no UTF-8, and every address that can be read is asked for by whoever may.
"""
# ruff: noqa: S608 - the statements are made of the names of our own tables

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, Table

from om_selfcheck.extensions import db
from om_selfcheck.store.base import Base
from tests import people
from tests.proofs.test_nonsense import SLOW, Cast, make_cast, verb

UNAVAILABLE, SAID = 503, "in der Datenbank beschädigt"
HOLDERS = ("session", "grant", "user", "membership")  # without them nobody is anybody, so only one row of each is bent


@pytest.fixture
def cast(app: Flask) -> Cast:
    return make_cast(app)


def list_texts(table: Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.type, String)]


@contextmanager
def bend(path: str, table: Table) -> Iterator[None]:
    """Make every text of a table bytes, each another, and put back what was there; a file made meanwhile goes again."""
    name, texts = f'"{table.name}"', list_texts(table)
    rows = f"WHERE rowid = (SELECT min(rowid) FROM {name})" if table.name in HOLDERS else ""
    bent = ", ".join(f"\"{one}\" = CAST(x'ff80' || rowid AS BLOB)" for one in texts)
    back = ", ".join(f'"{one}" = (SELECT "{one}" FROM kept WHERE place = {name}.rowid)' for one in texts)
    with closing(sqlite3.connect(path, isolation_level=None)) as own:
        own.execute("PRAGMA ignore_check_constraints = ON")
        own.execute(f"CREATE TEMP TABLE kept AS SELECT rowid AS place, * FROM {name}")
        own.execute(f"UPDATE {name} SET {bent} {rows}")
        yield
        own.execute(f"DELETE FROM {name} WHERE rowid NOT IN (SELECT place FROM kept)")
        own.execute(f"UPDATE {name} SET {back}")


def crawl(cast: Cast, clients: tuple[FlaskClient, ...]) -> dict[int, int]:
    """Ask for everything that can be read, note what is neither well nor said; return how often which status came."""
    owner, coordinator, doer = clients
    found: dict[int, int] = {}
    for rule in cast.harness.app.url_map.iter_rules():
        if verb(rule) != "GET" or rule.endpoint in SLOW or rule.endpoint == "static":
            continue
        client = coordinator if rule.endpoint.startswith("network.") else owner
        for asking in (client, doer) if rule.endpoint.startswith("company.mine") else (client,):
            answer = cast.harness.ask(asking, "GET", cast.path(rule))
            if answer is None:
                continue
            found[answer.status_code] = found.get(answer.status_code, 0) + 1
            if answer.status_code == UNAVAILABLE and SAID in answer.text:
                cast.harness.findings.pop()  # the harness takes it for a failure
    return found


@pytest.fixture
def clients(app: Flask, cast: Cast) -> tuple[FlaskClient, ...]:
    return cast.owner, people.signed_in(app, cast.waiting).client.flask_client, cast.doer


@pytest.mark.long
def test_damaged_texts_of_any_table_cost_no_more_than_a_page(
    app: Flask, cast: Cast, clients: tuple[FlaskClient, ...]
) -> None:
    with app.app_context():
        path = str(db.engine.url.database)
    before = crawl(cast, clients)
    assert not cast.harness.findings, "the control: all is well before"
    met = 0
    for table in Base.metadata.sorted_tables:
        if not list_texts(table):
            continue
        with bend(path, table):
            met += crawl(cast, clients).get(UNAVAILABLE, 0)
    assert not cast.harness.findings, "\n".join(cast.harness.findings[:40])
    assert met, "the control: damage was met"
    assert crawl(cast, clients) == before, "what was put back is there as before"


def test_control_a_reader_that_trusts_every_column_fails(
    app: Flask, cast: Cast, clients: tuple[FlaskClient, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("om_selfcheck.web.errors.was_damage_met", lambda: False)
    with app.app_context():
        path = str(db.engine.url.database)
    with bend(path, Base.metadata.tables["audit"]):
        crawl(cast, clients)
    assert cast.harness.findings
