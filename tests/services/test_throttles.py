"""Counting tries (P12): exact over several workers, for each its own window, and readable to nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.throttle import Limit
from om_selfcheck.services import throttles
from om_selfcheck.services.throttles import Try
from om_selfcheck.store.models import Throttle
from om_selfcheck.store.queries import throttles as rows
from tests import factories
from tests.factories import NOW
from tests.services.parallel import LONGER, meeting, run_in_parallel

HOUR = timedelta(hours=1)
THREE = Limit(name="three", most=3, window=HOUR)
ONE_A_DAY = Limit(name="one-a-day", most=1, window=timedelta(days=1))


def count(session: Session, *tries: Try, after: timedelta = timedelta(0)) -> object:
    return throttles.count_tries(session, tries=tries, secret="secret", now=NOW + after)


def test_so_many_are_let_through_and_the_next_is_told_when(session: Session) -> None:
    assert [count(session, Try(THREE, "a")) for _ in range(5)] == [None, None, None, NOW + HOUR, NOW + HOUR]


def test_the_next_window_begins_anew(session: Session) -> None:
    for _ in range(4):
        count(session, Try(THREE, "a"))
    assert count(session, Try(THREE, "a"), after=HOUR - timedelta(seconds=1)) == NOW + HOUR
    assert count(session, Try(THREE, "a"), after=HOUR) is None


def test_each_counts_for_itself(session: Session) -> None:
    for _ in range(3):
        count(session, Try(THREE, "a"))
    assert count(session, Try(THREE, "b")) is None


def test_of_several_limits_the_last_to_end_is_named(session: Session) -> None:
    both = (Try(THREE, "a"), Try(ONE_A_DAY, "a"))
    assert count(session, *both) is None
    assert count(session, *both) == NOW.replace(hour=0) + timedelta(days=1)
    assert [count(session, Try(THREE, "a")) for _ in range(2)] == [None, NOW + HOUR], "a refused try counted too"


def test_a_counter_keeps_nobodys_data(session: Session) -> None:
    count(session, Try(THREE, "buero@betrieb.de"), Try(THREE, "192.0.2.7"))
    stored = str(factories.dump(session)["throttle"])
    assert "three:" in stored
    assert "betrieb" not in stored
    assert "192.0.2.7" not in stored


def test_old_windows_are_forgotten_and_running_ones_stay(session: Session) -> None:
    count(session, Try(THREE, "a"))
    count(session, Try(THREE, "a"), after=timedelta(hours=24))
    throttles.clear_old_windows(session, now=NOW + timedelta(hours=24, seconds=1))
    assert session.scalars(select(Throttle.window_starts_at)).all() == [NOW + timedelta(hours=24)]


def let_through(engine: Engine) -> int:
    outcomes = run_in_parallel(engine, 12, lambda own, _number: count(own, Try(THREE, "a"), Try(ONE_A_DAY, "b")))
    assert outcomes.errors == []
    again = run_in_parallel(engine, 12, lambda own, _number: count(own, Try(THREE, "c")))
    return again.results.count(None)


@pytest.mark.usefixtures("session")
def test_twelve_at_once_get_exactly_as_far_as_the_limit(engine: Engine) -> None:
    assert let_through(engine) == THREE.most


@pytest.mark.usefixtures("session")
def test_control_counting_by_reading_first_lets_more_through(careless: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(own: Session, key: str) -> int:
        return own.scalar(select(Throttle.count).where(Throttle.key == key)) or 0

    reading = meeting(read, seconds=LONGER)

    def count_carelessly(own: Session, *, key: str, window_starts_at: object) -> int:
        found = reading(own, key)
        own.merge(Throttle(key=key, window_starts_at=window_starts_at, count=found + 1))
        own.flush()
        return found + 1

    with Session(careless) as own:
        for _ in range(THREE.most - 1):
            count(own, Try(THREE, "a"))
        own.commit()
    monkeypatch.setattr(rows, "count_try", count_carelessly)
    outcomes = run_in_parallel(careless, 2, lambda own, _number: count(own, Try(THREE, "a")))
    assert outcomes.errors or outcomes.results == [None, None], "two more got through where one was left"
