"""The action plan's rows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from om_selfcheck.domain import action_plan as domain
from om_selfcheck.store.models import Action, ActionMeasure

_PLAN = Action.__table__
_LIST_ACTIONS = (
    select(_PLAN).where(_PLAN.c.assessment_id == bindparam("assessment_id")).order_by(_PLAN.c.created_at, _PLAN.c.id)
)
_LIST_POINTERS = (
    select(ActionMeasure.action_id, ActionMeasure.measure_ref)
    .join(Action, Action.id == ActionMeasure.action_id)
    .where(Action.assessment_id == bindparam("assessment_id"))
    .order_by(ActionMeasure.measure_ref)
)


def list_actions(session: Session, assessment_id: UUID) -> list[tuple[UUID, domain.Action]]:
    """Return the plan in the order it was written."""
    refs: dict[UUID, list[str]] = defaultdict(list)
    connection, this_round = session.connection(), {"assessment_id": assessment_id}
    for action_id, measure_ref in connection.execute(_LIST_POINTERS, this_round):
        refs[action_id].append(measure_ref)
    return [(row.id, _to_domain(row, refs[row.id])) for row in connection.execute(_LIST_ACTIONS, this_round)]


def find_action(session: Session, *, assessment_id: UUID, action_id: UUID) -> domain.Action | None:
    row = _find_row(session, assessment_id, action_id)
    if row is None:
        return None
    refs = select(ActionMeasure.measure_ref).where(ActionMeasure.action_id == action_id)
    return _to_domain(row, session.scalars(refs.order_by(ActionMeasure.measure_ref)).all())


def has_action_elsewhere(session: Session, *, assessment_id: UUID, action_id: UUID) -> bool:
    """Say whether the id is taken by an action of another round."""
    statement = select(Action.id).where(Action.id == action_id, Action.assessment_id != assessment_id)
    return session.execute(statement).first() is not None


def store_action(
    session: Session, *, assessment_id: UUID, action_id: UUID, action: domain.Action, now: datetime
) -> None:
    """Insert or change an action and what it points to."""
    row = _find_row(session, assessment_id, action_id)
    if row is None:
        row = Action(id=action_id, assessment_id=assessment_id, created_at=now)
        session.add(row)
    row.title = action.title
    row.description = action.description
    row.urgency = action.urgency or ""
    row.responsible = action.responsible
    row.due_on = action.due_on
    row.follow_up = action.follow_up
    row.follow_up_on = action.follow_up_on
    session.flush()
    session.execute(delete(ActionMeasure).where(ActionMeasure.action_id == action_id))
    if action.measure_refs:
        pointers = [{"action_id": action_id, "measure_ref": ref} for ref in action.measure_refs]
        session.execute(insert(ActionMeasure), pointers)


def delete_action(session: Session, *, assessment_id: UUID, action_id: UUID) -> None:
    session.execute(delete(Action).where(Action.id == action_id, Action.assessment_id == assessment_id))


def _find_row(session: Session, assessment_id: UUID, action_id: UUID) -> Action | None:
    return session.scalar(select(Action).where(Action.id == action_id, Action.assessment_id == assessment_id))


def _to_domain(row: Action | Row[Any], measure_refs: Sequence[str]) -> domain.Action:
    return domain.Action(
        title=row.title,
        description=row.description,
        urgency=domain.Urgency(row.urgency) if row.urgency else None,
        responsible=row.responsible,
        due_on=row.due_on,
        follow_up=row.follow_up,
        follow_up_on=row.follow_up_on,
        measure_refs=tuple(measure_refs),
    )
