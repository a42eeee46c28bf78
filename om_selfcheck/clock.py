"""The only place that reads the clock. Everything else gets the time as an argument."""

from datetime import UTC, date, datetime, time, timedelta
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


def start_of_day(day: date) -> datetime:
    """Return the instant in which a day begins in Berlin.

    >>> start_of_day(date(2026, 11, 24)).isoformat()
    '2026-11-24T00:00:00+01:00'
    """
    return datetime.combine(day, time(), BERLIN)


def end_of_day(day: date) -> datetime:
    """Return the instant in which a day is over in Berlin."""
    return start_of_day(day + timedelta(days=1))
