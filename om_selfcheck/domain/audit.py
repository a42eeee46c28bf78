"""Audits of issued declarations (*Stichproben*): how a case moves, what is looked at, how it may end (D9, D14).

A case is open to both sides: company and office read the same steps, findings, deadlines and outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.text import has_letter

HEARING = timedelta(weeks=4)
TIME_TO_OPEN = timedelta(weeks=4)
TIME_TO_READ = timedelta(weeks=2)


class AuditState(StrEnum):
    """Where a case stands."""

    DRAWN = "drawn"
    ASKED = "asked"
    OPENED = "opened"
    SECOND_READING = "second_reading"
    HEARING = "hearing"
    CLOSED = "closed"


class AuditMove(StrEnum):
    """What takes a case on.

    The office asks for insight, hands its findings to a second reader, who returns or confirms them, or leaves it; it
    proposes a withdrawal and decides on it. The company opens its answers, declines, or withdraws by itself.
    """

    ASK = "ask"
    OPEN = "open"
    DECLINE = "decline"
    LEAVE = "leave"
    SUBMIT = "submit"
    RETURN = "return"
    CONFIRM = "confirm"
    PROPOSE = "propose"
    DECIDE = "decide"
    SETTLE = "settle"


def may_write(state: str) -> bool:
    """Say whether the office may write into a case: it has asked, and the case is open."""
    return state not in (AuditState.DRAWN, AuditState.CLOSED)


class AuditOutcome(StrEnum):
    """How a case ended. NOT_LOOKED_INTO has no public consequence (D14); KEPT judges nothing but the proposal."""

    IN_ORDER = "in_order"
    ADVICE = "advice"
    CORRECTION_AGREED = "correction_agreed"
    NOT_LOOKED_INTO = "not_looked_into"
    WITHDRAWAL_PROPOSED = "withdrawal_proposed"
    KEPT = "kept"


class StepKind(StrEnum):
    """What a case tells both sides, in order; some are moves, some only words or looks."""

    DRAWN = "drawn"
    REPORTED = "reported"
    ASKED = "asked"
    MESSAGE = "message"
    OPENED = "opened"
    OPENING_ENDED = "opening_ended"
    LOOKED = "looked"
    NOTED = "noted"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWAL_PROPOSED = "withdrawal_proposed"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    OWN_WITHDRAWAL = "own_withdrawal"


class Side(StrEnum):
    """Whose step it was."""

    STAFF = "staff"
    COMPANY = "company"
    SYSTEM = "system"


class CheckItem(StrEnum):
    """The checklist: what is looked at, whoever looks. How fast somebody rated is not on it, nor are our proposals."""

    CRITERIA = "criteria"
    RATINGS = "ratings"
    DESCRIPTIONS = "descriptions"
    RESPONSIBLE = "responsible"
    DATES = "dates"
    FOLLOW_UPS = "follow_ups"
    WORDING = "wording"


class FindingAnswer(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_SEEN = "not_seen"


class Decision(StrEnum):
    """What became of a proposal to withdraw."""

    WITHDRAWN = "withdrawn"
    KEPT = "kept"


class Occasion(StrEnum):
    """What a letter to the company is about."""

    ASKED = "asked"
    MESSAGE = "message"
    HEARING = "hearing"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


_LETTERS = {
    StepKind.ASKED: Occasion.ASKED,
    StepKind.MESSAGE: Occasion.MESSAGE,
    StepKind.WITHDRAWAL_PROPOSED: Occasion.HEARING,
    StepKind.WITHDRAWN: Occasion.WITHDRAWN,
    StepKind.KEPT: Occasion.CLOSED,
    StepKind.CLOSED: Occasion.CLOSED,
}


def find_occasion(kind: StepKind, side: Side) -> Occasion | None:
    """Return what the office writes to the company about a step, None where it says nothing."""
    return _LETTERS.get(kind) if side is Side.STAFF else None


class MoveNotAllowed(DomainError):
    """The case stands elsewhere by now; it was taken on by somebody else."""


class AlreadyWithdrawn(DomainError):
    """The number answers *withdrawn* already, and goes on doing so."""


class SamePerson(DomainError):
    """Whoever wrote the findings does not read them second; whoever proposed does not decide."""


class HearingNotOver(DomainError):
    """Nothing is withdrawn before the last day of the hearing is over (D14)."""

    def __init__(self, ends_on: date) -> None:
        super().__init__()
        self.ends_on = ends_on


_MOVES: Mapping[tuple[AuditState, AuditMove], AuditState] = {
    (AuditState.DRAWN, AuditMove.ASK): AuditState.ASKED,
    (AuditState.DRAWN, AuditMove.LEAVE): AuditState.CLOSED,
    (AuditState.DRAWN, AuditMove.PROPOSE): AuditState.HEARING,
    (AuditState.DRAWN, AuditMove.SETTLE): AuditState.CLOSED,
    (AuditState.ASKED, AuditMove.OPEN): AuditState.OPENED,
    (AuditState.ASKED, AuditMove.DECLINE): AuditState.CLOSED,
    (AuditState.ASKED, AuditMove.LEAVE): AuditState.CLOSED,
    (AuditState.ASKED, AuditMove.PROPOSE): AuditState.HEARING,
    (AuditState.ASKED, AuditMove.SETTLE): AuditState.CLOSED,
    (AuditState.OPENED, AuditMove.OPEN): AuditState.OPENED,
    (AuditState.OPENED, AuditMove.LEAVE): AuditState.CLOSED,
    (AuditState.OPENED, AuditMove.SUBMIT): AuditState.SECOND_READING,
    (AuditState.OPENED, AuditMove.PROPOSE): AuditState.HEARING,
    (AuditState.OPENED, AuditMove.SETTLE): AuditState.CLOSED,
    (AuditState.SECOND_READING, AuditMove.OPEN): AuditState.SECOND_READING,
    (AuditState.SECOND_READING, AuditMove.RETURN): AuditState.OPENED,
    (AuditState.SECOND_READING, AuditMove.CONFIRM): AuditState.CLOSED,
    (AuditState.SECOND_READING, AuditMove.SETTLE): AuditState.CLOSED,
    (AuditState.HEARING, AuditMove.OPEN): AuditState.HEARING,
    (AuditState.HEARING, AuditMove.DECIDE): AuditState.CLOSED,
    (AuditState.HEARING, AuditMove.SETTLE): AuditState.CLOSED,
}

_PROPOSED_BY_AUDITOR = (AuditOutcome.IN_ORDER, AuditOutcome.ADVICE, AuditOutcome.CORRECTION_AGREED)
_PROPOSED_BY_OFFICE = (WithdrawalReason.CRITERIA_NOT_MET, WithdrawalReason.NOT_FROM_COMPANY)


def may_move(state: AuditState, move: AuditMove) -> bool:
    return (state, move) in _MOVES


def move_on(state: AuditState, move: AuditMove) -> AuditState:
    """Return where a move takes a case. Every state has an exit, and a closed case stays closed.

    Raises:
        MoveNotAllowed: the case does not stand where the move begins.
    """
    if not may_move(state, move):
        raise MoveNotAllowed(f"{move} from {state}")
    return _MOVES[state, move]


def list_moves(state: AuditState) -> list[AuditMove]:
    return [move for move in AuditMove if may_move(state, move)]


def list_outcomes() -> tuple[AuditOutcome, ...]:
    """Return the outcomes that findings may lead to; a withdrawal is proposed on its own, and closing needs none."""
    return _PROPOSED_BY_AUDITOR


def list_reasons(*, is_about_report: bool) -> tuple[WithdrawalReason, ...]:
    """Return why the office may propose to withdraw: never at the company's wish, and on a report only what it says."""
    return (WithdrawalReason.NOT_FROM_COMPANY,) if is_about_report else _PROPOSED_BY_OFFICE


