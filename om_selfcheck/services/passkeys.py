"""Passkeys: public keys that an account is proved with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.services.credentials import lock_account, note_added_factor, note_removed_factor
from om_selfcheck.store.queries import credentials as rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    user_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What the browser's answer says of a key just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_backed_up: bool
    device_type: str


def list_passkeys(session: Session, *, user_id: UUID) -> Sequence[Passkey]:
    """List an account's passkeys, the oldest first."""
    return [_to_passkey(row) for row in rows.list_passkeys(session, user_id)]


def find_passkey(session: Session, *, credential_id: bytes) -> Passkey | None:
    row = rows.find_passkey(session, credential_id)
    return _to_passkey(row) if row else None


def add_passkey(session: Session, *, user_id: UUID, key: NewPasskey, name: str, by: str, now: datetime) -> bool:
    """Keep a key just made under a name; False where it is known already."""
    before = lock_account(session, user_id)
    is_new = rows.add_passkey(
        session,
        user_id=user_id,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        name=name,
        backup_state=key.is_backed_up,
        device_type=key.device_type,
        now=now,
    )
    if is_new:
        note_added_factor(session, before, kind="passkey", by=by, now=now)
    return is_new


def note_use(session: Session, *, credential_id: bytes, sign_count: int, now: datetime) -> None:
    """Keep how often a key has signed: one that counts backwards was copied."""
    rows.note_use(session, credential_id, sign_count=sign_count, now=now)


def remove_passkey(session: Session, *, user_id: UUID, credential_id: bytes, by: str, now: datetime) -> None:
    """Forget one of an account's own passkeys; LastSecondFactor for the last of staff. Twice is harmless."""
    lock_account(session, user_id)
    if rows.delete_passkey(session, user_id, credential_id):
        note_removed_factor(session, user_id, kind="passkey", by=by, now=now)


def _to_passkey(row: RowMapping) -> Passkey:
    return Passkey(
        user_id=row["user_id"],
        credential_id=row["credential_id"],
        public_key=row["public_key"],
        sign_count=row["sign_count"] or 0,
        name=row["name"],
        used_at=row["lastuse_datetime"].replace(tzinfo=UTC),
    )
