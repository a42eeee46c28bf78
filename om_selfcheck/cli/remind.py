"""Queue what is due, then send it: once for `./om remind`, again and again beside the workers of `./om run` (P6)."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.cli import record
from om_selfcheck.cli.housekeeping import clear_links
from om_selfcheck.cli.jobs import JOBS, Queued, Queueing
from om_selfcheck.config import Settings
from om_selfcheck.domain.message import MessageState
from om_selfcheck.domain.register import Count
from om_selfcheck.log import describe, write_line
from om_selfcheck.mail.delivery import Sender, send_due
from om_selfcheck.mail.messages import make_letterhead, read_sender
from om_selfcheck.mail.transport import open_transport
from om_selfcheck.services import messages
from om_selfcheck.services.installation import open_engine
from om_selfcheck.services.letters import join_tables
from om_selfcheck.services.undeliverable import count_undelivered

if TYPE_CHECKING:
    from flask import Flask

LOOK_EVERY = 2.0
JOBS_EVERY = 3600.0


@dataclass(kw_only=True)
class Counts:
    """The result: what was queued by kind, what became of each message, and what went wrong before."""

    queued: Counter[str] = field(default_factory=Counter)
    states: Counter[MessageState] = field(default_factory=Counter)
    due: int = 0
    given_up: Count = field(default_factory=lambda: Count(0))
    broken_jobs: int = 0
    weeks: int = 0
    failed: list[str] = field(default_factory=list)
    cleared: int = 0
    erased: int = 0
    forgotten: int = 0

    def add(self, queued: Queued) -> None:
        self.queued.update(queued.kinds)
        self.failed.extend(queued.failed)
        self.cleared += queued.cleared
        self.erased += queued.erased
        self.forgotten += queued.forgotten
        self.weeks += queued.weeks


def check_mail(settings: Settings) -> None:
    """Look at the settings of mail before anything starts; ValueError names the one that is wrong."""
    read_sender(settings.mail_from)
    open_transport(settings.mail_url, greets_as="")
    record.check_mail(settings)
    record.check_address("OM_OFFICE_MAIL", settings.office_mail)


def remind_once(app: "Flask") -> Counts:
    """Queue and send what is due now. Told to end meanwhile, it finishes the message it is at."""
    sender, settings, counts = make_sender(app), _settings(app), Counts()
    reader = open_engine(settings.database_url, is_reading=True)
    queueing = Queueing(reader=reader, writer=sender.engine, settings=settings, now=clock.now())
    with app.app_context(), _finishing():
        _queue(queueing, counts)
        counts.states = send_due(sender, may_go_on=_may_go_on)
        with Session(sender.engine) as session:
            counts.given_up = count_undelivered(session, now=clock.now())
    sender.engine.dispose()
    reader.dispose()
    return counts


def preview(settings: Settings) -> Counts:
    """Say what would be queued and sent, by reading alone."""
    reader, counts, now = open_engine(settings.database_url, is_reading=True), Counts(), clock.now()
    _queue(Queueing(reader=reader, writer=reader, settings=settings, now=now, is_dry=True), counts)
    with Session(reader) as session:
        counts.due = messages.count_due(session, now=now) + counts.queued.total()
    reader.dispose()
    return counts


def keep_sending(app: "Flask") -> None:
    """Look every few seconds whether there is anything to send, until told to end; a failure waits for the next look.

    Looking only reads, so it never keeps a writer waiting.
    """
    sender, settings = make_sender(app), _settings(app)
    reader = open_engine(settings.database_url, is_reading=True)
    jobs_ran_at = -JOBS_EVERY
    with app.app_context(), _finishing():
        while signal.sigtimedwait([signal.SIGTERM], LOOK_EVERY) is None:
            counts = Counts()
            try:
                if time.monotonic() - jobs_ran_at >= JOBS_EVERY:
                    queueing = Queueing(reader=reader, writer=sender.engine, settings=settings, now=clock.now())
                    _queue(queueing, counts)
                    jobs_ran_at = time.monotonic()
                clear_links(reader, sender.engine)
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


def _queue(queueing: Queueing, counts: Counts) -> None:
    """Let each job queue; one that breaks keeps nobody else from queueing or sending."""
    for job in JOBS:
        try:
            counts.add(job(queueing))
        except Exception as error:  # noqa: BLE001 - it is counted and logged, and runs again
            complain(error)
            counts.broken_jobs += 1
    for failed in counts.failed:
        write_line("failure", "error", record=failed)


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
