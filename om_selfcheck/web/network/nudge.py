"""Reminding those who have stopped, without seeing whom it reaches or how many."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.extensions import db
from om_selfcheck.services import nudges
from om_selfcheck.services.nudges import NoContact, NudgedLately
from om_selfcheck.web.access import current_network, current_person, require_person
from om_selfcheck.web.network.blueprint import bp
from om_selfcheck.web.sessions import commit


@bp.get("/nudge")
@require_person(Office.COORDINATE)
def nudge(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    network = current_network()
    standing = nudges.get_standing(db.session, network=network, now=clock.now())
    return render_template("network/nudge.html", network=network, standing=standing)


@bp.post("/nudge")
@require_person(Office.COORDINATE)
def send_nudge(slug: str) -> ResponseReturnValue:
    """Note the reminder; the mails are queued later, so that the answer tells nothing by its time."""
    person = current_person()
    try:
        nudges.ask_for_nudge(
            db.session, network=current_network(), user_id=person.user_id, by=person.actor, now=clock.now()
        )
    except (NudgedLately, NoContact):
        db.session.rollback()  # the page says why
    else:
        commit()
    return redirect(url_for("network.nudge", slug=slug), 303)
