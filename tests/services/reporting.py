"""Actions to report on, and what is noted of them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.progress import ActionState, Progress, Report
from om_selfcheck.services import progress
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import Action
from tests import factories
from tests.factories import NOW

LATER = NOW + timedelta(days=90)


def add(session: Session, actor: Actor, responsible: str = "Büro") -> UUID:
    """Put an action into the plan that belongs to two measures, and return its id."""
    refs = ("1.1.a", "2.1.b")
    return factories.plan_one(session, actor, title="Liste führen", responsible=responsible, measure_refs=refs)


def report(
    session: Session,
    actor: Actor,
    action_id: UUID,
    state: ActionState,
    note: str = "",
    *,
    shown: str = "open",
    now: datetime = LATER,
) -> tuple[Conflict, ...]:
    conflicts = progress.report_progress(
        session, actor=actor, action_id=action_id, report=Report(state=state, note=note), shown_state=shown, now=now
    )
    session.commit()
    return conflicts


def load(session: Session, actor: Actor, action_id: UUID) -> Progress:
    session.expire_all()
    return progress.get_progress(session, actor=actor, action_id=action_id)


def states(session: Session, actor: Actor, action_id: UUID) -> list[tuple[ActionState, str]]:
    found = load(session, actor, action_id)
    return [(entry.report.state, entry.report.note) for entry in found.history]


def stored_state(session: Session, action_id: UUID) -> str | None:
    return session.scalar(select(Action.state).where(Action.id == action_id))


def declared(session: Session) -> tuple[Actor, UUID]:
    """Return the owner of a declared round, and an action of it that belongs to two measures."""
    owner = factories.make_complete(session)
    action_id = add(session, owner)
    factories.issue(session, owner)
    return factories.reload(session, owner.assessment_id, owner.grant_id), action_id
