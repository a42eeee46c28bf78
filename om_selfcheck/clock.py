"""The only place that reads the clock. Everything else gets the time as an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """Return the instant in UTC."""
    return datetime.now(UTC)


def day_in_berlin(instant: datetime) -> date:
    """Return the calendar day in Berlin, whatever zone the server is in."""
    return instant.astimezone(BERLIN).date()


def today() -> date:
    return day_in_berlin(now())
