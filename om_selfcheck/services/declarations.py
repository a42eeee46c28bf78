"""The self-declaration: filling it in, seeing what is missing, issuing it once, looking a number up."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.completeness import Completeness, check_completeness
from om_selfcheck.domain.declaration import (
    CONDITIONS_VERSION,
    Confirmation,
    DeclarationDetails,
    DeclarationStatus,
    ReminderChoice,
    SelfDeclaration,
    WithdrawalReason,
)
from om_selfcheck.domain.declaration_number import RANDOM_BITS, NotANumber, make_number, read_number
from om_selfcheck.domain.errors import DomainError, NotFound
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.snapshot import Snapshot, hash_snapshot, read_snapshot, write_snapshot
from om_selfcheck.services.action_plans import PlannedAction, list_actions
from om_selfcheck.services.assessments import RatedMeasures, list_ratings
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event
from om_selfcheck.store.models import Assessment, Company, Declaration
from om_selfcheck.store.queries import assessments, declarations

COMPANY_FIELDS = ("company_name", "street", "postal_code", "city")
SIGNATORY_FIELDS = ("signatory_name", "signatory_function", "place")
REMINDER_FIELDS = ("reminder", "email")
CONFIRMATION_FIELDS = tuple(f"confirm_{confirmation}" for confirmation in Confirmation)
SWITCH_FIELDS = (*CONFIRMATION_FIELDS, "has_signature_line")
FIELDS = (*COMPANY_FIELDS, *SIGNATORY_FIELDS, *SWITCH_FIELDS, *REMINDER_FIELDS)
ON = "1"


class NotComplete(DomainError):
    """The criteria are not met; `completeness` names every gap."""

    def __init__(self, completeness: Completeness) -> None:
        super().__init__(", ".join(completeness.unmet))
        self.completeness = completeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The declaration as far as it is filled in, and how the company wants to be reminded."""

    details: DeclarationDetails
    reminder: ReminderChoice | None
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything the criteria look at, loaded once: ratings, plan, draft and what is missing."""

    ratings: RatedMeasures
    plan: tuple[PlannedAction, ...]
    draft: Draft
    completeness: Completeness


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedDeclaration:
    """A declaration with its frozen snapshot, for the company itself."""

    number: str
    snapshot: Snapshot
    snapshot_hash: str
    terms: SelfDeclaration
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAnswer:
    """All that anybody with the number is told (D9)."""

    number: str
    status: DeclarationStatus
    company_name: str = ""
    slug: str = ""
    version: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    withdrawn_on: date | None = None
    withdrawal_reason: WithdrawalReason | None = None
    replaced_by: str = ""


def get_standing(session: Session, *, actor: Actor, questionnaire: Questionnaire) -> Standing:
    """Load the round and check all criteria."""
    ratings = list_ratings(session, actor=actor)
    plan = tuple(list_actions(session, actor=actor))
    draft = get_draft(session, actor=actor)
    completeness = check_completeness(questionnaire, ratings.needs, [entry.action for entry in plan], draft.details)
    return Standing(ratings=ratings, plan=plan, draft=draft, completeness=completeness)


def get_draft(session: Session, *, actor: Actor) -> Draft:
    actor.require(Task.READ)
    company, assessment = assessments.get_company_and_draft(session, actor.assessment_id)
    return _to_draft(company, assessment)


def write_draft(draft: Draft) -> dict[str, str]:
    """Return a draft as a form writes it: texts, and "1" or "" for switches."""
    details = draft.details
    return (
        {name: getattr(details, name) for name in (*COMPANY_FIELDS, *SIGNATORY_FIELDS)}
        | {f"confirm_{code}": ON if code in details.confirmations else "" for code in Confirmation}
        | {"has_signature_line": ON if details.has_signature_line else ""}
        | {"reminder": draft.reminder or "", "email": draft.email}
    )


def save_draft(
    session: Session, *, actor: Actor, wanted: Mapping[str, str], shown: Mapping[str, str]
) -> tuple[Conflict, ...]:
    """Write the draft field by field and return the fields that somebody else changed meanwhile (P2).

    Raises:
        AlreadyDeclared: the declaration of this round was issued.
    """
    actor.require_open(Task.DECLARE)
    company, assessment = assessments.get_company_and_draft(session, actor.assessment_id)
    before = write_draft(_to_draft(company, assessment))
    merger = FieldMerger()
    after = {
        name: merger.merge(name, stored=before[name], shown=shown.get(name, ""), wanted=wanted.get(name))
        for name in FIELDS
    }
    _store_fields(company, assessment, after)
    session.flush()
    return tuple(merger.conflicts)


def issue_declaration(
    session: Session, *, actor: Actor, questionnaire: Questionnaire, now: datetime, today: date
) -> str:
    """Issue the declaration of a round and return its number; asked again it returns the same number (P3).

    Raises:
        NotComplete: a criterion is not met; every gap is named (R01 to R11).
    """
    actor.require(Task.DECLARE)
    existing = declarations.find_by_assessment(session, actor.assessment_id)
    if existing is not None:
        return existing.number
    standing = get_standing(session, actor=actor, questionnaire=questionnaire)
    if not standing.completeness.is_met:
        raise NotComplete(standing.completeness)
    snapshot = _freeze(standing, actor=actor, questionnaire=questionnaire, today=today)
    text = write_snapshot(snapshot)
    declarations.add_declaration(
        session,
        id=uuid4(),
        assessment_id=actor.assessment_id,
        company_id=actor.company_id,
        number=snapshot.number,
        company_name=snapshot.details.company_name,
        questionnaire_slug=questionnaire.slug,
        questionnaire_version=questionnaire.version,
        issued_on=today,
        issued_at=now,
        snapshot=text,
        snapshot_hash=hash_snapshot(text),
    )
    append_event(session, _issued_event(snapshot, hash_snapshot(text), actor, now))
    return snapshot.number


def get_issued(session: Session, *, actor: Actor) -> IssuedDeclaration:
    """Return the declaration of the actor's round; NotFound before it is issued."""
    actor.require(Task.READ)
    row = declarations.find_by_assessment(session, actor.assessment_id)
    if row is None:
        raise NotFound
    _, newer = declarations.find_by_number(session, row.number)
    return IssuedDeclaration(
        number=row.number,
        snapshot=read_snapshot(row.snapshot),
        snapshot_hash=row.snapshot_hash,
        terms=_to_terms(row, newer),
        issued_at=row.issued_at,
    )


