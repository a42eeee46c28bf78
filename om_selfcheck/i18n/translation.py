"""Translations, read straight from the .po file: German is the source, so only English has one."""

from functools import cache, cached_property
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

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
    """Flask-Babel with the domain above."""

    @cached_property
    def domain_instance(self) -> PoDomain:
        return PoDomain()


def current_language() -> str:
    """Return the language of the page, mail or document in the making."""
    locale = get_locale()
    return locale.language if locale else SOURCE_LANGUAGE


def gettext(text: str, **values: object) -> str:
    """Return a text in the language of the page, its placeholders filled."""
    return str(_gettext(text, **values))


def ngettext(one: str, many: str, number: int) -> str:
    """Return the text that fits a number; ``%(num)s`` stands for it."""
    return str(_ngettext(one, many, number))
