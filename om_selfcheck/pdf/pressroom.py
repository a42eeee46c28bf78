"""The press in a process of its own: saving never waits for a PDF, and one that breaks takes nobody along (P15, P19).

Between the two: a Unix socket, one document a connection, the order as JSON, the file as bytes. The socket is there as
long as the room, so orders wait while the process is started again; it ends by itself now and then, since what prints
keeps growing a little.
"""

import ctypes
import json
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from om_selfcheck.log import describe, write_line
from om_selfcheck.pdf.renderer import PdfNotMade, Press

WAITING = 128  # orders
DOCUMENTS = 50  # until the process makes room for a fresh one
SECONDS = 60
TRIES = 2
NICENESS = 5
_PIECE = 1 << 16


class Pressroom:
    """Both ends of the socket: `keep_printing` is the process, `print` is what the pages call."""

    def __init__(self, door: socket.socket) -> None:
        self.door = door
        self.address = door.getsockname()

    def print(self, html: str, *, document: str, has_one_page: bool) -> bytes:
        """Return the file; PdfNotMade where the press broke over it twice, or takes too long."""
        order = json.dumps({"html": html, "document": document, "has_one_page": has_one_page}).encode()
        for _ in range(TRIES):
            with suppress(OSError):  # whoever printed is gone; another one is about to come
                if content := self._ask(order):
                    return content
        raise PdfNotMade

    def keep_printing(self) -> None:
        """Print what is ordered, one after another, until it is time for a fresh process."""
        os.nice(NICENESS)
        press = Press()
        for _ in range(DOCUMENTS):
            order, _sender = self.door.accept()
            with order:
                _serve(press, order)
            ctypes.CDLL(None).malloc_trim(0)

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
    """Answer one order; one that cannot be printed gets no byte, and the log says why."""
    connection.settimeout(SECONDS)
    try:
        connection.sendall(press.print(**json.loads(read_all(connection))))
    except Exception as error:  # noqa: BLE001 - the next order shall be printed
        write_line("failure", "error", **describe(error))


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(_PIECE), b""))
