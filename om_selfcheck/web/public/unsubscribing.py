"""Ending reminders from the mail: by the link in it, or by the mail program itself (RFC 8058)."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.extensions import db
from om_selfcheck.services.unsubscribing import end_reminders, get_standing
from om_selfcheck.web.access import from_anywhere, public
from om_selfcheck.web.errors import refuse
from om_selfcheck.web.public.routes import bp
from om_selfcheck.web.refusals import explain_broken_unsubscribing
from om_selfcheck.web.surroundings import settings


@bp.route("/unsubscribe/<signed>", methods=["GET", "POST"])
@from_anywhere
@public
def unsubscribe(signed: str) -> ResponseReturnValue:
    """Say whose reminders the link ends; only a POST ends them, the button's or a mail provider's."""
    key = settings().secret_key
    try:
        if request.method != "POST":  # a scanner's GET or HEAD changes nothing
            standing = get_standing(db.session, signed=signed, secret_key=key)
            return render_template("public/unsubscribe.html", standing=standing, signed=signed)
        if request.form.get("List-Unsubscribe") != "One-Click":
            abort(400)
        standing = end_reminders(db.session, signed=signed, secret_key=key, now=clock.now())
    except NotFound:
        return refuse(404, explain_broken_unsubscribing())
    db.session.commit()
    return render_template("public/unsubscribe.html", standing=standing, signed=signed, has_ended=True)
