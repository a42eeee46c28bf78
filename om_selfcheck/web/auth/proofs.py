"""What people prove themselves with, by Flask-Security's parts: passwords (argon2) and the codes of an app (TOTP).

Its own pages stay off: they commit apart from the session, do not say how strongly somebody signed in, and answer more
than we ask. Who is signed in is our session's business, so its look-ups in every request go too.
"""

import hmac
import re
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_login.utils import _user_context_processor
from flask_security import Security, Totp, UserMixin, hash_password, verify_password
from itsdangerous import BadData
from passlib.exc import UsedTokenError

from om_selfcheck.domain.access import PASSWORD_LENGTH
from om_selfcheck.domain.limits import CODE_ONCE, CODE_STEP
from om_selfcheck.extensions import datastore, db
from om_selfcheck.services import accounts, credentials, throttles
from om_selfcheck.services.accounts import Account
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.surroundings import settings

ISSUER = "OM-Selbstcheck"
STEP_SECONDS = round(CODE_STEP.total_seconds())  # how far the clock of a phone may be off
SET_UP_SECONDS = 1800
JUDGED_LENGTH, LEAST_SCORE = 72, 3
_CODE = re.compile(r"[0-9]{6}")


class CodesOnce(Totp):
    """Each code counts once, in whichever worker (RFC 6238, 5.2)."""

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:  # noqa: ANN401 - passlib ships no types
        """Refuse a code that counted before; `user` is the id of whose it is."""
        shown_at = datetime.fromtimestamp(tmatch.counter * STEP_SECONDS, UTC)
        once = Try(CODE_ONCE, str(user))
        is_used = throttles.count_tries(db.session, tries=[once], secret=settings().secret_key, now=shown_at)
        db.session.commit()
        if is_used:
            raise UsedTokenError


security = Security(datastore=datastore, register_blueprint=False, totp_cls=CodesOnce)


def init_app(app: Flask) -> None:
    secret_key: str = app.extensions["om_settings"].secret_key
    app.config.update(
        SECURITY_URL_PREFIX="/account",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={  # OWASP's profile: 19 ms
            "argon2__time_cost": 2,
            "argon2__memory_cost": 19456,
            "argon2__parallelism": 1,
        },
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,  # a mail would bypass the second factor
        SECURITY_TOTP_SECRETS=_name_keys(secret_key),
        SECURITY_TOTP_ISSUER=ISSUER,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    security.init_app(app)
    _leave_out_look_ups(app)


def _name_keys(secret_key: str) -> dict[str, str]:
    """Return the key that seals secrets under a name of its own; what another key sealed is then known as such.

    It has an older name too, the same for every key.
    """
    key = hmac.digest(secret_key.encode(), b"totp", "sha256").hex()
    return {"1": key, "k" + hmac.digest(secret_key.encode(), b"totp-name", "sha256").hex()[:16]: key}


def find_by_password(email: str, password: str) -> Account | None:
    """Return whose address and password these are. Whether there is such an account shows in no words and no time."""
    account = accounts.find_account(db.session, email=email)
    kept = credentials.get_secrets(db.session, user_id=account.user_id).password_hash if account else ""
    return account if is_password(password, kept) and account and account.is_active else None


def is_password(password: str, kept: str) -> bool:
    """Say whether a password is the one that was kept; without one it takes as long. Locks taken before are let go."""
    db.session.rollback()
    typed = security.password_util.normalize(password)
    if not kept:
        hash_password(typed)
        return False
    return verify_password(typed, kept)


def seal_password(password: str) -> str:
    """Return what is kept of a password. Locks taken before are let go."""
    db.session.rollback()
    return hash_password(security.password_util.normalize(password))


def is_weak(password: str, *known: str) -> bool:
    """Say whether a password of good length is easy to guess, also for somebody who knows the account."""
    from zxcvbn import zxcvbn

    db.session.rollback()
    judged = security.password_util.normalize(password)[:JUDGED_LENGTH]
    score: int = zxcvbn(judged, user_inputs=[*known, ISSUER, "selbstcheck", "offensive mittelstand"])["score"]
    return score < LEAST_SCORE


def is_short(password: str) -> bool:
    return len(security.password_util.normalize(password)) < PASSWORD_LENGTH


def is_code(account: Account, typed: str, totp_secret: str) -> bool:
    """Say whether an app shows this code now, and it was not used before. Locks taken before are let go."""
    db.session.rollback()
    code = "".join(typed.split())
    if not (totp_secret and _CODE.fullmatch(code)):
        return False
    owner: Any = account.user_id
    return security.totp_factory.verify_totp(code, totp_secret, owner, window=STEP_SECONDS)


def can_read(totp_secret: str) -> bool:
    """Say whether a kept secret was sealed with the key that this installation has now (P19)."""
    try:
        security.totp_factory.get_totp_pretty_key(totp_secret)
    except Exception:  # noqa: BLE001 - passlib and cryptography have many ways to say so
        return False
    return True


def make_totp_secret() -> str:
    return security.totp_factory.generate_totp_secret()


def describe_totp(account: Account, totp_secret: str) -> tuple[str, str]:
    """Return what an app scans, and the same secret to type."""
    factory = security.totp_factory
    return factory.get_totp_uri(account.email, totp_secret), factory.get_totp_pretty_key(totp_secret)


def seal_set_up(account: Account, totp_secret: str) -> str:
    """Sign a secret that waits for its first code, for the form that brings it back."""
    return str(security.tf_setup_serializer.dumps([str(account.user_id), totp_secret]))


def open_set_up(account: Account, sealed: str) -> str | None:
    """Return the secret that a form brought back within half an hour; None for a foreign or altered one."""
    try:
        user_id, totp_secret = security.tf_setup_serializer.loads(sealed, max_age=SET_UP_SECONDS)
    except BadData:
        return None
    return str(totp_secret) if user_id == str(account.user_id) else None


def _leave_out_look_ups(app: Flask) -> None:
    """Drop what Flask-Security's companions do in every request: nothing of it is asked for."""
    app.before_request_funcs[None].remove(security.principal._on_before_request)  # noqa: SLF001
    app.after_request_funcs[None].remove(security.login_manager._update_remember_cookie)  # noqa: SLF001
    app.template_context_processors[None].remove(_user_context_processor)
