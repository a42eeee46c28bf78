"""Counting tries against limits (P12). A counter is committed first, on its own: what is refused has counted too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from om_selfcheck.domain.throttle import LONGEST_WINDOW, Limit
from om_selfcheck.store.queries import throttles


@dataclass(frozen=True, slots=True)
class Try:
    """One try under one limit; `whose` is the company, address or network it counts for."""

    limit: Limit
    whose: str


def count_tries(session: Session, *, tries: Sequence[Try], secret: str, now: datetime) -> datetime | None:
    """Count what is tried under each limit; return None where all allow it, else from when on all will.

    Whoever calls commits at once, before the try itself. Counters are taken in the order of their keys, so that two
    requests never wait for each other.
    """
    refused = []
    limits = {one.limit.key(one.whose, secret): one.limit for one in tries}
    for key in sorted(limits):
        limit = limits[key]
        if throttles.count_try(session, key=key, window_starts_at=limit.window_start(now)) > limit.most:
            refused.append(limit.next_window(now))
    return max(refused, default=None)


def clear_old_windows(session: Session, *, now: datetime) -> None:
    """Forget counters that no limit looks at any more."""
    throttles.delete_windows(session, before=now - LONGEST_WINDOW)
