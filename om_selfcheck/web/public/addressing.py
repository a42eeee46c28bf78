"""Confirming an address by the link in a mail, asking for a lost link: on whatever device, and without a cookie."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.errors import NotFound, TooOften
from om_selfcheck.domain.limits import LOST_LINKS_OF_ADDRESS, LOST_LINKS_OF_NETWORK
from om_selfcheck.extensions import csrf, db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import access_mails, addresses
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import public
from om_selfcheck.web.errors import refuse
from om_selfcheck.web.public.forms import LostLinkForm
from om_selfcheck.web.public.routes import bp
from om_selfcheck.web.refusals import explain_ended_confirmation
from om_selfcheck.web.throttling import TOO_MANY, describe_wait, network, require_within

UNPROCESSABLE = 422


@bp.route("/confirm-address/<token>", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@public
def confirm_address(token: str) -> ResponseReturnValue:
    """Show what a link would confirm; only the button confirms, so that a mail scanner's GET changes nothing."""
    now = clock.now()
    try:
        if request.method == "POST":  # a HEAD changes nothing either
            if "confirm" not in request.form:
                abort(400)
            addresses.confirm_by_token(db.session, token=token, language=current_language(), now=now)
            db.session.commit()
            return redirect(url_for("public.confirm_address", token=token), 303)
        claimed = addresses.get_claimed_address(db.session, token=token, now=now)
    except NotFound:
        return refuse(404, explain_ended_confirmation())
    return render_template("public/confirm_address.html", claimed=claimed, token=token)


@bp.get("/lost-link")
@public
def lost_link() -> ResponseReturnValue:
    if "sent" in request.args:
        return render_template("public/lost_link_sent.html")
    return render_template("public/lost_link.html", typed="", error="")


@bp.post("/lost-link")
@csrf.exempt  # type: ignore[untyped-decorator]
@public
def ask_for_lost_link() -> ResponseReturnValue:
    """Queue a mail whatever the address is; that nobody has confirmed it is found out when it is to be sent."""
    form = LostLinkForm(request.form)
    address = form.email.data
    if not form.validate() or not address:
        error = form.email.errors[0] if form.email.errors else _("Bitte eine E-Mail-Adresse eintragen.")
        return render_template("public/lost_link.html", typed=address, error=str(error)), UNPROCESSABLE
    try:
        require_within(Try(LOST_LINKS_OF_NETWORK, network()), Try(LOST_LINKS_OF_ADDRESS, address))
    except TooOften as refusal:
        return render_template("public/lost_link.html", typed=address, error=describe_wait(refusal.until)), TOO_MANY
    access_mails.request_lost_link(db.session, address=address, language=current_language(), now=clock.now())
    db.session.commit()
    return redirect(url_for("public.lost_link", sent=1), 303)
