"""Erasing a company (P18): by itself at any time, or when nothing of it has to be kept any longer.

What stays of a declaration is its number, hash, dates and status, so that the number goes on answering; of a case, that
it was there; of a round in a network, that it was counted. Everything else goes, also from the record, whose hashes
stay and still verify.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, Task
from om_selfcheck.domain.audit import Side, StepKind
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.services.case_steps import settle_case
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event, erase_payloads
from om_selfcheck.services.report_endings import close_report
from om_selfcheck.services.stages import keep_stages
from om_selfcheck.store import models
from om_selfcheck.store.queries import belongings, turns


class ErasureCause(StrEnum):
    """Why a company is erased: it wished so, which ends its numbers, or its time had passed."""

    OWN_WISH = "own_wish"
    TIME_PASSED = "time_passed"


@dataclass(frozen=True, slots=True)
class Erased:
    """What the edge still has to clear away: the mails that lie in a folder as files."""

    message_ids: tuple[UUID, ...]


# Tables whose rows go, children before what they point at.
GONE = (
    models.Document,
    models.DeclarationWord,
    models.Correction,
    models.Opening,
    models.Letter,
    models.Message,
    models.AddressClaim,
    models.LaterRating,
    models.ActionProgress,
    models.ActionMeasure,
    models.Action,
    models.Rating,
    models.Doer,
    models.Grant,
    models.Participation,
    models.Release,
    models.CountedCompany,
)
# Tables of which a row stays, because a number, a case or another row stands on it, and what is blanked in it.
BLANKED: dict[Any, dict[str, object]] = {
    models.Declaration: {"company_name": "", "city": "", "snapshot": "", "name_hidden_at": None},
    models.Withdrawal: {"text": "", "answer": ""},
    models.ForeignReport: {"text": "", "contact": ""},
    models.AuditStep: {"text": ""},
    models.Finding: {"answer": "", "note": ""},
    models.Audit: {},
    models.CountedRound: {},  # `keep_stages` cuts what names the company
    models.Assessment: {
        "signatory_name": "",
        "signatory_function": "",
        "place": "",
        "confirmations": "",
        "has_signature_line": False,
    },
    models.Company: {
        "name": "",
        "street": "",
        "postal_code": "",
        "city": "",
        "reminder": "",
        "email": "",
        "confirmed_email": "",
        "email_confirmed_at": None,
        "mails_resume_on": None,
    },
}


def list_numbers(session: Session, *, actor: Actor) -> Sequence[str]:
    """List the numbers that the actor's company has issued; they go on answering after an erasure."""
    actor.require(Task.OWN)
    return belongings.list_numbers(session, actor.company_id)


def erase_own_company(session: Session, *, actor: Actor, today: date, now: datetime) -> Erased:
    """Erase everything of the actor's company at its own wish; its numbers answer "withdrawn" without a name (D14)."""
    actor.require(Task.OWN)
    return erase_company(session, company_id=actor.company_id, cause=ErasureCause.OWN_WISH, today=today, now=now)


def erase_company(session: Session, *, company_id: UUID, cause: ErasureCause, today: date, now: datetime) -> Erased:
    """Erase a company and return what lies outside the database; erasing twice is harmless."""
    turns.hold_all(session, company_id)
    actor = Right.OWNER if cause is ErasureCause.OWN_WISH else SYSTEM
    _settle_cases(session, company_id, cause, actor=actor, now=now)
    subjects = belongings.list_subjects(session, company_id)
    message_ids = tuple(belongings.list_message_ids(session, company_id))
    if cause is ErasureCause.OWN_WISH:
        belongings.end_declarations(session, company_id, on=today, reason=WithdrawalReason.OWN_WISH.value)
    for assessment_id in belongings.list_rounds(session, company_id):
        keep_stages(session, assessment_id=assessment_id)
    for model in GONE:
        belongings.delete_rows(session, model, company_id)
    belongings.delete_undeclared(session, company_id)
    for model, values in BLANKED.items():
        if values:
            belongings.blank_rows(session, model, company_id, values)
    belongings.mark_erased(session, company_id, now)
    erase_payloads(session, subjects=subjects, actor=actor, now=now)
    append_event(
        session,
        Event(
            verb=Verb.COMPANY_ERASED,
            actor=actor,
            subject=f"company:{company_id}",
            at=now,
            payload={"cause": cause.value},
        ),
    )
    session.expire_all()
    return Erased(message_ids)


def _settle_cases(session: Session, company_id: UUID, cause: ErasureCause, *, actor: str, now: datetime) -> None:
    """Close the open cases and reports of a company."""
    is_own_wish = cause is ErasureCause.OWN_WISH
    side, kind = (Side.COMPANY, StepKind.OWN_WITHDRAWAL) if is_own_wish else (Side.SYSTEM, StepKind.CLOSED)
    for audit in belongings.list_open_cases(session, company_id):
        settle_case(session, audit, kind, side=side, actor=actor, now=now)
    outcome = ReportOutcome.WITHDRAWN if is_own_wish else ReportOutcome.NOT_CONFIRMED
    for report in belongings.list_open_reports(session, company_id):
        close_report(session, report, outcome, actor=actor, now=now)
