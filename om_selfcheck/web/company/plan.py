"""The action plan: proposals, entries, hints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.action_plan import MOST_ACTIONS, Action, Urgency, by_urgency, give_hints, propose_measures
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.errors import PlanFull
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.extensions import db
from om_selfcheck.i18n.formats import short_day
from om_selfcheck.i18n.labels import label
from om_selfcheck.services import action_plans, help_contacts
from om_selfcheck.services.action_plans import FIELDS, read_fields, write_fields
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.progress import get_progress, list_paths
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.board import make_board
from om_selfcheck.web.company.forms import ActionForm, read_measure_refs
from om_selfcheck.web.company.last_round import load_last_round
from om_selfcheck.web.inputs import NOT_OFFERED, find_faults, read_day, shown_values, wanted_values
from om_selfcheck.web.sessions import commit

UNPROCESSABLE, CONFLICT = 422, 409
UNKNOWN_MEASURE = NOT_OFFERED
DAYS = ("due_on", "follow_up_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """What the action form shows: the values, what was stored beside them, and what is wrong."""

    action_id: UUID
    is_new: bool
    values: Mapping[str, str]
    stored: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


@bp.get("/assessments/<uuid:assessment_id>/plan")
@require(Task.READ)
def plan(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    actor = current_actor()
    standing = pages.load_standing(actor)
    questionnaire = pages.questionnaire_of(actor)
    actions = [entry.action for entry in standing.plan]
    ids = {id(entry.action): entry.id for entry in standing.plan}
    hints = {id(action): found for action, found in zip(actions, give_hints(actions, clock.today()), strict=True)}
    planned = [ref for action in actions for ref in action.measure_refs]
    return render_template(
        "company/plan.html",
        actor=actor,
        frame=pages.make_frame(actor, standing, pages.PLAN),
        questionnaire=questionnaire,
        entries=[(ids[id(action)], action, hints[id(action)]) for action in by_urgency(actions)],
        board=make_board(actor),
        completeness=standing.completeness,
        required=REQUIRED_ACTIONS,
        proposals=propose_measures(questionnaire.measures(), standing.ratings.needs, planned),
        need_labels=pages.need_labels(),
        is_readonly=not actor.may(Task.PLAN) or pages.is_frozen(actor),
        was_saved="saved" in request.args,
        was_removed="removed" in request.args,
        nearby=help_contacts.find_nearby(db.session, actor=actor),
        last=load_last_round(actor),
        was_finished="finished" in request.args,
    )


@bp.get("/assessments/<uuid:assessment_id>/plan/new")
@require(Task.PLAN)
def new_action(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Show an empty form, or one filled with a measure's first step; urgency and dates are never preselected."""
    actor = current_actor()
    values = write_fields(_propose(actor, request.args.get("measure", "")))
    return _render(actor, FormState(action_id=uuid4(), is_new=True, values=values, stored={}))


