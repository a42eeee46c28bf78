"""Bringing a database to the newest table layout (P8), with Alembic's files in migrations/."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
MIGRATING = 0x6F6D  # the key of PostgreSQL's lock, for whoever changes tables


def newest_revision() -> str:
    """Return the highest number among the migration files; they are numbered by hand, one head."""
    return max(
        match[1] for path in (MIGRATIONS / "versions").iterdir() if (match := re.match(r"(\d{4})_\w+\.py$", path.name))
    )


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database is at, None for an empty one. Cheap: Alembic is not loaded."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision, or change nothing."""
    _run(engine, "upgrade", "head")


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to an older revision ("base" is empty), or change nothing."""
    _run(engine, "downgrade", revision)


def _run(engine: Engine, direction: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    with _changing_tables(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        {"upgrade": command.upgrade, "downgrade": command.downgrade}[direction](config, revision)


@contextmanager
def _changing_tables(engine: Engine) -> Iterator[Connection]:
    """Open the one transaction in which tables change; a second process waits for it.

    SQLite changes a table by copying it and dropping the old one. Were foreign keys on, the drop would delete every
    row that points there; so they are off meanwhile, and all of them are checked at the end.
    """
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        _switch_foreign_keys(connection, is_on=False)
        try:
            with connection.begin():
                if not is_sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
                yield connection
                if is_sqlite:
                    _check_foreign_keys(connection)
        finally:
            _switch_foreign_keys(connection, is_on=True)


def _switch_foreign_keys(connection: Connection, *, is_on: bool) -> None:
    """Switch them on SQLite, below SQLAlchemy because it only counts outside a transaction."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA foreign_keys = {is_on:d}")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise RuntimeError(f"The migration would leave rows of {tables} that point nowhere. Nothing was changed.")
