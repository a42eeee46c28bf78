"""Bringing a database to the newest table layout (P8), with Alembic's files in migrations/."""

import re
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


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

    with engine.begin() as connection:
        _let_tables_change(connection)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        {"upgrade": command.upgrade, "downgrade": command.downgrade}[direction](config, revision)


def _let_tables_change(connection: Connection) -> None:
    """Check foreign keys at the end only, because SQLite changes a table by copying it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
