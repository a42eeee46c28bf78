"""Signing in by password and second factor, and signing out."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Strength
from om_selfcheck.domain.limits import (
    CODES_OF_ACCOUNT,
    CODES_OF_ACCOUNT_A_DAY,
    SIGN_INS_OF_ACCOUNT,
    SIGN_INS_OF_NETWORK,
)
from om_selfcheck.extensions import csrf, db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.log import write_line
from om_selfcheck.services import credentials
from om_selfcheck.services.accounts import Account
from om_selfcheck.services.passkeys import list_passkeys
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import public
from om_selfcheck.web.auth import proofs
from om_selfcheck.web.auth.blueprint import bp
from om_selfcheck.web.auth.forms import CodeForm, SignInForm
from om_selfcheck.web.auth.pages import UNPROCESSABLE, asked_next, is_passkey_offered, let_in
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.signed_in import find_signed_in, find_waiting, sign_out, wait_for_second_factor
from om_selfcheck.web.throttling import network, require_within


@bp.route("/login", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@public
def login() -> ResponseReturnValue:
    """Ask for address and password; whether there is such an account shows in no answer."""
    form, now = SignInForm(request.form), clock.now()
    if request.method != "POST":
        return _render_login()
    form.validate()
    email, password = form.email.data, form.password.data
    require_within(Try(SIGN_INS_OF_ACCOUNT, email.lower()), Try(SIGN_INS_OF_NETWORK, network()))
    account = None if form.errors else proofs.find_by_password(email, password)
    if account is None:
        return _render_login(email, _("Adresse und Passwort passen nicht zusammen.")), UNPROCESSABLE
    if not account.has_second_factor:
        return let_in(account, Strength.PASSWORD, now)
    wait_for_second_factor(account, now)
    commit()
    return redirect(url_for("account.code", next=asked_next() or None), 303)


@bp.route("/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Ask whoever gave the right password for the code of the app."""
    form, now = CodeForm(request.form), clock.now()
    account = find_waiting(now)
    if account is None:
        return redirect(url_for("account.login", next=asked_next() or None), 303)
    kept = credentials.get_secrets(db.session, user_id=account.user_id)
    if request.method != "POST":
        return _render_code(account, "")
    count_code(account)
    if kept.totp_secret and not proofs.can_read(kept.totp_secret):
        write_line("second factor unreadable", "error", advice="another OM_SECRET_KEY sealed it: ./om user reset")
        error = _(
            "Der Server kann Ihren zweiten Faktor nicht mehr lesen; kein Code wird gelten. Bitten Sie den Betreiber,"
            " Ihr Konto mit ./om user reset neu einrichten zu lassen, oder nehmen Sie einen Wiederherstellungscode."
        )
        return _render_code(account, error), UNPROCESSABLE
    if not (form.validate() and proofs.is_code(account, form.code.data, kept.totp_secret)):
        error = _("Dieser Code gilt nicht. Warten Sie, bis die App den nächsten zeigt.")
        return _render_code(account, error), UNPROCESSABLE
    return let_in(account, Strength.SECOND_FACTOR, now)


@bp.route("/recovery-code", methods=["GET", "POST"])
@public
def recovery_code() -> ResponseReturnValue:
    """Take one of the codes that were kept for when the app is gone."""
    form, now = CodeForm(request.form), clock.now()
    account = find_waiting(now)
    if account is None:
        return redirect(url_for("account.login", next=asked_next() or None), 303)
    if request.method != "POST":
        return render_template("auth/recovery_code.html", error="", next=asked_next())
    count_code(account)
    is_right = form.validate() and credentials.use_recovery_code(
        db.session, user_id=account.user_id, code=form.code.data, now=now
    )
    if not is_right:
        error = _("Dieser Code gilt nicht, oder er wurde schon benutzt.")
        return render_template("auth/recovery_code.html", error=error, next=asked_next()), UNPROCESSABLE
    return let_in(account, Strength.SECOND_FACTOR, now)


@bp.route("/logout", methods=["GET", "POST"])
@public
def logout() -> ResponseReturnValue:
    """End the sign-in on the server; checks that are open in this browser stay so unless asked."""
    person = find_signed_in()
    if request.method != "POST" or person is None:
        return render_template("auth/logout.html", person=person)
    sign_out(closes_everything="everything" in request.form)
    commit()
    return redirect(url_for("account.logout"), 303)


def count_code(account: Account) -> None:
    whose = str(account.user_id)
    require_within(Try(CODES_OF_ACCOUNT, whose), Try(CODES_OF_ACCOUNT_A_DAY, whose))


def _render_login(email: str = "", error: str = "") -> str:
    return render_template(
        "auth/login.html",
        email=email,
        error=error,
        next=asked_next(),
        person=find_signed_in(),
        offers_passkey=is_passkey_offered(),
    )


def _render_code(account: Account, error: str) -> str:
    return render_template(
        "auth/code.html",
        error=error,
        next=asked_next(),
        has_app=bool(credentials.get_secrets(db.session, user_id=account.user_id).totp_secret),
        offers_passkey=is_passkey_offered() and bool(list_passkeys(db.session, user_id=account.user_id)),
    )
