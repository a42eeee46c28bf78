"""What accounts are proved with: password and codes in the user's row, passkeys in rows of their own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.inserting import insert_for
from om_selfcheck.store.models import User, WebAuthn

_PASSKEY = (
    WebAuthn.credential_id,
    WebAuthn.public_key,
    WebAuthn.sign_count,
    WebAuthn.name,
    WebAuthn.lastuse_datetime,
    WebAuthn.user_id,
)


def get_secrets(session: Session, user_id: UUID) -> RowMapping:
    columns = (User.password, User.tf_totp_secret, User.mf_recovery_codes)
    return session.execute(select(*columns).where(User.id == user_id)).mappings().one()


def list_passkeys(session: Session, user_id: UUID) -> Sequence[RowMapping]:
    return session.execute(select(*_PASSKEY).where(WebAuthn.user_id == user_id).order_by(WebAuthn.id)).mappings().all()


def find_passkey(session: Session, credential_id: bytes) -> RowMapping | None:
    return session.execute(select(*_PASSKEY).where(WebAuthn.credential_id == credential_id)).mappings().first()


def add_passkey(session: Session, *, now: datetime, **columns: Any) -> bool:  # noqa: ANN401 - the table's columns
    """Insert a passkey unless it is known already, whoever's it is."""
    insert = insert_for(session, WebAuthn).values(**columns, usage="first", lastuse_datetime=_without_zone(now))
    statement = insert.on_conflict_do_nothing(index_elements=["credential_id"])
    return session.execute(statement.returning(WebAuthn.id)).first() is not None


def note_use(session: Session, credential_id: bytes, *, sign_count: int, now: datetime) -> None:
    used = update(WebAuthn).where(WebAuthn.credential_id == credential_id)
    session.execute(used.values(sign_count=sign_count, lastuse_datetime=_without_zone(now)))


def delete_passkey(session: Session, user_id: UUID, credential_id: bytes) -> bool:
    gone = delete(WebAuthn).where(WebAuthn.user_id == user_id, WebAuthn.credential_id == credential_id)
    return session.execute(gone.returning(WebAuthn.id)).first() is not None


def delete_passkeys(session: Session, user_id: UUID) -> None:
    session.execute(delete(WebAuthn).where(WebAuthn.user_id == user_id))


def _without_zone(now: datetime) -> datetime:
    """Flask-Security's column holds UTC without saying so."""
    return now.astimezone(UTC).replace(tzinfo=None)
