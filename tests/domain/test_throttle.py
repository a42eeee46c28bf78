"""Limits: windows that every worker counts in alike, keys that tell nobody who tried, networks as one."""

import doctest
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain import throttle
from om_selfcheck.domain.throttle import LONGEST_WINDOW, Limit, name_network

HOUR = Limit(name="hour", most=3, window=timedelta(hours=1))
TEN_MINUTES = Limit(name="ten-minutes", most=3, window=timedelta(minutes=10))
DAY = Limit(name="day", most=3, window=LONGEST_WINDOW)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{text}+00:00")


@pytest.mark.parametrize(
    ("limit", "now", "begin", "end"),
    [
        (HOUR, "09:00:00", "09:00:00", "10:00:00"),
        (HOUR, "09:00:00.000001", "09:00:00", "10:00:00"),
        (HOUR, "09:59:59.999999", "09:00:00", "10:00:00"),
        (TEN_MINUTES, "09:59:59", "09:50:00", "10:00:00"),
        (TEN_MINUTES, "00:00:00", "00:00:00", "00:10:00"),
    ],
)
def test_windows_follow_each_other_without_a_gap(limit: Limit, now: str, begin: str, end: str) -> None:
    assert (limit.window_start(at(now)), limit.next_window(at(now))) == (at(begin), at(end))


def test_a_day_counts_from_midnight_in_utc() -> None:
    assert DAY.window_start(at("23:59:59")) == at("00:00:00")
    assert DAY.next_window(at("23:59:59")) == at("00:00:00") + timedelta(days=1)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001 - its zone is set below
def test_an_instant_lies_in_one_window_whatever_zone_it_is_written_in(instant: datetime) -> None:
    now = instant.replace(tzinfo=UTC)
    begin = HOUR.window_start(now)
    assert begin <= now < begin + HOUR.window == HOUR.next_window(now)
    assert HOUR.window_start(now.astimezone(timezone(timedelta(hours=5, minutes=30)))) == begin


def test_a_key_is_one_for_the_same_and_another_for_all_else() -> None:
    keys = [
        HOUR.key("192.0.2.1", "secret"),
        HOUR.key("192.0.2.2", "secret"),
        HOUR.key("192.0.2.1", "other secret"),
        TEN_MINUTES.key("192.0.2.1", "secret"),
    ]
    assert len(set(keys)) == len(keys)
    assert HOUR.key("192.0.2.1", "secret") == keys[0]


def test_a_key_says_which_limit_and_nothing_of_whom_and_fits_its_column() -> None:
    key = HOUR.key("buero@betrieb.de" * 20, "secret")
    assert key.startswith("hour:")
    assert "betrieb" not in key
    assert len(key) <= 100


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1:2:3", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("²", "unknown"),
    ],
)
def test_a_network_is_an_ipv4_address_or_the_connection_of_an_ipv6_one(address: str, network: str) -> None:
    assert name_network(address) == network


def test_the_examples_in_the_docstrings_are_right() -> None:
    assert doctest.testmod(throttle).failed == 0
