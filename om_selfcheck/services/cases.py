"""A case as company and office both read it (D14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.audit import (
    AuditMove,
    AuditOutcome,
    AuditState,
    CheckItem,
    Decision,
    FindingAnswer,
    FindingEntry,
    Occasion,
    Side,
    StepKind,
    find_occasion,
    is_overdue,
    move_on,
)
from om_selfcheck.domain.completeness import Completeness, check_completeness
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.opening import OpeningTerms
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.snapshots import find_intact, is_erased
from om_selfcheck.store.models import Audit, AuditStep, Declaration, Opening, Withdrawal
from om_selfcheck.store.queries import audits, withdrawals


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    """A line of a list of cases."""

    audit_id: UUID
    number: str
    company_name: str
    city: str
    state: AuditState
    outcome: AuditOutcome | None
    deadline_on: date | None
    is_overdue: bool
    is_from_sample: bool
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened in a case; `by` is the name of whoever did it in the office, for the office only."""

    step_id: UUID
    at: datetime
    side: Side
    kind: StepKind
    text: str
    deadline_on: date | None
    by: str

    @property
    def occasion(self) -> Occasion | None:
        """What is written to the company about it, if anything."""
        return find_occasion(self.kind, self.side)

    @property
    def noted(self) -> tuple[CheckItem, ...]:
        """Which findings were written or changed."""
        return tuple(map(CheckItem, self.text.split())) if self.kind is StepKind.NOTED else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingVersion:
    """A finding as it stood from then on; `by` is the name of whoever wrote it, for the office only."""

    entry: FindingEntry
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A withdrawal that was proposed in the case, and what came of it."""

    reason: WithdrawalReason
    text: str
    proposed_by: UUID | None
    hearing_ends_on: date
    answer: str
    decision: Decision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything about a case that company and office both see."""

    audit_id: UUID
    declaration_id: UUID
    assessment_id: UUID
    company_id: UUID
    number: str
    company_name: str
    slug: str
    version: str
    issued_on: date
    withdrawn_on: date | None
    state: AuditState
    outcome: AuditOutcome | None
    deadline_on: date | None
    is_overdue: bool
    is_erased: bool
    sample_id: UUID | None
    written_by: frozenset[UUID]
    steps: tuple[Step, ...]
    versions: Mapping[CheckItem, Sequence[FindingVersion]]
    opening: OpeningTerms | None
    proposal: Proposal | None

    @property
    def findings(self) -> Mapping[CheckItem, FindingEntry]:
        """The entries of the checklist as they stand, in its order."""
        return {item: versions[-1].entry for item, versions in self.versions.items()}

    @property
    def is_closed(self) -> bool:
        return self.state is AuditState.CLOSED

    def require(self, move: AuditMove) -> None:
        """Raise MoveNotAllowed where the case is not, or no longer, where a move begins."""
        move_on(self.state, move)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenCriteria:
    """The criteria as of the day of issue, run again on the frozen snapshot: counts only (D9)."""

    measures: int
    rated: int
    completeness: Completeness


def list_own_cases(session: Session, *, actor: Actor, today: date) -> Sequence[ListedCase]:
    """List the cases of a company's own declaration for its owner, the newest first; nobody else is told of them."""
    if actor.declaration_number is None or not actor.may(Task.DECLARE):
        return []
    return [to_listed(row, today) for row in audits.list_of_round(session, actor.assessment_id)]


def get_case(session: Session, *, audit_id: UUID, today: date) -> Case:
    found = audits.find_audit(session, audit_id)
    if found is None:
        raise NotFound
    return _to_case(session, *found, today)


def get_own_case(session: Session, *, actor: Actor, audit_id: UUID, today: date) -> Case:
    """Return a case of the actor's own declaration; of anybody else's it is as if it did not exist."""
    actor.require(Task.DECLARE)
    case = get_case(session, audit_id=audit_id, today=today)
    if case.assessment_id != actor.assessment_id:
        raise NotFound
    return case


