"""The post: what a sender does with the ledger, without a mail server; every mail comes back as its facts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.services.letters import Claimed, join_tables
from om_selfcheck.store.models import Message
from tests.factories import NOW


@dataclass(frozen=True)
class Letter:
    """A mail as it was sent; `facts` is None where it was no longer wanted."""

    kind: MessageKind
    address: str
    language: str
    facts: Mapping[str, Any] | None


def send_all(session: Session, now: datetime = NOW) -> list[Letter]:
    """Send what is queued, in the order it was queued, and commit."""
    waiting = (
        select(Message).where(Message.state == MessageState.QUEUED.value).order_by(Message.created_at, Message.kind)
    )
    letters = [_send(session, row, now) for row in session.scalars(waiting).all()]
    session.commit()
    return letters


def put_back(session: Session) -> None:
    """Queue everything again, as after attempts that failed."""
    session.execute(update(Message).values(state=MessageState.QUEUED.value))
    session.commit()


def read_claimed(row: Message) -> Claimed:
    return Claimed(
        id=row.id,
        kind=MessageKind(row.kind),
        subject=row.subject,
        stage=row.stage,
        company_id=row.company_id,
        assessment_id=row.assessment_id,
        address=row.address,
        language=row.language,
        facts=json.loads(row.facts),
        message_id=row.message_id,
    )


def _send(session: Session, row: Message, now: datetime) -> Letter:
    claimed = read_claimed(row)
    facts = join_tables()[claimed.kind](session, claimed, now)
    row.state = (MessageState.CANCELLED if facts is None else MessageState.SENT).value
    assert facts is None or isinstance(facts, Mapping)
    return Letter(claimed.kind, row.address, row.language, facts)
