"""Dates and times as the reader writes them. Days and times are Berlin's."""

from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_decimal

from om_selfcheck.clock import BERLIN, day_in_berlin
from om_selfcheck.i18n.translation import current_language

_LOCALES = {"de": "de_DE", "en": "en_GB"}


def day(value: date | datetime | None) -> str:
    """Return the day in full: "21. November 2026", "21 November 2026"; nothing for None."""
    return _format(value, "long")


def short_day(value: date | datetime | None) -> str:
    """Return the day in figures: "21.11.2026", "21/11/2026"; nothing for None."""
    return _format(value, "dd.MM.yyyy" if current_language() == "de" else "dd/MM/yyyy")


def month(value: date) -> str:
    """Return month and year: "November 2026" in both languages, "März 2026" and "March 2026"."""
    return _format(value, "MMMM yyyy")


def clock_time(value: datetime) -> str:
    """Return hours and minutes in Berlin: "14:03"."""
    return f"{value.astimezone(BERLIN):%H:%M}"


def number(value: int) -> str:
    """Return a whole number with its thousands apart: "10.000", "10,000"."""
    return format_decimal(value, locale=_LOCALES[current_language()])


def _format(value: date | datetime | None, pattern: str) -> str:
    if value is None:
        return ""
    on = day_in_berlin(value) if isinstance(value, datetime) else value
    return format_date(on, pattern, locale=_LOCALES[current_language()])
