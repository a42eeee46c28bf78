"""What is queued before mails are sent, a job an occasion: each asks by itself what was queued before (P6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.cli import figures, record
from om_selfcheck.cli.housekeeping import clear_unused, keep_house
from om_selfcheck.config import Settings
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.reminders import reminder_day
from om_selfcheck.log import write_line
from om_selfcheck.services import nudges, office_mails, reminders


@dataclass(frozen=True, slots=True, kw_only=True)
class Queueing:
    """What a job gets: it looks by `reader`, which keeps no writer waiting, and queues by `writer`, a little at a time.

    A dry run only counts.
    """

    reader: Engine
    writer: Engine
    settings: Settings
    now: datetime
    is_dry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """What a job queued by kind, the records it could not read, what it cleared away and published."""

    kinds: Mapping[str, int]
    failed: Sequence[str] = ()
    cleared: int = 0
    erased: int = 0
    forgotten: int = 0
    weeks: int = 0


def queue_reminders(queueing: Queueing) -> Queued:
    """Queue what is due of renewals and actions, a batch a transaction."""
    run = reminders.Run(
        renewal_days=queueing.settings.renewal_days,
        now=queueing.now,
        today=reminder_day(queueing.now.astimezone(clock.BERLIN)),
        is_dry=queueing.is_dry,
    )
    counts = reminders.Counts()
    with Session(queueing.reader) as looking:
        for batch in reminders.list_due(looking, run):
            with Session(queueing.writer) as session, session.begin():
                counts += reminders.queue_due(session, batch, run)
    return Queued(kinds={kind.value: count for kind, count in counts.queued.items()}, failed=counts.failed)


def keep_checkpoint(queueing: Queueing) -> Queued:
    """Keep the record's checkpoint of the day, and queue it where OM_CHECKPOINT_MAIL wants it too."""
    settings, now = queueing.settings, queueing.now
    if queueing.is_dry:
        return Queued(kinds={})
    kept = record.keep_checkpoint(queueing.reader, settings, now)
    is_queued = record.queue_checkpoint(queueing.writer, settings, kept, now)
    return Queued(kinds={MessageKind.CHECKPOINT.value: 1} if is_queued else {})


def queue_nudges(queueing: Queueing) -> Queued:
    """Queue the mails to those who have stopped, for the networks that asked for it; a nudge a transaction."""
    queued = 0
    with Session(queueing.reader) as looking:
        waiting = nudges.list_waiting(looking)
        if queueing.is_dry:
            today = clock.day_in_berlin(queueing.now)
            queued = sum(nudges.count_reached(looking, nudge=nudge, today=today) for nudge in waiting)
    for nudge in waiting if not queueing.is_dry else ():
        with Session(queueing.writer) as session, session.begin():
            queued += nudges.queue_nudge(session, nudge=nudge, now=queueing.now)
    return Queued(kinds={MessageKind.NUDGE.value: queued} if queued else {})


def tell_office(queueing: Queueing) -> Queued:
    """Queue the mail of the day to the coordinating office, where OM_OFFICE_MAIL names one and something came in."""
    address, now = queueing.settings.office_mail, queueing.now
    if not address:
        return Queued(kinds={})
    with Session(queueing.reader) as looking:
        is_due = office_mails.is_due(looking, now=now)
    if is_due and not queueing.is_dry:
        with Session(queueing.writer) as session, session.begin():
            is_due = office_mails.queue_office_mail(session, address=address, now=now)
    return Queued(kinds={MessageKind.OFFICE.value: 1} if is_due else {})


def publish_figures(queueing: Queueing) -> Queued:
    """Close the weeks of networks that are over."""
    if queueing.is_dry:
        return Queued(kinds={}, weeks=figures.count_open_weeks(queueing.reader, queueing.now))
    secret_key = queueing.settings.secret_key
    weeks, failed = figures.close_weeks(queueing.reader, queueing.writer, secret_key, queueing.now)
    return Queued(kinds={}, failed=failed, weeks=weeks)


def clear_outgrown(queueing: Queueing) -> Queued:
    """Warn companies whose time is nearly over, erase those whose time is, and forget old mails."""
    if queueing.is_dry:
        return Queued(kinds={})
    warned, erased, forgotten = keep_house(queueing.reader, queueing.writer, queueing.settings)
    write_line("kept house", "info", warned=warned, erased=erased, mails_forgotten=forgotten)
    return Queued(kinds={MessageKind.RETENTION.value: warned} if warned else {}, erased=erased, forgotten=forgotten)


def clear_up(queueing: Queueing) -> Queued:
    """Clear untouched checks, idle sessions and what else nobody uses any more."""
    if queueing.is_dry:
        return Queued(kinds={})
    cleared = clear_unused(queueing.writer)
    write_line("cleared up", "info", checks=cleared)
    return Queued(kinds={}, cleared=cleared)


# In this order, every hour beside the workers of `./om run` and whenever somebody types `./om remind`.
Job = Callable[[Queueing], Queued]
JOBS: tuple[Job, ...] = (
    keep_checkpoint,
    queue_reminders,
    clear_up,
    clear_outgrown,
    queue_nudges,
    tell_office,
    publish_figures,
)
