"""Who may do what, and until when a link opens something (D9)."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain import access
from om_selfcheck.domain.access import (
    FRESH_FOR,
    SCOPE_LENGTH,
    GrantTerms,
    Hand,
    Obstacle,
    Office,
    Reach,
    Right,
    Role,
    SignIn,
    Strength,
    Task,
    action_scope,
    doer_link_lifetime,
    find_obstacle,
    hand_of,
    may,
    name_scope,
    reach_of,
    read_hand,
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


# What a link reaches, and whether it judges

A, B = "8a2f6f0e-0000-4000-8000-000000000001", "8a2f6f0e-0000-4000-8000-000000000002"
LONG = "Donaudampfschifffahrt " * 10


@pytest.mark.parametrize(
    ("scope", "covers_office", "covers_workshop", "may_judge"),
    [
        ("name:Büro", True, False, False),
        ("name:büro", False, False, False),
        ("name:Bür", False, False, False),
        ("name:Büro ", False, False, False),
        (f"action:{A}", True, False, True),
        (f"action:{B}", False, True, True),
        (f"action:{A[:-1]}", False, False, True),
        ("name:", False, False, False),
        ("action:", False, False, False),
        ("", False, False, False),
        ("Büro", False, False, False),
        (A, False, False, False),
        (f"name:{A}", False, False, False),
        ("action:Büro", False, False, True),
    ],
)
def test_a_responsible_persons_link_reaches_what_its_scope_names(
    scope: str, *, covers_office: bool, covers_workshop: bool, may_judge: bool
) -> None:
    reach = reach_of(Right.DOER, scope)
    assert reach.covers(A, "Büro") is covers_office
    assert reach.covers(B, "Werkstatt") is covers_workshop
    assert not reach.covers("another", "")
    assert not reach.covers("", "Werkstatt")
    assert reach.may_judge is may_judge


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.DOER])
@pytest.mark.parametrize("scope", ["", "name:Büro", f"action:{A}", "Unsinn"])
def test_every_other_right_reaches_the_whole_round(right: Right, scope: str) -> None:
    assert reach_of(right, scope) == Reach(is_whole=True)
    assert reach_of(right, scope).covers(B, "")


def test_who_is_named_in_the_plan_says_what_was_done_and_does_not_judge() -> None:
    assert not reach_of(Right.DOER, name_scope("Büro")).may_judge
    assert reach_of(Right.DOER, action_scope(A)).may_judge


@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_a_name_reaches_itself_and_no_other(name: str, other: str) -> None:
    reach = reach_of(Right.DOER, name_scope(name))
    assert reach.covers(A, name)
    assert reach.covers(A, other) is (name_scope(other) == name_scope(name))
    assert reach.covers(A, other) is (other == name) or len(name) > SCOPE_LENGTH - len("name:")


def test_of_a_very_long_name_the_beginning_counts() -> None:
    assert len(name_scope(LONG)) == SCOPE_LENGTH
    assert reach_of(Right.DOER, name_scope(LONG)).covers(A, LONG)
    assert not reach_of(Right.DOER, name_scope(LONG)).covers(A, LONG[:100])


DAYS = [(-400, 180), (0, 180), (150, 180), (151, 181), (365, 395), (700, 730), (701, 730), (5000, 730)]


@pytest.mark.parametrize(("until_last", "lifetime"), DAYS)
def test_a_responsible_persons_link_ends_thirty_days_after_the_last_date_within_limits(
    until_last: int, lifetime: int
) -> None:
    assert doer_link_lifetime(timedelta(days=until_last)) == timedelta(days=lifetime)


# By whose hand


@pytest.mark.parametrize(
    ("right", "label", "scope", "hand"),
    [
        (Right.OWNER, "", "", Hand(Right.OWNER)),
        (Right.OWNER, "Alma", "", Hand(Right.OWNER)),
        (Right.EDITOR, "Bente", "", Hand(Right.EDITOR, "Bente")),
        (Right.DOER, "Büro", "name:Büro", Hand(Right.DOER, "Büro")),
        (Right.DOER, "Liste führen", f"action:{A}", Hand(Right.DOER)),
        (Right.DOER, "Büro", "", Hand(Right.DOER)),
    ],
)
def test_a_hand_is_what_the_link_says_and_no_more(right: Right, label: str, scope: str, hand: Hand) -> None:
    assert hand_of(right, label, scope) == hand


@given(st.sampled_from(Right), st.text(max_size=190))
def test_a_hand_is_read_as_it_was_written(right: Right, name: str) -> None:
    assert read_hand(Hand(right, name).written) == Hand(right, name)


def test_a_very_long_hand_fits_its_column() -> None:
    assert len(Hand(Right.DOER, LONG).written) == SCOPE_LENGTH
    assert LONG.startswith(read_hand(Hand(Right.DOER, LONG).written).name)
