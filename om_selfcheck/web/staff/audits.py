"""One case as the company sees it too, and every act of the office in it."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.audit import AuditMove, Decision
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.services import audits, cases, openings, withdrawals
from om_selfcheck.web.access import current_person, require_person
from om_selfcheck.web.case_forms import CaseForm
from om_selfcheck.web.letters import send_letter
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff import checklist
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.case_page import render_case
from om_selfcheck.web.staff.checklist import Acting
from om_selfcheck.web.surroundings import catalogue


@bp.get("/audits/<uuid:audit_id>")
@require_person(Office.OVERSEE)
def audit(audit_id: UUID) -> ResponseReturnValue:
    return render_case(audit_id, CaseForm(), {})


@bp.post("/audits/<uuid:audit_id>/ask")
@require_person(Office.OVERSEE)
def ask_company(audit_id: UUID) -> ResponseReturnValue:
    return checklist.act(audit_id, AuditMove.ASK, lambda _form, acting: audits.ask_company(db.session, **acting))


@bp.post("/audits/<uuid:audit_id>/message")
@require_person(Office.OVERSEE)
def write_message(audit_id: UUID) -> ResponseReturnValue:
    def write(form: CaseForm, acting: Acting) -> None:
        audits.write_message(db.session, text=form.message.data, **acting)

    return checklist.act(audit_id, AuditMove.SETTLE, write, needed=("message",))


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


@bp.post("/audits/<uuid:audit_id>/return")
@require_person(Office.OVERSEE)
def return_findings(audit_id: UUID) -> ResponseReturnValue:
    def give_back(form: CaseForm, acting: Acting) -> None:
        audits.return_findings(db.session, text=form.return_text.data, **acting)

    return checklist.act(audit_id, AuditMove.RETURN, give_back, needed=("return_text",))


@bp.post("/audits/<uuid:audit_id>/confirm")
@require_person(Office.OVERSEE)
def confirm_findings(audit_id: UUID) -> ResponseReturnValue:
    return checklist.act(
        audit_id, AuditMove.CONFIRM, lambda _form, acting: audits.confirm_findings(db.session, **acting)
    )


@bp.post("/audits/<uuid:audit_id>/leave")
@require_person(Office.OVERSEE)
def leave_case(audit_id: UUID) -> ResponseReturnValue:
    def leave(form: CaseForm, acting: Acting) -> None:
        audits.leave_case(db.session, text=form.leave_text.data, **acting)

    return checklist.act(audit_id, AuditMove.LEAVE, leave, own=("leave_text",))


@bp.post("/audits/<uuid:audit_id>/withdrawal")
@require_person(Office.OVERSEE)
def propose_withdrawal(audit_id: UUID) -> ResponseReturnValue:
    def propose(form: CaseForm, acting: Acting) -> None:
        reason = WithdrawalReason(form.reason.data)
        withdrawals.propose_withdrawal(db.session, reason=reason, text=form.proposal_text.data, **acting)

    return checklist.act(audit_id, AuditMove.PROPOSE, propose, needed=("reason", "proposal_text"))


@bp.post("/audits/<uuid:audit_id>/decision")
@require_person(Office.OVERSEE_FRESH)
def decide_withdrawal(audit_id: UUID) -> ResponseReturnValue:
    def decide(form: CaseForm, acting: Acting) -> None:
        decision = Decision(form.decision.data)
        withdrawals.decide_withdrawal(db.session, decision=decision, text=form.decision_text.data, **acting)

    return checklist.act(audit_id, AuditMove.DECIDE, decide, needed=("decision", "decision_text"))


@bp.get("/audits/<uuid:audit_id>/letters/<uuid:step_id>.pdf")
@require_person(Office.OVERSEE)
def letter(audit_id: UUID, step_id: UUID) -> ResponseReturnValue:
    return send_letter(audit_id, step_id)
