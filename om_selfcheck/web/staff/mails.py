"""The mails that could not be delivered."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from om_selfcheck.domain.access import Office
from om_selfcheck.extensions import db
from om_selfcheck.services.undeliverable import list_undelivered
from om_selfcheck.web.access import require_person
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.forms import MailsForm
from om_selfcheck.web.staff.searching import write_address

PLACE = "after"


@bp.get("/mails")
@require_person(Office.OVERSEE)
def mails() -> ResponseReturnValue:
    form = MailsForm(request.args)
    form.validate()
    page = list_undelivered(db.session, after=form.after.data)
    return render_template(
        "staff/mails.html",
        page=page,
        is_first=not form.after.data,
        first_url=write_address("staff.mails", form, PLACE),
        next_url=write_address("staff.mails", form, PLACE, page.after) if page.after else "",
    )
