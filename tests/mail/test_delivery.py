"""Sending what is due: one by one, each settled by itself; what goes wrong with one holds up nobody else (P6)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from om_selfcheck.domain.message import RETRY_AFTER, MessageKind, MessageState, Problem
from om_selfcheck.mail import delivery
from om_selfcheck.mail.delivery import Sender, send_due
from om_selfcheck.mail.transport import NotTaken
from om_selfcheck.services import messages
from om_selfcheck.services.letters import Claimed, Facts
from om_selfcheck.services.messages import LEASE
from om_selfcheck.store.models import Message
from tests.factories import NOW
from tests.mail.dummies import LINK_FACTS
from tests.mail.golden import sample_letterhead

KIND = MessageKind.ACCESS_LINK
S = MessageState


class Post:
    """A way out that remembers, and refuses as it is told, in turn; then it says yes."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.problems: list[Problem | None] = []

    def send(self, mail: EmailMessage) -> None:
        problem = self.problems.pop(0) if self.problems else None
        if problem in (None, Problem.UNANSWERED):
            self.taken.append(mail)
        if problem:
            raise NotTaken(problem)

    @property
    def recipients(self) -> list[str]:
        return [str(mail["To"]) for mail in self.taken]


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def complaints() -> list[Exception]:
    return []


@pytest.fixture
def sender(engine: Engine, dummy_app: Flask, post: Post, clock: Clock, complaints: list[Exception]) -> Iterator[Sender]:
    with dummy_app.app_context():
        yield Sender(
            engine=engine,
            transport=post,
            letterhead=sample_letterhead(dummy_app),
            letters={KIND: lambda *_: LINK_FACTS},
            complain=complaints.append,
            now=clock,
        )


def queue(session: Session, *names: str, kind: MessageKind = KIND) -> None:
    for number, name in enumerate(names):
        at = NOW - timedelta(hours=1) + timedelta(seconds=number)
        address = f"{name}@betrieb.example"
        messages.queue_message(session, kind=kind, subject=name, address=address, language="de", now=at)
    session.commit()


def states(session: Session) -> dict[str, str]:
    session.expire_all()
    found = {row.subject: row.state for row in session.scalars(select(Message))}
    session.rollback()
    return found


def test_what_is_due_goes_out_once_in_the_order_it_waited(session: Session, sender: Sender, post: Post) -> None:
    queue(session, "a", "b", "c")
    assert send_due(sender) == Counter({S.SENT: 3})
    assert send_due(sender) == Counter()
    assert post.recipients == ["a@betrieb.example", "b@betrieb.example", "c@betrieb.example"]
    assert len({mail["Message-ID"] for mail in post.taken}) == 3
    assert all(mail["Message-ID"].endswith("@example.org>") for mail in post.taken)


def test_nothing_is_open_while_a_mail_is_on_its_way(session: Session, sender: Sender, engine: Engine) -> None:
    """Somebody else can write meanwhile, however long the server takes."""

    class Slow(Post):
        def send(self, mail: EmailMessage) -> None:
            with Session(engine) as other, other.begin():
                other.execute(update(Message).where(Message.subject == "b").values(stage="written meanwhile"))
            super().send(mail)

    queue(session, "a", "b")
    assert send_due(replace(sender, transport=Slow())) == Counter({S.SENT: 2})


def test_what_is_no_longer_wanted_is_cancelled(session: Session, sender: Sender, post: Post) -> None:
    queue(session, "a")
    assert send_due(replace(sender, letters={KIND: lambda *_: None})) == Counter({S.CANCELLED: 1})
    assert post.taken == []


def test_refusals_are_counted_and_tried_again_in_their_time(
    session: Session, sender: Sender, post: Post, clock: Clock
) -> None:
    queue(session, "a", "b", "c")
    post.problems = [Problem.NOT_NOW, Problem.ADDRESS_REFUSED]
    assert send_due(sender) == Counter({S.FAILED: 1, S.UNDELIVERABLE: 1, S.SENT: 1})
    assert states(session) == {"a": "failed", "b": "undeliverable", "c": "sent"}
    clock.at += RETRY_AFTER[0]
    assert send_due(sender) == Counter({S.SENT: 1})
    assert post.recipients == ["c@betrieb.example", "a@betrieb.example"]


