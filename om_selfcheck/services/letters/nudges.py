"""The mail to those who have stopped, as it is sent: still agreed to, not declared meanwhile, with whom to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.letters import Claimed, Prepare
from om_selfcheck.store.queries import nudges


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What the mail says: for whom the network's people are there, and how many measures are rated so far."""

    company_name: str
    network_name: str
    contact_name: str
    contact_email: str
    contact_phone: str
    rated: int


def prepare_nudge(session: Session, claimed: Claimed, now: datetime) -> Stopped | None:
    """Return what is to be said; None where the company has gone on, left, or wants no such mail any more."""
    if claimed.assessment_id is None:
        return None
    network_id = UUID(claimed.facts["network"])
    row = nudges.find_reached(session, claimed.assessment_id, network_id=network_id, today=day_in_berlin(now))
    if row is None or row["confirmed_email"] != claimed.address:
        return None
    return Stopped(**{name: row[name] for name in Stopped.__slots__})


PREPARE: Mapping[MessageKind, Prepare] = {MessageKind.NUDGE: prepare_nudge}
