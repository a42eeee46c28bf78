"""Counters of tries; the database adds, so that no try of several workers is lost."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Throttle


def _count(insert: Any) -> Any:  # noqa: ANN401 - the two dialects' inserts share no type
    first = insert(Throttle).values(key=bindparam("key"), window_starts_at=bindparam("window_starts_at"), count=1)
    one_more = first.on_conflict_do_update(
        index_elements=["key", "window_starts_at"], set_={"count": Throttle.count + 1}
    )
    return one_more.returning(Throttle.count)


_COUNT = {"sqlite": _count(sqlite.insert), "postgresql": _count(postgresql.insert)}


def count_try(session: Session, *, key: str, window_starts_at: datetime) -> int:
    """Count one try and return how many there were in its window, with this one."""
    statement = _COUNT[session.get_bind().dialect.name]
    counted: int = session.execute(statement, {"key": key, "window_starts_at": window_starts_at}).scalar_one()
    return counted


def delete_windows(session: Session, *, before: datetime) -> None:
    """Forget the windows that began before an instant."""
    session.execute(delete(Throttle).where(Throttle.window_starts_at < before))
