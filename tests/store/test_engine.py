"""Connections: settings as promised (P1, P5, P18), writers that take turns, readers that never wait."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.services import assessments, grants
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.installation import open_engine
from om_selfcheck.store.engine import SQLITE_SETTINGS, check_engine, configure_engine, engine_options
from om_selfcheck.store.migrate import upgrade
from om_selfcheck.store.models import Company
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW

SHORT = 0.2
NO_WAIT = 4  # seconds; who waits for a lock that is not given up waits for five


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(f"sqlite:///{tmp_path}/own.db")
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def reading(engine: Engine) -> Iterator[Engine]:
    """The same database for requests that only read."""
    url = engine.url.render_as_string(hide_password=False)
    opened = create_engine(url, **engine_options(url))
    configure_engine(opened, lambda: True)
    yield opened
    opened.dispose()


# SQLite's settings


def test_the_promised_settings_are_these() -> None:
    assert SQLITE_SETTINGS == {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }


def test_every_connection_keeps_the_settings(sqlite_engine: Engine) -> None:
    raw = [sqlite_engine.raw_connection() for _ in range(3)]
    for connection in raw:
        cursor = connection.cursor()
        for name, wanted in SQLITE_SETTINGS.items():
            cursor.execute(f"PRAGMA {name}")
            assert cursor.fetchone() == (wanted,)
    for connection in raw:
        connection.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("foreign_keys", 0), ("journal_mode", "delete"), ("synchronous", 1), ("busy_timeout", 0), ("secure_delete", 0)],
)
def test_a_database_with_another_setting_is_refused(tmp_path: Path, name: str, value: object) -> None:
    opened = create_engine(f"sqlite:///{tmp_path}/own.db")
    configure_engine(opened, lambda: False)

    @event.listens_for(opened, "connect")
    def spoil(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA {name} = {value}")

    with pytest.raises(RuntimeError, match=f"does not keep {name} = {SQLITE_SETTINGS[name]}, it says {value}"):
        check_engine(opened)
    opened.dispose()


def test_a_database_in_memory_is_refused_because_it_keeps_no_log() -> None:
    opened = create_engine("sqlite:///:memory:")
    configure_engine(opened, lambda: False)
    with pytest.raises(RuntimeError, match="does not keep journal_mode = wal, it says memory"):
        check_engine(opened)
    opened.dispose()


def test_both_databases_pass_the_check(engine: Engine) -> None:
    check_engine(engine)


def test_postgresql_speaks_utc_and_waits_for_locks_five_seconds_at_most(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        assert engine_options("sqlite:///x.db")["connect_args"] == {"timeout": 5}
        return
    with engine.connect() as connection:
        assert connection.execute(text("SHOW timezone")).scalar() == "UTC"
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "5s"
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
        assert connection.execute(text("SHOW fsync")).scalar() == "on"


def test_a_row_that_points_nowhere_is_refused(session: Session) -> None:
    with pytest.raises(IntegrityError):
        session.execute(text("INSERT INTO event_payload (seq, salt, payload) VALUES (7, '', '')"))


SECRET = "Ordnerrücken"


def is_readable_after_deletion(path: Path, *, is_careless: bool = False) -> bool:
    """Write and delete a text, and say whether it still stands in the files."""
    opened = open_engine(f"sqlite:///{path}")
    upgrade(opened)
    connection = opened.raw_connection()
    cursor = connection.cursor()
    if is_careless:
        cursor.execute("PRAGMA secure_delete = 0")
    cursor.execute(
        "INSERT INTO company (id, name, street, postal_code, city, reminder, email, confirmed_email)"
        " VALUES ('1', ?, '', '', '', '', '', '')",
        (SECRET,),
    )
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert SECRET.encode() in read_files(path), "the search finds it while it is there"
    cursor.execute("DELETE FROM company")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found = read_files(path)
    connection.close()
    opened.dispose()
    return SECRET.encode() in found


def read_files(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def test_what_was_deleted_is_not_readable_in_the_file(tmp_path: Path) -> None:
    assert not is_readable_after_deletion(tmp_path / "own.db")


def test_control_without_secure_delete_it_would_be_readable(tmp_path: Path) -> None:
    assert is_readable_after_deletion(tmp_path / "own.db", is_careless=True)


# Writers take turns


def begins(engine: Engine) -> list[str]:
    """Note how transactions begin."""
    seen: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("BEGIN"):
            seen.append(statement)

    return seen


@pytest.mark.parametrize(("is_reading", "statement"), [(False, "BEGIN IMMEDIATE"), (True, "BEGIN")])
def test_writing_begins_immediate_and_reading_does_not(tmp_path: Path, *, is_reading: bool, statement: str) -> None:
    opened = create_engine(f"sqlite:///{tmp_path}/own.db")
    configure_engine(opened, lambda: is_reading)
    seen = begins(opened)
    with Session(opened) as session:
        session.execute(text("SELECT 1"))
        session.commit()
        session.execute(text("SELECT 1"))
    assert seen == [statement] * 2
    opened.dispose()


def rate(engine: Engine, owner: Actor) -> float:
    """Save a rating as a page does and return how long that took."""
    started = monotonic()
    with Session(engine) as session:
        actor = grants.find_actor(
            session, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=True
        )
        assert actor is not None
        change = RatingChange(measure_ref="1.1.a", need=NeedForAction.SOME)
        assessments.save_ratings(session, actor=actor, questionnaire=make_questionnaire(), changes=[change], now=NOW)
        session.commit()
    return monotonic() - started


def hold(engine: Engine, owner: Actor, seconds: float, is_held: Event) -> None:
    """Hold the lock that a save needs: SQLite's only one, or the round's row."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            statement = text("SELECT id FROM assessment WHERE id = :id FOR UPDATE")
            connection.execute(statement, {"id": owner.assessment_id})
        else:
            connection.execute(text("SELECT 1"))
        is_held.set()
        sleep(seconds)


