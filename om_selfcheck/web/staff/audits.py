"""One case as the company sees it too, and every act of the office in it."""

from collections.abc import Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.audit import (
    AuditMove,
    AuditOutcome,
    CheckItem,
    Decision,
    FindingAnswer,
    list_moves,
    list_outcomes,
    list_reasons,
)
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import audits, cases, openings, withdrawals
from om_selfcheck.services.audits import FindingsIncomplete
from om_selfcheck.services.record import list_timeline
from om_selfcheck.web.access import current_person, require_person
from om_selfcheck.web.case_forms import CaseForm, read_case_form, read_findings
from om_selfcheck.web.letters import send_letter
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.surroundings import catalogue

UNPROCESSABLE, CONFLICT = 422, 409


@bp.get("/audits/<uuid:audit_id>")
@require_person(Office.OVERSEE)
def audit(audit_id: UUID) -> ResponseReturnValue:
    return _render(audit_id, CaseForm(), {})


@bp.post("/audits/<uuid:audit_id>/ask")
@require_person(Office.OVERSEE)
def ask_company(audit_id: UUID) -> ResponseReturnValue:
    audits.ask_company(db.session, by=current_person(), audit_id=audit_id, now=clock.now())
    return _done(audit_id)


@bp.post("/audits/<uuid:audit_id>/message")
@require_person(Office.OVERSEE)
def write_message(audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form("message")
    if problems:
        return _refuse(audit_id, AuditMove.SETTLE, form, problems)
    audits.write_message(db.session, by=current_person(), audit_id=audit_id, text=form.message.data, now=clock.now())
    return _done(audit_id)


@bp.post("/audits/<uuid:audit_id>/insight")
@require_person(Office.OVERSEE)
def look(audit_id: UUID) -> ResponseReturnValue:
    """Show what the company opened. It is no page to come back to: each look is asked for, and recorded."""
    case = cases.get_case(db.session, audit_id=audit_id, today=clock.today())
    questionnaire = catalogue().get(case.slug, case.version)
    seen = openings.look(
        db.session, by=current_person(), audit_id=audit_id, questionnaire=questionnaire, now=clock.now()
    )
    commit()
    words = {need.value: label(need) for need in NeedForAction}
    return render_template("staff/insight.html", case=case, seen=seen, questionnaire=questionnaire, need_labels=words)


@bp.post("/audits/<uuid:audit_id>/findings")
@require_person(Office.OVERSEE)
def note_findings(audit_id: UUID) -> ResponseReturnValue:
    """Save the checklist; what is wrong or was changed meanwhile is named, the rest is saved."""
    wanted, shown, problems = read_findings()
    sound = {name: value for name, value in wanted.items() if name not in problems}
    conflicts = audits.note_findings(
        db.session, by=current_person(), audit_id=audit_id, wanted=sound, shown=shown, now=clock.now()
    )
    commit()
    if problems or conflicts:
        said = problems | {one.name: _describe(one.name, one.stored) for one in conflicts}
        return _render(audit_id, CaseForm(), said, entries=wanted), UNPROCESSABLE if problems else CONFLICT
    return redirect(url_for("staff.audit", audit_id=audit_id, news="saved", _anchor="findings"), 303)


@bp.post("/audits/<uuid:audit_id>/submit")
@require_person(Office.OVERSEE)
def submit_findings(audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form("outcome")
    if problems:
        return _refuse(audit_id, AuditMove.SUBMIT, form, problems)
    outcome = AuditOutcome(form.outcome.data)
    try:
        audits.submit_findings(
            db.session,
            by=current_person(),
            audit_id=audit_id,
            outcome=outcome,
            text=form.outcome_text.data,
            now=clock.now(),
        )
    except FindingsIncomplete as refusal:
        gaps = {
            f"{item}-answer": _("Fehlt noch, oder der Grund fehlt: %(item)s", item=label(item)) for item in refusal.gaps
        }
        return _render(audit_id, form, gaps), UNPROCESSABLE
    return _done(audit_id)


@bp.post("/audits/<uuid:audit_id>/return")
@require_person(Office.OVERSEE)
def return_findings(audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form("return_text")
    if problems:
        return _refuse(audit_id, AuditMove.RETURN, form, problems)
    audits.return_findings(
        db.session, by=current_person(), audit_id=audit_id, text=form.return_text.data, now=clock.now()
    )
    return _done(audit_id)


@bp.post("/audits/<uuid:audit_id>/confirm")
@require_person(Office.OVERSEE)
def confirm_findings(audit_id: UUID) -> ResponseReturnValue:
    audits.confirm_findings(db.session, by=current_person(), audit_id=audit_id, now=clock.now())
    return _done(audit_id)


@bp.post("/audits/<uuid:audit_id>/leave")
@require_person(Office.OVERSEE)
def leave_case(audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form()
    if problems:
        return _refuse(audit_id, AuditMove.LEAVE, form, problems)
    audits.leave_case(db.session, by=current_person(), audit_id=audit_id, text=form.leave_text.data, now=clock.now())
    return _done(audit_id)


@bp.post("/audits/<uuid:audit_id>/withdrawal")
@require_person(Office.OVERSEE)
def propose_withdrawal(audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form("reason", "proposal_text")
    if problems:
        return _refuse(audit_id, AuditMove.PROPOSE, form, problems)
    withdrawals.propose_withdrawal(
        db.session,
        by=current_person(),
        audit_id=audit_id,
        reason=WithdrawalReason(form.reason.data),
        text=form.proposal_text.data,
        now=clock.now(),
    )
    return _done(audit_id)


@bp.post("/audits/<uuid:audit_id>/decision")
@require_person(Office.OVERSEE_FRESH)
def decide_withdrawal(audit_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form("decision", "decision_text")
    if problems:
        return _refuse(audit_id, AuditMove.DECIDE, form, problems)
    withdrawals.decide_withdrawal(
        db.session,
        by=current_person(),
        audit_id=audit_id,
        decision=Decision(form.decision.data),
        text=form.decision_text.data,
        now=clock.now(),
    )
    return _done(audit_id)


@bp.get("/audits/<uuid:audit_id>/letters/<uuid:step_id>.pdf")
@require_person(Office.OVERSEE)
def letter(audit_id: UUID, step_id: UUID) -> ResponseReturnValue:
    return send_letter(audit_id, step_id)


def _done(audit_id: UUID) -> ResponseReturnValue:
    commit()
    return redirect(url_for("staff.audit", audit_id=audit_id, news="saved"), 303)


def _refuse(audit_id: UUID, move: AuditMove, form: CaseForm, problems: Mapping[str, str]) -> ResponseReturnValue:
    """Show what is wrong beside the form, as long as the case still offers it."""
    cases.get_case(db.session, audit_id=audit_id, today=clock.today()).require(move)
    return _render(audit_id, form, problems), UNPROCESSABLE


def _describe(name: str, stored: str) -> str:
    word = label(FindingAnswer(stored)) if name.endswith("-answer") and stored else stored
    return _(
        "Inzwischen ist hier gespeichert: %(stored)s (aus einem anderen Fenster oder von jemand anderem).",
        stored=word or _("nichts"),
    )


def _render(
    audit_id: UUID, form: CaseForm, problems: Mapping[str, str], *, entries: Mapping[str, str] | None = None
) -> str:
    case = cases.get_case(db.session, audit_id=audit_id, today=clock.today())
    stored, now = audits.write_findings(case.findings), clock.now()
    return render_template(
        "staff/audit.html",
        case=case,
        criteria=cases.run_criteria(
            db.session, audit_id=audit_id, questionnaire=catalogue().get(case.slug, case.version)
        ),
        required=REQUIRED_ACTIONS,
        moves=list_moves(case.state),
        form=form,
        problems=problems,
        items=list(CheckItem),
        answers=[(one.value, label(one)) for one in FindingAnswer],
        stored=stored,
        entries=stored | dict(entries or {}),
        outcomes=[(one.value, label(one)) for one in list_outcomes()],
        reasons=[(one.value, label(one)) for one in list_reasons(is_about_report=case.sample_id is None)],
        decisions=[(one.value, label(one)) for one in Decision],
        is_open=case.opening is not None and not case.is_closed and case.opening.is_open_at(now),
        is_hearing_over=case.proposal is not None and case.proposal.hearing_ends_on < clock.today(),
        letters={
            step.step_id: url_for("staff.letter", audit_id=audit_id, step_id=step.step_id)
            for step in case.steps
            if step.occasion
        },
        person=current_person(),
        events=list_timeline(db.session, f"audit:{audit_id}"),
        news=request.args.get("news", ""),
    )
