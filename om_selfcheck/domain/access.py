"""Who may do what: the pure "may this actor do this" behind every page (D9).

Companies hold secret links (`Right`, `Task`); coordinators and staff sign in (`Role`, `Strength`, `Office`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LINK_LIFETIME = timedelta(days=14)
HELP_LIFETIME = timedelta(hours=24)
UNTOUCHED_LIFETIME = timedelta(days=7)
KEEP_LINK_VISIBLE = timedelta(minutes=10)
FRESH_FOR = timedelta(minutes=15)
PASSWORD_LENGTH = 12
DOER_LINK_AT_LEAST, DOER_LINK_AT_MOST = timedelta(days=180), timedelta(days=730)
DOER_LINK_AFTER_LAST_DATE = timedelta(days=30)
SCOPE_LENGTH = 200
_BY_NAME, _BY_ACTION = "name:", "action:"


class Right(StrEnum):
    """What a secret link gives.

    The company itself, somebody who works along, somebody who reads, somebody who is responsible for actions and sees
    only those, a calendar program that fetches the dates.
    """

    OWNER = "owner"
    EDITOR = "editor"
    READER = "reader"
    DOER = "doer"
    CALENDAR = "calendar"


class Task(StrEnum):
    """What can be done with an assessment."""

    READ = "read"
    RATE = "rate"
    PLAN = "plan"
    DECLARE = "declare"
    SHARE = "share"
    FOLLOW_UP = "follow_up"
    DO = "do"
    SUBSCRIBE = "subscribe"
    OWN = "own"


_ALLOWED: dict[Right, frozenset[Task]] = {
    Right.OWNER: frozenset(Task) - {Task.SUBSCRIBE},
    Right.EDITOR: frozenset({Task.READ, Task.RATE, Task.PLAN, Task.FOLLOW_UP, Task.DO}),
    Right.READER: frozenset({Task.READ}),
    Right.DOER: frozenset({Task.DO}),
    Right.CALENDAR: frozenset({Task.SUBSCRIBE}),
}


def may(right: Right, task: Task) -> bool:
    """Say whether a right covers a task. Only owners declare and hand on links; nobody hands on more than they hold."""
    return task in _ALLOWED[right]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """Until when a link opens something."""

    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_usable_at(self, now: datetime) -> bool:
        """Say whether the link still opens anything: not ended by hand and not past its end."""
        is_ended = self.revoked_at is not None and self.revoked_at <= now
        is_past = self.expires_at is not None and self.expires_at <= now
        return not (is_ended or is_past)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which actions a link reaches: all of its round, those that name one person, or a single one.

    What belongs to nothing of this reaches nothing. Only whoever reaches all or a single one also judges: says
    whether it helped and which colour its measures have now. A person named in the plan says what was done.
    """

    is_whole: bool = False
    name: str = ""
    action_key: str = ""

    def covers(self, action_key: str, responsible: str) -> bool:
        is_named = bool(self.name) and name_scope(self.name) == name_scope(responsible)
        return self.is_whole or is_named or (bool(self.action_key) and self.action_key == action_key)

    @property
    def may_judge(self) -> bool:
        return self.is_whole or bool(self.action_key)


def reach_of(right: Right, scope: str) -> Reach:
    """Return what a link reaches. Only a responsible person's is narrowed down; one without a scope reaches nothing."""
    if right is not Right.DOER:
        return Reach(is_whole=True)
    if scope.startswith(_BY_NAME):
        return Reach(name=scope.removeprefix(_BY_NAME))
    if scope.startswith(_BY_ACTION):
        return Reach(action_key=scope.removeprefix(_BY_ACTION))
    return Reach()


def name_scope(responsible: str) -> str:
    """Return the scope of whoever the plan names so; of a very long text the beginning counts."""
    return (_BY_NAME + responsible)[:SCOPE_LENGTH]


def action_scope(action_key: str) -> str:
    return _BY_ACTION + action_key


def doer_link_lifetime(until_last_date: timedelta) -> timedelta:
    """Return how long a responsible person's link opens something: thirty days beyond the last date, within limits."""
    return min(max(until_last_date + DOER_LINK_AFTER_LAST_DATE, DOER_LINK_AT_LEAST), DOER_LINK_AT_MOST)


