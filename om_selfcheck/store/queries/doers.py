"""Responsible persons with an address of their own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Doer, Message


def list_doers(session: Session, assessment_id: UUID) -> Sequence[Doer]:
    return session.scalars(select(Doer).where(Doer.assessment_id == assessment_id).order_by(Doer.name)).all()


def find_doer(session: Session, *, assessment_id: UUID, name: str) -> Doer | None:
    return session.scalar(select(Doer).where(Doer.assessment_id == assessment_id, Doer.name == name))


def lock_doer(session: Session, doer_id: UUID) -> Doer | None:
    """Return somebody and hold the row, so that the address does not change while a mail to it is prepared."""
    return session.scalar(select(Doer).where(Doer.id == doer_id).with_for_update())


def add_doer(session: Session, doer: Doer) -> None:
    session.add(doer)
    session.flush()


def count_messages(session: Session, *, kind: str, assessment_id: UUID, since: datetime) -> int:
    """Count the mails of a kind that a round has queued since an instant."""
    statement = select(func.count()).where(
        Message.kind == kind, Message.assessment_id == assessment_id, Message.created_at > since
    )
    return session.scalar(statement) or 0


def list_message_states(session: Session, *, kind: str, assessment_id: UUID) -> dict[str, str]:
    """Return the state of the newest mail of a kind for each subject of a round."""
    rows = session.execute(
        select(Message.subject, Message.state)
        .where(Message.kind == kind, Message.assessment_id == assessment_id)
        .order_by(Message.created_at, Message.id)
    )
    return {row.subject: row.state for row in rows}