def run_criteria(session: Session, *, audit_id: UUID, questionnaire: Questionnaire) -> FrozenCriteria | None:
    """Run the criteria again on the frozen snapshot; None where it was erased or is not the one that was declared."""
    found = audits.find_audit(session, audit_id)
    if found is None:
        raise NotFound
    snapshot = find_intact(found[1])
    if snapshot is None:
        return None
    gaps = check_completeness(questionnaire, snapshot.ratings, snapshot.actions, snapshot.details)
    return FrozenCriteria(
        measures=questionnaire.size,
        rated=questionnaire.size - len(gaps.unrated),
        completeness=gaps,
    )


def to_listed(row: RowMapping, today: date) -> ListedCase:
    state = AuditState(row["state"])
    return ListedCase(
        audit_id=row["audit_id"],
        number=row["number"],
        company_name=row["company_name"],
        city=row["city"],
        state=state,
        outcome=AuditOutcome(row["outcome"]) if row["outcome"] and state is AuditState.CLOSED else None,
        deadline_on=row["deadline_on"],
        is_overdue=is_overdue(state, row["deadline_on"], today),
        is_from_sample=row["sample_id"] is not None,
        created_at=row["created_at"],
        closed_at=row["closed_at"],
    )


def _to_case(session: Session, audit: Audit, declaration: Declaration, today: date) -> Case:
    state = AuditState(audit.state)
    opening = audits.find_newest_opening(session, audit.id)
    proposal = withdrawals.find_of_audit(session, audit.id)
    return Case(
        audit_id=audit.id,
        declaration_id=declaration.id,
        assessment_id=declaration.assessment_id,
        company_id=declaration.company_id,
        number=declaration.number,
        company_name=declaration.company_name,
        slug=declaration.questionnaire_slug,
        version=declaration.questionnaire_version,
        issued_on=declaration.issued_on,
        withdrawn_on=declaration.withdrawn_on,
        state=state,
        outcome=AuditOutcome(audit.outcome) if audit.outcome else None,
        deadline_on=audit.deadline_on,
        is_overdue=is_overdue(state, audit.deadline_on, today),
        is_erased=is_erased(declaration),
        sample_id=audit.sample_id,
        written_by=list_writers(session, audit),
        steps=tuple(_to_step(row, by) for row, by in audits.list_steps(session, audit.id)),
        versions=list_versions(session, audit.id),
        opening=to_terms(opening) if opening else None,
        proposal=_to_proposal(proposal) if proposal else None,
    )


def list_versions(session: Session, audit_id: UUID) -> Mapping[CheckItem, Sequence[FindingVersion]]:
    """Return what was written of each finding, the oldest first, in the checklist's order."""
    written: dict[str, list[FindingVersion]] = {}
    for row, by in audits.list_findings(session, audit_id):
        entry = FindingEntry(answer=FindingAnswer(row.answer) if row.answer else None, note=row.note)
        written.setdefault(row.code, []).append(FindingVersion(entry=entry, at=row.created_at, by=by))
    return {item: written[item.value] for item in CheckItem if item.value in written}


def read_findings(session: Session, audit_id: UUID) -> Mapping[CheckItem, FindingEntry]:
    """Return the entries of the checklist as they stand, in its order."""
    return {item: versions[-1].entry for item, versions in list_versions(session, audit_id).items()}


def list_writers(session: Session, audit: Audit) -> frozenset[UUID]:
    """Return who has handed the findings on or written any of them, and so does not read them second (D14)."""
    writers = {audit.auditor_id, *(row.user_id for row, _ in audits.list_findings(session, audit.id))}
    return frozenset(one for one in writers if one)


def to_terms(row: Opening) -> OpeningTerms:
    return OpeningTerms(
        topics=tuple(row.topics.split()), opened_at=row.opened_at, ends_at=row.ends_at, ended_at=row.ended_at
    )


def _to_step(row: AuditStep, by: str) -> Step:
    return Step(
        step_id=row.id,
        at=row.at,
        side=Side(row.actor),
        kind=StepKind(row.kind),
        text=row.text,
        deadline_on=row.deadline_on,
        by=by,
    )


def _to_proposal(row: Withdrawal) -> Proposal:
    return Proposal(
        reason=WithdrawalReason(row.reason),
        text=row.text,
        proposed_by=row.proposed_by,
        hearing_ends_on=row.hearing_ends_on or day_in_berlin(row.proposed_at),
        answer=row.answer,
        decision=Decision(row.decision) if row.decision else None,
    )
