"""Migrations: numbered, one head, up and down with data; an update keeps data or changes nothing (P8)."""

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Column, Engine, Integer, MetaData, Table, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from om_selfcheck.config import ROOT
from om_selfcheck.services.record import verify_record
from om_selfcheck.store import migrate
from om_selfcheck.store.base import Base
from om_selfcheck.store.engine import check_engine
from om_selfcheck.store.models import Audit, Declaration, Finding
from tests import factories


def list_revisions() -> Sequence[str]:
    return sorted(re.findall(r"^\d{4}", "\n".join(path.name for path in versions()), re.MULTILINE))


def versions() -> Sequence[Path]:
    return sorted((migrate.MIGRATIONS / "versions").glob("*.py"))


def list_tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def dump(engine: Engine) -> dict[str, list[str]]:
    """Return every row of every table there is."""
    with engine.connect() as connection:
        return {
            table: sorted(str(row) for row in connection.execute(text(f'SELECT * FROM "{table}"')))  # noqa: S608
            for table in list_tables(engine)
        }


def go_the_road(engine: Engine) -> None:
    with Session(engine) as session:
        factories.issue(session, factories.make_complete(session))
        factories.plan_ten(session, factories.start(session), count=2)
        assert verify_record(session) == []


def in_words(part: Any) -> str:
    """Return what the database says of a column, key or index; conditions are objects and become their text."""
    options = part.get("dialect_options", {}) if isinstance(part, dict) else {}
    return f"{part | {'dialect_options': {name: str(value) for name, value in options.items()}} if options else part}"


def describe(engine: Engine) -> dict[str, Any]:
    """Return all that the database says about its tables."""
    inspector = inspect(engine)
    return {
        table: [
            sorted(in_words(part) for part in read(table))
            for read in (
                inspector.get_columns,
                inspector.get_indexes,
                inspector.get_unique_constraints,
                inspector.get_foreign_keys,
                inspector.get_check_constraints,
                inspector.get_pk_constraint,
            )
        ]
        for table in list_tables(engine)
    }


