"""What record and register say of all declarations, in the order of their numbers, without holding it in memory.

Values come as they lie there: SQLite keeps any bytes in any column and is asked for bytes, PostgreSQL knows days that
no calendar has and writes them as JSON. What is bent must not stop a walk.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, String, cast, collate, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from om_selfcheck.store.models import Correction, Declaration, EventPayload, EventRow

BATCH = 200  # snapshots are long
PREFIX, BEHIND = "declaration:", "declaration;"
Newer = aliased(Declaration)


def see_one_state(session: Session) -> None:
    """Let everything read in a transaction that now begins be one state of the database, as it is on SQLite anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def walk_acts(session: Session) -> Iterator[Sequence[Any]]:
    """Walk events about declarations in the order of their subjects: subject, verb, actor, instant, payload."""
    subject = _by_bytes(session, EventRow.subject)
    statement = (
        select(
            *(_as_stored(session, column) for column in (EventRow.subject, EventRow.verb, EventRow.actor)),
            _as_stored(session, EventRow.at, is_time=True),
            _as_stored(session, EventPayload.payload),
        )
        .outerjoin(EventPayload, EventPayload.seq == EventRow.seq)
        .where(subject >= PREFIX, subject < BEHIND)
        .order_by(subject, EventRow.seq)
    )
    yield from _walk(session, statement)


def walk_rows(session: Session) -> Iterator[Sequence[Any]]:
    """Walk declarations in the order of their numbers.

    Each is its number, day of issue, snapshot, hash, day and reason of withdrawal, whether another took its place, the
    number of that, name and place, and whether the name is hidden.
    """
    number = _by_bytes(session, Declaration.number)
    statement = (
        select(
            _as_stored(session, Declaration.number),
            _as_stored(session, Declaration.issued_on, is_time=True),
            _as_stored(session, Declaration.snapshot),
            _as_stored(session, Declaration.snapshot_hash),
            _as_stored(session, Declaration.withdrawn_on, is_time=True),
            _as_stored(session, Declaration.withdrawal_reason),
            Declaration.replaced_by_id.is_not(None),
            _as_stored(session, Newer.number).label("newer"),
            _as_stored(session, Declaration.company_name),
            _as_stored(session, Declaration.city),
            Declaration.name_hidden_at.is_not(None),
        )
        .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
        .order_by(number)
    )
    yield from _walk(session, statement)


def walk_corrections(session: Session) -> Iterator[Sequence[Any]]:
    """Walk corrections in the order of their declarations' numbers: number, key, edition, actor, details, note."""
    columns = (Correction.id, Correction.edition)
    typed = (Correction.actor, Correction.details, Correction.note)
    statement = (
        select(
            _as_stored(session, Declaration.number),
            *(_as_stored(session, cast(column, String)) for column in columns),
            *(_as_stored(session, column) for column in typed),
        )
        .join(Declaration, Declaration.id == Correction.declaration_id)
        .order_by(_by_bytes(session, Declaration.number), Correction.edition)
    )
    yield from _walk(session, statement)


def _walk(session: Session, statement: Select[Any]) -> Iterator[Sequence[Any]]:
    with session.execute(statement.execution_options(yield_per=BATCH)) as result:
        yield from result


def _as_stored(
    session: Session, column: InstrumentedAttribute[Any] | ColumnElement[Any], *, is_time: bool = False
) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return cast(column, LargeBinary)
    return func.to_json(column) if is_time else column.expression


def _by_bytes(session: Session, column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Return a column that is ordered as Python orders text; SQLite does so, and finds its index."""
    return column.expression if session.get_bind().dialect.name == "sqlite" else collate(column, "C")
