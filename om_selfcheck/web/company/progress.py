"""Where an action stands, and the questions of its follow-up, for whoever works on the whole plan."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.progress import Effect
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.extensions import db
from om_selfcheck.services import progress
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages, reports
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.reports import Refused
from om_selfcheck.web.sessions import commit


@bp.post("/assessments/<uuid:assessment_id>/plan/<uuid:action_id>/progress")
@require(Task.FOLLOW_UP)
def report_progress(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Note where an action stands, also after the plan is frozen; one tap, then back to where it came from."""
    refused = reports.take_report(current_actor(), action_id)
    return _answer(action_id, refused)


@bp.get("/assessments/<uuid:assessment_id>/plan/<uuid:action_id>/follow-up")
@require(Task.FOLLOW_UP)
def follow_up(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Ask whether it was done, whether it helped, and which colour its measures have now."""
    return _render(action_id)


@bp.post("/assessments/<uuid:assessment_id>/plan/<uuid:action_id>/follow-up")
@require(Task.FOLLOW_UP)
def answer_follow_up(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    refused = reports.take_answer(current_actor(), action_id)
    return _answer(action_id, refused)


def _answer(action_id: UUID, refused: Refused | None) -> ResponseReturnValue:
    if refused:
        return _render(action_id, refused), refused.status
    commit()
    return redirect(_page_before(action_id), 303)


def _page_before(action_id: UUID) -> str:
    """Return the page that the form names, by default that of the action."""
    actor, then = current_actor(), request.form.get("then", "")
    assessment_id = actor.assessment_id
    if then == "overview":
        return url_for("company.overview", assessment_id=assessment_id, reported=1, _anchor="progress")
    if then == "issued" and actor.declaration_number:
        return url_for("company.issued", number=actor.declaration_number, reported=1, _anchor="progress")
    if then == "plan":
        return url_for("company.plan", assessment_id=assessment_id, saved=1, _anchor=f"action-{action_id}")
    return url_for("company.action", assessment_id=assessment_id, action_id=action_id, reported=1, _anchor="progress")


def _render(action_id: UUID, refused: Refused | None = None) -> str:
    actor = current_actor()
    asked = progress.get_follow_up(db.session, actor=actor, action_id=action_id)
    return render_template(
        "company/follow_up.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor), pages.PLAN),
        entry=asked.progress,
        questions=reports.ask(actor, asked),
        refused=refused,
        problems=reports.list_problems(refused, asked.progress.key) if refused else [],
        effects=list(Effect),
        needs=list(NeedForAction),
        need_labels=pages.need_labels(),
    )
