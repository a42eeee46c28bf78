"""Declaring: the three criteria with every gap as a link, the form, the preview, issuing, and the page afterwards."""

from collections.abc import Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.action_plan import give_hints
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.correction import OWN_CORRECTION, may_correct_itself
from om_selfcheck.domain.declaration import (
    Confirmation,
    DeclarationDetails,
    ReminderChoice,
    SelfDeclaration,
)
from om_selfcheck.domain.errors import AlreadyDeclared
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.opening import is_all_one_colour
from om_selfcheck.domain.snapshot import SnapshotChanged
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.services import cases, declarations, drafts
from om_selfcheck.services.declarations import NotComplete, PreviewChanged
from om_selfcheck.services.drafts import FIELDS
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.case_refusals import explain_changed_snapshot
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.addressing import follow_draft, settings_of
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.board import make_board
from om_selfcheck.web.company.forms import DeclarationForm
from om_selfcheck.web.company.last_round import load_last_round, load_succession
from om_selfcheck.web.details import describe_gap
from om_selfcheck.web.inputs import find_faults, shown_values, wanted_values
from om_selfcheck.web.security import request_id
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.surroundings import printed_address

UNPROCESSABLE, CONFLICT = 422, 409


@bp.get("/assessments/<uuid:assessment_id>/declaration")
@require(Task.READ)
def declaration(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    actor = current_actor()
    if actor.declaration_number:
        return redirect(url_for("company.issued", number=actor.declaration_number))
    return _render_form(actor)


@bp.post("/assessments/<uuid:assessment_id>/declaration")
@require(Task.DECLARE)
def save_declaration(assessment_id: UUID) -> ResponseReturnValue:
    """Save what is filled in; on to the preview once nothing is missing, else name what is."""
    actor, form = current_actor(), DeclarationForm(request.form)
    if actor.declaration_number:
        raise AlreadyDeclared
    wanted = wanted_values(form, request.form, FIELDS)
    shown = shown_values(request.form, FIELDS)
    errors = find_faults(form)
    sound = {name: value for name, value in wanted.items() if name not in errors}
    conflicts = drafts.save_draft(db.session, actor=actor, wanted=sound, shown=shown)
    commit()
    errors |= follow_draft(before=shown["email"], after=sound.get("email"), conflicts=conflicts)
    if errors or conflicts:
        return _render_form(actor, typed=wanted, errors=errors, conflicts=conflicts), (
            UNPROCESSABLE if errors else CONFLICT
        )
    if request.form.get("then") == "stay":
        return redirect(url_for("company.declaration", assessment_id=assessment_id, saved=1), 303)
    if drafts.get_draft(db.session, actor=actor).details.missing:
        return _render_form(actor, points_out_gaps=True), UNPROCESSABLE
    return redirect(url_for("company.preview", assessment_id=assessment_id), 303)


@bp.get("/assessments/<uuid:assessment_id>/declaration/preview")
@require(Task.READ)
def preview(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    actor = current_actor()
    if actor.declaration_number:
        return redirect(url_for("company.issued", number=actor.declaration_number))
    return _render_preview(actor)


@bp.post("/assessments/<uuid:assessment_id>/declaration/issue")
@require(Task.DECLARE)
def issue(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Issue once; every further click leads to the same number (P3)."""
    actor, now = current_actor(), clock.now()
    try:
        number = declarations.issue_declaration(
            db.session,
            actor=actor,
            questionnaire=pages.questionnaire_of(actor),
            shown=request.form.get("was-content", ""),
            now=now,
            today=clock.day_in_berlin(now),
        )
    except NotComplete:
        return _render_preview(actor), UNPROCESSABLE
    except PreviewChanged:
        return _render_preview(actor, has_changed=True), CONFLICT
    commit()
    return redirect(url_for("company.issued", number=number), 303)


@bp.get("/declarations/<number>")
@require(Task.READ)
def issued(number: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Show everything to take along, how to speak of the declaration, and what comes next."""
    actor = current_actor()
    try:
        issued_declaration = declarations.get_issued(db.session, actor=actor)
    except SnapshotChanged:
        return _render_changed(actor), CONFLICT
    actions, now = issued_declaration.snapshot.actions, clock.now()
    return render_template(
        "company/issued.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor), pages.DECLARE),
        declaration=issued_declaration,
        status=issued_declaration.terms.status_on(clock.today()),
        mails=settings_of(actor),
        questionnaire=pages.questionnaire_of(actor),
        board=make_board(actor),
        public_address=printed_address("public.answer", number=issued_declaration.number),
        responsible=sorted({action.responsible for action in actions}),
        succession=load_succession(actor),
        may_correct=actor.may(Task.DECLARE) and may_correct_itself(issued_declaration.issued_at, now),
        correct_until=issued_declaration.issued_at + OWN_CORRECTION,
        corrected=request.args.get("corrected", ""),
        cases=cases.list_own_cases(db.session, actor=actor, today=clock.today()),
    )


def _render_changed(actor: Actor) -> str:
    """Say that what stands there is not what was declared, and lead on to all that does not need it."""
    terms = declarations.get_terms(db.session, actor=actor)
    return render_template(
        "company/changed.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor), pages.DECLARE),
        number=actor.declaration_number,
        status=terms.status_on(clock.today()),
        valid_until=terms.valid_until,
        refusal=explain_changed_snapshot(current_actor()),
        cases=cases.list_own_cases(db.session, actor=actor, today=clock.today()),
        is_withdrawn=terms.withdrawn_on is not None,
        request_id=request_id(),
    )


def _describe_gaps(details: DeclarationDetails) -> dict[str, str]:
    """Return a sentence for each detail that is missing, by the field's name."""
    return {field.value: describe_gap(field, is_typed=bool(details.postal_code)) for field in details.missing}


def _in_words(name: str, value: str) -> str:
    """Return a field's value as people read it. A switch is never in conflict: of two values one is what is stored."""
    if name == "reminder" and value in frozenset(ReminderChoice):
        return label(ReminderChoice(value))
    return value


def _render_form(
    actor: Actor,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    conflicts: tuple[Conflict, ...] = (),
    points_out_gaps: bool = False,
) -> str:
    standing = pages.load_standing(actor)
    stored = drafts.write_draft(standing.draft)
    gaps = _describe_gaps(standing.draft.details) if points_out_gaps else {}
    return render_template(
        "company/declaration.html",
        actor=actor,
        frame=pages.make_frame(actor, standing, pages.DECLARE),
        questionnaire=pages.questionnaire_of(actor),
        standing=standing,
        required=REQUIRED_ACTIONS,
        values=dict(stored) | dict(typed or {}),
        stored=stored,
        errors=gaps | dict(errors or {}),
        conflicts={conflict.name: _in_words(conflict.name, conflict.stored) for conflict in conflicts},
        confirmations=list(Confirmation),
        reminders=list(ReminderChoice),
        is_readonly=not actor.may(Task.DECLARE),
        was_saved="saved" in request.args,
        mails=settings_of(actor),
    )


def _render_preview(actor: Actor, *, has_changed: bool = False) -> str:
    standing, questionnaire = pages.load_standing(actor), pages.questionnaire_of(actor)
    actions = [entry.action for entry in standing.plan]
    details: DeclarationDetails = standing.draft.details
    today, may_issue = clock.today(), actor.may(Task.DECLARE)
    return render_template(
        "company/preview.html",
        actor=actor,
        frame=pages.make_frame(actor, standing, pages.DECLARE),
        questionnaire=questionnaire,
        standing=standing,
        details=details,
        required=REQUIRED_ACTIONS,
        hints=[
            (entry.id, action, found)
            for entry, action, found in zip(standing.plan, actions, give_hints(actions, today), strict=True)
            if found
        ],
        is_all_one_colour=is_all_one_colour(standing.ratings.needs),
        today=today,
        valid_until=SelfDeclaration(issued_on=today).valid_until,
        may_issue=may_issue,
        content=declarations.hash_preview(
            db.session, actor=actor, questionnaire=questionnaire, standing=standing, today=today
        )
        if may_issue
        else "",
        has_changed=has_changed,
        mails=settings_of(actor),
        last=load_last_round(actor),
    )
