"""The blind nudge: a network reminds those who have stopped, and learns neither who nor how many they are (D9)."""

from datetime import datetime, timedelta

STOPPED_FOR = timedelta(days=14)
NUDGE_EVERY = timedelta(days=14)


def next_nudge_at(last_at: datetime | None) -> datetime | None:
    """Return from when a network, or a round, may be reminded again; None for at once."""
    return None if last_at is None else last_at + NUDGE_EVERY


def may_nudge(last_at: datetime | None, now: datetime) -> bool:
    again_at = next_nudge_at(last_at)
    return again_at is None or again_at <= now
