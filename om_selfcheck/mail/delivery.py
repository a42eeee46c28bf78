"""Sending what is due, one message after the other, each in transactions of its own (P6).

Several at once are harmless: whoever claims a message has it. One that cannot be prepared or written holds up nobody
else, and is tried again as if a server had refused it.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.domain.message import MessageKind, MessageState, Problem
from om_selfcheck.mail.messages import Letterhead, write_mail
from om_selfcheck.mail.transport import NotTaken, Transport
from om_selfcheck.services import messages
from om_selfcheck.services.letters import Prepare
from om_selfcheck.services.messages import Claim, ClaimLost

SETTLE_TRIES, SETTLE_PAUSE = 10, 1.0  # with the waits for the lock about a minute, which the lease has room for


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """All that sending needs; `complain` hears of messages that could not be written."""

    engine: Engine
    transport: Transport
    letterhead: Letterhead
    letters: Mapping[MessageKind, Prepare]
    complain: Callable[[Exception], None]
    now: Callable[[], datetime] = clock.now


def send_due(sender: Sender, *, may_go_on: Callable[[], bool] = lambda: True) -> Counter[MessageState]:
    """Send what is due, in an application's context, and count what became of each message."""
    counts: Counter[MessageState] = Counter()
    while may_go_on() and (claim := _claim(sender)):
        try:
            counts[_attempt(sender, claim)] += 1
        except ClaimLost:  # it was held up for longer than the lease; whoever has it now counts it
            continue
    return counts


def _claim(sender: Sender) -> Claim | None:
    with Session(sender.engine) as session, session.begin():
        return messages.claim_message(session, domain=sender.letterhead.domain, now=sender.now())


def _attempt(sender: Sender, claim: Claim) -> MessageState:
    problem = None
    try:
        with Session(sender.engine) as session, session.begin():
            facts = messages.prepare_message(session, claim=claim, letters=sender.letters, now=sender.now())
        if facts is None:
            return MessageState.CANCELLED
        mail = write_mail(claim.read(), facts, letterhead=sender.letterhead, now=sender.now())
        sender.transport.send(mail)
    except ClaimLost:
        raise
    except NotTaken as refusal:
        problem = refusal.problem
    except Exception as error:  # noqa: BLE001 - one bad message stops nobody else
        sender.complain(error)
        problem = Problem.NOT_WRITTEN
    return _settle(sender, claim, problem)


def _settle(sender: Sender, claim: Claim, problem: Problem | None) -> MessageState:
    """Note the result, also while the database is locked or away for a moment: a mail that is out must not go twice."""
    for _ in range(SETTLE_TRIES - 1):
        with suppress(DBAPIError):
            return _note(sender, claim, problem)
        time.sleep(SETTLE_PAUSE)
    return _note(sender, claim, problem)


def _note(sender: Sender, claim: Claim, problem: Problem | None) -> MessageState:
    with Session(sender.engine) as session, session.begin():
        return messages.settle_message(session, claim=claim, problem=problem, now=sender.now())
