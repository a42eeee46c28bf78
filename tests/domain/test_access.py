"""Who may do what, and until when a link opens something (D9)."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest

from om_selfcheck.domain import access
from om_selfcheck.domain.access import (
    FRESH_FOR,
    GrantTerms,
    Obstacle,
    Office,
    Right,
    Role,
    SignIn,
    Strength,
    Task,
    find_obstacle,
    may,
)

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


@pytest.mark.parametrize("task", [Task.DECLARE, Task.SHARE])
def test_only_owners_declare_and_hand_on_links(task: Task) -> None:
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
    assert timedelta(minutes=15) == access.FRESH_FOR
    assert access.PASSWORD_LENGTH == 12


class TestOffices:
    """Who may fill which office: all roles, strengths and ages of a sign-in, against rules written another way."""

    STAFF_ONLY = (Office.OVERSEE, Office.OVERSEE_FRESH)
    OF_A_NETWORK = (Office.COORDINATE, Office.SEE_COMPANIES)

    @pytest.mark.parametrize("is_member", [True, False])
    @pytest.mark.parametrize("age", [timedelta(), FRESH_FOR, FRESH_FOR + MOMENT, timedelta(hours=11)])
    @pytest.mark.parametrize(("strength", "best"), list(product(Strength, Strength)))
    @pytest.mark.parametrize(("office", "role"), list(product(Office, Role)))
    def test_opens_to_exactly_those_who_may(
        self, office: Office, role: Role, strength: Strength, best: Strength, age: timedelta, *, is_member: bool
    ) -> None:
        sign_in = SignIn(role=role, strength=strength, best=best, at=NOW - age)
        found = find_obstacle(office, sign_in, is_member=is_member, now=NOW)
        if role is Role.COORDINATOR and (office in self.STAFF_ONLY or (office in self.OF_A_NETWORK and not is_member)):
            assert found is Obstacle.FOREIGN
        elif list(Strength).index(strength) < list(Strength).index(self.needed(office, role, best)):
            assert found is Obstacle.WEAK
        elif office in (Office.SECURE, Office.OVERSEE_FRESH) and age > FRESH_FOR:
            assert found is Obstacle.STALE
        else:
            assert found is None

    def needed(self, office: Office, role: Role, best: Strength) -> Strength:
        table = {
            Office.ACCOUNT: (Strength.LINK, Strength.LINK),
            Office.SECURE: (best, best),
            Office.COORDINATE: (Strength.SECOND_FACTOR, Strength.LINK),
            Office.SEE_COMPANIES: (Strength.SECOND_FACTOR, Strength.SECOND_FACTOR),
            Office.OVERSEE: (Strength.SECOND_FACTOR, Strength.SECOND_FACTOR),
            Office.OVERSEE_FRESH: (Strength.SECOND_FACTOR, Strength.SECOND_FACTOR),
        }
        return table[office][role is Role.COORDINATOR]

    def test_a_mailed_link_makes_posters_but_shows_no_company(self) -> None:
        by_link = SignIn(role=Role.COORDINATOR, strength=Strength.LINK, best=Strength.SECOND_FACTOR, at=NOW)
        assert find_obstacle(Office.COORDINATE, by_link, is_member=True, now=NOW) is None
        assert find_obstacle(Office.SEE_COMPANIES, by_link, is_member=True, now=NOW) is Obstacle.WEAK

    @pytest.mark.parametrize("office", [one for one in Office if one not in (Office.ACCOUNT, Office.SECURE)])
    def test_staff_do_nothing_of_their_office_by_password_alone(self, office: Office) -> None:
        by_password = SignIn(role=Role.STAFF, strength=Strength.PASSWORD, best=Strength.PASSWORD, at=NOW)
        assert find_obstacle(office, by_password, is_member=True, now=NOW) is Obstacle.WEAK


@pytest.mark.parametrize(("held", "needed"), list(product(Strength, Strength)))
def test_a_strength_reaches_itself_and_the_weaker_ones(held: Strength, needed: Strength) -> None:
    order = (Strength.LINK, Strength.PASSWORD, Strength.SECOND_FACTOR)
    assert held.reaches(needed) is (order.index(held) >= order.index(needed))
