"""The glass case: the company sees what the office sees, answers, asks, opens its frozen answers and ends that."""

from collections.abc import Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.audit import AuditMove, CheckItem, list_moves
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.opening import OPEN_AS_PROPOSED, OPEN_AT_MOST
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import audits, cases, openings, withdrawals
from om_selfcheck.services.cases import Case
from om_selfcheck.services.openings import NothingOpened, UntilNotAllowed
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.case_forms import WHOLE, CaseForm, pick_typed, read_case_form
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.inputs import read_day
from om_selfcheck.web.letters import send_letter
from om_selfcheck.web.sessions import commit

UNPROCESSABLE = 422
TOPICS_AT_MOST = 100
TEXTS = ("answer", "decline_text", "message")


@bp.get("/assessments/<uuid:assessment_id>/audits/<uuid:audit_id>")
@require(Task.DECLARE)
def audit(assessment_id: UUID, audit_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render(audit_id, CaseForm(), {})


@bp.post("/assessments/<uuid:assessment_id>/audits/<uuid:audit_id>/open")
@require(Task.DECLARE)
def open_snapshot(assessment_id: UUID, audit_id: UUID) -> ResponseReturnValue:
    """Open everything or single topics through the end of a day."""
    form, problems = read_case_form("scope", "until")
    until, now = read_day(form.until.data), clock.now()
    if problems or until is None:
        return _refuse(audit_id, AuditMove.OPEN, form, problems)
    try:
        openings.open_snapshot(
            db.session,
            actor=current_actor(),
            audit_id=audit_id,
            questionnaire=pages.questionnaire_of(current_actor()),
            topics=_read_topics(),
            is_whole=form.scope.data == WHOLE,
            until=until,
            now=now,
        )
    except NothingOpened:
        return _refuse(audit_id, AuditMove.OPEN, form, {"topic": _("Bitte wählen Sie mindestens ein Thema.")})
    except UntilNotAllowed:
        problem = _("Bitte einen Tag von heute an wählen, höchstens %(days)s Tage voraus.", days=OPEN_AT_MOST.days)
        return _refuse(audit_id, AuditMove.OPEN, form, {"until": problem})
    return _done(assessment_id, audit_id, form, "scope", "until")


@bp.post("/assessments/<uuid:assessment_id>/audits/<uuid:audit_id>/end")
@require(Task.DECLARE)
def end_opening(assessment_id: UUID, audit_id: UUID) -> ResponseReturnValue:
    openings.end_opening(db.session, actor=current_actor(), audit_id=audit_id, now=clock.now())
    return _done(assessment_id, audit_id, read_case_form()[0])


@bp.post("/assessments/<uuid:assessment_id>/audits/<uuid:audit_id>/reply")
@require(Task.DECLARE)
def reply(assessment_id: UUID, audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form("message")
    if problems:
        return _refuse(audit_id, AuditMove.SETTLE, form, problems)
    audits.reply(db.session, actor=current_actor(), audit_id=audit_id, text=form.message.data, now=clock.now())
    return _done(assessment_id, audit_id, form, "message")


@bp.post("/assessments/<uuid:assessment_id>/audits/<uuid:audit_id>/decline")
@require(Task.DECLARE)
def decline(assessment_id: UUID, audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form(own=("decline_text",))
    if problems:
        return _refuse(audit_id, AuditMove.DECLINE, form, problems)
    audits.decline(db.session, actor=current_actor(), audit_id=audit_id, text=form.decline_text.data, now=clock.now())
    return _done(assessment_id, audit_id, form, "decline_text")


@bp.post("/assessments/<uuid:assessment_id>/audits/<uuid:audit_id>/hearing")
@require(Task.DECLARE)
def answer_hearing(assessment_id: UUID, audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form("answer")
    if problems:
        return _refuse(audit_id, AuditMove.DECIDE, form, problems)
    withdrawals.answer_hearing(
        db.session, actor=current_actor(), audit_id=audit_id, text=form.answer.data, now=clock.now()
    )
    return _done(assessment_id, audit_id, form, "answer")


@bp.get("/assessments/<uuid:assessment_id>/audits/<uuid:audit_id>/letters/<uuid:step_id>.pdf")
@require(Task.DECLARE)
def letter(assessment_id: UUID, audit_id: UUID, step_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - the guard
    cases.get_own_case(db.session, actor=current_actor(), audit_id=audit_id, today=clock.today())
    return send_letter(audit_id, step_id)


def _read_topics() -> list[str]:
    return request.form.getlist("topic")[:TOPICS_AT_MOST]


def _done(assessment_id: UUID, audit_id: UUID, form: CaseForm, *own: str) -> ResponseReturnValue:
    """Commit and show the case anew; a text that was typed for something else stays on the page."""
    commit()
    for name in own:
        form[name].data = ""
    if any(form[name].data for name in TEXTS):
        return _render(audit_id, form, {}, news="saved")
    return redirect(url_for("company.audit", assessment_id=assessment_id, audit_id=audit_id, news="saved"), 303)


def _refuse(audit_id: UUID, move: AuditMove, form: CaseForm, problems: Mapping[str, str]) -> ResponseReturnValue:
    """Show what is wrong beside the form, as long as the case still offers it."""
    cases.get_own_case(db.session, actor=current_actor(), audit_id=audit_id, today=clock.today()).require(move)
    return _render(audit_id, form, problems), UNPROCESSABLE


def _render(audit_id: UUID, form: CaseForm, problems: Mapping[str, str], *, news: str = "") -> str:
    actor, now = current_actor(), clock.now()
    today = clock.day_in_berlin(now)
    case = cases.get_own_case(db.session, actor=actor, audit_id=audit_id, today=today)
    questionnaire = pages.questionnaire_of(actor)
    return render_template(
        "company/audit.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor), pages.DECLARE),
        case=case,
        criteria=cases.run_criteria(db.session, audit_id=audit_id, questionnaire=questionnaire),
        required=REQUIRED_ACTIONS,
        questionnaire=questionnaire,
        topics={topic.ref: topic.title.in_language(actor.language) for topic in questionnaire.topics},
        moves=list_moves(case.state),
        items=list(CheckItem),
        is_open=case.opening is not None and not case.is_closed and case.opening.is_open_at(now),
        letters={
            step.step_id: url_for(
                "company.letter", assessment_id=actor.assessment_id, audit_id=audit_id, step_id=step.step_id
            )
            for step in case.steps
            if step.occasion
        },
        form=form,
        chosen=_read_topics(),
        until_proposed=(today + OPEN_AS_PROPOSED).isoformat(),
        problems=problems,
        homeless=_list_homeless(case, form),
        news=news or request.args.get("news", ""),
    )


def _list_homeless(case: Case, form: CaseForm) -> list[tuple[str, str]]:
    """Return the texts that were typed for what the case no longer offers, to be copied (label, text)."""
    moves = list_moves(case.state)
    is_heard = AuditMove.DECIDE in moves and not (case.proposal and case.proposal.answer)
    offered = {"answer": is_heard, "decline_text": AuditMove.DECLINE in moves, "message": not case.is_closed}
    return pick_typed(form, [name for name in TEXTS if not offered[name]])
