"""The dates in a calendar program: a secret address that it fetches by itself."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import agendas
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.inputs import line_field
from om_selfcheck.web.sessions import commit, show_link_once

UNPROCESSABLE = 422


class FeedForm(Form):  # type: ignore[misc]  # WTForms ships no types
    label = line_field(80)


@bp.get("/assessments/<uuid:assessment_id>/calendar")
@require(Task.SHARE)
def subscribe(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render(FeedForm(), "")


@bp.post("/assessments/<uuid:assessment_id>/calendar")
@require(Task.SHARE)
def create_feed(assessment_id: UUID) -> ResponseReturnValue:
    """Make a calendar's address; it is shown once, like every link."""
    form, now = FeedForm(request.form), clock.now()
    is_sound = form.validate()
    if not is_sound or not form.label.data:
        missing = _("Bitte eintragen, für welchen Kalender der Link ist.")
        return _render(form, missing if is_sound else str(form.label.errors[0])), UNPROCESSABLE
    link = agendas.create_feed(db.session, actor=current_actor(), label=form.label.data, now=now)
    show_link_once(assessment_id, link.grant_id, link.token, now)
    commit()
    return redirect(url_for("company.link", assessment_id=assessment_id, grant=link.grant_id), 303)


def _render(form: FeedForm, problem: str) -> str:
    actor = current_actor()
    return render_template(
        "company/subscription.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor)),
        form=form,
        problem=problem,
    )
