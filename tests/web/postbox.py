"""The post as people get it: what is queued goes out by the real sender into a box that tests look into."""

import re
from email.message import EmailMessage

from flask import Flask

from om_selfcheck.domain.message import Problem
from om_selfcheck.extensions import db
from om_selfcheck.mail.delivery import Sender, send_due
from om_selfcheck.mail.messages import make_letterhead
from om_selfcheck.mail.transport import NotTaken
from om_selfcheck.services.letters import join_tables
from tests.mail.golden import text_of

CONFIRM = re.compile(r"/confirm-address/[\w-]{43}")
PRESSED = {"confirm": "1"}  # what the button sends
ACCESS = re.compile(r"/access/[\w-]{43}")
CODE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$", re.MULTILINE)


class Box:
    """Takes every mail, or none for a reason."""

    def __init__(self, problem: Problem | None) -> None:
        self.mails: list[EmailMessage] = []
        self.problem = problem

    def send(self, mail: EmailMessage) -> None:
        if self.problem:
            raise NotTaken(self.problem)
        self.mails.append(mail)


def collect(app: Flask, *, problem: Problem | None = None) -> list[EmailMessage]:
    """Send what is due and return it; a mail that cannot be written fails the test."""
    box = Box(problem)
    with app.app_context():
        sender = Sender(
            engine=db.engine,
            transport=box,
            letterhead=make_letterhead(app),
            letters=join_tables(),
            complain=_fail,
        )
        send_due(sender)
    return box.mails


def confirm_link(mail: EmailMessage) -> str:
    return _find(CONFIRM, mail)


def access_links(mail: EmailMessage) -> list[str]:
    return ACCESS.findall(text_of(mail))


def code_of(mail: EmailMessage) -> str:
    return _find(CODE, mail)


def _find(pattern: re.Pattern[str], mail: EmailMessage) -> str:
    found = pattern.search(text_of(mail))
    assert found is not None
    return found[0]


def _fail(error: Exception) -> None:
    raise error
