"""What somebody proves an account with: password, codes of an app, recovery codes.

The edge hashes passwords and reads codes with Flask-Security; what is stored and which sessions end is decided here.
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Role
from om_selfcheck.domain.errors import LastSecondFactor
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import Verb, user_actor
from om_selfcheck.services import accounts
from om_selfcheck.services.accounts import Account, new_key, note, queue_for
from om_selfcheck.services.grants import hash_token
from om_selfcheck.store.queries import accounts as users
from om_selfcheck.store.queries import credentials as rows

RECOVERY_CODES = 10
CODE_BYTES, CODE_GROUP = 10, 4  # 80 bits: sixteen letters and figures in groups of four


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a password and the codes of an app are held against, and how many recovery codes are left."""

    password_hash: str
    totp_secret: str
    recovery_codes_left: int


def get_secrets(session: Session, *, user_id: UUID) -> Secrets:
    row = rows.get_secrets(session, user_id)
    return Secrets(
        password_hash=row["password"] or "",
        totp_secret=row["tf_totp_secret"] or "",
        recovery_codes_left=len(row["mf_recovery_codes"] or ()),
    )


def set_password(session: Session, *, user_id: UUID, password_hash: str, by: str, now: datetime) -> Account:
    """Set the password; every session and link of the account ends. Return the account with its new key."""
    before = lock_account(session, user_id)
    users.change_user(session, user_id, password=password_hash, fs_uniquifier=new_key())
    users.delete_links(session, user_id)
    note(session, Verb.PASSWORD_SET, user_id, by=by, now=now)
    if before.has_password:
        tell(session, before, Verb.PASSWORD_SET, now)
    return accounts.get_account(session, user_id=user_id)


def end_sessions(session: Session, *, user_id: UUID) -> Account:
    """Sign somebody out everywhere. Return the account with its new key."""
    users.change_user(session, user_id, fs_uniquifier=new_key())
    return accounts.get_account(session, user_id=user_id)


def reset_user(session: Session, *, user_id: UUID, by: str, now: datetime) -> None:
    """Take away all that the account is proved with, for somebody who lost it; a new set-up link comes apart."""
    users.lock_user(session, user_id)
    users.change_user(
        session,
        user_id,
        password=None,
        fs_uniquifier=new_key(),
        tf_primary_method=None,
        tf_totp_secret=None,
        mf_recovery_codes=None,
    )
    users.delete_links(session, user_id)
    rows.delete_passkeys(session, user_id)
    note(session, Verb.USER_RESET, user_id, by=by, now=now)


def set_totp(session: Session, *, user_id: UUID, totp_secret: str, by: str, now: datetime) -> None:
    """Keep the secret that an app makes codes from, in place of an earlier one."""
    before = lock_account(session, user_id)
    users.change_user(session, user_id, tf_primary_method="authenticator", tf_totp_secret=totp_secret)
    note_added_factor(session, before, kind="totp", by=by, now=now)


def remove_totp(session: Session, *, user_id: UUID, by: str, now: datetime) -> None:
    """Let the app's codes count no more. LastSecondFactor where staff would be left without one."""
    users.lock_user(session, user_id)
    users.change_user(session, user_id, tf_primary_method=None, tf_totp_secret=None)
    note_removed_factor(session, user_id, kind="totp", by=by, now=now)


def note_added_factor(session: Session, before: Account, *, kind: str, by: str, now: datetime) -> None:
    """Record a second factor more; who had one before is told, lest somebody else added it."""
    note(session, Verb.SECOND_FACTOR_ADDED, before.user_id, by=by, now=now, kind=kind)
    if before.has_second_factor:
        tell(session, before, Verb.SECOND_FACTOR_ADDED, now)


def note_removed_factor(session: Session, user_id: UUID, *, kind: str, by: str, now: datetime) -> None:
    """Record that a second factor went, and tell; recovery codes go with the last one, which staff keep."""
    account = accounts.get_account(session, user_id=user_id)
    if not account.has_second_factor:
        if account.role is Role.STAFF:
            raise LastSecondFactor
        users.change_user(session, user_id, mf_recovery_codes=None)
    note(session, Verb.SECOND_FACTOR_REMOVED, user_id, by=by, now=now, kind=kind)
    tell(session, account, Verb.SECOND_FACTOR_REMOVED, now)


def make_recovery_codes(session: Session, *, user_id: UUID, by: str, now: datetime) -> Sequence[str]:
    """Make ten codes, each to be used once where app or passkey are missing; earlier ones end. Only hashes stay."""
    codes = [_make_code() for _ in range(RECOVERY_CODES)]
    users.lock_user(session, user_id)
    users.change_user(session, user_id, mf_recovery_codes=[_hash_code(code) for code in codes])
    note(session, Verb.RECOVERY_CODES_MADE, user_id, by=by, now=now)
    return codes


def use_recovery_code(session: Session, *, user_id: UUID, code: str, now: datetime) -> bool:
    """Use a code up and tell; False where it is none, or was used before."""
    account = lock_account(session, user_id)
    kept = list(rows.get_secrets(session, user_id)["mf_recovery_codes"] or ())
    wanted = _hash_code(code)
    if wanted not in kept:
        return False
    kept.remove(wanted)
    users.change_user(session, user_id, mf_recovery_codes=kept)
    note(session, Verb.RECOVERY_CODE_USED, user_id, by=user_actor(user_id), now=now)
    tell(session, account, Verb.RECOVERY_CODE_USED, now)
    return True


def lock_account(session: Session, user_id: UUID) -> Account:
    """Return the account as it stands now that nobody else changes it."""
    users.lock_user(session, user_id)
    return accounts.get_account(session, user_id=user_id)


def tell(session: Session, account: Account, change: Verb, now: datetime) -> None:
    """Mail the holder what was changed."""
    queue_for(session, MessageKind.ACCOUNT_CHANGED, account, now=now, change=change.value)


def _make_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(letters[start : start + CODE_GROUP] for start in range(0, len(letters), CODE_GROUP))


def _hash_code(code: str) -> str:
    """A code is read with or without its hyphens, in capitals or not."""
    return hash_token("".join(code.split()).replace("-", "").lower())