def add_migration(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Take a copy of the migrations with one more at its end, as the next release brings it."""
    copy = folder / "migrations"
    shutil.copytree(migrate.MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    newest = migrate.newest_revision()
    following = f"{int(newest) + 1:04d}"
    head = f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "{following}"\ndown_revision = "{newest}"\n'
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    (copy / "versions" / f"{following}_next.py").write_text(f"{head}\n\ndef upgrade() -> None:\n{lines}")
    monkeypatch.setattr(migrate, "MIGRATIONS", copy)


# The files


def test_there_is_one_line_of_migrations_with_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [migrate.newest_revision()]
    assert scripts.get_bases() == ["0001"]
    chain = [(script.revision, script.down_revision) for script in scripts.walk_revisions()]
    numbers = [f"{number:04d}" for number in range(len(chain), 0, -1)]
    assert chain == list(zip(numbers, [*numbers[1:], None], strict=True))


def test_each_file_is_named_by_its_revision() -> None:
    for path in versions():
        name = re.fullmatch(r"(\d{4})_[a-z0-9_]+\.py", path.name)
        assert name is not None, path.name
        assert f'revision = "{name[1]}"' in path.read_text(encoding="utf-8").splitlines()
    assert len(versions()) == len(list_revisions())


# Up and down


def test_an_empty_database_is_brought_to_the_newest_tables_once(fresh_engine: Engine) -> None:
    assert migrate.current_revision(fresh_engine) is None
    migrate.upgrade(fresh_engine)
    assert migrate.current_revision(fresh_engine) == migrate.newest_revision()
    assert list_tables(fresh_engine) == set(Base.metadata.tables)
    go_the_road(fresh_engine)
    before = dump(fresh_engine), describe(fresh_engine)
    migrate.upgrade(fresh_engine)
    assert (dump(fresh_engine), describe(fresh_engine)) == before


def test_up_down_and_up_again_with_data_keeps_what_the_older_tables_hold(fresh_engine: Engine) -> None:
    migrate.upgrade(fresh_engine)
    go_the_road(fresh_engine)
    before, described = dump(fresh_engine), describe(fresh_engine)
    for older in [*list_revisions()[-2::-1], "base"]:
        migrate.downgrade(fresh_engine, older)
        assert migrate.current_revision(fresh_engine) == (None if older == "base" else older)
        kept = list_tables(fresh_engine)
        migrate.upgrade(fresh_engine)
        assert describe(fresh_engine) == described
        after = dump(fresh_engine)
        assert {table: after[table] for table in kept} == {table: before[table] for table in kept}
    assert kept == set(), "the first migration leaves nothing behind"
    go_the_road(fresh_engine)


def test_after_a_migration_the_connection_keeps_its_promises(fresh_engine: Engine) -> None:
    migrate.upgrade(fresh_engine)
    check_engine(fresh_engine)
    orphan = text("INSERT INTO event_payload (seq, salt, payload) VALUES (99, '', '')")
    with fresh_engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(orphan)


# The tables and the models


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_the_migrated_tables_are_those_of_the_models(engine: Engine) -> None:
    assert differences(engine, Base.metadata) == []


def test_the_migrated_checks_are_those_of_the_models(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in Base.metadata.sorted_tables:
        wanted = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        assert {one["name"] for one in inspector.get_check_constraints(table.name)} == wanted


def test_control_a_difference_would_be_noticed(engine: Engine) -> None:
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    metadata.tables["company"].append_column(Column("forgotten", Integer, nullable=True))
    Table("forgotten", metadata, Column("id", Integer, primary_key=True))
    assert [difference[0] for difference in differences(engine, metadata)] == ["add_table", "add_column"]


# The next release


def test_a_migration_that_fails_changes_nothing(
    fresh_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(fresh_engine)
    go_the_road(fresh_engine)
    before = dump(fresh_engine), describe(fresh_engine), migrate.current_revision(fresh_engine)
    body = """
op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
op.execute("UPDATE company SET name = 'half'")
op.add_column("company", sa.Column("half", sa.Integer(), nullable=True))
raise RuntimeError("the disk is full")
"""
    add_migration(tmp_path, monkeypatch, body)
    with pytest.raises(RuntimeError, match="the disk is full"):
        migrate.upgrade(fresh_engine)
    assert (dump(fresh_engine), describe(fresh_engine), migrate.current_revision(fresh_engine)) == before
    check_engine(fresh_engine)
    go_the_road(fresh_engine)


def test_a_migration_that_copies_tables_keeps_the_rows_that_point_to_them(
    fresh_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(fresh_engine)
    go_the_road(fresh_engine)
    before = dump(fresh_engine)
    recreate = "never" if is_postgresql(fresh_engine) else "always"
    body = "".join(
        f"""
with op.batch_alter_table("{table}", recreate="{recreate}") as batch:
    batch.{change}
"""
        for table in Base.metadata.tables
        for change in ('add_column(sa.Column("added", sa.Integer(), nullable=True))', 'drop_column("added")')
    )
    add_migration(tmp_path, monkeypatch, body)
    migrate.upgrade(fresh_engine)
    assert dump(fresh_engine) == before
    check_engine(fresh_engine)


def is_postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def test_a_migration_that_leaves_rows_pointing_nowhere_changes_nothing(
    fresh_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(fresh_engine)
    go_the_road(fresh_engine)
    before = dump(fresh_engine)
    add_migration(tmp_path, monkeypatch, 'op.execute("DELETE FROM event")')
    refusal: Any = IntegrityError if is_postgresql(fresh_engine) else RuntimeError
    with pytest.raises(refusal, match="event_payload"):
        migrate.upgrade(fresh_engine)
    assert dump(fresh_engine) == before


def test_of_findings_the_newest_version_goes_back_to_the_older_tables(fresh_engine: Engine) -> None:
    migrate.upgrade(fresh_engine)
    go_the_road(fresh_engine)
    with Session(fresh_engine) as session:
        declaration_id = session.scalars(select(Declaration.id)).one()
        audit = Audit(id=uuid4(), declaration_id=declaration_id, state="opened", created_at=factories.NOW)
        session.add(audit)
        session.flush()
        written = (("dates", 1, "drei"), ("dates", 2, "vier"), ("wording", 1, "klar"))
        for code, edition, note in written:
            kept = {"code": code, "edition": edition, "note": note, "answer": "no", "created_at": factories.NOW}
            session.add(Finding(id=uuid4(), audit_id=audit.id, **kept))
        session.commit()
    migrate.downgrade(fresh_engine, "0006")
    migrate.upgrade(fresh_engine)
    with Session(fresh_engine) as session:
        found = session.execute(select(Finding.code, Finding.edition, Finding.note).order_by(Finding.code)).all()
    assert [tuple(row) for row in found] == [("dates", 1, "vier"), ("wording", 1, "klar")]


MIGRATE = """
import sys
from om_selfcheck.services.installation import open_engine
from om_selfcheck.store import migrate
import alembic.command
engine = open_engine(sys.argv[1])
print("ready", flush=True)
input()
migrate.upgrade(engine)
"""


def test_two_that_migrate_at_once_both_find_the_newest_tables(fresh_engine: Engine, fresh_url: str) -> None:
    with Popen(
        [sys.executable, "-c", MIGRATE, fresh_url], stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, cwd=ROOT
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("\n")
        other.stdin.flush()
        migrate.upgrade(fresh_engine)
        _, errors = other.communicate(timeout=60)
        assert other.returncode == 0, errors
    assert migrate.current_revision(fresh_engine) == migrate.newest_revision()
