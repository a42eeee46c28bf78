"""P12, P15: whoever sends slowly, or nothing of what was announced, holds up nobody else."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from bench import server
from om_selfcheck.config import WAITING
from om_selfcheck.domain.questionnaire import Questionnaire
from tests.proofs import broken_server
from tests.proofs.conftest import People

SENDERS = 60
PATIENCE = 3.0
ANNOUNCED = (
    b" /assessments HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\n"
)


@contextmanager
def silent_senders(port: int, method: bytes, count: int = SENDERS) -> Iterator[list[socket.socket]]:
    """Announce a body on many connections and send none of it."""
    with ExitStack() as stack:
        senders = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)]
        for one in senders:
            one.settimeout(PATIENCE)
            one.sendall(method + ANNOUNCED)
        yield senders


def first_line(port: int, request: bytes) -> bytes:
    """Return the status line of an answer; nothing where none comes within a while."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        try:
            return connection.recv(12)
        except TimeoutError:
            return b""


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.mark.long
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"POST", b"PUT"])
def test_silent_senders_hold_up_nobody(running: server.Server, method: bytes) -> None:
    with silent_senders(running.port, method):
        assert [first_line(running.port, HEALTH) for _ in range(4)] == [b"HTTP/1.1 200"] * 4


@pytest.mark.long
def test_a_save_goes_through_beside_silent_senders(
    running: server.Server, people: People, questionnaire: Questionnaire
) -> None:
    with silent_senders(running.port, b"POST"):
        owner = people.start(running.port, questionnaire.slug)
        assert owner.save("1.1.a", "some").status == 200


@pytest.mark.long
def test_who_reads_is_answered_and_who_sends_is_refused_where_too_many_are_waited_for(running: server.Server) -> None:
    with silent_senders(running.port, b"POST", WAITING * 2 + 40) as senders:
        assert [first_line(running.port, HEALTH) for _ in range(8)] == [b"HTTP/1.1 200"] * 8
        answered = 0
        for one in senders:
            one.settimeout(0.05)
            with suppress(TimeoutError):
                answered += one.recv(12) == b"HTTP/1.1 503"
        assert answered >= 40


@pytest.mark.long
def test_a_body_that_breaks_off_is_answered_with_words(running: server.Server) -> None:
    with silent_senders(running.port, b"POST", 1) as (sender,):
        sender.sendall(b"ab")
        sender.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: sender.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 408")


@pytest.mark.long
def test_control_threads_that_work_and_wait_alike_are_held_up(tmp_path: Path) -> None:
    module = broken_server.module_of(broken_server.wait_while_working)
    with server.running(tmp_path / "instance", module=module) as broken, silent_senders(broken.port, b"POST"):
        assert any(first_line(broken.port, HEALTH) == b"" for _ in range(100))