@dataclass(frozen=True, slots=True)
class Hand:
    """By whose hand something was noted: the right, and the name where the link has one; never more than that."""

    right: Right
    name: str = ""

    @property
    def written(self) -> str:
        """The hand as it is stored."""
        return f"{self.right}:{self.name}"[:SCOPE_LENGTH]


def hand_of(right: Right, label: str, scope: str) -> Hand:
    """Return whose hand a link is: its label or the name in the plan; the company's own and an action's have none."""
    if right is Right.DOER:
        return Hand(right, reach_of(right, scope).name)
    return Hand(right, "" if right is Right.OWNER else label)


def read_hand(written: str) -> Hand:
    right, _, name = written.partition(":")
    return Hand(Right(right), name)


class Role(StrEnum):
    """Who somebody is who signs in."""

    STAFF = "staff"
    COORDINATOR = "coordinator"


class Strength(StrEnum):
    """How somebody signed in, the weakest first: by a mailed link, by password, by password and second factor.

    A passkey that asks for finger, face or code is both factors in one.
    """

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - a code
    SECOND_FACTOR = "second_factor"

    def reaches(self, needed: "Strength") -> bool:
        return _RANK[self] >= _RANK[needed]


_RANK = {strength: rank for rank, strength in enumerate(Strength)}


class Office(StrEnum):
    """What those who sign in may do.

    See the own account; change how one signs in; make a network's links and posters; see what names somebody, and its
    reports; see what companies released to it; oversee everything; do there what cannot be undone.
    """

    ACCOUNT = "account"
    SECURE = "secure"
    COORDINATE = "coordinate"
    SEE_COMPANIES = "see_companies"
    SEE_RELEASED = "see_released"
    OVERSEE = "oversee"
    OVERSEE_FRESH = "oversee_fresh"


class Obstacle(StrEnum):
    """What keeps somebody out of an office: it is not theirs, they signed in too weakly, or too long ago."""

    FOREIGN = "foreign"
    WEAK = "weak"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How and when somebody signed in; `best` is the strength that the account is set up for."""

    role: Role
    strength: Strength
    best: Strength
    at: datetime


_OF_A_NETWORK = frozenset({Office.COORDINATE, Office.SEE_COMPANIES, Office.SEE_RELEASED})
_OF_STAFF = frozenset({Office.OVERSEE, Office.OVERSEE_FRESH})
_FRESH = frozenset({Office.SECURE, Office.OVERSEE_FRESH})


def find_obstacle(office: Office, sign_in: SignIn, *, is_member: bool, now: datetime) -> Obstacle | None:
    """Return what keeps somebody from an office, None where nothing does.

    1. A network's offices are its coordinators' and the staff's, but what companies released to it is for itself alone
       (D9); overseeing is the staff's alone.
    2. Staff need the second factor for everything but their own account. Coordinators need it to see companies; a
       mailed link is enough to make links and posters.
    3. Who changes how one signs in has signed in as strongly as the account allows.
    4. That, and what cannot be undone, within the last 15 minutes.
    """
    if not _is_theirs(office, sign_in.role, is_member=is_member):
        return Obstacle.FOREIGN
    if not sign_in.strength.reaches(_needed_strength(office, sign_in)):
        return Obstacle.WEAK
    if office in _FRESH and now - sign_in.at > FRESH_FOR:
        return Obstacle.STALE
    return None


def _is_theirs(office: Office, role: Role, *, is_member: bool) -> bool:
    if role is Role.STAFF:
        return office is not Office.SEE_RELEASED
    return office not in _OF_STAFF and (is_member or office not in _OF_A_NETWORK)


def _needed_strength(office: Office, sign_in: SignIn) -> Strength:
    if office is Office.SECURE:
        return sign_in.best
    if office is Office.ACCOUNT or (office is Office.COORDINATE and sign_in.role is Role.COORDINATOR):
        return Strength.LINK
    return Strength.SECOND_FACTOR
