"""Rounds that count for a network, and what their companies let it see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.inserting import insert_for
from om_selfcheck.store.models import Assessment, InvitationLink, Network, Participation, Release

_JOINED = (
    select(
        Participation.assessment_id,
        Participation.network_id,
        Participation.link_id,
        Participation.joined_at,
        Participation.is_counted,
        Participation.may_be_nudged,
        Network.slug,
        Network.name,
        Network.contact_name,
        Network.contact_email,
        Network.contact_phone,
        Network.closed_at,
        InvitationLink.label.label("link_label"),
    )
    .join(Network, Network.id == Participation.network_id)
    .outerjoin(InvitationLink, InvitationLink.id == Participation.link_id)
)


def join(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    """Let a round count for a network, in place of the one it counted for before."""
    insert = insert_for(session, Participation).values(**columns)
    changed = {name: insert.excluded[name] for name in columns if name != "assessment_id"}
    session.execute(insert.on_conflict_do_update(index_elements=["assessment_id"], set_=changed))


def leave(session: Session, assessment_id: UUID) -> bool:
    statement = delete(Participation).where(Participation.assessment_id == assessment_id)
    return session.execute(statement.returning(Participation.assessment_id)).first() is not None


def find_participation(session: Session, assessment_id: UUID) -> RowMapping | None:
    return session.execute(_JOINED.where(Participation.assessment_id == assessment_id)).mappings().first()


def find_last_participation(session: Session, assessment_id: UUID) -> RowMapping | None:
    """Return for which network the round counted that this one renews; a closed network is none."""
    renewed = select(Assessment.renews_id).where(Assessment.id == assessment_id).scalar_subquery()
    statement = _JOINED.where(Participation.assessment_id == renewed, Network.closed_at.is_(None))
    return session.execute(statement).mappings().first()


def list_begun_by(session: Session, *, link_id: UUID, assessment_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Return which of some rounds count by a link."""
    mine = (Participation.link_id == link_id, Participation.assessment_id.in_(assessment_ids))
    return session.scalars(select(Participation.assessment_id).where(*mine)).all()


def choose(session: Session, assessment_id: UUID, values: Mapping[str, bool]) -> None:
    session.execute(update(Participation).where(Participation.assessment_id == assessment_id).values(**values))


def is_open(session: Session, network_id: UUID) -> bool:
    """Say whether a network is open, and hold that until the end: closing it meanwhile waits."""
    statement = select(Network.closed_at).where(Network.id == network_id).with_for_update(read=True)
    return session.execute(statement).scalar_one() is None


def find_release(session: Session, assessment_id: UUID) -> Release | None:
    statement = select(Release).where(Release.assessment_id == assessment_id, Release.ended_at.is_(None))
    return session.scalar(statement.execution_options(populate_existing=True))


def begin_release(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(Release(**columns))
    session.flush()


def end_release(session: Session, *, assessment_id: UUID, now: datetime) -> None:
    running = (Release.assessment_id == assessment_id, Release.ended_at.is_(None))
    session.execute(update(Release).where(*running).values(ended_at=now))
