"""Ending a number (D14): proposed by one person and decided by another after a hearing, or at the company's wish."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.audit import (
    HEARING,
    AlreadyWithdrawn,
    AuditMove,
    AuditOutcome,
    AuditState,
    Decision,
    MoveNotAllowed,
    Side,
    StepKind,
    list_reasons,
    require_heard,
    require_other,
)
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_letters import write_to_company
from om_selfcheck.services.case_steps import add_step, lock_case, lock_own_case, record_case, settle_case, take_on
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event
from om_selfcheck.services.report_endings import end_report
from om_selfcheck.store.models import Audit, Declaration
from om_selfcheck.store.queries import audits, declarations, withdrawals


def propose_withdrawal(
    session: Session, *, by: Person, audit_id: UUID, reason: WithdrawalReason, text: str, now: datetime
) -> None:
    """Propose to withdraw and begin the hearing: reason and text go to the company, which has four weeks to answer."""
    audit, declaration = lock_case(session, audit_id)
    if declaration.withdrawn_on is not None:
        raise AlreadyWithdrawn
    if reason not in list_reasons(is_about_report=audit.sample_id is None):
        raise MoveNotAllowed
    deadline_on = day_in_berlin(now) + HEARING
    take_on(session, audit, AuditMove.PROPOSE, deadline_on=deadline_on, now=now)
    withdrawals.add_withdrawal(
        session,
        id=uuid4(),
        declaration_id=declaration.id,
        audit_id=audit.id,
        reason=reason.value,
        text=text,
        proposed_by=by.user_id,
        proposed_at=now,
        hearing_ends_on=deadline_on,
    )
    step_id = add_step(
        session,
        audit,
        StepKind.WITHDRAWAL_PROPOSED,
        side=Side.STAFF,
        by=by,
        text=text,
        deadline_on=deadline_on,
        now=now,
    )
    record_case(
        session,
        audit,
        Verb.WITHDRAWAL_PROPOSED,
        actor=by.actor,
        now=now,
        declaration=declaration.number,
        reason=reason.value,
        hearing_until=deadline_on.isoformat(),
    )
    write_to_company(session, declaration, audit, step_id, now=now)


def answer_hearing(session: Session, *, actor: Actor, audit_id: UUID, text: str, now: datetime) -> None:
    """Answer a proposal, once; also after the last day, as long as nobody has decided."""
    audit, _ = lock_own_case(session, actor=actor, audit_id=audit_id)
    proposal = withdrawals.find_of_audit(session, audit.id)
    if proposal is None or proposal.answered_at is not None or audit.state != AuditState.HEARING:
        raise MoveNotAllowed
    proposal.answer, proposal.answered_at = text, now
    add_step(session, audit, StepKind.ANSWERED, side=Side.COMPANY, text=text, now=now)
    record_case(session, audit, Verb.HEARING_ANSWERED, actor=actor.right, now=now)


def decide_withdrawal(
    session: Session, *, by: Person, audit_id: UUID, decision: Decision, text: str, now: datetime
) -> None:
    """Withdraw after the hearing, or let the declaration stand; as another person than the one who proposed.

    Raises:
        SamePerson: who proposed does not decide.
        HearingNotOver: the four weeks are not over.
    """
    audit, declaration = lock_case(session, audit_id)
    proposal = withdrawals.find_of_audit(session, audit.id)
    if proposal is None or audit.state != AuditState.HEARING or proposal.hearing_ends_on is None:
        raise MoveNotAllowed
    require_other(proposal.proposed_by, by.user_id)
    require_heard(decision, hearing_ends_on=proposal.hearing_ends_on, today=day_in_berlin(now))
    take_on(session, audit, AuditMove.DECIDE, now=now)
    audit.second_reader_id = by.user_id
    proposal.decided_by, proposal.decided_at, proposal.decision = by.user_id, now, decision.value
    if decision is Decision.WITHDRAWN:
        audit.outcome, kind = AuditOutcome.WITHDRAWAL_PROPOSED.value, StepKind.WITHDRAWN
        _withdraw(session, declaration, WithdrawalReason(proposal.reason), actor=by.actor, now=now)
        _settle_all(session, declaration, StepKind.WITHDRAWN, side=Side.SYSTEM, actor=by.actor, now=now)
    else:
        audit.outcome, kind = AuditOutcome.KEPT.value, StepKind.KEPT
        record_case(session, audit, Verb.WITHDRAWAL_DROPPED, actor=by.actor, now=now, declaration=declaration.number)
    step_id = add_step(session, audit, kind, side=Side.STAFF, by=by, text=text, now=now)
    record_case(session, audit, Verb.AUDIT_CLOSED, actor=by.actor, now=now, outcome=audit.outcome)
    _end_reports(session, audit, declaration, decision, actor=by.actor, now=now)
    write_to_company(session, declaration, audit, step_id, now=now)


def withdraw_own(session: Session, *, actor: Actor, now: datetime) -> None:
    """Withdraw at once at the company's own wish; its open cases end with it.

    Raises:
        AlreadyWithdrawn: it is withdrawn, for whatever reason.
    """
    actor.require(Task.DECLARE)
    found = declarations.find_by_assessment(session, actor.assessment_id)
    declaration = audits.lock_declaration(session, found.id) if found else None
    if declaration is None:
        raise NotFound
    if declaration.withdrawn_on is not None:
        raise AlreadyWithdrawn
    withdrawals.add_withdrawal(
        session,
        id=uuid4(),
        declaration_id=declaration.id,
        reason=WithdrawalReason.OWN_WISH.value,
        proposed_at=now,
        decided_at=now,
        decision=Decision.WITHDRAWN.value,
    )
    _withdraw(session, declaration, WithdrawalReason.OWN_WISH, actor=actor.right, now=now)
    _settle_all(session, declaration, StepKind.OWN_WITHDRAWAL, side=Side.COMPANY, actor=actor.right, now=now)


def _settle_all(
    session: Session, declaration: Declaration, kind: StepKind, *, side: Side, actor: str, now: datetime
) -> None:
    """Close the open cases of a withdrawn declaration, and the reports that led to them."""
    for audit in audits.list_open_of(session, declaration.id):
        settle_case(session, audit, kind, side=side, actor=actor, now=now)
        report = withdrawals.find_report_of_audit(session, audit.id)
        if report is not None and report.closed_at is None:
            end_report(session, report, declaration, ReportOutcome.WITHDRAWN, actor=actor, now=now)


def _withdraw(
    session: Session, declaration: Declaration, reason: WithdrawalReason, *, actor: str, now: datetime
) -> None:
    if not withdrawals.withdraw(session, declaration_id=declaration.id, on=day_in_berlin(now), reason=reason.value):
        raise AlreadyWithdrawn
    event = Event(
        verb=Verb.DECLARATION_WITHDRAWN,
        actor=actor,
        subject=f"declaration:{declaration.number}",
        at=now,
        payload={"reason": reason.value},
    )
    append_event(session, event)


def _end_reports(
    session: Session, audit: Audit, declaration: Declaration, decision: Decision, *, actor: str, now: datetime
) -> None:
    """Close the report that led to a case; with a withdrawal every other one of the number is answered too."""
    for report in withdrawals.list_open_reports_of(session, declaration.id):
        if decision is Decision.WITHDRAWN:
            end_report(session, report, declaration, ReportOutcome.WITHDRAWN, actor=actor, now=now)
        elif report.audit_id == audit.id:
            end_report(session, report, declaration, ReportOutcome.NOT_CONFIRMED, actor=actor, now=now)
