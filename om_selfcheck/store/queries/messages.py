"""The mail ledger's rows."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Message

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add_if_absent(session: Session, **columns: Any) -> bool:  # noqa: ANN401 - the table's columns
    """Insert a message unless one of its kind, subject and stage is there; say whether it was new."""
    insert = _INSERT[session.get_bind().dialect.name](Message).values(**columns)
    added = session.execute(insert.on_conflict_do_nothing().returning(Message.id)).first()
    return added is not None
