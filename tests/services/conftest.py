"""For the controls: the same database without the promise that writers take turns."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine

from om_selfcheck.store.engine import configure_engine, engine_options


@pytest.fixture
def careless(engine: Engine) -> Iterator[Engine]:
    """Transactions begin without the write lock; on PostgreSQL whoever uses this leaves the row lock out as well."""
    url = engine.url.render_as_string(hide_password=False)
    opened = create_engine(url, **engine_options(url))
    configure_engine(opened, lambda: True)
    yield opened
    opened.dispose()
