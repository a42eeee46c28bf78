"""The page of a responsible person: no account, only their own actions, and nothing else of the check.

Several links may be open in one browser, such as one's own and one out of a mail; the page shows what all of them
reach.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task, reach_of
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.progress import Effect, Progress
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.extensions import db
from om_selfcheck.services import agendas, doers, progress
from om_selfcheck.services.doers import ReminderOffer
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.access import actors_here, current_actor, list_actors, require
from om_selfcheck.web.calendar import make_calendar
from om_selfcheck.web.company import pages, reports
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.reports import Questions, Refused
from om_selfcheck.web.sessions import commit, current_session, drop_grants
from om_selfcheck.web.surroundings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAction:
    """An action on the page; with questions where its link may answer those of the follow-up."""

    entry: Progress
    questions: Questions | None
    is_asked: bool


@bp.get("/assessments/<uuid:assessment_id>/mine")
@require(Task.DO)
def mine(assessment_id: UUID) -> ResponseReturnValue:
    """Show the actions that the links opened here reach; whoever has the whole plan open goes there."""
    if current_actor().may(Task.READ):
        return redirect(url_for("company.plan", assessment_id=assessment_id))
    return _render(assessment_id)


@bp.post("/assessments/<uuid:assessment_id>/mine/<uuid:action_id>")
@require(Task.DO)
def report_mine(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:
    actor = _find_actor_for(assessment_id, action_id)
    return _answer(assessment_id, action_id, reports.take_report(actor, action_id))


@bp.post("/assessments/<uuid:assessment_id>/mine/<uuid:action_id>/follow-up")
@require(Task.DO)
def answer_mine(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:
    """Take the answers of a follow-up; a link by name reaches the action but does not judge it."""
    actor = _find_actor_for(assessment_id, action_id)
    return _answer(assessment_id, action_id, reports.take_answer(actor, action_id))


@bp.get("/assessments/<uuid:assessment_id>/mine/calendar.ics")
@require(Task.DO)
def my_calendar(assessment_id: UUID) -> ResponseReturnValue:
    """Hand out the dates of the page's actions, for one's own calendar."""
    found = [agendas.get_dates(db.session, actor=actor, today=clock.today()) for actor in _doers(assessment_id)]
    response = Response(make_calendar(agendas.join_dates(found), settings().base_url), mimetype="text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=termine.ics"
    return response


@bp.post("/assessments/<uuid:assessment_id>/mine/reminders")
@require(Task.DO)
def choose_reminders(assessment_id: UUID) -> ResponseReturnValue:
    """Say yes to reminders, or no: then the address is forgotten. Nobody is reminded who was not asked."""
    actor, now = _find_offered(assessment_id), clock.now()
    if request.form.get("reminders") == "yes":
        doers.accept_reminders(db.session, actor=actor, now=now)
    else:
        doers.decline_reminders(db.session, actor=actor, now=now)
    commit()
    return redirect(url_for("company.mine", assessment_id=assessment_id, saved=1), 303)


@bp.post("/assessments/<uuid:assessment_id>/mine/leave")
@require(Task.DO)
def leave_mine(assessment_id: UUID) -> ResponseReturnValue:
    """Close the page on this device; the link goes on working."""
    drop_grants([actor.grant_id for actor in actors_here(assessment_id)])
    current_session().renew_id()
    commit()
    return redirect(url_for("public.start"), 303)


def _doers(assessment_id: UUID) -> list[Actor]:
    """List who acts on this page, those who may judge first."""
    found = list_actors(assessment_id, Task.DO)
    return sorted(found, key=lambda actor: not reach_of(actor.right, actor.scope).may_judge)


def _find_actor_for(assessment_id: UUID, action_id: UUID) -> Actor:
    """Return by which of the links opened here an action is reached; one that none reaches does not exist."""
    for actor in _doers(assessment_id):
        if any(entry.key == str(action_id) for entry in progress.list_progress(db.session, actor=actor)):
            return actor
    raise NotFound


def _find_offered(assessment_id: UUID) -> Actor:
    for actor in _doers(assessment_id):
        if doers.find_reminder_offer(db.session, actor=actor):
            return actor
    raise NotFound


def _answer(assessment_id: UUID, action_id: UUID, refused: Refused | None) -> ResponseReturnValue:
    if refused:
        return _render(assessment_id, {str(action_id): refused}), refused.status
    commit()
    return redirect(url_for("company.mine", assessment_id=assessment_id, saved=1, _anchor=f"action-{action_id}"), 303)


def _render(assessment_id: UUID, refused: Mapping[str, Refused] | None = None) -> str:
    actors, refused = _doers(assessment_id), refused or {}
    offers = [doers.find_reminder_offer(db.session, actor=actor) for actor in actors]
    return render_template(
        "company/mine.html",
        actor=actors[0],
        actions=_list_actions(actors),
        names=[name for actor in actors if (name := reach_of(actor.right, actor.scope).name)],
        offer=next((offer for offer in offers if isinstance(offer, ReminderOffer)), None),
        refused=refused,
        problems=[problem for key, one in refused.items() for problem in reports.list_problems(one, key)],
        today=clock.today(),
        effects=list(Effect),
        needs=list(NeedForAction),
        need_labels=pages.need_labels(),
        was_saved="saved" in request.args,
    )


def _list_actions(actors: Iterable[Actor]) -> list[OwnAction]:
    """List each action once, what is due soonest first and what is finished last."""
    found: dict[str, OwnAction] = {}
    for actor in actors:
        for entry in progress.list_progress(db.session, actor=actor):
            found.setdefault(entry.key, _make_own(actor, entry))
    return sorted(found.values(), key=lambda own: (not own.entry.asks_for_deed, str(own.entry.action.due_on or "")))


def _make_own(actor: Actor, entry: Progress) -> OwnAction:
    if not reach_of(actor.right, actor.scope).may_judge:
        return OwnAction(entry=entry, questions=None, is_asked=False)
    asked = progress.get_follow_up(db.session, actor=actor, action_id=UUID(entry.key))
    wants_to = "ask" in request.args or request.endpoint == "company.answer_mine"
    is_asked = wants_to or entry.is_follow_up_due_on(clock.today())
    return OwnAction(entry=entry, questions=reports.ask(actor, asked), is_asked=is_asked)
