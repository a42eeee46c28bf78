"""Queueing what is due: a renewal's stages, the dates of actions, the follow-up's question (P6).

Finding runs in a transaction that only reads; queueing takes what was found in batches, each for a transaction of its
own, so that nobody who saves waits long. `services/letters/reminders.py` asks again when a mail is sent.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.declaration import DeclarationStatus, ReminderChoice, SelfDeclaration, find_terms
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.reminders import (
    LATE_ACTION,
    STAGE_PREFIX,
    ActionFacts,
    MailChoice,
    find_due_stage,
    first_issue_day,
    list_stages,
)
from om_selfcheck.services.messages import queue_message
from om_selfcheck.store.queries import reminders, turns

LEFT_BEHIND = (DeclarationStatus.WITHDRAWN, DeclarationStatus.REPLACED)


@dataclass(frozen=True, slots=True)
class Due:
    """What may be due: the number of a declaration to renew, or the id of a round with dates."""

    kind: MessageKind
    key: str

    @property
    def is_renewal(self) -> bool:
        return self.kind is MessageKind.RENEWAL


@dataclass(frozen=True, slots=True)
class Counts:
    """How many mails of each kind were queued, and which records could not be looked at and why."""

    queued: Counter[MessageKind] = field(default_factory=Counter)
    failed: tuple[str, ...] = ()

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.queued + other.queued, self.failed + other.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One look at what is due: the settings, the time, and whether only to count."""

    renewal_days: Collection[int]
    now: datetime
    today: date
    is_dry: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a reminder of an action goes to, and what the ledger calls them."""

    address: str
    subject: str


def list_due(session: Session, run: Run) -> Iterator[Sequence[Due]]:
    """Yield in batches what may be due on a day; reading one takes the next from the database."""
    stages = list_stages(run.renewal_days)
    for stage in stages:
        first_end, last_end = stage.ends_due_on(run.today)
        numbers = reminders.stream_renewals(
            session,
            issued_from=first_issue_day(first_end),
            issued_before=first_issue_day(last_end + timedelta(days=1)),
            stages=[str(other.days) for other in stages if other.days <= stage.days],
            today=run.today,
        )
        for batch in numbers:
            yield [Due(MessageKind.RENEWAL, number) for number in batch]
    for kind in STAGE_PREFIX:
        for rounds in reminders.stream_rounds(session, kind=kind, since=run.today - LATE_ACTION, today=run.today):
            yield [Due(kind, str(assessment_id)) for assessment_id in rounds]


def queue_due(session: Session, due: Iterable[Due], run: Run) -> Counts:
    """Queue a mail for each that the rules confirm, or only count; a record that fails stops none of the others."""
    counts = Counts()
    for one in due:
        try:
            with nullcontext() if run.is_dry else session.begin_nested():
                queued = _queue_renewal(session, one.key, run) if one.is_renewal else _queue_actions(session, one, run)
        except OperationalError:
            raise  # the database itself is in trouble, which is no record's fault
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one record, the others get their mail
            counts += Counts(failed=(f"{one.kind} {one.key}: {type(error).__name__}",))
        else:
            counts += Counts(Counter({one.kind: queued}))
    return counts


def find_recipient(row: RowMapping, today: date) -> Recipient | None:
    """Return who is reminded of an action: whoever is responsible and confirmed an address, else the company.

    A pause silences both; what the company chose concerns its own mail only.
    """
    choice = read_choice(row)
    company = Recipient(choice.confirmed_address, f"assessment:{row['assessment_id']}")
    wants_mail = choice.wants_mail_on(today)
    if choice.is_paused_on(today) or not (wants_mail or row["doer_id"]):
        return None
    if row["doer_id"] is None or (wants_mail and row["doer_address"] == company.address):
        return company
    return Recipient(row["doer_address"], f"doer:{row['doer_id']}")


def read_choice(row: RowMapping) -> MailChoice:
    return MailChoice(
        reminder=ReminderChoice(row["reminder"]) if row["reminder"] else None,
        confirmed_address=row["confirmed_email"],
        resume_on=row["mails_resume_on"],
    )


def read_terms(row: RowMapping) -> SelfDeclaration | None:
    """Return the facts of the declaration; None for a round that has none yet."""
    return find_terms(row["issued_on"], withdrawn_on=row["withdrawn_on"], replaced_on=row["replaced_on"])


def read_action(row: RowMapping, today: date) -> ActionFacts:
    terms = read_terms(row)
    return ActionFacts(
        state=ActionState(row["state"]),
        written_on=day_in_berlin(row["created_at"]),
        due_on=row["due_on"],
        follow_up_on=row["follow_up_on"],
        is_answered=row["is_answered"],
        is_left_behind=row["is_taken_over"] or (terms is not None and terms.status_on(today) in LEFT_BEHIND),
    )


def _queue_renewal(session: Session, number: str, run: Run) -> int:
    row = reminders.find_renewal(session, number)
    terms = read_terms(row) if row else None
    if row is None or terms is None or not read_choice(row).wants_mail_on(run.today):
        return 0
    queued = [int(stage) for stage in reminders.list_queued_stages(session, number)]
    stage = find_due_stage(terms, run.today, renewal_days=run.renewal_days, queued=queued)
    if stage is None or run.is_dry:
        return int(stage is not None)
    return queue_message(
        session,
        kind=MessageKind.RENEWAL,
        subject=f"declaration:{number}",
        stage=str(stage.days),
        address=row["confirmed_email"],
        language=row["language"],
        company_id=row["company_id"],
        assessment_id=row["assessment_id"],
        facts={"until": stage.last_day(terms.valid_until).isoformat()},
        now=run.now,
    )


def _queue_actions(session: Session, due: Due, run: Run) -> int:
    """Queue one mail an address with all that concerns it.

    The round is locked before it is read, so that two who queue at midnight do not both find the same.
    """
    assessment_id = UUID(due.key)
    if not (run.is_dry or turns.take_round_if_free(session, assessment_id)):
        return 0  # somebody is writing to it; the next run comes soon
    rows = reminders.list_candidates(
        session, kind=due.kind, assessment_id=assessment_id, since=run.today - LATE_ACTION, today=run.today
    )
    mails: dict[str, tuple[Recipient, list[RowMapping]]] = {}
    for row in rows:
        to = find_recipient(row, run.today)
        if to and read_action(row, run.today).calls_for(due.kind, run.today, _covered_until(row, due.kind)):
            mails.setdefault(to.address, (to, []))[1].append(row)
    if run.is_dry:
        return len(mails)
    return sum(_queue_mail(session, due.kind, to, actions, run) for to, actions in mails.values())


def _queue_mail(session: Session, kind: MessageKind, to: Recipient, actions: Sequence[RowMapping], run: Run) -> bool:
    return queue_message(
        session,
        kind=kind,
        subject=to.subject,
        stage=f"{STAGE_PREFIX[kind]}{run.today}",
        address=to.address,
        language=actions[0]["language"],
        company_id=actions[0]["company_id"],
        assessment_id=actions[0]["assessment_id"],
        facts={"actions": " ".join(str(row["id"]) for row in actions)},
        now=run.now,
    )


def _covered_until(row: RowMapping, kind: MessageKind) -> date | None:
    stage = row["covering_stage"]
    return date.fromisoformat(stage.removeprefix(STAGE_PREFIX[kind])) if stage else None
