"""One line of JSON a request on standard error, without personal data: no address, no path (it may hold a token)."""

import time
from typing import Any

from flask import Flask, Response, g, request

from om_selfcheck.log import describe, write_line
from om_selfcheck.web.security import request_id

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"})


def init_app(app: Flask) -> None:
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's own would write path and values
    app.before_request(_start)
    app.after_request(_finish)


def log_failure(error: BaseException) -> None:
    """Keep what went wrong: the kind and the place."""
    write_line("failure", "error", request_id=request_id(), **describe(error), endpoint=request.endpoint)


def _log_exception(exc_info: Any) -> None:  # noqa: ANN401 - as Flask hands it over
    if isinstance(exc_info, tuple) and exc_info[1] is not None:
        log_failure(exc_info[1])


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    begin = g.get("started")
    write_line(
        "request",
        "info",
        request_id=request_id(),
        method=request.method if request.method in METHODS else "other",  # anybody can write a word there
        endpoint=request.endpoint,
        status=response.status_code,
        ms=None if begin is None else round((time.perf_counter() - begin) * 1000, 1),
    )
    return response
