"""Browser sessions on the server: a session ends at logout, whoever still has its cookie."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from om_selfcheck.store.queries import sessions

IDLE_LIFETIME = timedelta(days=30)
KEPT_LIFETIME = timedelta(days=90)
TOUCH_AFTER = timedelta(days=1)
SIGNED_IN_IDLE = timedelta(minutes=30)
SIGNED_IN_LIFETIME = timedelta(hours=12)
SIGNED_IN_TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FoundSession:
    data: str
    is_kept: bool
    needs_touch: bool
    fresh_links: str = ""
    idle: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class HeldData:
    """What a session holds, and apart from it the plain links that wait to be kept, with their end."""

    data: str
    is_kept: bool = False
    fresh_links: str = ""
    clear_links_at: datetime | None = None


def may_stay_signed_in(*, since: datetime, idle: timedelta, now: datetime) -> bool:
    """Say whether somebody is still signed in: 30 minutes without a request end it, and 12 hours in any case."""
    return idle <= SIGNED_IN_IDLE and now - since <= SIGNED_IN_LIFETIME


def find_session(session: Session, *, session_id: str, now: datetime) -> FoundSession | None:
    """Return what a live session holds; None for an unknown or idle one."""
    row = sessions.find_session(session, hash_session_id(session_id))
    if row is None or now - row.used_at > (KEPT_LIFETIME if row.is_kept else IDLE_LIFETIME):
        return None
    idle = now - row.used_at
    return FoundSession(row.data, row.is_kept, needs_touch=idle > TOUCH_AFTER, fresh_links=row.fresh_links, idle=idle)


def add_session(session: Session, *, session_id: str, held: HeldData, now: datetime) -> None:
    """Store what a new session holds."""
    sessions.add_session(session, hash_session_id(session_id), asdict(held) | {"used_at": now})


def save_session(session: Session, *, session_id: str, held: HeldData, now: datetime) -> bool:
    """Store what a session holds now; False where it was ended meanwhile: it stays so."""
    return sessions.change_session(session, hash_session_id(session_id), asdict(held) | {"used_at": now})


def save_links(session: Session, *, session_id: str, before: str, after: str, clear_links_at: datetime | None) -> None:
    """Store which plain links still wait, unless others have come or the session was ended meanwhile."""
    id_hash = hash_session_id(session_id)
    sessions.change_links(session, id_hash, before=before, after=after, clear_links_at=clear_links_at)


def touch_session(session: Session, *, session_id: str, now: datetime) -> None:
    """Note that a session is in use; done at most once a day, while somebody is signed in once a minute."""
    sessions.touch_session(session, hash_session_id(session_id), now)


def end_session(session: Session, *, session_id: str) -> bool:
    """End a session; False where it was ended before."""
    return sessions.delete_session(session, hash_session_id(session_id))


def is_any_link_over(session: Session, *, now: datetime) -> bool:
    """Say whether a plain link still stands somewhere that nobody confirmed as kept in time."""
    return sessions.is_any_fresh_link_over(session, now)


def clear_links(session: Session, *, now: datetime) -> None:
    """Forget plain links that nobody confirmed as kept in time."""
    sessions.clear_fresh_links(session, now)


def clear_idle_sessions(session: Session, *, now: datetime) -> None:
    """Forget sessions nobody uses any more, and plain links that nobody confirmed as kept in time."""
    clear_links(session, now=now)
    sessions.delete_idle_sessions(session, before=now - IDLE_LIFETIME, kept_before=now - KEPT_LIFETIME)


def hash_session_id(session_id: str) -> str:
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).hexdigest()
