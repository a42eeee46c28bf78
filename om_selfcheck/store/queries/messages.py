"""The mail ledger's rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from om_selfcheck.domain.message import MessageKind, MessageState, may_become
from om_selfcheck.store.models import Message

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_CLAIMABLE = tuple(state.value for state in MessageState if may_become(state, MessageState.SENDING))
_UNSETTLED = (*_CLAIMABLE, MessageState.SENDING.value)
_CAME_TO_NOTHING = (MessageState.UNDELIVERABLE.value, MessageState.CANCELLED.value)
_Due = aliased(Message)
_IS_DUE = _Due.state.in_(_CLAIMABLE) & (_Due.next_try_at <= bindparam("now"))
_FIND_DUE = select(_Due.id).where(_IS_DUE).limit(1)
_COUNT_DUE = select(func.count()).select_from(_Due).where(_IS_DUE)
# One statement looks and takes, so that of several senders one gets the row (P6); the others go on to the next.
_CLAIM = (
    update(Message)
    .where(Message.id == _FIND_DUE.order_by(_Due.next_try_at).with_for_update(skip_locked=True).scalar_subquery())
    .values(
        state=MessageState.SENDING.value,
        attempts=Message.attempts + 1,
        lease=bindparam("new_lease"),
        lease_ends_at=bindparam("ends_at"),
        next_try_at=bindparam("ends_at"),
        message_id=func.replace(Message.message_id, bindparam("open_domain"), bindparam("domain")),
    )
    .returning(*Message.__table__.columns)
)
_IS_HELD = (Message.id == bindparam("id_")) & (Message.lease == bindparam("lease_"))
_EXTEND = (
    update(Message)
    .where(_IS_HELD)
    .values(lease_ends_at=bindparam("ends_at"), next_try_at=bindparam("ends_at"))
    .returning(Message.id)
)
_SETTLE = (
    update(Message)
    .where(_IS_HELD)
    .values(
        state=bindparam("new_state"),
        problem=bindparam("new_problem"),
        next_try_at=bindparam("again_at"),
        sent_at=bindparam("done_at"),
        lease=None,
        lease_ends_at=None,
    )
    .returning(Message.id)
)
_IS_NAMED = (Message.kind == MessageKind.LOST_LINK.value) & (Message.subject == bindparam("lost_link_subject"))
_LIST = (
    select(Message)
    .where(
        (Message.company_id == bindparam("company_id")) | (_IS_NAMED & (Message.state != MessageState.CANCELLED.value))
    )
    .order_by(Message.created_at.desc(), Message.id)
    .limit(bindparam("most"))
)


def add_if_absent(session: Session, **columns: Any) -> bool:  # noqa: ANN401 - the table's columns
    """Insert a message unless one of its kind, subject and stage is there; say whether it was new."""
    insert = _INSERT[session.get_bind().dialect.name](Message).values(**columns)
    added = session.execute(insert.on_conflict_do_nothing().returning(Message.id)).first()
    return added is not None


def claim_due(
    session: Session, *, lease: UUID, ends_at: datetime, open_domain: str, domain: str, now: datetime
) -> RowMapping | None:
    """Take the message that waits longest, under a lease until an instant; None where none is due.

    The first to claim it also fixes the open domain of its Message-ID.
    """
    values = {"new_lease": lease, "ends_at": ends_at, "open_domain": open_domain, "domain": domain, "now": now}
    return session.execute(_CLAIM, values).mappings().first()


def extend_lease(session: Session, *, message_id: UUID, lease: UUID, ends_at: datetime) -> bool:
    """Move the end of a lease; say whether it was still held."""
    return session.execute(_EXTEND, {"id_": message_id, "lease_": lease, "ends_at": ends_at}).first() is not None


def settle(
    session: Session,
    *,
    message_id: UUID,
    lease: UUID,
    state: str,
    problem: str,
    next_try_at: datetime,
    sent_at: datetime | None,
) -> bool:
    """Write what became of a claimed message and end the lease; say whether it was still held."""
    values = {
        "id_": message_id,
        "lease_": lease,
        "new_state": state,
        "new_problem": problem,
        "again_at": next_try_at,
        "done_at": sent_at,
    }
    return session.execute(_SETTLE, values).first() is not None


def is_any_due(session: Session, now: datetime) -> bool:
    return session.execute(_FIND_DUE, {"now": now}).first() is not None


def is_any_unsettled(session: Session, *, kind: str, subject: str) -> bool:
    """Say whether a mail of its kind is still to be sent, or just being sent."""
    is_its_kind = (Message.kind == kind) & (Message.subject == subject)
    return session.scalar(select(Message.id).where(is_its_kind, Message.state.in_(_UNSETTLED)).limit(1)) is not None


def list_states(session: Session, *, kind: str, subject: str) -> dict[str, str]:
    """Return the states of all mails of one kind about one thing, by stage."""
    found = select(Message.stage, Message.state).where(Message.kind == kind, Message.subject == subject)
    return {row.stage: row.state for row in session.execute(found)}


def find_last_stage(session: Session, *, kind: str, subject: str) -> str | None:
    """Return the stage of the last mail of its kind that arrived, or still may."""
    is_its_kind = (Message.kind == kind) & (Message.subject == subject)
    found = select(Message.stage).where(is_its_kind, Message.state.not_in(_CAME_TO_NOTHING))
    return session.scalar(found.order_by(Message.created_at.desc(), Message.id).limit(1))


def count_due(session: Session, now: datetime) -> int:
    return session.scalar(_COUNT_DUE, {"now": now}) or 0


def list_of_company(session: Session, *, company_id: UUID, lost_link_subject: str, most: int) -> Sequence[Message]:
    """Return a company's messages, the newest first; those about a lost link name an address, not a company."""
    values = {"company_id": company_id, "lost_link_subject": lost_link_subject, "most": most}
    return session.scalars(_LIST, values).all()
