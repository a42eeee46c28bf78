"""Dates and times as they are written in Germany and in Britain; days and times are Berlin's."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from om_selfcheck.i18n.formats import clock_time, day, short_day


@pytest.fixture(autouse=True)
def context(migrated_app: Flask) -> Iterator[None]:
    with migrated_app.app_context():
        yield


@pytest.mark.parametrize(
    ("on", "german", "english"),
    [
        (date(2026, 11, 21), "21. November 2026", "21 November 2026"),
        (date(2027, 3, 1), "1. März 2027", "1 March 2027"),
        (date(2028, 2, 29), "29. Februar 2028", "29 February 2028"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "1. Januar 2027", "1 January 2027"),  # already the next day here
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), "1. Juli 2026", "1 July 2026"),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), "2. Juli 2026", "2 July 2026"),
        (None, "", ""),
    ],
)
def test_the_day_in_full(on: date | datetime | None, german: str, english: str) -> None:
    assert in_both(day, on) == (german, english)


@pytest.mark.parametrize(
    ("on", "german", "english"),
    [
        (date(2026, 11, 21), "21.11.2026", "21/11/2026"),
        (date(2027, 3, 1), "01.03.2027", "01/03/2027"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "01.01.2027", "01/01/2027"),
        (None, "", ""),
    ],
)
def test_the_day_in_figures(on: date | datetime | None, german: str, english: str) -> None:
    assert in_both(short_day, on) == (german, english)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 21, 13, 3, tzinfo=UTC), "14:03"),
        (datetime(2026, 7, 1, 22, 5, tzinfo=UTC), "00:05"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30"),  # the hour that comes twice
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02:30"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03:00"),  # the hour that is left out
    ],
)
def test_the_time_is_the_same_in_both_languages(at: datetime, expected: str) -> None:
    assert in_both(clock_time, at) == (expected, expected)


def in_both(form: Callable[[Any], str], value: date | None) -> tuple[str, str]:
    written = []
    for language in ("de", "en"):
        with force_locale(language):
            written.append(form(value))
    return written[0], written[1]
