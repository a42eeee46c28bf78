"""Inserts that say what happens where the row is there already: each database has its own kind of them.

Statements that run at every save are built once, beside the query that needs them, and do not come from here.
"""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from om_selfcheck.store.base import Base


def insert_for(session: Session, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an insert into a table, of the kind that this database knows."""
    return sqlite.insert(model) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(model)
