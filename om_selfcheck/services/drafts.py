"""The declaration before it is issued: filling it in, and seeing what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.completeness import Completeness, check_completeness
from om_selfcheck.domain.declaration import Confirmation, DeclarationDetails, ReminderChoice
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.services.action_plans import PlannedAction, list_actions
from om_selfcheck.services.assessments import RatedMeasures, list_ratings
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import Assessment, Company
from om_selfcheck.store.queries import assessments

COMPANY_FIELDS = ("company_name", "street", "postal_code", "city")
SIGNATORY_FIELDS = ("signatory_name", "signatory_function", "place")
REMINDER_FIELDS = ("reminder", "email")
CONFIRMATION_FIELDS = tuple(f"confirm_{confirmation}" for confirmation in Confirmation)
SWITCH_FIELDS = (*CONFIRMATION_FIELDS, "has_signature_line")
FIELDS = (*COMPANY_FIELDS, *SIGNATORY_FIELDS, *SWITCH_FIELDS, *REMINDER_FIELDS)
ON = "1"


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


def get_standing(session: Session, *, actor: Actor, questionnaire: Questionnaire) -> Standing:
    """Load the round and check all criteria."""
    ratings = list_ratings(session, actor=actor)
    plan = tuple(list_actions(session, actor=actor))
    draft = get_draft(session, actor=actor)
    completeness = check_completeness(questionnaire, ratings.needs, [entry.action for entry in plan], draft.details)
    return Standing(ratings=ratings, plan=plan, draft=draft, completeness=completeness)


def get_draft(session: Session, *, actor: Actor) -> Draft:
    actor.require(Task.READ)
    return _load_draft(session, actor.assessment_id)


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
    before = write_draft(_load_draft(session, actor.assessment_id))
    merger = FieldMerger()
    after = {
        name: merger.merge(name, stored=before[name], shown=shown.get(name, ""), wanted=wanted.get(name))
        for name in FIELDS
    }
    _store_fields(company, assessment, after)
    session.flush()
    return tuple(merger.conflicts)


def _load_draft(session: Session, assessment_id: UUID) -> Draft:
    stored = assessments.read_draft(session, assessment_id)
    details = DeclarationDetails(
        company_name=stored["name"],
        confirmations=frozenset(Confirmation(code) for code in stored["confirmations"].split()),
        **{name: stored[name] for name in ("street", "postal_code", "city", *SIGNATORY_FIELDS, "has_signature_line")},
    )
    reminder = ReminderChoice(stored["reminder"]) if stored["reminder"] else None
    return Draft(details=details, reminder=reminder, email=stored["email"])


def _store_fields(company: Company, assessment: Assessment, values: Mapping[str, str]) -> None:
    company.name = values["company_name"]
    for name in ("street", "postal_code", "city", "reminder", "email"):
        setattr(company, name, values[name])
    for name in SIGNATORY_FIELDS:
        setattr(assessment, name, values[name])
    assessment.has_signature_line = bool(values["has_signature_line"])
    assessment.confirmations = " ".join(code for code in Confirmation if values[f"confirm_{code}"])
