"""Who signs in: staff and coordinators, their roles and networks."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Obstacle, Office, Role, SignIn, Strength, find_obstacle
from om_selfcheck.domain.address import clean_address
from om_selfcheck.domain.errors import AddressTaken, NotFound, OwnAccount
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import Event, Verb, user_actor
from om_selfcheck.services.messages import queue_message
from om_selfcheck.services.record import append_event
from om_selfcheck.store.queries import accounts

KEY_BYTES = 32
DETAILS = ("name", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it stands; `key` is what sessions name it by, and a new one ends them all."""

    user_id: UUID
    email: str
    name: str
    role: Role
    language: str
    is_active: bool
    key: str
    has_password: bool
    has_second_factor: bool
    network_ids: frozenset[UUID]

    @property
    def best(self) -> Strength:
        """The strongest way to sign in that the account is set up for."""
        if self.has_second_factor:
            return Strength.SECOND_FACTOR
        return Strength.PASSWORD if self.has_password else Strength.LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is signed in: whose account, how they signed in and when."""

    account: Account
    strength: Strength
    fresh_at: datetime

    @property
    def user_id(self) -> UUID:
        return self.account.user_id

    @property
    def email(self) -> str:
        return self.account.email

    @property
    def name(self) -> str:
        """What to call the person: the name, else the address."""
        return self.account.name or self.account.email

    @property
    def role(self) -> Role:
        return self.account.role

    @property
    def language(self) -> str:
        return self.account.language

    @property
    def network_ids(self) -> frozenset[UUID]:
        return self.account.network_ids

    @property
    def actor(self) -> str:
        """How the record names the person."""
        return user_actor(self.user_id)

    def find_obstacle(self, office: Office, now: datetime, network_id: UUID | None = None) -> Obstacle | None:
        """Return what keeps the person from an office; of any of their networks where none is named."""
        sign_in = SignIn(role=self.role, strength=self.strength, best=self.account.best, at=self.fresh_at)
        is_member = bool(self.network_ids) if network_id is None else network_id in self.network_ids
        return find_obstacle(office, sign_in, is_member=is_member, now=now)

    def may(self, office: Office, now: datetime, network_id: UUID | None = None) -> bool:
        return self.find_obstacle(office, now, network_id) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUser:
    """A line of the staff's list."""

    account: Account
    created_at: datetime
    network_names: tuple[str, ...]


def find_person(session: Session, *, key: str, strength: Strength, fresh_at: datetime) -> Person | None:
    """Return who is signed in by a session's key; None where the account or the session was ended."""
    account = _to_account(accounts.find_by_key(session, key))
    if account is None or not account.is_active:
        return None
    return Person(account=account, strength=strength, fresh_at=fresh_at)


def find_account(session: Session, *, email: str) -> Account | None:
    return _to_account(accounts.find_by_email(session, clean_address(email)))


def get_account(session: Session, *, user_id: UUID) -> Account:
    account = _to_account(accounts.find_by_id(session, user_id))
    if account is None:
        raise NotFound
    return account


def list_users(session: Session) -> Sequence[ListedUser]:
    """List all accounts by address."""
    lines: dict[UUID, list[RowMapping]] = {}
    for row in accounts.list_users(session):
        lines.setdefault(row["user_id"], []).append(row)
    return [
        ListedUser(
            account=_read_account(rows[0], ()),
            created_at=rows[0]["created_at"],
            network_names=tuple(row["network_name"] for row in rows if row["network_name"]),
        )
        for rows in lines.values()
    ]


def list_members(session: Session, *, network_id: UUID) -> Sequence[Account]:
    """List who coordinates a network, by address."""
    return [_read_account(row, (network_id,)) for row in accounts.list_members(session, network_id)]


def add_user(session: Session, *, email: str, name: str, role: Role, language: str, by: str, now: datetime) -> UUID:
    """Add an account that nobody can sign in to yet; its set-up link is made apart. AddressTaken where there is one."""
    user_id = uuid4()
    is_new = accounts.add_if_absent(
        session,
        id=user_id,
        email=clean_address(email),
        name=name,
        role=role.value,
        language=language,
        created_at=now,
        active=True,
        fs_uniquifier=new_key(),
    )
    if not is_new:
        raise AddressTaken
    note(session, Verb.USER_ADDED, user_id, by=by, now=now, role=role.value)
    return user_id


