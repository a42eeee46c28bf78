"""A small application that can fill templates, and an ear for what WeasyPrint complains about."""

import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from om_selfcheck.config import ROOT
from om_selfcheck.i18n.formats import day
from om_selfcheck.i18n.translation import SOURCE_LANGUAGE, PoBabel


@pytest.fixture(scope="session")
def document_app() -> Flask:
    made = Flask("documents", template_folder=str(ROOT / "templates"))
    made.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}  # as in the factory
    made.jinja_env.filters["day"] = day  # letters share their words with mails
    PoBabel(made, default_locale=SOURCE_LANGUAGE)
    return made


@pytest.fixture(autouse=True)
def _application(document_app: Flask) -> Iterator[None]:
    with document_app.app_context():
        yield


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@pytest.fixture(autouse=True)
def complaints() -> Iterator[list[str]]:
    """Fail every test in which WeasyPrint warns: of a glyph the font lacks, a refused address, a mistake in the CSS.

    A test that wants a complaint looks at the list and clears it.
    """
    ear, logger = _Ear(), logging.getLogger("weasyprint")
    logger.addHandler(ear)
    yield ear.heard
    logger.removeHandler(ear)
    assert ear.heard == []
