"""When the office hears by mail of what waits for it: of news, and again after a week."""

from datetime import UTC, date, datetime, timedelta

import pytest

from om_selfcheck.domain.waiting import LastMail, Waiting, is_mail_due

NOW, TODAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC), date(2026, 11, 24)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("newest", "days", "told_until", "expected"),
    [
        (None, None, None, False),  # nothing waits
        (None, 30, 30 * DAY, False),
        (DAY, None, None, True),  # the first mail
        (MINUTE, None, None, True),
        (MINUTE / 2, None, None, False),  # somebody may still be writing beside it
        (DAY, 2, 2 * DAY, True),  # news since the last one
        (2 * DAY, 1, 2 * DAY, False),  # the last one said it
        (DAY, 1, DAY, False),  # to the second
        (DAY - MINUTE, 1, DAY, True),
        (MINUTE, 0, DAY, False),  # there was one today
        (30 * DAY, 6, 30 * DAY, False),  # it is lying
        (30 * DAY, 7, 30 * DAY, True),  # for a week
        (MINUTE, -1, DAY, False),  # a clock that was set back repeats nothing
    ],
)
def test_a_mail_is_due(
    newest: timedelta | None, days: int | None, told_until: timedelta | None, *, expected: bool
) -> None:
    """All are how long ago it was."""
    waiting = Waiting(reports=1, newest_at=NOW - newest) if newest else Waiting()
    last = None if days is None or told_until is None else LastMail(TODAY - days * DAY, NOW - told_until)
    assert is_mail_due(waiting, last=last, today=TODAY, now=NOW) is expected
