"""Column habits: instants in UTC whatever the database keeps, and constraints that have names."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from om_selfcheck.store.base import Base, Instant
from om_selfcheck.store.models import Grant, WebSession
from tests import factories
from tests.factories import NOW

SUMMER = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
ZONES = st.timedeltas(min_value=timedelta(hours=-12), max_value=timedelta(hours=14)).map(timezone)
INSTANTS = st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - the bounds are naive


def keep(session: Session, instant: datetime) -> str:
    name = uuid4().hex
    session.add(WebSession(id_hash=name, data="", is_kept=False, used_at=instant))
    session.commit()
    return name


def load(session: Session, name: str) -> datetime:
    return session.scalars(select(WebSession.used_at).where(WebSession.id_hash == name)).one()


def test_an_instant_comes_back_in_utc_to_the_microsecond(session: Session) -> None:
    loaded = load(session, keep(session, SUMMER))
    assert loaded == SUMMER
    assert loaded.isoformat() == "2026-07-01T10:00:00.123456+00:00"
    assert loaded.tzinfo is UTC


def test_instants_are_compared_as_instants(session: Session) -> None:
    name = keep(session, SUMMER)
    same = SUMMER.astimezone(timezone(timedelta(hours=-5)))
    assert session.scalars(select(WebSession.id_hash).where(WebSession.used_at == same)).all() == [name]
    later = select(WebSession.id_hash).where(WebSession.used_at > same + timedelta(microseconds=1))
    assert session.scalars(later).all() == []


def test_what_a_program_that_knows_no_zones_would_read_is_utc(session: Session) -> None:
    keep(session, SUMMER)
    assert "2026-07-01 10:00:00.123456" in str(session.scalar(text("SELECT CAST(used_at AS varchar(40)) FROM session")))


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="an instant needs its zone"):
        keep(session, SUMMER.replace(tzinfo=None))


def test_no_instant_stays_none(session: Session) -> None:
    factories.start(session)
    assert session.scalars(select(Grant.revoked_at)).all() == [None]
    session.execute(update(Grant).values(revoked_at=NOW))
    assert session.scalars(select(Grant.revoked_at)).all() == [NOW]


@given(INSTANTS)
def test_any_instant_survives_both_databases(instant: datetime) -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        loaded = Instant().process_result_value(Instant().process_bind_param(instant, dialect), dialect)
        assert loaded == instant
        assert loaded is not None
        assert loaded.tzinfo is UTC


def test_every_constraint_and_index_has_a_name_that_fits_postgresql() -> None:
    tables = Base.metadata.sorted_tables
    names = [str(constraint.name) for table in tables for constraint in table.constraints]
    names += [str(index.name) for table in tables for index in table.indexes]
    assert len(names) == len(set(names))
    assert all(name[:2] in {"ix", "uq", "ck", "fk", "pk"} and len(name) <= 63 for name in names)


def test_every_point_in_time_is_an_instant_and_named_at() -> None:
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    for column in columns:
        is_instant = isinstance(column.type, Instant)
        assert is_instant == (column.name == "at" or column.name.endswith("_at")), column
