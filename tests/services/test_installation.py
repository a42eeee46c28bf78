"""Getting an installation ready: its tables, its questionnaires, and whether it can serve (P8)."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import QuestionnaireChanged
from om_selfcheck.services import installation
from om_selfcheck.services.record import verify_record
from om_selfcheck.store.migrate import downgrade, newest_revision
from om_selfcheck.store.models import PublishedQuestionnaire
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW
from tests.store.fresh import fresh_engine, fresh_url

__all__ = ["fresh_engine", "fresh_url"]


def test_an_empty_database_is_brought_up_to_date_once(fresh_engine: Engine) -> None:
    assert installation.bring_up_to_date(fresh_engine) == (None, newest_revision())
    assert installation.bring_up_to_date(fresh_engine) == (newest_revision(), newest_revision())
    with Session(fresh_engine) as session:
        factories.issue(session, factories.make_complete(session))
        assert verify_record(session) == []


def test_an_older_database_is_brought_up_to_date(fresh_engine: Engine) -> None:
    installation.bring_up_to_date(fresh_engine)
    downgrade(fresh_engine, "base")
    assert installation.bring_up_to_date(fresh_engine) == (None, newest_revision())


def test_is_ready_with_the_newest_tables_only(fresh_engine: Engine) -> None:
    with Session(fresh_engine) as session:
        assert not installation.is_ready(session)
    installation.bring_up_to_date(fresh_engine)
    with Session(fresh_engine) as session:
        assert installation.is_ready(session)
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with Session(fresh_engine) as session:
        assert not installation.is_ready(session)


def test_publishes_what_is_new(session: Session, engine: Engine) -> None:
    first = make_questionnaire()
    session.commit()
    assert installation.publish(engine, [first], NOW) == 1
    assert installation.publish(engine, [first, replace(first, version="1.1")], NOW) == 1
    assert session.scalars(select(PublishedQuestionnaire.version)).all() == ["1.0", "1.1"]
    assert verify_record(session) == []


def test_an_edited_questionnaire_stops_the_start_and_changes_nothing(session: Session, engine: Engine) -> None:
    first = make_questionnaire()
    installation.publish(engine, [first], NOW)
    before = factories.dump(session)
    session.commit()
    with pytest.raises(QuestionnaireChanged):
        installation.publish(engine, [replace(first, version="1.1"), replace(first, content_hash="f" * 64)], NOW)
    assert factories.dump(session) == before


def test_a_database_that_keeps_no_log_is_not_opened() -> None:
    with pytest.raises(RuntimeError, match="SQLite does not keep journal_mode = wal"):
        installation.open_engine("sqlite:///:memory:")


def test_commands_open_the_database_for_writing(tmp_path: Path) -> None:
    opened = installation.open_engine(f"sqlite:///{tmp_path}/own.db")
    with opened.begin() as connection:
        connection.execute(text("CREATE TABLE thing (id INTEGER)"))
    assert inspect(opened).has_table("thing")
    opened.dispose()
