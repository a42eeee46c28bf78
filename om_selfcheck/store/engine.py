"""The one place that sets up connections and opens transactions, on SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, String, Text, event

BUSY_SECONDS = 5
SQLITE_SETTINGS = {
    "foreign_keys": 1,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: an acknowledged save survives a power loss (P1)
    "busy_timeout": BUSY_SECONDS * 1000,  # a locked database is a short wait (P5)
    "secure_delete": 1,  # what is erased is not readable in the file any more (P18)
}
_damage: ContextVar[bool] = ContextVar("damage", default=False)
POSTGRESQL_OPTIONS = f"-c timezone=UTC -c lock_timeout={BUSY_SECONDS}s"


def engine_options(database_url: str) -> dict[str, Any]:
    """Return what `create_engine` needs beside the address."""
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS}, "hide_parameters": True}
    return {"connect_args": {"options": POSTGRESQL_OPTIONS}, "pool_pre_ping": True, "hide_parameters": True}


def configure_engine(engine: Engine, is_reading: Callable[[], bool]) -> None:
    """Set SQLite's connection settings and begin every transaction the right way.

    SQLite begins for writing at once, except where `is_reading` says that nothing will be written: a transaction that
    reads first and writes later fails "locked" however long it would wait.
    """
    if engine.dialect.name != "sqlite":
        return

    engine.dialect.colspecs = {**engine.dialect.colspecs, Text: _LongText, String: _ShortText}

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.text_factory = _read_text
        connection.isolation_level = None  # SQLAlchemy's begin event below is the only BEGIN
        for name, value in SQLITE_SETTINGS.items():
            connection.execute(f"PRAGMA {name} = {value}")
        connection.create_function("lower", 1, _lower, deterministic=True)  # its own knows no Ö

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        _damage.set(False)
        connection.exec_driver_sql("BEGIN" if is_reading() else "BEGIN IMMEDIATE")


def was_damage_met() -> bool:
    """Say whether a text was read, since the last transaction began here, that is none: what fails fails over it."""
    return _damage.get()


def _read_text(content: bytes) -> str:
    """Read what damage left: a byte that is no UTF-8 becomes a sign, and whoever looks at hashes says so."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        _damage.set(True)
        return content.decode("utf-8", "replace")


def _read_any(stored: Any) -> Any:  # noqa: ANN401 - SQLite keeps any value in any column
    """Read bytes where a text belongs as such; they are damage even where they would be one."""
    if type(stored) is not bytes:
        return stored
    _damage.set(True)
    return stored.decode("utf-8", "replace")


class _Lenient:
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 - its contract
        return _read_any


class _ShortText(_Lenient, String):
    """A text that SQLite may hold as anything."""


class _LongText(_Lenient, Text):
    """The same of any length."""


def _lower(text: str | None) -> str | None:
    return text.lower() if text is not None else None


def empty_log(engine: Engine) -> None:
    """Move everything from SQLite's write-ahead log into the file and cut the log to nothing."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def check_engine(engine: Engine) -> None:
    """Read the settings back; a database that does not keep them must not serve.

    Raises:
        RuntimeError: a setting has another value than the promised one.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        for name, wanted in SQLITE_SETTINGS.items():
            found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            if found != wanted:
                raise RuntimeError(f"SQLite does not keep {name} = {wanted}, it says {found}")
