"""When the office hears by mail of what waits for it: of news, and again after a week."""

from datetime import UTC, datetime, timedelta

import pytest

from om_selfcheck.domain.waiting import Waiting, is_mail_due

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("newest", "last", "expected"),
    [
        (None, None, False),  # nothing waits
        (None, 30 * DAY, False),
        (DAY, None, True),  # the first mail
        (DAY, 2 * DAY, True),  # news since the last one
        (2 * DAY, DAY, False),  # the last one said it
        (DAY + 9 * MINUTE, DAY, True),  # it came in while the last one was being queued
        (DAY + 10 * MINUTE, DAY, False),
        (30 * DAY, 7 * DAY - MINUTE, False),  # it is lying
        (30 * DAY, 7 * DAY, True),  # for a week
        (DAY, -DAY, False),  # a clock that was set back repeats nothing
    ],
)
def test_a_mail_is_due(newest: timedelta | None, last: timedelta | None, *, expected: bool) -> None:
    """Both are how long ago it was."""
    waiting = Waiting(reports=1, newest_at=NOW - newest) if newest else Waiting()
    assert is_mail_due(waiting, last_at=NOW - last if last else None, now=NOW) is expected
