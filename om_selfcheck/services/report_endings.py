"""How a report *not from us* ends, and when the name that was hidden over it is shown again (D15)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.services.record import append_event
from om_selfcheck.store.models import Declaration, ForeignReport
from om_selfcheck.store.queries import withdrawals


def end_report(
    session: Session,
    report: ForeignReport,
    declaration: Declaration,
    outcome: ReportOutcome,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Close a report; one that was not confirmed shows the name again."""
    close_report(session, report, outcome, actor=actor, now=now)
    if outcome is ReportOutcome.WITHDRAWN or declaration.name_hidden_at is None:
        return
    if may_show_name(session, declaration, but=report.id):
        set_name_hidden(session, declaration, actor=actor, now=now, is_hidden=False)


def close_report(session: Session, report: ForeignReport, outcome: ReportOutcome, *, actor: str, now: datetime) -> None:
    """Note how a report ended, and forget how to reach the reporter."""
    report.closed_at, report.outcome, report.contact = now, outcome.value, ""
    session.flush()
    subject, payload = f"report:{report.id}", {"outcome": outcome.value}
    append_event(session, Event(verb=Verb.REPORT_CLOSED, actor=actor, subject=subject, at=now, payload=payload))


def may_show_name(session: Session, declaration: Declaration, *, but: UUID) -> bool:
    """Say whether nothing else keeps the name hidden: no other report is open, and the company issued it."""
    others = [one for one in withdrawals.list_open_reports_of(session, declaration.id) if one.id != but]
    return not (others or is_foreign(declaration))


def is_foreign(declaration: Declaration) -> bool:
    """Say whether it was withdrawn because the company it names did not issue it; its name stays hidden for good."""
    return declaration.withdrawal_reason == WithdrawalReason.NOT_FROM_COMPANY


def set_name_hidden(session: Session, declaration: Declaration, *, actor: str, now: datetime, is_hidden: bool) -> None:
    withdrawals.set_name_hidden(session, declaration_id=declaration.id, hidden_at=now if is_hidden else None)
    verb = Verb.NAME_HIDDEN if is_hidden else Verb.NAME_SHOWN
    append_event(session, Event(verb=verb, actor=actor, subject=f"declaration:{declaration.number}", at=now))