def require_other(first: object, second: object) -> None:
    """Raise SamePerson where two who have to be different are one; somebody whose account is gone is nobody."""
    if first is not None and first == second:
        raise SamePerson


def require_heard(decision: Decision, *, hearing_ends_on: date, today: date) -> None:
    """Raise HearingNotOver where a withdrawal would come before the end of the hearing. Keeping is free at any time."""
    if decision is Decision.WITHDRAWN and today <= hearing_ends_on:
        raise HearingNotOver(hearing_ends_on)


def is_overdue(state: AuditState, deadline_on: date | None, today: date) -> bool:
    return state is not AuditState.CLOSED and deadline_on is not None and deadline_on < today


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """An answer of the checklist and its note."""

    answer: FindingAnswer | None = None
    note: str = ""

    @property
    def needs_note(self) -> bool:
        """Say whether the company is owed a reason."""
        return self.answer in (FindingAnswer.PARTLY, FindingAnswer.NO) and not has_letter(self.note)


def list_gaps(findings: Mapping[CheckItem, FindingEntry]) -> tuple[CheckItem, ...]:
    """Return the items that keep findings from a second reader: not answered, or without the reason that is owed."""
    entries = {item: findings.get(item, FindingEntry()) for item in CheckItem}
    return tuple(item for item, entry in entries.items() if entry.answer is None or entry.needs_note)
