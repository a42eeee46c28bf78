"""Every refusal as a page, or as JSON for our own scripts; what it says stands in refusals.py."""

import errno
import math
from dataclasses import asdict
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from om_selfcheck import clock
from om_selfcheck.domain.correction import NotCorrectable
from om_selfcheck.domain.errors import (
    AlreadyDeclared,
    NotAllowed,
    NotDeclared,
    NotFound,
    QuestionnaireChanged,
    TooOften,
)
from om_selfcheck.extensions import db
from om_selfcheck.pdf.renderer import PdfNotMade, PressBusy
from om_selfcheck.services.installation import was_damage_met
from om_selfcheck.web.bodies import TooManySenders
from om_selfcheck.web.logs import log_failure
from om_selfcheck.web.refusals import (
    NOT_FOUND,
    Refusal,
    explain,
    explain_busy_press,
    explain_changed_questions,
    explain_damage,
    explain_frozen,
    explain_many_senders,
    explain_missing_in_office,
    explain_not_correctable,
    explain_not_declared,
    explain_not_printed,
    explain_right,
    explain_stale_form,
    explain_too_often,
)
from om_selfcheck.web.security import request_id

RETRY_SECONDS = 5
CONFLICT, TOO_MANY, FAILED, UNAVAILABLE, FULL = 409, 429, 500, 503, 507
_FULL_SIGNS = ("disk is full", "no space left", "diskfull", "disk full", "disk i/o error")


def init_app(app: Flask) -> None:
    app.register_error_handler(NotFound, lambda _error: refuse(404))
    app.register_error_handler(NotAllowed, lambda _error: refuse(403, explain_right()))
    app.register_error_handler(AlreadyDeclared, lambda _error: refuse(CONFLICT, explain_frozen()))
    app.register_error_handler(NotCorrectable, lambda _error: refuse(CONFLICT, explain_not_correctable()))
    app.register_error_handler(NotDeclared, lambda _error: refuse(CONFLICT, explain_not_declared()))
    app.register_error_handler(QuestionnaireChanged, lambda _error: refuse(UNAVAILABLE, explain_changed_questions()))
    app.register_error_handler(PdfNotMade, lambda _error: refuse(UNAVAILABLE, explain_not_printed()))
    app.register_error_handler(TooOften, _on_too_often)
    app.register_error_handler(CSRFError, lambda _error: refuse(400, explain_stale_form()))
    app.register_error_handler(DBAPIError, _on_database_error)
    app.register_error_handler(OSError, _on_file_error)
    app.register_error_handler(PressBusy, lambda _error: refuse(UNAVAILABLE, explain_busy_press()))
    app.register_error_handler(TooManySenders, lambda _error: refuse(UNAVAILABLE, explain_many_senders()))
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_failure)


def wants_json() -> bool:
    """Say whether one of our scripts asks, rather than a person's browser."""
    if request.headers.get("Accept") == "application/json":  # what our scripts send
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def refuse(status: int, refusal: Refusal | None = None) -> Response:
    """Return the page or JSON for a status."""
    if refusal is None:
        is_missing_in_office = status == NOT_FOUND and request.path.startswith("/staff/")
        refusal = explain_missing_in_office() if is_missing_in_office else explain(status)
    if wants_json():
        response = jsonify(error=refusal.title, message=refusal.what_happened, next=refusal.what_next, id=request_id())
    else:
        _make_links_possible()
        response = make_response(render_template("errors/error.html", request_id=request_id(), **asdict(refusal)))
    response.status_code = status
    if status == UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _make_links_possible() -> None:
    """Give a request whose Host names no host the addresses of this installation; its refusal is a page too."""
    if request_ctx.url_adapter is None:
        host = urlsplit(current_app.extensions["om_settings"].base_url).netloc
        request_ctx.url_adapter = current_app.url_map.bind(host)


def _on_http_error(error: HTTPException) -> Response:
    cause = getattr(error, "original_exception", None)  # what failed before any view, such as loading the session
    if isinstance(cause, DBAPIError):
        return _on_database_error(cause)
    if isinstance(cause, Exception) and was_damage_met():
        return _on_failure(cause)
    if error.code is None or error.code < 400:  # noqa: PLR2004 - a redirect raised by routing
        return make_response(error.get_response())
    response = refuse(error.code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _on_database_error(error: DBAPIError) -> Response:
    """A locked or lost database is a short wait, a full disk is said plainly; neither is a 500 (P4, P5)."""
    log_failure(error.orig or error)
    db.session.rollback()
    sign = f"{type(error.orig).__name__} {error.orig}".lower()
    if any(word in sign for word in _FULL_SIGNS):
        return refuse(FULL)
    is_passing = isinstance(error, (OperationalError, InterfaceError))
    return refuse(UNAVAILABLE if is_passing else FAILED)


def _on_file_error(error: OSError) -> Response:
    """Say plainly that a disk is full, such as where a long list is written (P4)."""
    log_failure(error)
    db.session.rollback()
    return refuse(FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else FAILED)


def _on_too_often(error: TooOften) -> Response:
    seconds = max(1, math.ceil((error.until - clock.now()).total_seconds()))
    response = refuse(TOO_MANY, explain_too_often(math.ceil(seconds / 60)))
    response.headers["Retry-After"] = str(seconds)
    return response


def _on_failure(error: Exception) -> Response:
    """Say so where what failed had met a damaged text; else nobody knows better than that it failed."""
    log_failure(error)
    return refuse(UNAVAILABLE, explain_damage()) if was_damage_met() else refuse(FAILED)
