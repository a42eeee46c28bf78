"""The mail ledger (P6): a mail is queued in the transaction of its cause, at most once, and sent by whoever claims it.

A sender claims a message and commits, prepares it and commits, hands it to a mail server outside any transaction,
settles it and commits. A claim has an end, so that the message of a killed sender is claimed again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict, Unpack
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.address import is_email
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.message import MessageKind, MessageState, Outcome, Problem, is_given_up, judge_attempt
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.letters import Claimed, Facts, Prepare
from om_selfcheck.store.models import Message
from om_selfcheck.store.queries import addresses, messages

LEASE = timedelta(minutes=5)  # longer than a whole attempt takes, see mail/transport.py
OPEN_DOMAIN = "@open.invalid>"  # until the first claim, which knows the installation's domain
LISTED_AT_MOST = 200


class ClaimLost(DomainError):
    """The lease ended and somebody else has claimed the message."""


class Recipient(TypedDict, total=False):
    """Whose mail it is; both may be missing, as for staff."""

    company_id: UUID
    assessment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sender's hold on a message: what it knows to settle it. `earlier` is the problem noted before."""

    id: UUID
    lease: UUID
    attempts: int
    earlier: Problem | None
    row: RowMapping

    def read(self) -> Claimed:
        """Return the message as its letter knows it; ValueError where the row cannot be understood."""
        facts = {name: self.row[name] for name in Claimed.__slots__ if name not in ("kind", "facts")}
        return Claimed(**facts, kind=MessageKind(self.row["kind"]), facts=json.loads(self.row["facts"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMessage:
    """A mail as its company sees it; `at` is when it was sent, else when it was queued."""

    kind: MessageKind
    address: str
    state: MessageState
    at: datetime
    next_try_at: datetime | None
    problem: Problem | None


def queue_message(
    session: Session,
    *,
    kind: MessageKind,
    subject: str,
    stage: str = "",
    address: str,
    language: str,
    facts: dict[str, str] | None = None,
    now: datetime,
    **recipient: Unpack[Recipient],
) -> bool:
    """Queue a mail in the running transaction; False where one of this kind, subject and stage was queued before.

    `subject` names the thing it is about (``declaration:<number>``, ``action:<id>``), `stage` the occasion
    (``90`` days before). `facts` holds what the words need and no table says; never a token.

    Raises:
        ValueError: the address is not one plain address; whoever took it in has to refuse it there.
    """
    if not is_email(address):
        raise ValueError("a mail goes to one plain address")
    message_id = uuid4()
    return messages.add_if_absent(
        session,
        id=message_id,
        kind=kind.value,
        subject=subject,
        stage=stage,
        address=address,
        language=language,
        facts=json.dumps(facts or {}, ensure_ascii=False, sort_keys=True),
        message_id=f"<{message_id}{OPEN_DOMAIN}",
        state=MessageState.QUEUED.value,
        attempts=0,
        next_try_at=now,
        created_at=now,
        problem="",
        **recipient,
    )


def list_messages(session: Session, *, actor: Actor) -> Sequence[ListedMessage]:
    """List the mails sent for the company, also to those responsible for actions, the newest first."""
    actor.require(Task.SHARE)
    confirmed = addresses.get_company(session, actor.company_id).confirmed_email
    rows = messages.list_of_company(
        session,
        company_id=actor.company_id,
        lost_link_subject=name_lost_link(confirmed) if confirmed else "",
        most=LISTED_AT_MOST,
    )
    return [_to_listed(row) for row in rows]


def name_lost_link(address: str) -> str:
    """Return the subject of mails about a lost link: they concern every company that confirmed the address."""
    return f"address:{hashlib.sha256(address.encode()).hexdigest()}"


def is_any_due(session: Session, *, now: datetime) -> bool:
    """Say whether there is anything to send: one cheap look, for whoever asks every few seconds."""
    return messages.is_any_due(session, now)


def count_due(session: Session, *, now: datetime) -> int:
    return messages.count_due(session, now)


def claim_message(session: Session, *, domain: str, now: datetime) -> Claim | None:
    """Take the message that waits longest, or None where none is due. Commit before anything else is done with it.

    One whose senders were killed at every attempt is given up here.
    """
    while row := messages.claim_due(
        session,
        lease=uuid4(),
        ends_at=now + LEASE,
        open_domain=OPEN_DOMAIN,
        domain=f"@{domain}>",
        now=now,
    ):
        claim = _to_claim(row)
        if not is_given_up(claim.attempts):
            return claim
        _settle(session, claim, Outcome(state=MessageState.UNDELIVERABLE, problem=Problem.BROKEN_OFF), now)
    return None


def prepare_message(
    session: Session, *, claim: Claim, letters: Mapping[MessageKind, Prepare], now: datetime
) -> Facts | None:
    """Ask the letter whether it is still wanted and what it has to say; None where it is cancelled.

    Raises:
        ClaimLost: somebody else has it by now.
    """
    if not messages.extend_lease(session, message_id=claim.id, lease=claim.lease, ends_at=now + LEASE):
        raise ClaimLost
    claimed = claim.read()
    facts = letters[claimed.kind](session, claimed, now)
    if facts is None:
        _settle(session, claim, Outcome(state=MessageState.CANCELLED), now)
    return facts


def settle_message(session: Session, *, claim: Claim, problem: Problem | None, now: datetime) -> MessageState:
    """Note what became of a message after an attempt, and when it is to be tried again.

    Raises:
        ClaimLost: somebody else has it by now, and will settle it.
    """
    outcome = judge_attempt(problem, attempts=claim.attempts, earlier=claim.earlier, now=now)
    _settle(session, claim, outcome, now)
    return outcome.state


def _settle(session: Session, claim: Claim, outcome: Outcome, now: datetime) -> None:
    is_held = messages.settle(
        session,
        message_id=claim.id,
        lease=claim.lease,
        state=outcome.state.value,
        problem=outcome.problem or "",
        next_try_at=outcome.next_try_at or now,
        sent_at=now if outcome.state is MessageState.SENT else None,
    )
    if not is_held:
        raise ClaimLost


def _to_claim(row: RowMapping) -> Claim:
    earlier = Problem(row["problem"]) if row["problem"] in Problem.__members__.values() else None
    return Claim(id=row["id"], lease=row["lease"], attempts=row["attempts"], earlier=earlier, row=row)


def _to_listed(row: Message) -> ListedMessage:
    state = MessageState(row.state)
    return ListedMessage(
        kind=MessageKind(row.kind),
        address=row.address,
        state=state,
        at=row.sent_at or row.created_at,
        next_try_at=row.next_try_at if state is MessageState.FAILED else None,
        problem=Problem(row.problem) if row.problem else None,
    )
