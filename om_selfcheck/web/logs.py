"""One line of JSON a request on standard error, without personal data: no address, no path (it may hold a token)."""

import logging
import time

import structlog
from flask import Flask, Response, g, request

from om_selfcheck.web.security import request_id

_log = structlog.get_logger()


def init_app(app: Flask) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=_StandardError()),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    app.before_request(_start)
    app.after_request(_finish)


class _StandardError:
    """Standard error as it is at the time of writing; tests and servers replace it."""

    def write(self, text: str) -> None:
        import sys

        sys.stderr.write(text)

    def flush(self) -> None:
        import sys

        sys.stderr.flush()


def log_failure(error: BaseException) -> None:
    """Keep what went wrong: the kind and the place, not the values, which may be a person's."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    _log.error("failure", request_id=request_id(), kind=type(error).__name__, where=where, endpoint=request.endpoint)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    _log.info(
        "request",
        request_id=request_id(),
        method=request.method,
        endpoint=request.endpoint,
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
    )
    return response
