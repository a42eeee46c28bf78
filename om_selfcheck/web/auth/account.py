"""The own account: name and language, password, being signed in elsewhere."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office, Strength
from om_selfcheck.domain.limits import SIGN_INS_OF_ACCOUNT
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import accounts, credentials, networks, passkeys
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import current_person, lock_person, require_person
from om_selfcheck.web.auth import proofs
from om_selfcheck.web.auth.blueprint import bp
from om_selfcheck.web.auth.forms import ChangePasswordForm, DetailsForm
from om_selfcheck.web.auth.pages import UNPROCESSABLE, asked_next, find_password_faults
from om_selfcheck.web.inputs import find_faults, shown_values, wanted_values
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.signed_in import hold_on
from om_selfcheck.web.throttling import require_within

CONFLICT = 409


@bp.get("/")
@require_person(Office.ACCOUNT)
def home() -> ResponseReturnValue:
    return _render_home(current_person())


@bp.post("/details")
@require_person(Office.ACCOUNT)
def change_details() -> ResponseReturnValue:
    """Change name and language, field by field like everything that is typed here."""
    form, person = DetailsForm(request.form), current_person()
    errors = find_faults(form)
    wanted = wanted_values(form, request.form, accounts.DETAILS)
    sound = {name: value for name, value in wanted.items() if name not in errors}
    shown = shown_values(request.form, accounts.DETAILS)
    conflicts = accounts.change_details(db.session, user_id=person.user_id, wanted=sound, shown=shown)
    commit()
    if errors or conflicts:
        stored = {conflict.name: conflict.stored for conflict in conflicts}
        page = _render_home(person, typed=wanted, errors=errors, conflicts=stored)
        return page, UNPROCESSABLE if errors else CONFLICT
    return redirect(url_for("account.home", saved=1), 303)


@bp.post("/sessions/end")
@require_person(Office.ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    """Sign out on all other devices."""
    person = current_person()
    hold_on(credentials.end_sessions(db.session, user_id=person.user_id), person)
    commit()
    return redirect(url_for("account.home", ended=1), 303)


@bp.route("/password", methods=["GET", "POST"])
@require_person(Office.SECURE)
def password() -> ResponseReturnValue:
    """Choose a new password, or the first one after signing in by a mailed link."""
    form, person, now = ChangePasswordForm(request.form), current_person(), clock.now()
    if request.method != "POST":
        return render_template("auth/password.html", person=person, errors={}, next=asked_next())
    if errors := _find_faults(form, person):
        page = render_template("auth/password.html", person=person, errors=errors, next=asked_next())
        return page, UNPROCESSABLE
    password_hash = proofs.seal_password(form.password.data)
    person = lock_person(Office.SECURE, now)
    account = credentials.set_password(
        db.session, user_id=person.user_id, password_hash=password_hash, by=person.actor, now=now
    )
    hold_on(account, person, Strength.PASSWORD if person.strength is Strength.LINK else None)
    commit()
    return redirect(asked_next() or url_for("account.home", saved=1), 303)


def _find_faults(form: ChangePasswordForm, person: Person) -> dict[str, str]:
    if person.account.has_password:
        require_within(Try(SIGN_INS_OF_ACCOUNT, person.email))
        kept = credentials.get_secrets(db.session, user_id=person.user_id).password_hash
        if not proofs.is_password(form.current_password.data or "", kept):
            return {"current_password": _("Das ist nicht Ihr jetziges Passwort.")}
    return find_password_faults(form, person.email, person.account.name)


def _render_home(
    person: Person,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    conflicts: dict[str, str] | None = None,
) -> str:
    stored = {"name": person.account.name, "language": person.language}
    return render_template(
        "auth/account.html",
        person=person,
        networks=networks.list_networks_of(db.session, user_id=person.user_id),
        secrets=credentials.get_secrets(db.session, user_id=person.user_id),
        passkeys=passkeys.list_passkeys(db.session, user_id=person.user_id),
        values=stored | (typed or {}),
        stored=stored,
        errors=errors or {},
        conflicts=conflicts or {},
        news=next((name for name in ("saved", "ended") if name in request.args), ""),
    )
