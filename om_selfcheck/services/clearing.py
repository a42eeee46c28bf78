"""Clearing up what nobody uses any more."""

from datetime import datetime

from sqlalchemy.orm import Session

from om_selfcheck.services import access_mails, sessions, throttles


def clear_up(session: Session, *, now: datetime) -> None:
    """Forget idle sessions, old counters and unconfirmed addresses."""
    sessions.clear_idle_sessions(session, now=now)
    throttles.clear_old_windows(session, now=now)
    access_mails.clear_unknown_requests(session, now=now)
