"""The press in a process of its own: saving never waits for a PDF, and one that breaks takes nobody along (P15, P19).

Between the two: a Unix socket, one document a connection, the order as JSON, the file as bytes. The socket is there as
long as the room, so orders wait while the process is started again; it ends by itself now and then, since what prints
keeps growing a little.
"""

import ctypes
import json
import os
import select
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore

from om_selfcheck.log import describe, write_line
from om_selfcheck.pdf.renderer import PdfNotMade, Press, PressBusy

WAITING = 128  # orders
DOCUMENTS = 50  # until the process makes room for a fresh one
SECONDS = 60
GRACE = 1.0  # by then whoever waited has given up, so nobody asks again
TRIES = 2
WAITERS = 4  # of a process; the others of its threads are left to those who save and read
NICENESS = 5
_PIECE = 1 << 16


class Pressroom:
    """Both ends of the socket: `keep_printing` is the process, `print` is what the pages call."""

    def __init__(self, door: socket.socket) -> None:
        self.door = door
        self.address = door.getsockname()
        self._places = BoundedSemaphore(WAITERS)

    def print(self, html: str, *, document: str, has_one_page: bool) -> bytes:
        """Return the file; PdfNotMade where the press broke over it twice, or takes too long, PressBusy at once."""
        order = json.dumps({"html": html, "document": document, "has_one_page": has_one_page}).encode()
        if not self._places.acquire(blocking=False):
            raise PressBusy
        try:
            return self._insist(order)
        finally:
            self._places.release()

    def keep_printing(self) -> None:
        """Print what is ordered, one after another, until it is time for a fresh process."""
        os.nice(NICENESS)
        press = Press()
        for _ in range(DOCUMENTS):
            order, _sender = self.door.accept()
            with order:
                _serve(press, order)
            ctypes.CDLL(None).malloc_trim(0)

    def _insist(self, order: bytes) -> bytes:
        """Ask once more where the press broke; what took too long once would hold it up again."""
        for _ in range(TRIES):
            with suppress(OSError):  # whoever printed is gone; another one is about to come
                try:
                    content = self._ask(order)
                except TimeoutError as error:
                    raise PdfNotMade from error
                if content:
                    return content
        raise PdfNotMade

    def _ask(self, order: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(self.address)
            connection.sendall(order)
            connection.shutdown(socket.SHUT_WR)
            return read_all(connection)


@contextmanager
def open_pressroom() -> Iterator[Pressroom]:
    """Open the door; the folder keeps everybody else out, and its name is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="om-press-") as folder, socket.socket(socket.AF_UNIX) as door:
        door.bind(str(Path(folder) / "door"))
        door.listen(WAITING)
        yield Pressroom(door)


def _serve(press: Press, connection: socket.socket) -> None:
    """Answer one order; one that cannot be printed gets no byte, and the log says why.

    One that nobody waits for any more is left out, and one that takes too long ends this process: another one begins.
    """
    connection.settimeout(SECONDS)
    try:
        order = json.loads(read_all(connection))
        if _is_deserted(connection):
            return
        signal.setitimer(signal.ITIMER_REAL, SECONDS + GRACE)
        connection.sendall(press.print(**order))
    except Exception as error:  # noqa: BLE001 - the next order shall be printed
        write_line("failure", "error", **describe(error))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _is_deserted(connection: socket.socket) -> bool:
    """Say whether who ordered has hung up."""
    look = select.poll()
    look.register(connection, 0)  # the hang-up is always told
    return bool(look.poll(0))


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(_PIECE), b""))
