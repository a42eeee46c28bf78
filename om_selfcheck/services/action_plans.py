"""The action plan: reading, writing and removing its entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.action_plan import MOST_ACTIONS, Action, Urgency
from om_selfcheck.domain.errors import NotFound, PlanFull
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.stages import note_stages
from om_selfcheck.store.queries import plans

FIELDS = tuple(field.name for field in fields(Action))


@dataclass(frozen=True, slots=True)
class PlannedAction:
    id: UUID
    action: Action


@dataclass(frozen=True, slots=True)
class SavedAction:
    """The action as it stands now, and the fields that somebody else changed meanwhile."""

    action: Action
    conflicts: tuple[Conflict, ...]


def list_actions(session: Session, *, actor: Actor) -> Sequence[PlannedAction]:
    """List the plan in the order it was written."""
    actor.require(Task.READ)
    return [PlannedAction(action_id, action) for action_id, action in plans.list_actions(session, actor.assessment_id)]


def get_action(session: Session, *, actor: Actor, action_id: UUID) -> Action:
    actor.require(Task.READ)
    action = plans.find_action(session, assessment_id=actor.assessment_id, action_id=action_id)
    if action is None:
        raise NotFound
    return action


def save_action(
    session: Session,
    *,
    actor: Actor,
    questionnaire: Questionnaire,
    action_id: UUID,
    wanted: Mapping[str, str],
    shown: Mapping[str, str],
    now: datetime,
) -> SavedAction:
    """Write an action field by field; a new id makes a new action, so that sending a form twice makes one.

    `wanted` and `shown` hold the fields in their written form (see `write_fields`); a field missing in `wanted` stays
    as it is, one missing in `shown` was empty. Conflicting fields are left and named (P2).

    Raises:
        NotFound: the id belongs to another round, or a measure is not in this questionnaire.
        AlreadyDeclared: the declaration of this round was issued.
        PlanFull: a new one would be one too many.
    """
    actor.require_open(Task.PLAN)
    stored = plans.find_action(session, assessment_id=actor.assessment_id, action_id=action_id)
    if stored is None and plans.has_action_elsewhere(session, assessment_id=actor.assessment_id, action_id=action_id):
        raise NotFound
    if stored is None and len(plans.list_actions(session, actor.assessment_id)) >= MOST_ACTIONS:
        raise PlanFull
    before = write_fields(stored or Action())
    is_new = stored is None
    merger = FieldMerger()
    after = {
        name: merger.merge(
            name, stored=before[name], shown="" if is_new else shown.get(name, ""), wanted=wanted.get(name)
        )
        for name in FIELDS
    }
    action = read_fields(after)
    if not questionnaire.measure_refs.issuperset(action.measure_refs):
        raise NotFound
    plans.store_action(session, assessment_id=actor.assessment_id, action_id=action_id, action=action, now=now)
    note_stages(session, assessment_id=actor.assessment_id, measures=questionnaire.size, now=now)
    return SavedAction(action, tuple(merger.conflicts))


def remove_action(session: Session, *, actor: Actor, action_id: UUID) -> Action:
    """Take an action out of the plan and return it as it was. Removing what is gone raises NotFound."""
    actor.require_open(Task.PLAN)
    action = get_action(session, actor=actor, action_id=action_id)
    plans.delete_action(session, assessment_id=actor.assessment_id, action_id=action_id)
    return action


def write_fields(action: Action) -> dict[str, str]:
    """Return an action's fields as a form writes them: codes, ISO days, refs in order separated by blanks."""
    return {
        "title": action.title,
        "description": action.description,
        "urgency": action.urgency or "",
        "responsible": action.responsible,
        "due_on": action.due_on.isoformat() if action.due_on else "",
        "follow_up": action.follow_up,
        "follow_up_on": action.follow_up_on.isoformat() if action.follow_up_on else "",
        "measure_refs": " ".join(sorted(action.measure_refs)),
    }


def read_fields(written: Mapping[str, str]) -> Action:
    """Return the action behind written fields; the caller has seen to it that codes and days are sound."""
    return Action(
        title=written["title"],
        description=written["description"],
        urgency=Urgency(written["urgency"]) if written["urgency"] else None,
        responsible=written["responsible"],
        due_on=date.fromisoformat(written["due_on"]) if written["due_on"] else None,
        follow_up=written["follow_up"],
        follow_up_on=date.fromisoformat(written["follow_up_on"]) if written["follow_up_on"] else None,
        measure_refs=tuple(sorted(written["measure_refs"].split())),
    )
