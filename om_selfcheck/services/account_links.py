"""Secret links of accounts, each once and not for long: to set an account up, and to sign in."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Role
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services import accounts
from om_selfcheck.services.accounts import Person, queue_for
from om_selfcheck.services.grants import TOKEN_BYTES, hash_token
from om_selfcheck.store.queries import accounts as rows


class LinkPurpose(StrEnum):
    SET_UP = "set_up"
    SIGN_IN = "sign_in"


LIFETIMES = {LinkPurpose.SET_UP: timedelta(hours=72), LinkPurpose.SIGN_IN: timedelta(minutes=10)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """Whom a link is for, as its page shows it before the button."""

    email: str
    name: str
    role: Role
    expires_at: datetime


def make_link(session: Session, *, user_id: UUID, purpose: LinkPurpose, now: datetime) -> str:
    """Make a link and return its token, which is known here and nowhere else. Used and ended ones are cleared."""
    rows.delete_ended_links(session, user_id, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    rows.add_link(
        session,
        id=uuid4(),
        user_id=user_id,
        purpose=purpose.value,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    return token


def get_link(session: Session, *, token: str, purpose: LinkPurpose, now: datetime) -> OpenLink:
    """Return whom an open link is for; NotFound for unknown, used, ended and withdrawn ones alike."""
    row = rows.find_link(session, token_hash=hash_token(token), purpose=purpose.value, now=now)
    if row is None or not row["is_active"]:
        raise NotFound
    return OpenLink(email=row["email"], name=row["name"], role=Role(row["role"]), expires_at=row["expires_at"])


def use_link(session: Session, *, token: str, purpose: LinkPurpose, now: datetime) -> accounts.Account:
    """Use a link up and return whose it was; NotFound as above, also for the second of two who click at once."""
    user_id = rows.use_link(session, token_hash=hash_token(token), purpose=purpose.value, now=now)
    if user_id is None:
        raise NotFound
    account = accounts.get_account(session, user_id=user_id)
    if not account.is_active:
        raise NotFound
    return account


def request_sign_in_link(session: Session, *, email: str, now: datetime) -> None:
    """Queue a mail with a link to sign in, for coordinators only. Whether there is such an account is not told."""
    account = accounts.find_account(session, email=email)
    if account and account.is_active and account.role is Role.COORDINATOR:
        queue_for(session, MessageKind.SIGN_IN_LINK, account, now=now)


def invite_user(session: Session, *, user_id: UUID, now: datetime) -> None:
    """Queue a mail with a link to set the account up."""
    queue_for(session, MessageKind.SET_UP_LINK, accounts.get_account(session, user_id=user_id), now=now)


def invite_coordinator(
    session: Session, *, email: str, name: str, language: str, network_id: UUID, by: Person, now: datetime
) -> None:
    """Let somebody coordinate a network too, and write to who has no working account yet.

    Whoever has one already sees the network at the next visit; staff see every network anyway.
    """
    account = accounts.find_account(session, email=email)
    if account is None:
        role = Role.COORDINATOR
        user_id = accounts.add_user(session, email=email, name=name, role=role, language=language, by=by.actor, now=now)
        account = accounts.get_account(session, user_id=user_id)
    if account.role is Role.STAFF:
        return
    accounts.add_member(session, user_id=account.user_id, network_id=network_id, by=by.actor, now=now)
    if account.is_active and not account.has_password:
        invite_user(session, user_id=account.user_id, now=now)
