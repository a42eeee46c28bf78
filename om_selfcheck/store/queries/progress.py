"""What became of the actions: their states, the history beside them, and later ratings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Action, ActionProgress, Declaration, LaterRating, Rating

_LIST_LATER = (
    select(LaterRating.measure_ref, LaterRating.need, LaterRating.at, LaterRating.action_id)
    .where(LaterRating.assessment_id == bindparam("assessment_id"))
    .order_by(LaterRating.at, LaterRating.id)
)


def list_states(session: Session, assessment_id: UUID) -> dict[UUID, str]:
    """Return the state of each action of a round."""
    rows = session.execute(select(Action.id, Action.state).where(Action.assessment_id == assessment_id))
    return {row.id: row.state for row in rows}


def list_entries(session: Session, assessment_id: UUID) -> Sequence[ActionProgress]:
    """Return the history of a round's actions, oldest first."""
    statement = (
        select(ActionProgress)
        .join(Action, Action.id == ActionProgress.action_id)
        .where(Action.assessment_id == assessment_id)
        .order_by(ActionProgress.at, ActionProgress.id)
    )
    return session.scalars(statement).all()


def add_entry(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    """Add a step to an action's history, and let the action take its state."""
    session.add(ActionProgress(**columns))
    session.execute(update(Action).where(Action.id == columns["action_id"]).values(state=columns["state"]))
    session.flush()


def list_dated_ratings(session: Session, assessment_id: UUID) -> Sequence[tuple[str, str, datetime]]:
    """Return each rating with the instant it was chosen, or declared where the round is frozen."""
    issued_at = select(Declaration.issued_at).where(Declaration.assessment_id == assessment_id)
    frozen_at = session.scalar(issued_at)
    rows = session.execute(
        select(Rating.measure_ref, Rating.need, Rating.rated_at).where(
            Rating.assessment_id == assessment_id, Rating.need != ""
        )
    ).all()
    return [(ref, need, frozen_at or rated_at) for ref, need, rated_at in rows]


def list_later_ratings(session: Session, assessment_id: UUID) -> Sequence[Row[str, str, datetime, UUID | None]]:
    return session.connection().execute(_LIST_LATER, {"assessment_id": assessment_id}).all()


def add_later_ratings(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    session.add_all(LaterRating(**row) for row in rows)
    session.flush()
