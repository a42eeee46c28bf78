"""Passkeys: adding one, taking it away, signing in with one. Browsers make and use them by a script of ours.

The challenge waits in the session, counts once and for five minutes. Host and origin come from the settings.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import webauthn
from flask import Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from werkzeug.exceptions import HTTPException

from om_selfcheck import clock
from om_selfcheck.domain.access import Office, Strength
from om_selfcheck.domain.limits import SIGN_INS_OF_NETWORK
from om_selfcheck.extensions import csrf, db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import accounts, passkeys
from om_selfcheck.services.passkeys import NewPasskey, Passkey
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import current_person, public, require_person
from om_selfcheck.web.auth.blueprint import bp
from om_selfcheck.web.auth.forms import PasskeyForm
from om_selfcheck.web.auth.pages import UNPROCESSABLE, finish_second_factor, is_passkey_offered, let_in
from om_selfcheck.web.auth.proofs import ISSUER
from om_selfcheck.web.security import request_id
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.surroundings import settings
from om_selfcheck.web.throttling import network, require_within

T = TypeVar("T")
CHALLENGE = "challenge"
CHALLENGE_FOR = timedelta(minutes=5)
VERIFIED = UserVerificationRequirement.REQUIRED  # finger, face or code: the key is both factors in one


@bp.post("/passkeys/options")
@require_person(Office.SECURE)
def new_passkey_options() -> ResponseReturnValue:
    """Tell the browser what to make."""
    person = current_person()
    known = passkeys.list_passkeys(db.session, user_id=person.user_id)
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=ISSUER,
        user_id=person.user_id.bytes,
        user_name=person.email,
        user_display_name=person.name,
        challenge=_new_challenge(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
    )
    commit()
    return Response(webauthn.options_to_json(options), mimetype="application/json")


@bp.post("/passkeys")
@require_person(Office.SECURE)
def add_passkey() -> ResponseReturnValue:
    """Keep the key that the browser made."""
    form, person = PasskeyForm(request.form), current_person()
    key = _read_new_passkey(request.form.get("credential", ""))
    is_added = (
        key is not None
        and form.validate()
        and passkeys.add_passkey(
            db.session,
            user_id=person.user_id,
            key=key,
            name=form.name.data or _("Passkey"),
            by=person.actor,
            now=clock.now(),
        )
    )
    if not is_added:
        commit()
        return _refuse(url_for("account.second_factor"))
    return finish_second_factor(person)


@bp.post("/passkeys/remove")
@require_person(Office.SECURE)
def remove_passkey() -> ResponseReturnValue:
    person = current_person()
    passkeys.remove_passkey(
        db.session,
        user_id=person.user_id,
        credential_id=_read_id(request.form.get("credential_id", "")),
        by=person.actor,
        now=clock.now(),
    )
    commit()
    return redirect(url_for("account.home", saved=1), 303)


@bp.post("/login/passkey/options")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@public
def passkey_options() -> ResponseReturnValue:
    """Tell the browser to ask for any passkey it has for this host."""
    require_within(Try(SIGN_INS_OF_NETWORK, network()))
    options = webauthn.generate_authentication_options(
        rp_id=_host(), challenge=_new_challenge(), user_verification=VERIFIED
    )
    commit()
    return Response(webauthn.options_to_json(options), mimetype="application/json")


@bp.post("/login/passkey")
@csrf.exempt  # type: ignore[untyped-decorator]
@public
def sign_in_with_passkey() -> ResponseReturnValue:
    """Let in whoever signed the challenge with a known key."""
    key = _read_used_passkey(request.form.get("credential", ""))
    account = accounts.get_account(db.session, user_id=key.user_id) if key else None
    if account is None or not account.is_active:
        commit()
        return _refuse(url_for("account.login"))
    return let_in(account, Strength.SECOND_FACTOR, clock.now())


def _refuse(back: str) -> ResponseReturnValue:
    page = render_template("auth/passkey_failed.html", back=back, request_id=request_id())
    return page, UNPROCESSABLE


def _host() -> str:
    """Return the name that keys are made for; where browsers know no passkeys, nothing can be done."""
    if not is_passkey_offered():
        abort(UNPROCESSABLE)
    return urlsplit(settings().base_url).hostname or ""


def _origin() -> str:
    address = urlsplit(settings().base_url)
    return f"{address.scheme}://{address.netloc}"


def _new_challenge() -> bytes:
    challenge = webauthn.helpers.generate_challenge()
    session[CHALLENGE] = {"value": bytes_to_base64url(challenge), "at": clock.now().isoformat()}
    return challenge


def _take_challenge() -> bytes | None:
    """Return the challenge that waits, once."""
    held = session.pop(CHALLENGE, None)
    if held is None or clock.now() - datetime.fromisoformat(held["at"]) > CHALLENGE_FOR:
        return None
    return base64url_to_bytes(held["value"])


def _read_new_passkey(credential: str) -> NewPasskey | None:
    """Return the key in a browser's answer, None where anything about it is wrong."""
    challenge = _take_challenge()
    if challenge is None:
        return None
    made = _prove(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    )
    if made is None:
        return None
    return NewPasskey(
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        is_backed_up=made.credential_backed_up,
        device_type=made.credential_device_type.value,
    )


def _read_used_passkey(credential: str) -> Passkey | None:
    """Return the known key that signed the challenge, None where anything about it is wrong."""
    challenge = _take_challenge()
    answer = _prove(lambda: parse_authentication_credential_json(credential))
    if challenge is None or answer is None:
        return None
    key = passkeys.find_passkey(db.session, credential_id=answer.raw_id)
    if key is None or answer.response.user_handle not in (None, key.user_id.bytes):
        return None
    proved = _prove(
        lambda: webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    )
    if proved is None:
        return None
    passkeys.note_use(db.session, credential_id=key.credential_id, sign_count=proved.new_sign_count, now=clock.now())
    return key


def _prove(verify: Callable[[], T]) -> T | None:
    """Return what a look at a browser's answer gives; None whatever is wrong with it: anybody can send anything."""
    try:
        return verify()
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001 - the library lets errors of many kinds through
        return None


def _read_id(text: str) -> bytes:
    """Return the bytes that a form names by their figures; none where they are something else."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
