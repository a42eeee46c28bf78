"""Who may do what, and until when a link opens something (D9)."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest

from om_selfcheck.domain import access
from om_selfcheck.domain.access import GrantTerms, Right, Task, may

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)

ALLOWED = {
    (Right.OWNER, Task.READ),
    (Right.OWNER, Task.RATE),
    (Right.OWNER, Task.PLAN),
    (Right.OWNER, Task.DECLARE),
    (Right.OWNER, Task.SHARE),
    (Right.OWNER, Task.FOLLOW_UP),
    (Right.OWNER, Task.DO),
    (Right.OWNER, Task.OWN),
    (Right.EDITOR, Task.READ),
    (Right.EDITOR, Task.RATE),
    (Right.EDITOR, Task.PLAN),
    (Right.EDITOR, Task.FOLLOW_UP),
    (Right.EDITOR, Task.DO),
    (Right.READER, Task.READ),
    (Right.DOER, Task.DO),
    (Right.CALENDAR, Task.SUBSCRIBE),
}


@pytest.mark.parametrize(("right", "task"), list(product(Right, Task)))
def test_a_right_covers_exactly_its_tasks(right: Right, task: Task) -> None:
    assert may(right, task) is ((right, task) in ALLOWED)


@pytest.mark.parametrize("task", [Task.DECLARE, Task.SHARE, Task.OWN])
def test_only_owners_declare_hand_on_links_and_erase(task: Task) -> None:
    assert [right for right in Right if may(right, task)] == [Right.OWNER]


def test_each_right_covers_what_the_next_one_covers() -> None:
    tasks = [{task for task in Task if may(right, task)} for right in (Right.OWNER, Right.EDITOR, Right.READER)]
    assert tasks[0] > tasks[1] > tasks[2]


@pytest.mark.parametrize("right", [Right.DOER, Right.CALENDAR])
def test_a_link_for_one_purpose_does_not_read_the_round(right: Right) -> None:
    assert not may(right, Task.READ)


ENDS = [
    pytest.param(None, False, id="never"),
    pytest.param(NOW - timedelta(days=1), True, id="yesterday"),
    pytest.param(NOW - MOMENT, True, id="just-before"),
    pytest.param(NOW, True, id="at-this-instant"),
    pytest.param(NOW + MOMENT, False, id="just-after"),
]


@pytest.mark.parametrize(("expires_at", "is_past"), ENDS)
@pytest.mark.parametrize(("revoked_at", "is_ended"), ENDS)
def test_a_link_opens_something_until_its_end_or_until_it_is_revoked(
    expires_at: datetime | None, revoked_at: datetime | None, *, is_past: bool, is_ended: bool
) -> None:
    terms = GrantTerms(expires_at=expires_at, revoked_at=revoked_at)
    assert terms.is_usable_at(NOW) is not (is_past or is_ended)


def test_a_link_without_terms_opens_something_at_any_time() -> None:
    assert GrantTerms().is_usable_at(NOW)


def test_the_zone_an_instant_is_written_in_does_not_matter() -> None:
    terms = GrantTerms(expires_at=NOW.astimezone(timezone(timedelta(hours=14))))
    assert terms.is_usable_at(NOW - MOMENT)
    assert not terms.is_usable_at(NOW)


def test_lifetimes() -> None:
    assert timedelta(days=14) == access.LINK_LIFETIME
    assert timedelta(days=7) == access.UNTOUCHED_LIFETIME
    assert timedelta(minutes=10) == access.KEEP_LINK_VISIBLE