def deactivate_user(session: Session, *, user_id: UUID, by: str, now: datetime) -> None:
    """Close an account: its sessions and links end at once. Closing twice is harmless."""
    account = _get_other(session, user_id, by)
    if account.is_active:
        accounts.change_user(session, user_id, active=False, fs_uniquifier=new_key())
        accounts.delete_links(session, user_id)
        note(session, Verb.USER_DEACTIVATED, user_id, by=by, now=now)


def reactivate_user(session: Session, *, user_id: UUID, by: str, now: datetime) -> None:
    """Open a closed account again, with what it was set up with."""
    account = _get_other(session, user_id, by)
    if not account.is_active:
        accounts.change_user(session, user_id, active=True)
        note(session, Verb.USER_REACTIVATED, user_id, by=by, now=now)


def change_role(session: Session, *, user_id: UUID, role: Role, by: str, now: datetime) -> None:
    """Give somebody the other role; it counts from the next request on."""
    account = _get_other(session, user_id, by)
    if account.role is not role:
        accounts.change_user(session, user_id, role=role.value)
        note(session, Verb.ROLE_CHANGED, user_id, by=by, now=now, role=role.value)


def change_details(
    session: Session, *, user_id: UUID, wanted: Mapping[str, str], shown: Mapping[str, str]
) -> tuple[Conflict, ...]:
    """Change the own name and the language of mails; return the fields that were changed elsewhere meanwhile (P2)."""
    accounts.lock_user(session, user_id)
    account = get_account(session, user_id=user_id)
    stored = {"name": account.name, "language": account.language}
    merger = FieldMerger()
    after = {
        name: merger.merge(name, stored=stored[name], shown=shown.get(name, ""), wanted=wanted.get(name))
        for name in DETAILS
    }
    accounts.change_user(session, user_id, name=after["name"], language=after["language"] or account.language)
    return tuple(merger.conflicts)


def add_member(session: Session, *, user_id: UUID, network_id: UUID, by: str, now: datetime) -> None:
    """Let somebody coordinate a network."""
    if accounts.add_membership(session, user_id=user_id, network_id=network_id, now=now):
        note(session, Verb.MEMBER_ADDED, user_id, by=by, now=now, network=str(network_id))


def remove_member(session: Session, *, user_id: UUID, network_id: UUID, by: str, now: datetime) -> None:
    if accounts.remove_membership(session, user_id=user_id, network_id=network_id):
        note(session, Verb.MEMBER_REMOVED, user_id, by=by, now=now, network=str(network_id))


def note(session: Session, verb: Verb, user_id: UUID, *, by: str, now: datetime, **payload: str) -> None:
    """Append to the record what happened to an account."""
    append_event(session, Event(verb=verb, actor=by, subject=f"user:{user_id}", at=now, payload=payload))


def queue_for(session: Session, kind: MessageKind, account: Account, *, now: datetime, **facts: str) -> None:
    """Queue a mail to an account's holder, of which there may be several: the occasion is its instant."""
    queue_message(
        session,
        kind=kind,
        subject=user_actor(account.user_id),
        stage=now.isoformat(),
        address=account.email,
        language=account.language,
        facts=facts,
        now=now,
    )


def new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def _get_other(session: Session, user_id: UUID, by: str) -> Account:
    if by == user_actor(user_id):
        raise OwnAccount
    accounts.lock_user(session, user_id)
    return get_account(session, user_id=user_id)


def _to_account(rows: Sequence[RowMapping]) -> Account | None:
    if not rows:
        return None
    return _read_account(rows[0], (row["network_id"] for row in rows if row["network_id"]))


def _read_account(row: RowMapping, network_ids: Iterable[UUID]) -> Account:
    return Account(
        user_id=row["user_id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        language=row["language"],
        is_active=row["is_active"],
        key=row["key"],
        has_password=row["has_password"],
        has_second_factor=row["has_second_factor"],
        network_ids=frozenset(network_ids),
    )
