"""*Not from us*: somebody says that a declaration is not from the company it names, and what the office does (D15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState, MoveNotAllowed, Side, StepKind
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.declaration_number import NotANumber, read_number
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_steps import add_step, record_case
from om_selfcheck.services.record import append_event
from om_selfcheck.services.report_endings import end_report, is_foreign, set_name_hidden
from om_selfcheck.services.snapshots import is_erased
from om_selfcheck.services.withdrawals import propose_withdrawal
from om_selfcheck.store.models import Declaration, ForeignReport
from om_selfcheck.store.queries import audits, declarations, withdrawals


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as the office reads it; the name stands here also while it is hidden in public."""

    report_id: UUID
    reported_at: datetime
    text: str
    contact: str
    audit_id: UUID | None
    outcome: ReportOutcome | None
    closed_at: datetime | None
    number: str
    company_name: str
    city: str
    is_name_hidden: bool
    is_withdrawn: bool
    is_foreign: bool


def report_foreign(session: Session, *, number: str, text: str, contact: str, now: datetime) -> None:
    """Take a report in; NotFound where there is no such number, or all that it stood for is erased."""
    try:
        found, _ = declarations.find_by_number(session, read_number(number))
    except NotANumber as error:
        raise NotFound from error
    row = audits.lock_declaration(session, found.id) if found else None
    if row is None or is_erased(row):
        raise NotFound
    report_id = uuid4()
    withdrawals.add_report(
        session, id=report_id, declaration_id=row.id, reported_at=now, text=text, contact=contact, outcome=""
    )
    payload = {"declaration": row.number}
    event = Event(verb=Verb.REPORT_RECEIVED, actor=SYSTEM, subject=f"report:{report_id}", at=now, payload=payload)
    append_event(session, event)


def list_reports(session: Session, *, is_open: bool) -> Sequence[Report]:
    """List the open reports, the oldest first, or those that were closed last."""
    return [_to_report(*row) for row in withdrawals.list_reports(session, is_open=is_open)]


def get_report(session: Session, *, report_id: UUID) -> Report:
    found = withdrawals.find_report(session, report_id)
    if found is None:
        raise NotFound
    return _to_report(*found)


def hide_name(session: Session, *, by: Person, report_id: UUID, now: datetime) -> None:
    """Let the number's page show no name while the report is looked into. Hiding twice is harmless."""
    report, declaration = _lock(session, report_id)
    _require_open(report)
    if declaration.name_hidden_at is None:
        set_name_hidden(session, declaration, actor=by.actor, now=now, is_hidden=True)


def show_name(session: Session, *, by: Person, report_id: UUID, now: datetime) -> None:
    """Let the number's page show the name again, also after the report was closed; never of a foreign declaration."""
    _, declaration = _lock(session, report_id)
    if is_foreign(declaration):
        raise MoveNotAllowed
    if declaration.name_hidden_at is not None:
        set_name_hidden(session, declaration, actor=by.actor, now=now, is_hidden=False)


def close_report(session: Session, *, by: Person, report_id: UUID, outcome: ReportOutcome, now: datetime) -> None:
    """Close a report that no case came of; that it led to a withdrawal is said only of a withdrawn declaration."""
    report, declaration = _lock(session, report_id)
    _require_open(report)
    is_withdrawn = declaration.withdrawn_on is not None
    if report.audit_id is not None or (outcome is ReportOutcome.WITHDRAWN and not is_withdrawn):
        raise MoveNotAllowed
    end_report(session, report, declaration, outcome, actor=by.actor, now=now)


def lead_to_hearing(session: Session, *, by: Person, report_id: UUID, text: str, now: datetime) -> UUID:
    """Begin a case over a report and propose to withdraw; whoever holds the declaration's key is heard."""
    report, declaration = _lock(session, report_id)
    _require_open(report)
    if report.audit_id is not None:
        raise MoveNotAllowed
    audit = audits.add_audit(
        session, id=uuid4(), declaration_id=declaration.id, state=AuditState.DRAWN.value, created_at=now
    )
    audit.auditor_id, report.audit_id = by.user_id, audit.id
    add_step(session, audit, StepKind.REPORTED, side=Side.STAFF, by=by, now=now)
    record_case(
        session,
        audit,
        Verb.AUDIT_STARTED,
        actor=by.actor,
        now=now,
        declaration=declaration.number,
        report=str(report_id),
    )
    propose_withdrawal(session, by=by, audit_id=audit.id, reason=WithdrawalReason.NOT_FROM_COMPANY, text=text, now=now)
    return audit.id


def _lock(session: Session, report_id: UUID) -> tuple[ForeignReport, Declaration]:
    """Hold the declaration of a report, and return both as they are now."""
    found = withdrawals.find_report(session, report_id)
    if found is None:
        raise NotFound
    audits.lock_declaration(session, found[1].id)
    return withdrawals.find_report(session, report_id) or found


def _require_open(report: ForeignReport) -> None:
    if report.closed_at is not None:
        raise MoveNotAllowed


def _to_report(report: ForeignReport, declaration: Declaration) -> Report:
    return Report(
        report_id=report.id,
        reported_at=report.reported_at,
        text=report.text,
        contact=report.contact,
        audit_id=report.audit_id,
        outcome=ReportOutcome(report.outcome) if report.outcome else None,
        closed_at=report.closed_at,
        number=declaration.number,
        company_name=declaration.company_name,
        city=declaration.city,
        is_name_hidden=declaration.name_hidden_at is not None,
        is_withdrawn=declaration.withdrawn_on is not None,
        is_foreign=is_foreign(declaration),
    )
