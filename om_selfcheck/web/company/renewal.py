"""Renewing: the next round of a declared one, and going on with what the last plan left unfinished."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import ActionFinished
from om_selfcheck.extensions import db
from om_selfcheck.services import last_rounds, renewals
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.surroundings import catalogue


@bp.post("/assessments/<uuid:assessment_id>/renewal")
@require(Task.DECLARE)
def start_renewal(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Begin the next round in the newest version; every further click leads to the same one."""
    actor = current_actor()
    newest = catalogue().newest(actor.slug)
    begun = renewals.start_renewal(db.session, actor=actor, questionnaire=newest, now=clock.now())
    commit()
    return redirect(url_for("company.overview", assessment_id=begun), 303)


@bp.post("/assessments/<uuid:assessment_id>/plan/last/<uuid:action_id>")
@require(Task.PLAN)
def take_over_action(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:
    """Take an unfinished action over and open it: urgency and dates are still to be chosen."""
    actor = current_actor()
    try:
        new_id = last_rounds.take_over_action(
            db.session,
            actor=actor,
            questionnaire=pages.questionnaire_of(actor),
            action_id=action_id,
            now=clock.now(),
        )
    except ActionFinished:
        return redirect(url_for("company.plan", assessment_id=assessment_id, finished=1), 303)
    commit()
    return redirect(url_for("company.action", assessment_id=assessment_id, action_id=new_id), 303)
