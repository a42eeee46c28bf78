"""Real senders and a real server with made-up letters, for the proofs: `python -m tests.proofs.mailing MODE`.

Time is pressed together: the ladder of two days takes seconds, and a lease ends soon. Which server a mail goes to
stands in its address, so that servers of every kind are spoken to in one run.
"""

# mypy: disable-error-code="assignment,attr-defined,unused-ignore"
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck import factory
from om_selfcheck.catalogue import Catalogue
from om_selfcheck.cli import remind, server
from om_selfcheck.config import Settings
from om_selfcheck.domain import message
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.mail import transport
from om_selfcheck.mail.transport import MailServer
from om_selfcheck.services import messages
from om_selfcheck.store.models import Message
from om_selfcheck.store.queries import messages as rows
from tests.mail.dummies import FOLDER, LINK_FACTS

SENDERS = 3
LADDER = (0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)
LEASE_SECONDS = 6.0
STEP_SECONDS = 0.4
TEXT_SECONDS = 2.0  # who has the text may answer late on a busy machine; a second copy would be ours then
WEB_WORKERS = 4
PORTS = "SINK_PORTS"


@dataclass(frozen=True)
class ByRecipient:
    """The way out to the server that a recipient's name begins with, under this process's own name."""

    ports: Mapping[str, int]

    def send(self, mail: EmailMessage) -> None:
        (recipient,) = mail["To"].addresses
        MailServer(
            host="127.0.0.1",
            port=self.ports[recipient.username.partition("-")[0]],
            greets_as=f"{os.getpid()}.sender.example",
            step_seconds=STEP_SECONDS,
            text_seconds=TEXT_SECONDS,
        ).send(mail)


def use_dummy_letters() -> None:
    create_app = factory.create_app

    def create_with_dummies(settings: Settings | None = None, questionnaires: Catalogue | None = None) -> Flask:
        made = create_app(settings, questionnaires)
        made.jinja_env.loader = ChoiceLoader([FileSystemLoader(FOLDER), made.jinja_env.loader or FileSystemLoader([])])
        return made

    factory.create_app = create_with_dummies
    remind.join_tables = lambda: {MessageKind.ACCESS_LINK: lambda *_: LINK_FACTS}


def press_time() -> None:
    message.RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in LADDER)
    messages.LEASE = timedelta(seconds=LEASE_SECONDS)
    transport.LIMIT = LEASE_SECONDS / 2
    remind.LOOK_EVERY = 0.05
    server.RESPAWN_SECONDS = 0.05


def send() -> None:
    """Keep three senders at work until told to end; whoever kills one gets another."""
    press_time()
    ports = json.loads(os.environ[PORTS])
    remind.open_transport = lambda *_arguments, **_named: ByRecipient(ports)
    app, parent = factory.create_app(), os.getpid()

    def enter() -> None:
        server.end_with(parent)
        remind.keep_sending(app)

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    with ExitStack() as senders:
        for _ in range(SENDERS):
            senders.enter_context(server.keep_beside(enter))
        signal.sigwait({signal.SIGTERM})


def send_without_lease() -> None:
    """The control: senders look what is due and note nothing before it is out."""

    def look(session: Session, *, lease: UUID, open_domain: str, domain: str, now: datetime, **_rest: Any) -> Any:
        is_due = Message.state.in_(("queued", "failed")) & (Message.next_try_at <= now)
        due = select(*Message.__table__.columns).where(is_due).order_by(Message.next_try_at).limit(1)
        row = session.execute(due).mappings().first()
        fixed = {"message_id": row["message_id"].replace(open_domain, domain)} if row else {}
        return dict(row) | fixed | {"lease": lease, "attempts": row["attempts"] + 1} if row else None

    def note(session: Session, *, message_id: UUID, state: str, next_try_at: datetime, **_rest: Any) -> bool:
        values = {"state": state, "next_try_at": next_try_at, "attempts": Message.attempts + 1}
        session.execute(update(Message).where(Message.id == message_id).values(**values))
        return True

    rows.claim_due, rows.settle, rows.extend_lease = look, note, lambda *_arguments, **_named: True
    send()


def serve() -> None:
    """The production server as it is, with four workers."""
    from om_selfcheck.cli.__main__ import om

    server.WORKERS, server.GRACE_SECONDS = WEB_WORKERS, 1
    om(["run"], prog_name="mailing")


MODES: dict[str, Callable[[], None]] = {one.__name__: one for one in (send, send_without_lease, serve)}

if __name__ == "__main__":
    use_dummy_letters()
    MODES[sys.argv[1]]()
