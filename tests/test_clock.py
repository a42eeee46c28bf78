"""Days are days in Berlin, whatever zone the server is in (D5, P7)."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from om_selfcheck import clock
from tests.server_zone import SERVER_ZONES, server_in

MIDNIGHTS = [
    pytest.param("2026-01-31T22:59:59.999999", date(2026, 1, 31), id="winter-before"),
    pytest.param("2026-01-31T23:00:00", date(2026, 2, 1), id="winter-after"),
    pytest.param("2026-06-30T21:59:59.999999", date(2026, 6, 30), id="summer-before"),
    pytest.param("2026-06-30T22:00:00", date(2026, 7, 1), id="summer-after"),
    pytest.param("2028-02-28T22:59:59", date(2028, 2, 28), id="before-leap-day"),
    pytest.param("2028-02-28T23:00:00", date(2028, 2, 29), id="leap-day"),
    pytest.param("2026-03-28T23:00:00", date(2026, 3, 29), id="day-of-23-hours-begins"),
    pytest.param("2026-03-29T21:59:59", date(2026, 3, 29), id="day-of-23-hours-ends"),
    pytest.param("2026-03-29T22:00:00", date(2026, 3, 30), id="day-after-23-hours"),
    pytest.param("2026-10-24T22:00:00", date(2026, 10, 25), id="day-of-25-hours-begins"),
    pytest.param("2026-10-25T22:59:59", date(2026, 10, 25), id="day-of-25-hours-ends"),
    pytest.param("2026-10-25T23:00:00", date(2026, 10, 26), id="day-after-25-hours"),
    pytest.param("2026-12-31T23:00:00", date(2027, 1, 1), id="new-year"),
]


def berlin_offset(instant: datetime) -> timedelta:
    """Return the offset by the European rule: summer from the last Sunday of March to October's, 1:00 UTC."""

    def last_sunday(month: int) -> datetime:
        last_day = datetime(instant.year, month, 31, 1, tzinfo=UTC)
        return last_day - timedelta(days=(last_day.weekday() + 1) % 7)

    return timedelta(hours=2 if last_sunday(3) <= instant < last_sunday(10) else 1)


@pytest.mark.parametrize("zone", SERVER_ZONES)
@pytest.mark.parametrize(("instant", "day"), MIDNIGHTS)
def test_the_day_changes_at_midnight_in_berlin_wherever_the_server_is(instant: str, day: date, zone: str) -> None:
    with server_in(zone):
        assert clock.day_in_berlin(datetime.fromisoformat(instant).replace(tzinfo=UTC)) == day


@pytest.mark.parametrize("zone", SERVER_ZONES)
def test_an_instant_written_in_another_zone_is_the_same_day(zone: str) -> None:
    with server_in(zone):
        local = datetime(2026, 1, 31, 23, 0, tzinfo=UTC).astimezone()
        assert clock.day_in_berlin(local) == date(2026, 2, 1)


def test_every_day_of_seventeen_years_begins_when_the_european_rule_says() -> None:
    for days in range(17 * 366):
        evening = datetime(2024, 1, 1, 21, tzinfo=UTC) + timedelta(days=days)
        for minutes in (59, 60, 119, 120):
            instant = evening + timedelta(minutes=minutes)
            assert clock.day_in_berlin(instant) == (instant + berlin_offset(instant)).date(), instant


@pytest.mark.parametrize("zone", SERVER_ZONES)
@pytest.mark.parametrize(("instant", "day"), MIDNIGHTS)
def test_today_is_the_day_in_berlin(instant: str, day: date, zone: str) -> None:
    with server_in(zone), time_machine.travel(datetime.fromisoformat(instant).replace(tzinfo=UTC), tick=False):
        assert clock.today() == day


def test_now_is_an_instant_in_utc() -> None:
    with time_machine.travel(datetime(2026, 7, 1, 12, 30, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
        assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_server_started_in_another_zone_knows_the_day_in_berlin(zone: str) -> None:
    program = (
        "from datetime import UTC, datetime; from om_selfcheck import clock;"
        "print(clock.day_in_berlin(datetime(2026, 1, 31, 23, tzinfo=UTC)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"TZ": zone}, check=True, capture_output=True, text=True
    )
    assert run.stdout == "2026-02-01\n"
