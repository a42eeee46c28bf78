"""Which reminder is due on a day: of the end of a declaration in stages, of an action, and the follow-up's question.

Of several only the latest is due, and a late one only for a while: whoever comes back after weeks gets one mail, not
five. What was queued once covers everything before it, so a clock that is set back repeats nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from om_selfcheck.domain.declaration import VALID_YEARS, DeclarationStatus, ReminderChoice, SelfDeclaration
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.progress import ActionState, Effect

MORNING = time(7)
LATE_AFTER_END = 28
LATE_ACTION = timedelta(days=14)
STAGE_PREFIX = {MessageKind.ACTION_DUE: "due:", MessageKind.FOLLOW_UP: "follow-up:"}
ANSWERS = frozenset(effect for effect in Effect if effect.is_final)
_ENDED = (DeclarationStatus.WITHDRAWN, DeclarationStatus.REPLACED)


class RenewalTone(StrEnum):
    """How a renewal is spoken of, by what is left of the two years."""

    EARLY = "early"
    SOON = "soon"
    LAST = "last"
    OVER = "over"


_TONES = ((31, RenewalTone.EARLY), (8, RenewalTone.SOON), (0, RenewalTone.LAST))


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalStage:
    """A reminder of the end, due while `at_least` to `days` days are left; below zero the end has passed."""

    days: int
    at_least: int

    def ends_due_on(self, today: date) -> tuple[date, date]:
        """Return the first and the last end of a declaration for which this stage is due on a day."""
        return today + timedelta(days=self.at_least), today + timedelta(days=self.days)

    def last_day(self, valid_until: date) -> date:
        """Return the day after which the next stage has taken over, or it is too late."""
        return valid_until - timedelta(days=self.at_least)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChoice:
    """What a company chose: how to be reminded, at which address that its holder confirmed, and a pause."""

    reminder: ReminderChoice | None
    confirmed_address: str
    resume_on: date | None

    def is_paused_on(self, today: date) -> bool:
        return self.resume_on is not None and today < self.resume_on

    def wants_mail_on(self, today: date) -> bool:
        has_chosen = self.reminder is ReminderChoice.EMAIL and bool(self.confirmed_address)
        return has_chosen and not self.is_paused_on(today)


def reminder_day(by_the_clock: datetime) -> date:
    """Return the day whose reminders go out at a time by Berlin's clock: it begins at seven, so no phone hums at night.

    Whoever runs reminders at night only is late by hours and misses none.
    """
    day = by_the_clock.date()
    return day if by_the_clock.time() >= MORNING else day - timedelta(days=1)


def list_stages(renewal_days: Collection[int]) -> list[RenewalStage]:
    """Return the stages, each lasting until the next one begins.

    The last one before the end lasts through the end, the last one after it for four weeks.
    """
    starts = sorted(set(renewal_days), reverse=True)
    floors = [0 if days >= 0 else days - LATE_AFTER_END for days in starts]
    before_next = [*(days + 1 for days in starts[1:]), *floors[-1:]]
    return [
        RenewalStage(days=days, at_least=max(floor, before))
        for days, floor, before in zip(starts, floors, before_next, strict=True)
    ]


def find_due_stage(
    terms: SelfDeclaration, today: date, *, renewal_days: Collection[int], queued: Collection[int] = ()
) -> RenewalStage | None:
    """Return the stage that is due on a day: the latest, unless it or one behind it was `queued` already."""
    if terms.status_on(today) in _ENDED:
        return None
    left = (terms.valid_until - today).days
    for stage in list_stages(renewal_days):
        if stage.at_least <= left <= stage.days and not any(days <= stage.days for days in queued):
            return stage
    return None


def first_issue_day(valid_until: date) -> date:
    """Return the first day of issue whose two years last until a day or longer (D5)."""
    try:
        return valid_until.replace(year=valid_until.year - VALID_YEARS)
    except ValueError:
        return date(valid_until.year - VALID_YEARS, 3, 1)


def find_tone(days_left: int) -> RenewalTone:
    """Return how to speak of the end of the two years: there is time, a month, a week, or they are over."""
    return next((tone for least, tone in _TONES if days_left >= least), RenewalTone.OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFacts:
    """What decides whether an action reminds anybody.

    `is_answered`: somebody has said whether it helped. `is_left_behind`: its declaration was withdrawn or replaced,
    or a later plan has taken it over.
    """

    state: ActionState
    written_on: date
    due_on: date | None
    follow_up_on: date | None
    is_answered: bool = False
    is_left_behind: bool = False

    def calls_for(self, kind: MessageKind, today: date, covered_until: date | None = None) -> bool:
        """Say whether to remind of its date, if it is not finished, or to ask if it helped, of a done one too.

        A dropped one is asked nothing, nor what was answered. A mail of the kind covers every day up to its own.
        """
        if kind is MessageKind.ACTION_DUE:
            on, is_over = self.due_on, self.state.is_finished
        else:
            on, is_over = self.follow_up_on, self.state is ActionState.DROPPED or self.is_answered
        return not (is_over or self.is_left_behind) and self._has_come(on, today, covered_until)

    def _has_come(self, on: date | None, today: date, covered_until: date | None) -> bool:
        """Say whether a day has come within the last two weeks, after it was written, and nothing covers it yet."""
        if on is None or on <= self.written_on or (covered_until is not None and on <= covered_until):
            return False
        return today - LATE_ACTION <= on <= today
