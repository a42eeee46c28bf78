"""What every act in a case has in common: it takes turns, moves the case on, leaves a step and an event (D14).

Everything about a declaration and its cases first holds the declaration, so that two who act at once act one after the
other, and the second sees what the first has done. In which order rows are held stands in `store/queries/turns.py`.
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.audit import (
    AlreadyWithdrawn,
    AuditMove,
    AuditOutcome,
    AuditState,
    Decision,
    Side,
    StepKind,
    move_on,
)
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event
from om_selfcheck.services.snapshots import is_erased
from om_selfcheck.store.models import Audit, Declaration
from om_selfcheck.store.queries import audits, withdrawals

_A_MOMENT = timedelta(microseconds=1)


def lock_case(session: Session, audit_id: UUID) -> tuple[Audit, Declaration]:
    """Hold a case and its declaration until the transaction ends, as they are now."""
    found = audits.lock_audit(session, audit_id)
    if found is None:
        raise NotFound
    return found


def lock_own_case(session: Session, *, actor: Actor, audit_id: UUID) -> tuple[Audit, Declaration]:
    actor.require(Task.DECLARE)
    audit, declaration = lock_case(session, audit_id)
    if declaration.assessment_id != actor.assessment_id:
        raise NotFound
    return audit, declaration


def require_standing(declaration: Declaration) -> None:
    """Raise AlreadyWithdrawn where there is nothing left to look into: it was withdrawn, or its answers are erased."""
    if declaration.withdrawn_on is not None or is_erased(declaration):
        raise AlreadyWithdrawn


def take_on(session: Session, audit: Audit, move: AuditMove, *, deadline_on: date | None = None, now: datetime) -> None:
    """Move a case on; one that closes takes the insight with it."""
    audit.state = move_on(AuditState(audit.state), move).value
    audit.deadline_on = deadline_on
    if audit.state == AuditState.CLOSED:
        audit.closed_at = now
        audits.end_openings(session, audit_id=audit.id, now=now)
    session.flush()


def settle_case(session: Session, audit: Audit, kind: StepKind, *, side: Side, actor: str, now: datetime) -> None:
    """Close a case that has lost its declaration; what was proposed in it is not carried out."""
    take_on(session, audit, AuditMove.SETTLE, now=now)
    audit.outcome = AuditOutcome.NOT_LOOKED_INTO.value
    if proposal := withdrawals.find_of_audit(session, audit.id):
        proposal.decision, proposal.decided_at = Decision.KEPT.value, now
    add_step(session, audit, kind, side=side, now=now)
    record_case(session, audit, Verb.AUDIT_CLOSED, actor=actor, now=now, outcome=audit.outcome)


def add_step(
    session: Session,
    audit: Audit,
    kind: StepKind,
    *,
    side: Side,
    by: Person | None = None,
    text: str = "",
    deadline_on: date | None = None,
    now: datetime,
) -> UUID:
    """Add to what both sides read. Steps keep their order, also where a clock was set back."""
    step_id = uuid4()
    audit.last_side, audit.last_step_at = side.value, max(now, (audit.last_step_at or now - _A_MOMENT) + _A_MOMENT)
    audits.add_step(
        session,
        id=step_id,
        audit_id=audit.id,
        at=audit.last_step_at,
        actor=side.value,
        user_id=by.user_id if by else None,
        kind=kind.value,
        text=text,
        deadline_on=deadline_on,
    )
    return step_id


def record_case(session: Session, audit: Audit, verb: Verb, *, actor: str, now: datetime, **payload: str | int) -> None:
    append_event(session, Event(verb=verb, actor=actor, subject=f"audit:{audit.id}", at=now, payload=payload))
