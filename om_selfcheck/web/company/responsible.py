"""Links for the people whom the plan names as responsible: to copy, to print, or sent by mail."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.text import clean_line
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import doers
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.inputs import NOT_AN_EMAIL, email_field
from om_selfcheck.web.sessions import commit, show_link_once

UNPROCESSABLE, TOO_MANY = 422, 429


class InvitationForm(Form):  # type: ignore[misc]  # WTForms ships no types
    email = email_field()


@bp.get("/assessments/<uuid:assessment_id>/responsible")
@require(Task.SHARE)
def responsible(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render()


@bp.post("/assessments/<uuid:assessment_id>/responsible/link")
@require(Task.SHARE)
def create_doer_link(assessment_id: UUID) -> ResponseReturnValue:
    """Make the link of somebody the plan names; it is shown once, like every other."""
    now = clock.now()
    link = doers.create_link(db.session, actor=current_actor(), name=_read_name(), now=now)
    show_link_once(assessment_id, link.grant_id, link.token, now)
    commit()
    return redirect(url_for("company.link", assessment_id=assessment_id, grant=link.grant_id), 303)


@bp.post("/assessments/<uuid:assessment_id>/responsible/invite")
@require(Task.SHARE)
def invite_doer(assessment_id: UUID) -> ResponseReturnValue:
    """Have a link mailed to the address typed in."""
    form, name, now = InvitationForm(request.form), _read_name(), clock.now()
    if not form.validate() or not form.email.data:
        return _render(name, form.email.data, str(NOT_AN_EMAIL)), UNPROCESSABLE
    address = form.email.data
    try:
        is_new = doers.invite(
            db.session, actor=current_actor(), name=name, address=address, now=now, today=clock.day_in_berlin(now)
        )
    except doers.TooManyInvitations:
        problem = _("Heute sind aus diesem Check schon %(most)s Links verschickt.", most=doers.INVITED_A_DAY)
        return _render(name, address, problem), TOO_MANY
    commit()
    return redirect(
        url_for("company.responsible", assessment_id=assessment_id, sent="new" if is_new else "before"), 303
    )


@bp.post("/assessments/<uuid:assessment_id>/responsible/forget")
@require(Task.SHARE)
def forget_address(assessment_id: UUID) -> ResponseReturnValue:
    doers.forget_address(db.session, actor=current_actor(), name=_read_name(), now=clock.now())
    commit()
    return redirect(url_for("company.responsible", assessment_id=assessment_id, forgotten=1), 303)


def _read_name() -> str:
    return clean_line(request.form.get("name", ""))


def _render(name: str = "", typed: str = "", problem: str = "") -> str:
    """Show everybody the plan names; beside the one at hand what was typed and is wrong."""
    actor = current_actor()
    return render_template(
        "company/responsible.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor), pages.PLAN),
        people=doers.list_responsible(db.session, actor=actor, now=clock.now()),
        name=name,
        typed=typed,
        problem=problem,
        sent=request.args.get("sent", ""),
        was_forgotten="forgotten" in request.args,
    )
