"""What the pages of accounts share: whom they let in, where they lead then, and what they say of a password."""

from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import PASSWORD_LENGTH, Office, Role, Strength
from om_selfcheck.domain.record import Verb, user_actor
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import accounts, credentials
from om_selfcheck.services.accounts import Account, Person
from om_selfcheck.web.auth import proofs
from om_selfcheck.web.auth.forms import NewPasswordForm
from om_selfcheck.web.inputs import find_faults, read_path
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.signed_in import find_signed_in, hold_on, sign_in
from om_selfcheck.web.surroundings import settings

UNPROCESSABLE = 422


def asked_next() -> str:
    """Return the page that somebody wanted to see before being asked to sign in."""
    return read_path(request.values.get("next", ""))


def let_in(account: Account, strength: Strength, now: datetime) -> ResponseReturnValue:
    """Sign a person in, for the record too, and lead on: staff without a second factor first set one up.

    A weaker way takes a stronger one that is still good not away.
    """
    held = find_signed_in()
    if not (held and held.user_id == account.user_id and not strength.reaches(held.strength)):
        sign_in(account, strength, now)
        by = user_actor(account.user_id)
        accounts.note(db.session, Verb.SIGNED_IN, account.user_id, by=by, now=now, strength=strength.value)
    commit()
    if account.role is Role.STAFF and not account.has_second_factor:
        return redirect(url_for("account.second_factor", next=asked_next() or None), 303)
    return redirect(asked_next() or find_home(now), 303)


def find_home(now: datetime) -> str:
    """Return where somebody begins: the office's overview for staff who may see it, else the own account."""
    person = find_signed_in()
    is_overseeing = person is not None and person.may(Office.OVERSEE, now)
    return url_for("staff.dashboard") if is_overseeing else url_for("account.home")


def is_passkey_offered() -> bool:
    """Say whether browsers know passkeys here: on https with a name, and on this very machine as ``localhost``."""
    address = urlsplit(settings().base_url)
    try:
        ip_address(address.hostname or "")
    except ValueError:
        return address.scheme == "https" or address.hostname == "localhost"
    return False


def find_password_faults(form: NewPasswordForm, *known: str) -> dict[str, str]:
    """Return what is wrong with a new password, by field. `known` is what others know of the person.

    Locks taken before are let go.
    """
    typed: str = form.password.data or ""
    if faults := find_faults(form):
        return faults
    if proofs.is_short(typed):
        return {"password": _("Bitte mindestens %(least)s Zeichen nehmen.", least=PASSWORD_LENGTH)}
    if proofs.is_weak(typed, *known):
        return {"password": _("Dieses Passwort wäre leicht zu erraten. Nehmen Sie zum Beispiel vier beliebige Wörter.")}
    if typed != form.password_again.data:
        return {"password_again": _("Beide Eingaben müssen gleich sein.")}
    return {}


def finish_second_factor(person: Person) -> ResponseReturnValue:
    """Count the sign-in as one with a second factor from now on, and show recovery codes where there are none."""
    hold_on(person.account, person, Strength.SECOND_FACTOR)
    if not credentials.get_secrets(db.session, user_id=person.user_id).recovery_codes_left:
        return show_new_codes(person, find_home(clock.now()))
    commit()
    return redirect(asked_next() or url_for("account.home", saved=1), 303)


def show_new_codes(person: Person, way_on: str) -> ResponseReturnValue:
    """Make recovery codes and show them, this once; `way_on` is where they lead unless a page was asked for."""
    codes = credentials.make_recovery_codes(db.session, user_id=person.user_id, by=person.actor, now=clock.now())
    commit()
    return render_template("auth/recovery_codes.html", codes=codes, next=asked_next() or way_on)
