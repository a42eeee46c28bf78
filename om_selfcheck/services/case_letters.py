"""Letters of the office to a company about a case: by mail where it confirmed an address, and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.audit import AuditOutcome, Occasion, Side, StepKind, find_occasion
from om_selfcheck.domain.declaration import DeclarationDetails, WithdrawalReason
from om_selfcheck.domain.delivery import Delivery, judge_delivery
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.services.cases import Case
from om_selfcheck.services.corrections import list_corrections
from om_selfcheck.services.messages import queue_message
from om_selfcheck.services.snapshots import is_erased, read_intact
from om_selfcheck.store.models import Audit, AuditStep, Declaration, Letter
from om_selfcheck.store.queries import addresses, audits, letters, messages, withdrawals

SUBJECT = "audit:"
OVER_WITH_CASE = (Occasion.ASKED, Occasion.MESSAGE, Occasion.HEARING)  # once it is closed, nobody is asked any more


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLetter:
    """What a letter says, on paper and in a mail alike."""

    occasion: Occasion
    is_about_report: bool
    number: str
    company_name: str
    issued_on: date
    written_on: date
    deadline_on: date | None
    reason: WithdrawalReason | None
    outcome: AuditOutcome | None
    text: str
    assessment_id: UUID
    audit_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedLetter:
    """A letter with where it goes by post."""

    letter: CaseLetter
    details: DeclarationDetails
    language: str
    has_confirmed_address: bool


def write_to_company(session: Session, declaration: Declaration, audit: Audit, step_id: UUID, *, now: datetime) -> bool:
    """Queue the mail about a step; False where the company has no confirmed address and the letter goes by post."""
    address = addresses.get_company(session, declaration.company_id).confirmed_email
    is_queued = bool(address) and _queue_mail(session, declaration, audit, step_id, address=address, now=now)
    letters.add_letter(session, step_id=step_id, message_id=_find_mail(session, audit.id, step_id))
    return is_queued


def _find_mail(session: Session, audit_id: UUID, step_id: UUID) -> UUID | None:
    return messages.find_id(session, kind=MessageKind.AUDIT.value, subject=f"{SUBJECT}{audit_id}", stage=str(step_id))


def _queue_mail(
    session: Session, declaration: Declaration, audit: Audit, step_id: UUID, *, address: str, now: datetime
) -> bool:
    return queue_message(
        session,
        kind=MessageKind.AUDIT,
        subject=f"{SUBJECT}{audit.id}",
        stage=str(step_id),
        address=address,
        language=addresses.get_round(session, declaration.assessment_id).language,
        now=now,
        company_id=declaration.company_id,
        assessment_id=declaration.assessment_id,
    )


def add_unless_there(session: Session, *, audit_id: UUID, step_id: UUID) -> Letter:
    """Return the letter about a step; one from before letters were kept is entered now."""
    found = letters.find_letter(session, step_id)
    if found is not None:
        return found
    return letters.add_letter(session, step_id=step_id, message_id=_find_mail(session, audit_id, step_id))


def get_letter(session: Session, *, audit_id: UUID, step_id: UUID) -> PostedLetter:
    """Return the letter about a step for printing.

    Raises:
        NotFound: nothing is written about it.
        SnapshotChanged: where it goes is not what was declared.
    """
    found, step = audits.find_audit(session, audit_id), audits.find_step(session, audit_id=audit_id, step_id=step_id)
    letter = make_letter(session, *found, step) if found and step else None
    if found is None or letter is None or is_erased(found[1]):  # an erased company has no address
        raise NotFound
    language = addresses.get_round(session, found[1].assessment_id).language
    company = addresses.get_company(session, found[1].company_id)
    return PostedLetter(
        letter=letter,
        details=_find_details(session, found[1]),
        language=language,
        has_confirmed_address=bool(company.confirmed_email),
    )


def list_deliveries(session: Session, case: Case) -> Mapping[UUID, Delivery]:
    """Say of each step that the company was written to about what became of the mail; for the office only."""
    if case.is_erased:
        return {}
    states = messages.list_states(session, kind=MessageKind.AUDIT.value, subject=f"{SUBJECT}{case.audit_id}")
    written = [step for step in case.steps if step.occasion]
    if written and written[0].occasion is Occasion.CLOSED and str(written[0].step_id) not in states:
        return {}  # closed before anything was said: the company was told of nothing
    return {
        step.step_id: judge_delivery(
            MessageState(states[stage]) if (stage := str(step.step_id)) in states else None,
            is_over=case.is_closed and step.occasion in OVER_WITH_CASE,
        )
        for step in written
    }


def make_letter(session: Session, audit: Audit, declaration: Declaration, step: AuditStep) -> CaseLetter | None:
    """Return what is said about a step, None where nothing is."""
    occasion = find_occasion(StepKind(step.kind), Side(step.actor))
    if occasion is None:
        return None
    proposal = withdrawals.find_of_audit(session, audit.id)
    is_about_withdrawal = occasion in (Occasion.HEARING, Occasion.WITHDRAWN)
    return CaseLetter(
        occasion=occasion,
        is_about_report=audit.sample_id is None,
        number=declaration.number,
        company_name=declaration.company_name,
        issued_on=declaration.issued_on,
        written_on=day_in_berlin(step.at),
        deadline_on=step.deadline_on,
        reason=WithdrawalReason(proposal.reason) if proposal and is_about_withdrawal else None,
        outcome=AuditOutcome(audit.outcome) if audit.outcome and occasion is Occasion.CLOSED else None,
        text=step.text,
        assessment_id=declaration.assessment_id,
        audit_id=audit.id,
    )


def _find_details(session: Session, declaration: Declaration) -> DeclarationDetails:
    """Return name and address as they were declared, or as they were corrected since."""
    frozen = read_intact(declaration).details
    corrections = list_corrections(session, declaration, frozen)
    return corrections[-1].after if corrections else frozen
