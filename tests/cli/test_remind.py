"""`./om remind`: what it queues, sends and prints; a wrong mail setting stops everything with a message."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from om_selfcheck import clock, factory
from om_selfcheck.cli import remind
from om_selfcheck.cli.jobs import Queued, Queueing
from om_selfcheck.config import Settings
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.installation import open_engine
from om_selfcheck.services.messages import queue_message
from om_selfcheck.store.models import Message
from tests.cli.shell import type_in
from tests.mail.dummies import FOLDER, LINK_FACTS

KIND = MessageKind.ACCESS_LINK


@pytest.fixture(autouse=True)
def _mail_as_by_default(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - on a fresh instance
    for name in ("OM_MAIL_URL", "OM_MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ledger(instance: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A migrated instance that knows one made-up letter."""
    create_app = factory.create_app

    def create_with_dummies(settings: Settings) -> Flask:
        made = create_app(settings)
        made.jinja_env.loader = ChoiceLoader([FileSystemLoader(FOLDER), made.jinja_env.loader or FileSystemLoader([])])
        return made

    monkeypatch.setattr(factory, "create_app", create_with_dummies)
    monkeypatch.setattr(remind, "join_tables", lambda: {KIND: lambda *_: LINK_FACTS})
    monkeypatch.setattr(remind, "JOBS", ())
    assert type_in("migrate").exit_code == 0
    engine = open_engine(f"sqlite:///{instance / 'om.db'}")
    yield engine
    engine.dispose()


def queue(session: Session, name: str, now: datetime) -> bool:
    return queue_message(session, kind=KIND, subject=name, address=f"{name}@b.de", language="de", now=now)


def queue_now(ledger: Engine, *names: str) -> None:
    with Session(ledger) as session, session.begin():
        for name in names:
            queue(session, name, clock.now())


def queue_two(queueing: Queueing) -> Queued:
    if queueing.is_dry:
        return Queued(kinds={"access_link": 2})
    with Session(queueing.writer) as session, session.begin():
        return Queued(kinds={"access_link": sum(queue(session, name, queueing.now) for name in ("x", "y"))})


def break_after_queueing(queueing: Queueing) -> Queued:
    with Session(queueing.writer) as session, session.begin():
        queue(session, "half", queueing.now)
        raise RuntimeError("Alma Beck")


def stumble_over_one(queueing: Queueing) -> Queued:
    return Queued(kinds=queue_two(queueing).kinds, failed=("renewal 7K3MZQ-9P2XWD-4TBVHC: ValueError",))


def subjects(ledger: Engine) -> dict[str, str]:
    with Session(ledger) as session:
        return {row.subject: row.state for row in session.scalars(select(Message))}


def outbox(instance: Path) -> list[Path]:
    return sorted((instance / "outbox").glob("*.eml"))


def test_what_is_due_is_queued_and_sent_and_the_counts_are_the_result(
    instance: Path, ledger: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remind, "JOBS", (queue_two,))
    queue_now(ledger, "a")
    result = type_in("remind")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "queued: 2 access_link",
        "sent: 3",
        "failed: 0",
        "undeliverable: 0",
        "cancelled: 0",
        "cleared checks: 0; erased companies: 0; forgotten mails: 0",
        "undeliverable in the last 30 days: 0",
    ]
    assert len(outbox(instance)) == 3
    again = type_in("remind").output.splitlines()
    assert again[:2] == ["queued: 0", "sent: 0"]


def test_a_dry_run_says_the_same_counts_and_changes_nothing(
    instance: Path, ledger: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remind, "JOBS", (queue_two,))
    queue_now(ledger, "a")
    result = type_in("remind", "--dry-run")
    assert result.exit_code == 0
    assert result.output.splitlines() == ["queued: 2 access_link", "due: 3"]
    assert subjects(ledger) == {"a": "queued"}
    assert outbox(instance) == []


def test_a_job_that_breaks_is_said_keeps_nothing_and_stops_nobody_else(
    ledger: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remind, "JOBS", (break_after_queueing, queue_two))
    queue_now(ledger, "a")
    result = type_in("remind")
    assert result.exit_code == 1
    assert "A job was not done" in result.output
    assert '"kind": "RuntimeError"' in result.output
    assert "Alma Beck" not in result.output
    assert subjects(ledger) == {"a": "sent", "x": "sent", "y": "sent"}


@pytest.mark.parametrize("arguments", [("remind",), ("remind", "--dry-run")])
def test_a_record_that_cannot_be_read_is_named_and_the_others_get_their_mail(
    ledger: Engine, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(remind, "JOBS", (stumble_over_one,))
    result = type_in(*arguments)
    assert result.exit_code == 1
    assert '"record": "renewal 7K3MZQ-9P2XWD-4TBVHC: ValueError"' in result.output
    assert "Records that could not be read: 1." in result.output
    assert result.output.startswith("{")
    assert "queued: 2 access_link" in result.output
    assert subjects(ledger) == ({"x": "sent", "y": "sent"} if arguments == ("remind",) else {})


def test_refused_mails_are_counted_by_what_becomes_of_them(ledger: Engine, instance: Path) -> None:
    (instance / "outbox").write_text("no folder")
    queue_now(ledger, "a")
    lines = type_in("remind").output.splitlines()
    assert "failed: 1" in lines
    assert subjects(ledger) == {"a": "failed"}


def test_what_was_given_up_lately_is_in_the_result(ledger: Engine) -> None:
    queue_now(ledger, "a", "b")
    with Session(ledger) as session, session.begin():
        a, b = session.scalars(select(Message).order_by(Message.subject)).all()
        a.state = b.state = "undeliverable"
        b.next_try_at -= timedelta(days=31)
    assert "undeliverable in the last 30 days: 1" in type_in("remind").output.splitlines()


def test_without_tables_it_says_what_to_type() -> None:
    result = type_in("remind")
    assert result.exit_code == 1
    assert "./om migrate" in result.output


@pytest.mark.parametrize("command", ["run", "remind"])
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OM_MAIL_URL", "mail.example.org"),
        ("OM_MAIL_URL", "smtp://om:geheim#1@mail.example.org"),
        ("OM_MAIL_FROM", "geheim"),
        ("OM_MAIL_FROM", "a@b.de, c@d.de"),
    ],
)
def test_a_wrong_mail_setting_stops_the_start_by_its_name(
    monkeypatch: pytest.MonkeyPatch, command: str, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    result = type_in(command)
    assert result.exit_code == 1
    assert variable in result.output
    assert variable == "OM_MAIL_FROM" or "geheim" not in result.output
