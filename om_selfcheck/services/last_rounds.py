"""The last round beside the running one: read, gone on with action by action, and replaced when this one is issued."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.action_plan import Action
from om_selfcheck.domain.declaration import SelfDeclaration
from om_selfcheck.domain.errors import ActionFinished, NotFound
from om_selfcheck.domain.path import Path
from om_selfcheck.domain.progress import ActionState, Progress
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.renewal import PreviousAction, PreviousRound, count_topics, may_be_replaced
from om_selfcheck.domain.snapshot import Snapshot
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.numbers import to_terms
from om_selfcheck.services.progress import load_paths, load_progress
from om_selfcheck.services.snapshots import find_intact
from om_selfcheck.store.queries import plans, renewals


@dataclass(frozen=True, slots=True)
class LastAction:
    """An action of the last plan with what became of it, and the entry of this plan that took it over."""

    progress: Progress
    taken_as: UUID | None

    @property
    def id(self) -> UUID:
        return UUID(self.progress.key)

    @property
    def action(self) -> Action:
        return self.progress.action

    @property
    def state(self) -> ActionState:
        return self.progress.state

    @property
    def note(self) -> str:
        """The newest word on it."""
        return next((one.report.note for one in reversed(self.progress.history) if one.report.note), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRound:
    """What the round before declared, and what came after; the values are read here and chosen again (D6).

    `later` holds the colours that measures got after the declaration, by time. `snapshot` is None where what stands
    there is not what was declared: then this round goes on without it.
    """

    number: str
    terms: SelfDeclaration
    slug: str
    version: str
    snapshot: Snapshot | None
    later: Mapping[str, Path]
    actions: tuple[LastAction, ...]

    @property
    def unfinished(self) -> tuple[LastAction, ...]:
        return tuple(one for one in self.actions if not one.state.is_finished)

    def is_replaced_on(self, today: date) -> bool:
        """Say whether a declaration issued that day takes its place (D8)."""
        return may_be_replaced(is_same_company=True, is_same_check=True, older=self.terms, today=today)

    def actions_for(self, measure_ref: str) -> list[LastAction]:
        return [one for one in self.actions if measure_ref in one.action.measure_refs]


@dataclass(frozen=True, slots=True)
class Replaced:
    """The declaration that the one about to be issued takes the place of.

    `previous` is None where what stands there is not what was declared: nothing of it goes into the new one.
    """

    declaration_id: UUID
    number: str
    previous: PreviousRound | None


def find_last_round(session: Session, *, actor: Actor) -> LastRound | None:
    """Return the round before, as declared and as it went on; None where the actor's round renews nothing."""
    actor.require(Task.READ)
    found = renewals.find_last_declaration(session, actor.assessment_id) if actor.renews_id else None
    if found is None:
        return None
    row, newer = found
    paths = load_paths(session, row.assessment_id)
    return LastRound(
        number=row.number,
        terms=to_terms(row, newer),
        slug=row.questionnaire_slug,
        version=row.questionnaire_version,
        snapshot=find_intact(row),
        later={ref: tuple(step for step in path if not step.is_rating) for ref, path in paths.items()},
        actions=_list_actions(session, actor.assessment_id, row.assessment_id),
    )


def take_over_action(
    session: Session, *, actor: Actor, questionnaire: Questionnaire, action_id: UUID, now: datetime
) -> UUID:
    """Go on with an unfinished action of the last plan in this one; return the new entry, asked again the same.

    Text and responsible person are taken over. Urgency and dates are not: two years on they are decided anew. It keeps
    pointing to the measures that this version still has.

    Raises:
        NotFound: the last plan has no such action.
        ActionFinished: it is done or dropped.
        AlreadyDeclared: the declaration of this round was issued.
    """
    actor.require_open(Task.PLAN)
    last = find_last_round(session, actor=actor)
    found = next((one for one in last.actions if one.id == action_id), None) if last else None
    if found is None:
        raise NotFound
    if found.taken_as is not None:
        return found.taken_as
    if found.state.is_finished:
        raise ActionFinished
    refs = tuple(ref for ref in found.action.measure_refs if ref in questionnaire.measure_refs)
    action = replace(found.action, urgency=None, due_on=None, follow_up_on=None, measure_refs=refs)
    new_id = uuid4()
    plans.store_action(session, assessment_id=actor.assessment_id, action_id=new_id, action=action, now=now)
    renewals.mark_taken(session, action_id=new_id, taken_from_id=found.id)
    return new_id


def find_replaced(session: Session, *, actor: Actor, today: date, is_locking: bool) -> Replaced | None:
    """Return the declaration that a new one of this round replaces (D8).

    Who issues holds it until the transaction ends.
    """
    actor.require(Task.DECLARE)
    found = renewals.find_last_declaration(session, actor.assessment_id, is_locking=is_locking)
    if found is None:
        return None
    row, newer = found
    is_replaced = may_be_replaced(
        is_same_company=row.company_id == actor.company_id,
        is_same_check=row.questionnaire_slug == actor.slug,
        older=to_terms(row, newer),
        today=today,
    )
    if not is_replaced:
        return None
    snapshot = find_intact(row)
    actions = _list_actions(session, actor.assessment_id, row.assessment_id)
    return Replaced(row.id, row.number, _to_previous(snapshot, actions) if snapshot else None)


def _list_actions(session: Session, assessment_id: UUID, last_id: UUID) -> tuple[LastAction, ...]:
    taken = renewals.list_taken(session, assessment_id)
    return tuple(LastAction(entry, taken.get(entry.key)) for entry in load_progress(session, last_id))


def _to_previous(snapshot: Snapshot, actions: tuple[LastAction, ...]) -> PreviousRound:
    return PreviousRound(
        number=snapshot.number,
        issued_on=snapshot.issued_on,
        version=snapshot.version,
        content_hash=snapshot.content_hash,
        topics=count_topics(snapshot.ratings),
        actions=tuple(
            PreviousAction(
                key=one.progress.key,
                heading=one.action.heading,
                state=one.state,
                is_taken_over=one.taken_as is not None,
            )
            for one in actions
        ),
    )