@bp.post("/assessments/<uuid:assessment_id>/plan/new")
@require(Task.PLAN)
def add_action(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Add an action; the form carries its id, so that sending it twice adds one."""
    try:
        action_id = UUID(request.form.get("action_id", ""))
    except ValueError:
        action_id = uuid4()
    return _save(action_id, is_new=True)


@bp.get("/assessments/<uuid:assessment_id>/plan/<uuid:action_id>")
@require(Task.READ)
def action(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    actor = current_actor()
    values = write_fields(action_plans.get_action(db.session, actor=actor, action_id=action_id))
    return _render(actor, FormState(action_id=action_id, is_new=False, values=values, stored=values))


@bp.post("/assessments/<uuid:assessment_id>/plan/<uuid:action_id>")
@require(Task.PLAN)
def change_action(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    action_plans.get_action(db.session, actor=current_actor(), action_id=action_id)
    return _save(action_id, is_new=False)


@bp.post("/assessments/<uuid:assessment_id>/plan/<uuid:action_id>/remove")
@require(Task.PLAN)
def remove_action(assessment_id: UUID, action_id: UUID) -> ResponseReturnValue:
    action_plans.remove_action(db.session, actor=current_actor(), action_id=action_id)
    commit()
    return redirect(url_for("company.plan", assessment_id=assessment_id, removed=1), 303)


def _save(action_id: UUID, *, is_new: bool) -> ResponseReturnValue:
    actor, form = current_actor(), ActionForm(request.form)
    refs = read_measure_refs(request.form.getlist("measure_refs"))
    wanted = wanted_values(form, request.form, FIELDS[:-1]) | {"measure_refs": refs}
    shown = shown_values(request.form, FIELDS)
    errors = find_faults(form)
    if not pages.questionnaire_of(actor).measure_refs.issuperset(refs.split()):
        errors["measure_refs"] = str(UNKNOWN_MEASURE)
    if errors:
        state = FormState(action_id=action_id, is_new=is_new, values=wanted, stored=shown, errors=errors)
        return _render(actor, state), UNPROCESSABLE
    try:
        saved = action_plans.save_action(
            db.session,
            actor=actor,
            questionnaire=pages.questionnaire_of(actor),
            action_id=action_id,
            wanted=wanted,
            shown=shown,
            now=clock.now(),
        )
    except PlanFull:
        errors["description"] = _say_full()
        state = FormState(action_id=action_id, is_new=is_new, values=wanted, stored=shown, errors=errors)
        return _render(actor, state), UNPROCESSABLE
    commit()
    if saved.conflicts:
        stored = write_fields(saved.action)
        typed = stored | {conflict.name: conflict.wanted for conflict in saved.conflicts}
        state = FormState(action_id=action_id, is_new=False, values=typed, stored=stored, conflicts=saved.conflicts)
        return _render(actor, state), CONFLICT
    return redirect(_after_saving(actor, action_id), 303)


def _say_full() -> str:
    words = _(
        "Ein Plan hat höchstens %(most)s Maßnahmen. Nehmen Sie eine heraus, oder schreiben Sie dies zu einer"
        " bestehenden; Ihre Eingabe steht noch hier.",
        most=MOST_ACTIONS,
    )
    return str(words)


def _after_saving(actor: Actor, action_id: UUID) -> str:
    if request.form.get("then") == "stay":
        return url_for("company.action", assessment_id=actor.assessment_id, action_id=action_id)
    return url_for("company.plan", assessment_id=actor.assessment_id, saved=1, _anchor=f"action-{action_id}")


def _propose(actor: Actor, measure_ref: str) -> Action:
    measure = pages.questionnaire_of(actor).find_measure(measure_ref)
    if measure is None:
        return Action()
    step, language = measure.first_step, actor.language
    return Action(
        title=step.title.in_language(language),
        description=step.description.in_language(language),
        follow_up=step.follow_up.in_language(language),
        measure_refs=(measure.ref,),
    )


def _render(actor: Actor, state: FormState) -> str:
    standing = pages.load_standing(actor)
    questionnaire = pages.questionnaire_of(actor)
    refs = [ref for ref in state.values.get("measure_refs", "").split() if questionnaire.find_measure(ref)]
    is_sound = not state.errors and not state.is_new
    return render_template(
        "company/action.html",
        actor=actor,
        frame=pages.make_frame(actor, standing, pages.PLAN),
        state=state,
        conflicts={conflict.name: _in_words(conflict.name, conflict.stored) for conflict in state.conflicts},
        written={name: _in_words(name, value) for name, value in state.values.items()},
        missing=read_fields(dict(state.values)).missing if is_sound else (),
        measures=[questionnaire.find_measure(ref) for ref in refs],
        help_ref="" if state.is_new else help_contacts.find_nearby(db.session, actor=actor).find_topic(refs),
        needs=standing.ratings.needs,
        paths=list_paths(db.session, actor=actor),
        need_labels=pages.need_labels(),
        functions=sorted({entry.action.responsible for entry in standing.plan if entry.action.responsible}),
        soon=_offer_days(clock.today()),
        entry=None if state.is_new else get_progress(db.session, actor=actor, action_id=state.action_id),
        may_report=actor.may(Task.FOLLOW_UP),
        was_reported="reported" in request.args,
        is_readonly=not actor.may(Task.PLAN) or pages.is_frozen(actor),
    )


def _in_words(name: str, value: str) -> str:
    """Return a field's value as people read it: the urgency's word, a day in the reader's way."""
    if name == "urgency" and value in frozenset(Urgency):
        return label(Urgency(value))
    on = read_day(value) if name in DAYS else None
    return short_day(on) if on else value


def _offer_days(today: date) -> list[tuple[str, date]]:
    """Return handy days: they are offered, never preselected."""
    return [
        (str(_("in 4 Wochen")), today + timedelta(weeks=4)),
        (str(_("in 3 Monaten")), today + timedelta(weeks=13)),
        (str(_("in 6 Monaten")), today + timedelta(weeks=26)),
    ]