def find_assessment_id(session: Session, *, number: str) -> UUID | None:
    """Return the round behind a number, written in any way a person types it."""
    try:
        row, _ = declarations.find_by_number(session, read_number(number))
    except NotANumber:
        return None
    return row.assessment_id if row else None


def find_public_answer(session: Session, *, typed: str, today: date) -> PublicAnswer:
    """Answer what anybody asks who has a number: one of five statuses, never an error."""
    try:
        number = read_number(typed)
    except NotANumber:
        return PublicAnswer(number="", status=DeclarationStatus.UNKNOWN)
    row, newer = declarations.find_by_number(session, number)
    if row is None:
        return PublicAnswer(number=number, status=DeclarationStatus.UNKNOWN)
    terms = _to_terms(row, newer)
    return PublicAnswer(
        number=number,
        status=terms.status_on(today),
        company_name=row.company_name,
        slug=row.questionnaire_slug,
        version=row.questionnaire_version,
        issued_on=row.issued_on,
        valid_until=terms.valid_until,
        withdrawn_on=row.withdrawn_on,
        withdrawal_reason=WithdrawalReason(row.withdrawal_reason) if row.withdrawal_reason else None,
        replaced_by=newer.number if newer else "",
    )


def _freeze(standing: Standing, *, actor: Actor, questionnaire: Questionnaire, today: date) -> Snapshot:
    return Snapshot(
        number=make_number(secrets.randbits(RANDOM_BITS)),
        issued_on=today,
        slug=questionnaire.slug,
        version=questionnaire.version,
        content_hash=questionnaire.content_hash,
        language=actor.language,
        ratings=dict(standing.ratings.needs),
        notes=dict(standing.ratings.notes),
        plan=tuple((str(entry.id), entry.action) for entry in standing.plan),
        details=standing.draft.details,
        measures=questionnaire.size,
        complete_actions=standing.completeness.complete_actions,
        conditions_version=CONDITIONS_VERSION,
    )


def _issued_event(snapshot: Snapshot, snapshot_hash: str, actor: Actor, now: datetime) -> Event:
    return Event(
        verb=Verb.DECLARATION_ISSUED,
        actor=actor.right,
        subject=f"declaration:{snapshot.number}",
        at=now,
        payload={
            "assessment": str(actor.assessment_id),
            "snapshot": snapshot_hash,
            "conditions": snapshot.conditions_version,
        },
    )


def _to_terms(row: Declaration, newer: Declaration | None) -> SelfDeclaration:
    return SelfDeclaration(
        issued_on=row.issued_on,
        withdrawn_on=row.withdrawn_on,
        replaced_on=newer.issued_on if newer else None,
    )


def _to_draft(company: Company, assessment: Assessment) -> Draft:
    details = DeclarationDetails(
        company_name=company.name,
        street=company.street,
        postal_code=company.postal_code,
        city=company.city,
        signatory_name=assessment.signatory_name,
        signatory_function=assessment.signatory_function,
        place=assessment.place,
        confirmations=frozenset(Confirmation(code) for code in assessment.confirmations.split()),
        has_signature_line=assessment.has_signature_line,
    )
    reminder = ReminderChoice(company.reminder) if company.reminder else None
    return Draft(details=details, reminder=reminder, email=company.email)


def _store_fields(company: Company, assessment: Assessment, values: Mapping[str, str]) -> None:
    company.name = values["company_name"]
    for name in ("street", "postal_code", "city", "reminder", "email"):
        setattr(company, name, values[name])
    for name in SIGNATORY_FIELDS:
        setattr(assessment, name, values[name])
    assessment.has_signature_line = bool(values["has_signature_line"])
    assessment.confirmations = " ".join(code for code in Confirmation if values[f"confirm_{code}"])
