"""The second factor: an app that shows codes, taking it away, and recovery codes for when it is gone."""

import segno
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import credentials
from om_selfcheck.services.accounts import Person
from om_selfcheck.web.access import current_person, lock_person, require_person
from om_selfcheck.web.auth import proofs
from om_selfcheck.web.auth.blueprint import bp
from om_selfcheck.web.auth.forms import CodeForm
from om_selfcheck.web.auth.pages import (
    UNPROCESSABLE,
    asked_next,
    finish_second_factor,
    is_passkey_offered,
    show_new_codes,
)
from om_selfcheck.web.auth.sign_in import count_code
from om_selfcheck.web.sessions import commit


@bp.route("/second-factor", methods=["GET", "POST"])
@require_person(Office.SECURE)
def second_factor() -> ResponseReturnValue:
    """Set up an app: its secret counts once a code has shown that the app has it."""
    form, person = CodeForm(request.form), current_person()
    if not person.account.has_password:
        return redirect(url_for("account.password", next=url_for("account.second_factor")), 303)
    if request.method != "POST":
        return _render(person, proofs.make_totp_secret(), "")
    totp_secret = proofs.open_set_up(person.account, request.form.get("set_up", ""))
    if totp_secret is None:
        return _render(person, proofs.make_totp_secret(), _("Die Seite war zu lange offen. Bitte neu einlesen."))
    count_code(person.account)
    if not (form.validate() and proofs.is_code(person.account, form.code.data, totp_secret)):
        return _render(person, totp_secret, _("Dieser Code gilt nicht. Warten Sie, bis die App den nächsten zeigt."))
    now = clock.now()
    person = lock_person(Office.SECURE, now)
    credentials.set_totp(db.session, user_id=person.user_id, totp_secret=totp_secret, by=person.actor, now=now)
    return finish_second_factor(person)


@bp.post("/second-factor/remove")
@require_person(Office.SECURE)
def remove_app() -> ResponseReturnValue:
    person = current_person()
    credentials.remove_totp(db.session, user_id=person.user_id, by=person.actor, now=clock.now())
    commit()
    return redirect(url_for("account.home", saved=1), 303)


@bp.post("/recovery-codes")
@require_person(Office.SECURE)
def recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them, this once."""
    return show_new_codes(current_person(), url_for("account.home"))


def _render(person: Person, totp_secret: str, error: str) -> ResponseReturnValue:
    address, typed = proofs.describe_totp(person.account, totp_secret)
    page = render_template(
        "auth/second_factor.html",
        person=person,
        qr=Markup(segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True)),  # noqa: S704
        typed=typed,
        set_up=proofs.seal_set_up(person.account, totp_secret),
        offers_passkey=is_passkey_offered(),
        error=error,
        next=asked_next(),
    )
    return page, UNPROCESSABLE if error else 200
