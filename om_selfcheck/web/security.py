"""What every response carries and every request has to pass."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request

from om_selfcheck.extensions import SAFE_METHODS

# Bootstrap's arrows and ticks are data: pictures.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" makes browsers send "Origin: null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
ONE_YEAR = 31536000


def init_app(app: Flask) -> None:
    app.before_request(_read_query_as_text)
    app.before_request(_refuse_foreign_origin)
    app.after_request(_add_headers)


def request_id() -> str:
    """Return the id under which the log knows this request; error pages show it, however early it was refused."""
    return str(g.setdefault("request_id", secrets.token_hex(6)))


def _read_query_as_text() -> None:
    """Put a sign for bytes that are no UTF-8; Werkzeug does so for the path, but would fail over the query."""
    request.query_string = request.query_string.decode("utf-8", "replace").encode()


def _refuse_foreign_origin() -> None:
    """Refuse a form that another site sends; forms of public pages have no session to hold a token against this."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE_METHODS or getattr(view, "takes_foreign_forms", False):
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in ("same-origin", "none") or (origin is not None and _host_of(origin) != request.host):
        abort(403)


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as "http://["
        return None


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-Id"] = request_id()
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}"
    return response
