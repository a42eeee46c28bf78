"""One line of JSON a request on standard error, without personal data: no address, no path (it may hold a token)."""

import json
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, request

from om_selfcheck.web.security import request_id

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"})


def init_app(app: Flask) -> None:
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's own would write path and values
    app.before_request(_start)
    app.after_request(_finish)


def log_failure(error: BaseException) -> None:
    """Keep what went wrong: the kind and the place, not the values, which may be a person's."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    _write("failure", "error", kind=type(error).__name__, where=where, endpoint=request.endpoint)


def _log_exception(exc_info: Any) -> None:  # noqa: ANN401 - as Flask hands it over
    if isinstance(exc_info, tuple) and exc_info[1] is not None:
        log_failure(exc_info[1])


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    begin = g.get("started")
    _write(
        "request",
        "info",
        method=request.method if request.method in METHODS else "other",  # anybody can write a word there
        endpoint=request.endpoint,
        status=response.status_code,
        ms=None if begin is None else round((time.perf_counter() - begin) * 1000, 1),
    )
    return response


def _write(event: str, level: str, **facts: str | float | None) -> None:
    """Write a line as one piece; a log that takes nothing, such as one on a full disk, stops no answer (P4)."""
    head = {"timestamp": datetime.now(UTC).isoformat(), "level": level, "event": event, "request_id": request_id()}
    with suppress(OSError, ValueError):
        sys.stderr.write(json.dumps(head | facts) + "\n")
        sys.stderr.flush()
