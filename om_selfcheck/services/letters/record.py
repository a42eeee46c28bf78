"""The checkpoint of the day, mailed to where the operator keeps it away from the server (P13)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.letters import Claimed, Prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointFacts:
    """The day it was taken, what to type to compare with it, and the text of its file."""

    taken_on: date
    command: str
    text: str


def prepare_checkpoint(_session: Session, claimed: Claimed, _now: datetime) -> CheckpointFacts:
    return CheckpointFacts(
        taken_on=date.fromisoformat(claimed.stage),
        command=f"./om record verify --checkpoint record-{claimed.stage}.json",
        text=claimed.facts["text"],
    )


PREPARE: dict[MessageKind, Prepare] = {MessageKind.CHECKPOINT: prepare_checkpoint}
