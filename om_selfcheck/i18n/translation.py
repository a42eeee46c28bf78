"""Translations, read straight from the .po file: German is the source, so only English has one."""

from functools import cache, cached_property
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

FOLDER = Path(__file__).parent / "translations"
SOURCE_LANGUAGE = "de"


@cache
def load_translations(language: str) -> NullTranslations:
    """Compile a language's .po in memory; the source language needs none."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    compiled.seek(0)
    return Translations(fp=compiled)


class PoDomain(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """Flask-Babel's domain without compiled files on disk."""

    def get_translations(self) -> NullTranslations:
        return load_translations(current_language())


class PoBabel(Babel):  # type: ignore[misc]  # Flask-Babel ships no types
    """Flask-Babel with the domain above, and a short way from templates to texts: a page asks for a hundred."""

    def init_app(self, app: Flask, *args: object, **options: object) -> None:
        super().init_app(app, *args, **options)
        app.jinja_env.globals.update(_=_write, gettext=_write)

    @cached_property
    def domain_instance(self) -> PoDomain:
        return PoDomain()


def current_language() -> str:
    """Return the language of the page, mail or document in the making."""
    try:
        locale = g._flask_babel.babel_locale  # noqa: SLF001 - what get_locale found before, without its detours
    except (AttributeError, RuntimeError):
        locale = get_locale()
    return locale.language if locale else SOURCE_LANGUAGE


def gettext(text: str, **values: object) -> str:
    """Return a text in the language of the page, its placeholders filled."""
    found = _as_text(current_language(), text)
    return found % values if values else found


def ngettext(one: str, many: str, number: int) -> str:
    """Return the text that fits a number; ``%(num)s`` stands for it."""
    return load_translations(current_language()).ngettext(one, many, number) % {"num": number}


@pass_eval_context
def _write(place: EvalContext, text: str, /, **values: object) -> str:
    """Return a text of a template: in a page it is markup, being ours, and what is filled in gets escaped."""
    found = (_as_markup if place.autoescape else _as_text)(current_language(), text)
    return found % values if "%" in found else found


def _as_text(language: str, text: str) -> str:
    return load_translations(language).gettext(text)


@cache
def _as_markup(language: str, text: str) -> Markup:
    return Markup(_as_text(language, text))  # noqa: S704 - texts of ours
