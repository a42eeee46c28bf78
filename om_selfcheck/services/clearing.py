"""Clearing up what nobody uses any more, a little at a time."""

from datetime import datetime

from sqlalchemy.orm import Session

from om_selfcheck.services import access_mails, assessments, sessions, throttles


def clear_up(session: Session, *, now: datetime) -> int:
    """Forget idle sessions, old counters and unconfirmed addresses, and clear some untouched checks.

    Return how many checks; where there were any, more may be left.
    """
    sessions.clear_idle_sessions(session, now=now)
    throttles.clear_old_windows(session, now=now)
    access_mails.clear_unknown_requests(session, now=now)
    return assessments.clear_untouched(session, now=now)