def test_a_second_copy_has_the_same_message_id_and_there_is_no_third(
    session: Session, sender: Sender, post: Post, clock: Clock
) -> None:
    queue(session, "a")
    post.problems = [Problem.UNANSWERED] * 7
    for pause in RETRY_AFTER:
        send_due(sender)
        clock.at += pause
    assert len(post.taken) == 2
    assert len({mail["Message-ID"] for mail in post.taken}) == 1
    assert states(session) == {"a": "undeliverable"}


def test_a_bad_message_stops_nobody_else_and_is_complained_of_without_its_values(
    session: Session, sender: Sender, post: Post, complaints: list[Exception]
) -> None:
    def choosy(_session: Session, claimed: Claimed, _now: datetime) -> Facts | None:
        if claimed.subject == "a":
            raise RuntimeError("its letter breaks")
        return {"company": "Beck"} if claimed.subject == "b" else LINK_FACTS  # b: a fact is missing

    queue(session, "a", "b", "c", "d", "e")
    session.execute(update(Message).where(Message.subject == "c").values(facts="{"))
    session.execute(update(Message).where(Message.subject == "d").values(kind="unknown"))
    session.commit()
    assert send_due(replace(sender, letters={KIND: choosy})) == Counter({S.FAILED: 4, S.SENT: 1})
    assert post.recipients == ["e@betrieb.example"]
    assert len(complaints) == 4
    rows = session.scalars(select(Message).where(Message.state == "failed")).all()
    assert {row.problem for row in rows} == {"not_written"}


def test_a_letter_that_breaks_leaves_nothing_of_what_it_wrote(session: Session, sender: Sender) -> None:
    def write_and_break(session: Session, _claimed: Claimed, _now: datetime) -> Facts:
        session.execute(update(Message).values(stage="written"))
        raise RuntimeError

    queue(session, "a")
    send_due(replace(sender, letters={KIND: write_and_break}))
    assert session.scalars(select(Message.stage)).all() == [""]


def test_a_kind_without_a_letter_waits_for_one(session: Session, sender: Sender) -> None:
    queue(session, "a", kind=MessageKind.RENEWAL)
    assert send_due(sender) == Counter({S.FAILED: 1})


def test_a_mail_that_is_out_is_noted_although_the_database_is_away_for_a_moment(
    session: Session, sender: Sender, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, troubles = messages.settle_message, [1, 2]

    def settle_late(*arguments: object, **named: object) -> MessageState:
        if troubles:
            troubles.pop()
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return settle(*arguments, **named)  # type: ignore[arg-type]

    queue(session, "a")
    monkeypatch.setattr(delivery, "SETTLE_PAUSE", 0)
    monkeypatch.setattr(messages, "settle_message", settle_late)
    assert send_due(sender) == Counter({S.SENT: 1})
    assert (troubles, len(post.taken)) == ([], 1)


def test_who_was_held_up_for_longer_than_the_lease_settles_nothing(
    session: Session, sender: Sender, post: Post, clock: Clock
) -> None:
    class Suspended(Post):
        """The machine sleeps in the middle; another sender does the work meanwhile."""

        def send(self, mail: EmailMessage) -> None:
            super().send(mail)
            clock.at += LEASE
            assert send_due(replace(sender, transport=post)) == Counter({S.SENT: 1})
            raise NotTaken(Problem.ADDRESS_REFUSED)

    queue(session, "a")
    assert send_due(replace(sender, transport=Suspended())) == Counter()
    assert states(session) == {"a": "sent"}


def test_told_to_stop_it_finishes_the_message_it_is_at(session: Session, sender: Sender, post: Post) -> None:
    queue(session, "a", "b")
    assert send_due(sender, may_go_on=lambda: not post.taken) == Counter({S.SENT: 1})
    assert states(session) == {"a": "sent", "b": "queued"}
