"""Mails as the ledger knows them: kinds, states, what a server's answer means, when one is tried again (P6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto


class MessageKind(StrEnum):
    """Every mail the program sends. A kind is never renamed, because the ledger speaks it for years."""

    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_CHANGED = "address_changed"
    ACCESS_LINK = "access_link"
    LOST_LINK = "lost_link"
    RENEWAL = "renewal"
    ACTION_DUE = "action_due"
    FOLLOW_UP = "follow_up"
    DOER_INVITED = "doer_invited"
    RETENTION = "retention"
    CHECKPOINT = "checkpoint"
    SIGN_IN_LINK = "sign_in_link"
    SET_UP_LINK = "set_up_link"
    ACCOUNT_CHANGED = "account_changed"
    NUDGE = "nudge"
    DECLARATION_CORRECTED = "declaration_corrected"
    AUDIT = "audit"
    OFFICE = "office"


_ASKED_FOR = frozenset(
    {
        MessageKind.CONFIRM_ADDRESS,
        MessageKind.ADDRESS_CHANGED,
        MessageKind.ACCESS_LINK,
        MessageKind.LOST_LINK,
        MessageKind.RETENTION,
        MessageKind.CHECKPOINT,
        MessageKind.SIGN_IN_LINK,
        MessageKind.SET_UP_LINK,
        MessageKind.ACCOUNT_CHANGED,
        MessageKind.DECLARATION_CORRECTED,
        MessageKind.AUDIT,
        MessageKind.OFFICE,
    }
)


def is_asked_for(kind: MessageKind) -> bool:
    """Say whether the mail answers what a person has just done or the operator set up, or must not be missed.

    All others say how to stop them (RFC 8058).
    """
    return kind in _ASKED_FOR


TO_THE_COMPANY = frozenset(
    {
        MessageKind.CONFIRM_ADDRESS,
        MessageKind.ADDRESS_CHANGED,
        MessageKind.ACCESS_LINK,
        MessageKind.LOST_LINK,
        MessageKind.RENEWAL,
    }
)  # the others may also go to whoever is responsible for an action


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNDELIVERABLE = "undeliverable"
    CANCELLED = "cancelled"


_NEXT: dict[MessageState, frozenset[MessageState]] = {
    MessageState.QUEUED: frozenset({MessageState.SENDING}),
    MessageState.SENDING: frozenset(MessageState) - {MessageState.QUEUED},  # SENDING again: its sender was killed
    MessageState.FAILED: frozenset({MessageState.SENDING}),
    MessageState.SENT: frozenset(),
    MessageState.UNDELIVERABLE: frozenset(),
    MessageState.CANCELLED: frozenset(),
}


def may_become(state: MessageState, wanted: MessageState) -> bool:
    """Say whether a message may go from one state to another. Only a sender that has claimed it ends it."""
    return wanted in _NEXT[state]


class Problem(StrEnum):
    """Why a mail was not taken, in closed codes: a server's own words may hold addresses."""

    NOT_REACHED = "not_reached"
    NOT_SECURE = "not_secure"
    LOGIN_REFUSED = "login_refused"
    SENDER_REFUSED = "sender_refused"
    NOT_NOW = "not_now"
    UNANSWERED = "unanswered"
    ADDRESS_REFUSED = "address_refused"
    TEXT_REFUSED = "text_refused"
    NOT_WRITTEN = "not_written"
    BROKEN_OFF = "broken_off"


class Step(Enum):
    """The steps of the conversation with a mail server that it answers by a number."""

    GREETING = auto()
    LOGIN = auto()
    SENDER = auto()
    ADDRESS = auto()
    TEXT = auto()


_REFUSED = {
    Step.LOGIN: Problem.LOGIN_REFUSED,
    Step.SENDER: Problem.SENDER_REFUSED,
    Step.ADDRESS: Problem.ADDRESS_REFUSED,
    Step.TEXT: Problem.TEXT_REFUSED,
}
_WANTS_LOGIN = frozenset({530, 534, 535, 538})
_IS_FOR_GOOD = frozenset({Problem.ADDRESS_REFUSED, Problem.TEXT_REFUSED})


def read_answer(step: Step, code: int) -> Problem | None:
    """Return what a mail server's answer means; None is yes.

    A refusal (5xx) is for good where it is about this address or this text. About the login or the sender it is the
    installation's mistake, which somebody can mend within the two days.
    """
    if 200 <= code < 400:  # noqa: PLR2004 - the class of answers
        return None
    if code in _WANTS_LOGIN:
        return Problem.LOGIN_REFUSED
    return _REFUSED.get(step, Problem.NOT_NOW) if code >= 500 else Problem.NOT_NOW  # noqa: PLR2004


RETRY_AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=27),
)  # two days in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt makes of a message; `next_try_at` is set where it is to be tried again."""

    state: MessageState
    problem: Problem | None = None
    next_try_at: datetime | None = None


def judge_attempt(problem: Problem | None, *, attempts: int, earlier: Problem | None = None, now: datetime) -> Outcome:
    """Return what becomes of a message after its attempt number `attempts`.

    A text that was handed over without an answer may have arrived. It is handed over once more, never a third time;
    `earlier` is the problem noted before, and "unanswered" stays noted.
    """
    if problem is None:
        return Outcome(state=MessageState.SENT)
    if problem in _IS_FOR_GOOD:
        return Outcome(state=MessageState.UNDELIVERABLE, problem=problem)
    noted = Problem.UNANSWERED if earlier is Problem.UNANSWERED else problem
    is_twice_unanswered = problem is Problem.UNANSWERED and earlier is Problem.UNANSWERED
    if is_twice_unanswered or is_given_up(attempts + 1):
        return Outcome(state=MessageState.UNDELIVERABLE, problem=noted)
    return Outcome(state=MessageState.FAILED, problem=noted, next_try_at=now + RETRY_AFTER[attempts - 1])


def is_given_up(attempts: int) -> bool:
    """Say whether an attempt is one too many: the ladder has ended."""
    return attempts > len(RETRY_AFTER) + 1
