"""The language of the interface: `?lang=` in the address, else what the browser prefers, else German."""

from urllib.parse import urlencode

from flask import Flask, has_request_context, request, url_for

from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.i18n.translation import SOURCE_LANGUAGE, current_language

NAMES = {"de": "Deutsch", "en": "English"}


def init_app(app: Flask) -> None:
    app.url_defaults(_keep_language)


def select_language() -> str:
    """Return the language asked for; no cookie remembers it, the addresses carry it on."""
    if not has_request_context():
        return SOURCE_LANGUAGE
    return _asked_for() or request.accept_languages.best_match(LANGUAGES) or SOURCE_LANGUAGE


def list_switches() -> list[dict[str, str | bool]]:
    """Return a link to the same page in each language."""
    return [
        {"code": code, "name": NAMES[code], "url": _same_page(code), "is_current": code == current_language()}
        for code in LANGUAGES
    ]


def _asked_for() -> str | None:
    code = request.args.get("lang")
    return code if code in LANGUAGES else None


def _keep_language(endpoint: str, values: dict[str, object]) -> None:
    if has_request_context() and endpoint != "static" and (code := _asked_for()):
        values.setdefault("lang", code)


def _same_page(code: str) -> str:
    if request.endpoint is None or request.method != "GET":
        return url_for("public.start", lang=code)
    address = url_for(request.endpoint, **(request.view_args or {}), lang=None)
    arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{address}?{urlencode([*arguments, ('lang', code)])}"  # typed names never reach url_for's own arguments
