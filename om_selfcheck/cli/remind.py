"""Queue what is due, then send it: once for `./om remind`, again and again beside the workers of `./om run` (P6)."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.cli import record
from om_selfcheck.config import Settings
from om_selfcheck.domain.message import MessageState
from om_selfcheck.log import describe, write_line
from om_selfcheck.mail.delivery import Sender, send_due
from om_selfcheck.mail.messages import make_letterhead, read_sender
from om_selfcheck.mail.transport import open_transport
from om_selfcheck.services import messages
from om_selfcheck.services.installation import open_engine
from om_selfcheck.services.letters import join_tables

if TYPE_CHECKING:
    from flask import Flask

# What is queued before sending, in this order: each queues in the given transaction and says how many of what.
# A job asks by itself what was queued before; it runs again every JOBS_EVERY and whenever somebody types ./om remind.
Job = Callable[[Session, Settings, datetime], Mapping[str, int]]
JOBS: tuple[Job, ...] = (record.queue_checkpoint,)

LOOK_EVERY = 2.0
JOBS_EVERY = 3600.0
SHOWN_FOR = timedelta(days=30)


@dataclass(kw_only=True)
class Counts:
    """The result: what was queued by kind, what became of each message, and how many jobs broke."""

    queued: Counter[str] = field(default_factory=Counter)
    states: Counter[MessageState] = field(default_factory=Counter)
    due: int = 0
    given_up: int = 0
    broken_jobs: int = 0


def check_mail(settings: Settings) -> None:
    """Look at the settings of mail before anything starts; ValueError names the one that is wrong."""
    read_sender(settings.mail_from)
    open_transport(settings.mail_url, greets_as="")
    record.check_mail(settings)


def remind_once(app: "Flask") -> Counts:
    """Queue and send what is due now. Told to end meanwhile, it finishes the message it is at."""
    sender, counts = make_sender(app), Counts()
    with app.app_context(), _finishing():
        _queue(app, sender.engine, counts)
        counts.states = send_due(sender, may_go_on=_may_go_on)
        with Session(sender.engine) as session:
            counts.given_up = messages.count_undeliverable(session, since=clock.now() - SHOWN_FOR)
    sender.engine.dispose()
    return counts


def preview(app: "Flask") -> Counts:
    """Say what would be queued and sent; everything is rolled back."""
    settings, counts, now = _settings(app), Counts(), clock.now()
    engine = open_engine(settings.database_url)
    with Session(engine) as session:
        for job in JOBS:
            counts.queued.update(job(session, settings, now))
        counts.due = messages.count_due(session, now=now)
    engine.dispose()
    return counts


def keep_sending(app: "Flask") -> None:
    """Look every few seconds whether there is anything to send, until told to end; a failure waits for the next look.

    Looking only reads, so it never keeps a writer waiting.
    """
    sender, reader = make_sender(app), open_engine(_settings(app).database_url, is_reading=True)
    jobs_ran_at = -JOBS_EVERY
    with app.app_context(), _finishing():
        while signal.sigtimedwait([signal.SIGTERM], LOOK_EVERY) is None:
            counts = Counts()
            try:
                if time.monotonic() - jobs_ran_at >= JOBS_EVERY:
                    _queue(app, sender.engine, counts)
                    jobs_ran_at = time.monotonic()
                if _is_any_due(reader):
                    counts.states = send_due(sender, may_go_on=_may_go_on)
            except Exception as error:  # noqa: BLE001 - the database may be away for a moment
                complain(error)
            if counts.queued or counts.states:
                became = {state.value: count for state, count in counts.states.items()}
                write_line("mails", "info", **counts.queued, **became)


def make_sender(app: "Flask") -> Sender:
    settings, letterhead = _settings(app), make_letterhead(app)
    return Sender(
        engine=open_engine(settings.database_url),
        transport=open_transport(settings.mail_url, greets_as=letterhead.host),
        letterhead=letterhead,
        letters=join_tables(),
        complain=complain,
    )


def complain(error: BaseException) -> None:
    write_line("failure", "error", **describe(error))


def _queue(app: "Flask", engine: Engine, counts: Counts) -> None:
    """Keep the day's checkpoint and let each job queue; what breaks keeps nothing else from queueing or sending."""
    settings = _settings(app)

    def keep() -> Mapping[str, int]:
        record.keep_checkpoint(settings, clock.now())
        return {}

    def queue(job: Job) -> Mapping[str, int]:
        with Session(engine) as session, session.begin():
            return job(session, settings, clock.now())

    todo: list[Callable[[], Mapping[str, int]]] = [keep, *(partial(queue, job) for job in JOBS)]
    for work in todo:
        try:
            queued = work()
        except Exception as error:  # noqa: BLE001 - it is counted and logged, and runs again
            complain(error)
            counts.broken_jobs += 1
        else:
            counts.queued.update(queued)


def _is_any_due(reader: Engine) -> bool:
    with Session(reader) as session:
        return messages.is_any_due(session, now=clock.now())


@contextmanager
def _finishing() -> Iterator[None]:
    """Let SIGTERM wait, so that it never cuts off a message between the mail server's yes and ours."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _may_go_on() -> bool:
    return signal.SIGTERM not in signal.sigpending()


def _settings(app: "Flask") -> Settings:
    settings: Settings = app.extensions["om_settings"]
    return settings
