"""The blind nudge: at most once in 14 days."""

from datetime import timedelta

import pytest

from om_selfcheck.domain.nudge import NUDGE_EVERY, may_nudge, next_nudge_at
from tests.factories import NOW


@pytest.mark.parametrize(
    ("ago", "may"),
    [
        (None, True),
        (timedelta(0), False),
        (NUDGE_EVERY - timedelta(seconds=1), False),
        (NUDGE_EVERY, True),
        (timedelta(days=400), True),
    ],
)
def test_fourteen_days_lie_between_two_nudges(*, ago: timedelta | None, may: bool) -> None:
    assert may_nudge(None if ago is None else NOW - ago, NOW) is may


def test_the_next_one_is_fourteen_days_after_the_last() -> None:
    assert next_nudge_at(None) is None
    assert next_nudge_at(NOW) == NOW + timedelta(days=14)
