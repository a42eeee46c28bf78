"""Who acts in several files, and for the controls the same database without the promise that writers take turns."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from om_selfcheck.services.accounts import Person
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.engine import configure_engine, engine_options
from tests import factories


@pytest.fixture
def owner(session: Session) -> Actor:
    """Whoever holds the key of a company that has declared."""
    return factories.make_declared(session)


@pytest.fixture
def olaf(session: Session) -> Person:
    return factories.add_staff(session)


@pytest.fixture
def otto(session: Session) -> Person:
    """Olaf's colleague, for what two people have to do."""
    return factories.add_staff(session, "otto@example.org")


@pytest.fixture
def careless(engine: Engine) -> Iterator[Engine]:
    """Transactions begin without the write lock; on PostgreSQL whoever uses this leaves the row lock out as well."""
    url = engine.url.render_as_string(hide_password=False)
    opened = create_engine(url, **engine_options(url))
    configure_engine(opened, lambda: True)
    yield opened
    opened.dispose()
