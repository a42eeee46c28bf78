"""The sender beside the workers of `./om run`: mails go out without cron, it comes back when killed, and it ends."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bench import server
from bench.processes import is_alive
from om_selfcheck.cli.server import SENDER_NAME
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.installation import open_engine
from om_selfcheck.services.messages import queue_message
from tests.mail.sink import HOST, hanging

SERVE = ("tests.proofs.mailing", "serve")
WITHIN = 20.0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[server.Server]:
    started = server.start(tmp_path / "instance", module=SERVE)
    yield started
    started.stop()


def queue(folder: Path, name: str) -> None:
    engine = open_engine(f"sqlite:///{folder / 'om.db'}")
    with Session(engine) as session, session.begin():
        now = datetime.now(UTC)
        address = f"{name}@betrieb.example"
        queue_message(session, kind=MessageKind.ACCESS_LINK, subject=name, address=address, language="de", now=now)
    engine.dispose()


def find_sender(running: server.Server) -> int | None:
    for pid in running.workers():
        with suppress(OSError):  # it has just ended
            if Path(f"/proc/{pid}/comm").read_bytes().strip() == SENDER_NAME:
                return pid
    return None


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WITHIN
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def count_mails(running: server.Server) -> int:
    return len(list((running.folder / "outbox").glob("*.eml")))


@pytest.mark.long
def test_mails_go_out_by_themselves_and_a_killed_sender_is_replaced(running: server.Server) -> None:
    queue(running.folder, "first")
    wait_for(lambda: count_mails(running) == 1, "no mail")
    before = find_sender(running)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: find_sender(running) not in (None, before), "no other sender")
    queue(running.folder, "second")
    wait_for(lambda: count_mails(running) == 2, "no second mail")


@pytest.mark.long
@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_the_sender_ends_with_the_server(tmp_path: Path, signal_number: signal.Signals) -> None:
    """Ctrl+C reaches every process of the terminal, a stop by the system only the first."""
    running = server.start(tmp_path, module=SERVE)
    wait_for(lambda: find_sender(running) is not None, "no sender")
    sender = find_sender(running)
    assert sender is not None
    if signal_number is signal.SIGINT:
        os.killpg(running.process.pid, signal_number)
    else:
        running.process.send_signal(signal_number)
    running.process.wait(WITHIN)
    assert not is_alive(sender)


@pytest.mark.long
def test_a_hanging_mail_server_holds_up_neither_start_nor_end(tmp_path: Path) -> None:
    with server.running(tmp_path / "instance", module=SERVE):
        pass
    queue(tmp_path / "instance", "first")
    with hanging() as port:
        settings = {"OM_MAIL_URL": f"smtp://{HOST}:{port}"}
        running = server.start(tmp_path / "instance", module=SERVE, settings=settings)
        wait_for(lambda: find_sender(running) is not None, "no sender")
        sender = find_sender(running)
        time.sleep(1)
        running.process.terminate()
        running.process.wait(10)
        assert sender is not None
        assert not is_alive(sender)
