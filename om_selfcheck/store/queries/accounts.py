"""Accounts: who signs in, what they prove it with, their links and networks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.inserting import insert_for
from om_selfcheck.store.models import AccountLink, Membership, Network, User, WebAuthn

_HAS_PASSKEY = select(WebAuthn.id).where(WebAuthn.user_id == User.id).exists()
_USER = (
    User.id.label("user_id"),
    User.email,
    User.name,
    User.role,
    User.language,
    User.active.label("is_active"),
    User.fs_uniquifier.label("key"),
    User.password.is_not(None).label("has_password"),
    or_(User.tf_totp_secret.is_not(None), _HAS_PASSKEY).label("has_second_factor"),
)


def _with_networks(*, where: ColumnElement[bool]) -> Select[Any]:
    """Select a user in as many rows as there are memberships, one where there is none."""
    columns: tuple[Any, ...] = (*_USER, Membership.network_id)
    return select(*columns).outerjoin(Membership, Membership.user_id == User.id).where(where)


_BY_KEY = _with_networks(where=User.fs_uniquifier == bindparam("key"))
_BY_EMAIL = _with_networks(where=User.email == bindparam("email"))
_BY_ID = _with_networks(where=User.id == bindparam("user_id"))
_LOCK = select(User.id).where(User.id == bindparam("user_id")).with_for_update()


def find_by_key(session: Session, key: str) -> Sequence[RowMapping]:
    return session.execute(_BY_KEY, {"key": key}).mappings().all()


def find_by_email(session: Session, email: str) -> Sequence[RowMapping]:
    return session.execute(_BY_EMAIL, {"email": email}).mappings().all()


def find_by_id(session: Session, user_id: UUID) -> Sequence[RowMapping]:
    return session.execute(_BY_ID, {"user_id": user_id}).mappings().all()


def lock_user(session: Session, user_id: UUID) -> None:
    """Let writers of one account take turns; who waited reads afterwards."""
    session.execute(_LOCK, {"user_id": user_id})


def add_if_absent(session: Session, **columns: Any) -> bool:  # noqa: ANN401 - the table's columns
    """Insert a user unless the address has one; say whether it was new."""
    insert = insert_for(session, User).values(**columns)
    statement = insert.on_conflict_do_nothing(index_elements=["email"])
    return session.execute(statement.returning(User.id)).first() is not None


def change_user(session: Session, user_id: UUID, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.execute(update(User).where(User.id == user_id).values(**columns))


def list_users(session: Session) -> Sequence[RowMapping]:
    """Return every user in as many rows as there are networks, by address and network."""
    statement = (
        select(*_USER, User.created_at, Network.name.label("network_name"))
        .outerjoin(Membership, Membership.user_id == User.id)
        .outerjoin(Network, Network.id == Membership.network_id)
        .order_by(User.email, Network.name)
    )
    return session.execute(statement).mappings().all()


def list_members(session: Session, network_id: UUID) -> Sequence[RowMapping]:
    """Return who coordinates a network, by address."""
    mine = select(*_USER).join(Membership, Membership.user_id == User.id).where(Membership.network_id == network_id)
    return session.execute(mine.order_by(User.email)).mappings().all()


def add_membership(session: Session, *, user_id: UUID, network_id: UUID, now: datetime) -> bool:
    """Let somebody coordinate a network; False where that was so already."""
    insert = insert_for(session, Membership)
    statement = insert.values(user_id=user_id, network_id=network_id, created_at=now).on_conflict_do_nothing()
    return session.execute(statement.returning(Membership.user_id)).first() is not None


def remove_membership(session: Session, *, user_id: UUID, network_id: UUID) -> bool:
    gone = delete(Membership).where(Membership.user_id == user_id, Membership.network_id == network_id)
    return session.execute(gone.returning(Membership.user_id)).first() is not None


def add_link(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(AccountLink(**columns))
    session.flush()


def find_link(session: Session, *, token_hash: str, purpose: str, now: datetime) -> RowMapping | None:
    """Return an unused link that has not ended, with the person it is for."""
    statement = (
        select(AccountLink.expires_at, *_USER)
        .join(User, User.id == AccountLink.user_id)
        .where(AccountLink.token_hash == token_hash, AccountLink.purpose == purpose, *_is_open(now))
    )
    return session.execute(statement).mappings().first()


def use_link(session: Session, *, token_hash: str, purpose: str, now: datetime) -> UUID | None:
    """Mark an open link as used in one statement, so that of two who click at once one wins."""
    used = (
        update(AccountLink)
        .where(AccountLink.token_hash == token_hash, AccountLink.purpose == purpose, *_is_open(now))
        .values(used_at=now)
        .returning(AccountLink.user_id)
    )
    return session.scalars(used).first()


def delete_links(session: Session, user_id: UUID) -> None:
    session.execute(delete(AccountLink).where(AccountLink.user_id == user_id))


def delete_ended_links(session: Session, user_id: UUID, now: datetime) -> None:
    is_ended = or_(AccountLink.used_at.is_not(None), AccountLink.expires_at <= now)
    session.execute(delete(AccountLink).where(AccountLink.user_id == user_id, is_ended))


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return AccountLink.used_at.is_(None), AccountLink.expires_at > now


def list_roles(session: Session, user_ids: Collection[UUID]) -> Sequence[tuple[UUID, str]]:
    found = session.execute(select(User.id, User.role).where(User.id.in_(user_ids)))
    return [(row.id, row.role) for row in found]
