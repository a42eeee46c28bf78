"""Takes in whole what a request sends, before anybody works on it: a slow sender holds up nobody else (P12, P15).

The server's stream of a body waits for as long as its sender likes and cannot be told to stop. So a body is waited for
by one of many threads that do nothing else meanwhile, only where one is due, and never by so many that none is left
for those who send nothing. A transaction begins after that; a slow sender never holds the write lock.
"""

from collections.abc import Iterable
from io import BytesIO
from threading import BoundedSemaphore, Semaphore
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, RequestTimeout, ServiceUnavailable

from om_selfcheck.config import WAITING, WORKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class TooManySenders(ServiceUnavailable):
    """So many bodies are waited for that no further one is."""


class NotAllCame(RequestTimeout):
    """The sender stopped, or went, in the middle of the body."""


class Intake:
    """The application behind a door at which bodies are taken in."""

    def __init__(self, app: "WSGIApplication", longest: int) -> None:
        self._app = app
        self._longest = longest
        self._waiting = BoundedSemaphore(WAITING)
        self._working = Semaphore(WORKING)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["wsgi.input"] = self._take_in(environ)
        environ["wsgi.input_terminated"] = True
        with self._working:
            return self._app(environ, start_response)

    def _take_in(self, environ: "WSGIEnvironment") -> BytesIO:
        length = _read_length(environ)
        if environ["REQUEST_METHOD"] in WITHOUT_BODY or not 0 < length <= self._longest:
            return BytesIO()  # one that is too long is refused by its length
        if not self._waiting.acquire(blocking=False):
            return _Missing(TooManySenders())
        try:
            body = environ["wsgi.input"].read(length)
        finally:
            self._waiting.release()
        return BytesIO(body) if len(body) == length else _Missing(NotAllCame())


class _Missing(BytesIO):
    """In place of a body that is not there: whoever reads the form says why."""

    def __init__(self, reason: HTTPException) -> None:
        super().__init__()
        self._reason = reason

    def readinto(self, _buffer: object) -> int:
        raise self._reason

    def read(self, _size: int | None = -1) -> bytes:
        raise self._reason


def _read_length(environ: "WSGIEnvironment") -> int:
    """Return how much is announced; what announces nothing sends nothing that we take."""
    written = environ.get("CONTENT_LENGTH") or ""
    return int(written) if written.isascii() and written.isdigit() else 0