def rate_while_held(engine: Engine, rating: Engine, owner: Actor, seconds: float) -> float:
    is_held = Event()
    with ThreadPoolExecutor(1) as thread:
        holder = thread.submit(hold, engine, owner, seconds, is_held)
        is_held.wait(timeout=10)
        try:
            return rate(rating, owner)
        finally:
            holder.result()


def test_a_lock_held_for_a_second_is_a_short_wait(session: Session, engine: Engine) -> None:
    owner = factories.start(session)
    session.commit()
    assert rate_while_held(engine, engine, owner, 1.0) > 0.5
    assert assessments.list_ratings(session, actor=owner).needs == {"1.1.a": NeedForAction.SOME}


@pytest.fixture
def impatient(engine: Engine) -> Iterator[Engine]:
    """The same database without the patience."""
    url = engine.url.render_as_string(hide_password=False)
    options = {} if engine.dialect.name == "sqlite" else {"connect_args": {"options": "-c lock_timeout=1ms"}}
    opened = create_engine(url, **options)
    configure_engine(opened, lambda: False)
    if engine.dialect.name == "sqlite":

        @event.listens_for(opened, "connect")
        def hurry(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA busy_timeout = 0")

    yield opened
    opened.dispose()


def test_control_without_patience_the_save_would_fail(session: Session, engine: Engine, impatient: Engine) -> None:
    owner = factories.start(session)
    session.commit()
    with pytest.raises(OperationalError):
        rate_while_held(engine, impatient, owner, SHORT)


def test_reading_does_not_wait_for_a_writer_and_sees_what_was_committed(
    session: Session, engine: Engine, reading: Engine
) -> None:
    owner = factories.start(session)
    session.commit()
    with Session(engine) as writer:
        grants.find_actor(writer, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=True)
        assessments.change_language(writer, actor=owner, language="en")
        started = monotonic()
        with Session(reading) as reader:
            found = grants.find_actor(reader, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW)
        assert monotonic() - started < NO_WAIT
        assert found == owner


def test_a_reader_does_not_stop_a_writer(session: Session, engine: Engine, reading: Engine) -> None:
    owner = factories.start(session)
    session.commit()
    with Session(reading) as reader:
        assert reader.scalars(select(Company.name)).all() == [""]
        assert rate(engine, owner) < NO_WAIT


def test_control_on_sqlite_reading_first_and_writing_later_fails_however_long_it_would_wait(
    sqlite_engine: Engine,
) -> None:
    """Why a writing transaction begins immediate."""
    with Session(sqlite_engine) as session:
        owner = factories.start(session)
    careless = create_engine(sqlite_engine.url)
    configure_engine(careless, lambda: True)
    with Session(careless) as own:
        own.scalars(select(Company.name)).all()
        rate(sqlite_engine, owner)
        with pytest.raises(OperationalError, match="locked"):
            own.execute(text("UPDATE company SET name = 'x'"))
    careless.dispose()
