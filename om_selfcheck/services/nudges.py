"""Reminding those who have stopped, blindly: a network asks for it, and whoever sends the mails finds whom it reaches.

The asking takes the same time and says the same, whether the reminder reaches many, one or nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.nudge import NUDGE_EVERY, STOPPED_FOR, may_nudge, next_nudge_at
from om_selfcheck.domain.record import Verb
from om_selfcheck.services.messages import queue_message
from om_selfcheck.services.networks import Network, network_event
from om_selfcheck.services.record import append_event
from om_selfcheck.store.queries import networks, nudges


class NudgedLately(DomainError):
    """The network has reminded within the last 14 days."""


class NoContact(DomainError):
    """The network names nobody to turn to, or is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeStanding:
    """When a network last reminded, and from when it may again; None for never and for at once."""

    last_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNudge:
    """A nudge that was asked for and whose mails are not queued yet."""

    nudge_id: UUID
    network_id: UUID
    asked_at: datetime


def get_standing(session: Session, *, network: Network, now: datetime) -> NudgeStanding:
    last_at = nudges.find_last(session, network.network_id)
    return NudgeStanding(last_at=last_at, next_at=None if may_nudge(last_at, now) else next_nudge_at(last_at))


def ask_for_nudge(session: Session, *, network: Network, user_id: UUID, by: str, now: datetime) -> None:
    """Note that a network reminds those who have stopped; at most once in 14 days.

    Raises:
        NoContact: there is nobody they could turn to.
        NudgedLately: it is too early, also where somebody else was first.
    """
    if not network.has_contact or network.closed_at is not None:
        raise NoContact
    networks.lock_network(session, network.slug)
    if not may_nudge(nudges.find_last(session, network.network_id), now):
        raise NudgedLately
    nudges.add(session, id=uuid4(), network_id=network.network_id, user_id=user_id, sent_at=now)
    append_event(session, network_event(Verb.COMPANIES_NUDGED, network.network_id, by, now))


def list_waiting(session: Session) -> Sequence[WaitingNudge]:
    return [
        WaitingNudge(nudge_id=row.id, network_id=row.network_id, asked_at=row.sent_at)
        for row in nudges.list_waiting(session)
    ]


def count_reached(session: Session, *, nudge: WaitingNudge, today: date) -> int:
    """Return how many mails a nudge will queue; for a dry run on the server, never for a page."""
    return len(_list_stopped(session, nudge, today))


def queue_nudge(session: Session, *, nudge: WaitingNudge, now: datetime) -> int:
    """Queue the mails of a nudge once; return how many they were."""
    if not nudges.mark_queued(session, nudge.nudge_id, now):
        return 0
    queued = 0
    for row in _list_stopped(session, nudge, day_in_berlin(now)):
        queued += queue_message(
            session,
            kind=MessageKind.NUDGE,
            subject=f"assessment:{row['assessment_id']}",
            stage=str(nudge.nudge_id),
            address=row["confirmed_email"],
            language=row["language"],
            company_id=row["company_id"],
            assessment_id=row["assessment_id"],
            facts={"network": str(nudge.network_id)},
            now=now,
        )
    return queued


def _list_stopped(session: Session, nudge: WaitingNudge, today: date) -> Sequence[RowMapping]:
    return nudges.list_stopped(
        session,
        nudge.network_id,
        idle_since=nudge.asked_at - STOPPED_FOR,
        nudged_since=nudge.asked_at - NUDGE_EVERY,
        today=today,
    )
