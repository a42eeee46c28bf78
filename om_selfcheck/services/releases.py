"""What a company lets its network see of a round (D9), changed or ended at any time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import DomainError, NotFound
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event
from om_selfcheck.store.queries import participations


class NoNetwork(DomainError):
    """The round counts for no network, so there is nobody to release anything to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedLevel:
    """What a network sees of a round, and since when."""

    network_id: UUID
    level: ReleaseLevel
    since: datetime


def find_release(session: Session, assessment_id: UUID) -> ReleasedLevel | None:
    """Return what is released of a round; None where the network is only told counts."""
    row = participations.find_release(session, assessment_id)
    if row is None:
        return None
    return ReleasedLevel(network_id=row.network_id, level=ReleaseLevel(row.level), since=row.begun_at)


def change_release(session: Session, *, actor: Actor, assessment_id: UUID, level: ReleaseLevel, now: datetime) -> None:
    """Release more, less or nothing to the network the round counts for. The level that runs goes on as it is.

    Raises:
        NoNetwork: the round counts for none.
    """
    actor.require(Task.SHARE)
    if actor.assessment_id != assessment_id:
        raise NotFound
    joined = participations.find_participation(session, assessment_id)
    if joined is None:
        raise NoNetwork
    running = find_release(session, assessment_id)
    if level is (running.level if running else ReleaseLevel.NOTHING):
        return
    end_release(session, actor=actor, now=now)
    if level is not ReleaseLevel.NOTHING:
        participations.begin_release(
            session,
            id=uuid4(),
            assessment_id=assessment_id,
            network_id=joined["network_id"],
            level=level.value,
            begun_at=now,
        )
        append_event(session, _event(Verb.RELEASE_BEGUN, actor, joined["network_id"], level, now))


def end_release(session: Session, *, actor: Actor, now: datetime) -> None:
    """End whatever is released of a round."""
    running = find_release(session, actor.assessment_id)
    if running:
        participations.end_release(session, assessment_id=actor.assessment_id, now=now)
        append_event(session, _event(Verb.RELEASE_ENDED, actor, running.network_id, running.level, now))


def _event(verb: Verb, actor: Actor, network_id: UUID, level: ReleaseLevel, now: datetime) -> Event:
    payload = {"network": str(network_id), "level": level.value}
    return Event(verb=verb, actor=actor.right, subject=f"assessment:{actor.assessment_id}", at=now, payload=payload)
