"""Links of accounts: asking for one to sign in, opening it, and setting an account up with one."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Strength
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.limits import (
    SIGN_IN_MAILS_OF_NETWORK,
    SIGN_IN_MAILS_TO_ADDRESS,
    WRONG_ACCOUNT_LINKS_OF_NETWORK,
)
from om_selfcheck.domain.record import user_actor
from om_selfcheck.extensions import begin_writing, csrf, db
from om_selfcheck.services import account_links, credentials
from om_selfcheck.services.account_links import LinkPurpose, OpenLink
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import public
from om_selfcheck.web.auth import proofs
from om_selfcheck.web.auth.blueprint import bp
from om_selfcheck.web.auth.forms import AddressForm, NewPasswordForm
from om_selfcheck.web.auth.pages import UNPROCESSABLE, asked_next, find_password_faults, let_in
from om_selfcheck.web.auth.refusals import explain_ended_account_link
from om_selfcheck.web.errors import refuse
from om_selfcheck.web.inputs import NOT_AN_EMAIL
from om_selfcheck.web.throttling import network, require_within


@bp.route("/sign-in-link", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@public
def sign_in_link() -> ResponseReturnValue:
    """Mail a link to sign in; the answer is the same for every address."""
    form = AddressForm(request.form)
    if request.method != "POST":
        return render_template("auth/sign_in_link.html", email="", error="")
    is_sound, email = form.validate(), form.email.data
    if not (is_sound and email):
        return render_template("auth/sign_in_link.html", email=email, error=str(NOT_AN_EMAIL)), UNPROCESSABLE
    require_within(Try(SIGN_IN_MAILS_TO_ADDRESS, email.lower()), Try(SIGN_IN_MAILS_OF_NETWORK, network()))
    account_links.request_sign_in_link(db.session, email=email, now=clock.now())
    db.session.commit()
    return render_template("auth/link_sent.html", email=email)


@bp.route("/sign-in/<token>", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]
@public
def open_link(token: str) -> ResponseReturnValue:
    """Show whom a link lets in; only the button uses it, so that a mail scanner's GET changes nothing."""
    now = clock.now()
    try:
        if request.method != "POST":
            link = _get_link(token, LinkPurpose.SIGN_IN)
            return render_template("auth/open_link.html", link=link, token=token, next=asked_next())
        account = account_links.use_link(db.session, token=token, purpose=LinkPurpose.SIGN_IN, now=now)
    except NotFound:
        return _refuse_link()
    return let_in(account, Strength.LINK, now)


@bp.route("/set-up/<token>", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]
@public
def set_up(token: str) -> ResponseReturnValue:
    """Let somebody choose the password of a new account; the link is used up when that has worked."""
    form, now = NewPasswordForm(request.form), clock.now()
    try:
        link = _get_link(token, LinkPurpose.SET_UP)
        if request.method != "POST":
            return render_template("auth/set_up.html", link=link, token=token, errors={})
        if errors := find_password_faults(form, link.email, link.name):
            return render_template("auth/set_up.html", link=link, token=token, errors=errors), UNPROCESSABLE
        password_hash = proofs.seal_password(form.password.data)
        account = account_links.use_link(db.session, token=token, purpose=LinkPurpose.SET_UP, now=now)
    except NotFound:
        return _refuse_link()
    by = user_actor(account.user_id)
    account = credentials.set_password(db.session, user_id=account.user_id, password_hash=password_hash, by=by, now=now)
    return let_in(account, Strength.PASSWORD, now)


def _get_link(token: str, purpose: LinkPurpose) -> OpenLink:
    return account_links.get_link(db.session, token=token, purpose=purpose, now=clock.now())


def _refuse_link() -> ResponseReturnValue:
    """Answer a link that opens nothing; who tries many is stopped, who holds a good one never."""
    begin_writing()
    require_within(Try(WRONG_ACCOUNT_LINKS_OF_NETWORK, network()))
    return refuse(404, explain_ended_account_link())
