"""Getting an installation ready: its database, its tables, its questionnaires."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.services.questionnaires import publish_questionnaires
from om_selfcheck.store import engine as engines
from om_selfcheck.store import migrate
from om_selfcheck.store.engine import check_engine, configure_engine, empty_log, engine_options

Unreachable = OperationalError


def open_engine(database_url: str, *, is_reading: bool = False) -> Engine:
    """Open the database for a command, which may write unless it says so. RuntimeError if SQLite keeps no promise."""
    engine = create_engine(database_url, **engine_options(database_url))
    configure_engine(engine, lambda: is_reading)
    check_engine(engine)
    return engine


def bring_up_to_date(engine: Engine) -> tuple[str | None, str]:
    """Migrate if needed and return (revision before, revision now); on failure nothing has changed (P8)."""
    before, newest = migrate.current_revision(engine), migrate.newest_revision()
    if before != newest:
        migrate.upgrade(engine)
    return before, newest


def publish(engine: Engine, questionnaires: Iterable[Questionnaire], now: datetime) -> int:
    """Publish what is new; QuestionnaireChanged where a published version was edited."""
    with Session(engine) as session, session.begin():
        return publish_questionnaires(session, questionnaires=questionnaires, now=now)


def has_tables(engine: Engine) -> bool:
    """Say whether the database was ever migrated."""
    return migrate.current_revision(engine) is not None


def forget_deleted(session: Session) -> None:
    """Write what is committed into the database file and empty SQLite's log, where deleted text would still stand.

    Readers may keep it from emptying for a moment; the daily clearing-up does it again.
    """
    engine = session.get_bind()
    if isinstance(engine, Engine) and engine.dialect.name == "sqlite":
        session.close()
        empty_log(engine)


def has_newest_tables(engine: Engine) -> bool:
    return migrate.current_revision(engine) == migrate.newest_revision()


def is_ready(session: Session) -> bool:
    """Say whether the database answers and holds the newest tables."""
    engine = session.get_bind()
    return isinstance(engine, Engine) and has_newest_tables(engine)


def was_damage_met() -> bool:
    """Say whether what was read last held a text that damage has made none (SQLite only)."""
    return engines.was_damage_met()
