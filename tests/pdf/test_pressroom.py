"""The press in a process of its own: the same bytes, and nobody waits for one that died (P19)."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest

from om_selfcheck.cli.server import keep_beside
from om_selfcheck.pdf import pressroom
from om_selfcheck.pdf.pressroom import Pressroom, open_pressroom
from om_selfcheck.pdf.renderer import PdfNotMade, Press, PressBusy

PAGE = '<html lang="de"><head><title>Probe</title></head><body><h1>Probe</h1></body></html>'
ORDER: dict[str, Any] = {"document": "plan", "has_one_page": False}
TRAP = "<html>stop</html>"


@pytest.fixture
def room() -> Iterator[Pressroom]:
    with open_pressroom() as opened:
        yield opened


def _kept(room: Pressroom, work: Callable[[], None] | None = None) -> ExitStack:
    def enter() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # as the server's press does: it ends when asked
        (work or room.keep_printing)()

    stack = ExitStack()
    stack.enter_context(keep_beside(enter))
    return stack


def test_prints_what_this_process_would_print(room: Pressroom) -> None:
    with _kept(room):
        assert room.print(PAGE, **ORDER) == Press().print(PAGE, **ORDER)


def test_orders_wait_while_the_process_is_started_again(room: Pressroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressroom, "DOCUMENTS", 1)
    with _kept(room):
        assert len({room.print(PAGE, **ORDER) for _ in range(3)}) == 1


def test_an_order_that_its_process_died_over_is_printed_by_the_next(room: Pressroom, tmp_path: Path) -> None:
    with _kept(room, lambda: _die_once(room, tmp_path / "died")):
        assert room.print(PAGE, **ORDER).startswith(b"%PDF")
    assert (tmp_path / "died").exists()


def test_an_order_that_kills_every_process_is_refused(room: Pressroom) -> None:
    with _kept(room, lambda: _die_over_the_trap(room)):
        with pytest.raises(PdfNotMade):
            room.print(TRAP, **ORDER)
        assert room.print(PAGE, **ORDER).startswith(b"%PDF"), "the others are printed"


def test_an_order_that_cannot_be_printed_is_refused(room: Pressroom) -> None:
    with _kept(room), pytest.raises(PdfNotMade):
        room.print(PAGE, document="no such document", has_one_page=False)


def test_nobody_waits_for_ever(room: Pressroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressroom, "SECONDS", 0.1)
    begin = monotonic()
    with pytest.raises(PdfNotMade):
        room.print(PAGE, **ORDER)
    assert monotonic() - begin < 5


def test_what_took_too_long_is_not_tried_again(room: Pressroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressroom, "SECONDS", 0.5)
    begin = monotonic()
    with pytest.raises(PdfNotMade):
        room.print(PAGE, **ORDER)
    assert monotonic() - begin < 0.9


def test_no_more_than_a_few_wait_at_a_time(room: Pressroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressroom, "SECONDS", 1.0)
    waiters = [Thread(target=_wait_in_vain, args=(room,)) for _ in range(pressroom.WAITERS)]
    for one in waiters:
        one.start()
    sleep(0.3)
    begin = monotonic()
    with pytest.raises(PressBusy):
        room.print(PAGE, **ORDER)
    assert monotonic() - begin < 0.3
    for one in waiters:
        one.join()
    with pytest.raises(PdfNotMade) as refused:
        room.print(PAGE, **ORDER)
    assert not isinstance(refused.value, PressBusy), "the control: places are given back"


def test_a_press_that_works_too_long_is_replaced_and_no_deserted_order_is_printed(
    room: Pressroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pressroom, "SECONDS", 0.4)
    monkeypatch.setattr(pressroom, "GRACE", 0.1)
    monkeypatch.setattr(pressroom, "Press", lambda: _Sleeper(tmp_path / "printed"))
    for _ in range(3):
        with pytest.raises(PdfNotMade):
            room.print("deserted", **ORDER)
    monkeypatch.setattr(pressroom, "SECONDS", 2)
    with _kept(room):
        with pytest.raises(PdfNotMade):
            room.print(TRAP, **ORDER)
        assert room.print("next", **ORDER) == b"%PDF"
    assert (tmp_path / "printed").read_text().split() == [TRAP, "next"]


class _Sleeper:
    """A press that never comes to an end over the trap."""

    def __init__(self, notes: Path) -> None:
        self.notes = notes

    def print(self, html: str, **_order: object) -> bytes:
        with self.notes.open("a") as notes:
            notes.write(html + "\n")
        if html == TRAP:
            sleep(60)
        return b"%PDF"


def _wait_in_vain(room: Pressroom) -> None:
    with suppress(PdfNotMade):
        room.print(PAGE, **ORDER)


def _die_once(room: Pressroom, mark: Path) -> None:
    if not mark.exists():
        mark.touch()
        _take(room)
        os.kill(os.getpid(), signal.SIGKILL)
    room.keep_printing()


def _die_over_the_trap(room: Pressroom) -> None:
    press = Press()
    while True:
        connection = _take(room)
        order = json.loads(pressroom.read_all(connection))
        if order["html"] == TRAP:
            os.kill(os.getpid(), signal.SIGKILL)
        connection.sendall(press.print(**order))
        connection.close()


def _take(room: Pressroom) -> socket.socket:
    return room.door.accept()[0]
