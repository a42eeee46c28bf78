"""Browser sessions."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Delete, Update, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import WebSession

_FIND = select(WebSession.data, WebSession.is_kept, WebSession.used_at, WebSession.fresh_links).where(
    WebSession.id_hash == bindparam("id_hash")
)


class StoredSession(NamedTuple):
    data: str
    is_kept: bool
    used_at: datetime
    fresh_links: str


def find_session(session: Session, id_hash: str) -> StoredSession | None:
    row = session.connection().execute(_FIND, {"id_hash": id_hash}).first()
    return StoredSession(*row) if row else None


def add_session(session: Session, id_hash: str, values: dict[str, Any]) -> None:
    session.execute(insert(WebSession).values(id_hash=id_hash, **values))


def change_session(session: Session, id_hash: str, values: dict[str, Any]) -> bool:
    """Say whether there still is one: none is made."""
    return _is_done(session, update(WebSession).where(WebSession.id_hash == id_hash).values(**values))


def change_links(session: Session, id_hash: str, *, before: str, after: str, clear_links_at: datetime | None) -> None:
    """Write the plain links anew, unless they are not what was read."""
    is_same = (WebSession.id_hash == id_hash) & (WebSession.fresh_links == before)
    session.execute(update(WebSession).where(is_same).values(fresh_links=after, clear_links_at=clear_links_at))


def touch_session(session: Session, id_hash: str, now: datetime) -> None:
    session.execute(update(WebSession).where(WebSession.id_hash == id_hash).values(used_at=now))


def delete_session(session: Session, id_hash: str) -> bool:
    return _is_done(session, delete(WebSession).where(WebSession.id_hash == id_hash))


def is_any_fresh_link_over(session: Session, now: datetime) -> bool:
    return session.execute(select(WebSession.id_hash).where(_is_over(now)).limit(1)).first() is not None


def clear_fresh_links(session: Session, now: datetime) -> None:
    """Forget the plain links that were to be seen until an instant."""
    session.execute(update(WebSession).where(_is_over(now)).values(fresh_links="", clear_links_at=None))


def delete_idle_sessions(session: Session, *, before: datetime, kept_before: datetime) -> None:
    """Delete sessions not used since an instant; kept ones have their own."""
    is_idle = or_(
        (WebSession.is_kept.is_(False)) & (WebSession.used_at < before),
        (WebSession.is_kept.is_(True)) & (WebSession.used_at < kept_before),
    )
    session.execute(delete(WebSession).where(is_idle))


def _is_done(session: Session, statement: Update | Delete) -> bool:
    return session.connection().execute(statement).rowcount > 0


def _is_over(now: datetime) -> ColumnElement[bool]:
    return WebSession.clear_links_at <= now
