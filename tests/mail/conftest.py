"""An application with made-up letters: one that was asked for (a link), one that was not (a due date)."""

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader

from om_selfcheck.catalogue import Catalogue
from om_selfcheck.config import Settings
from om_selfcheck.factory import create_app
from tests.builders import make_questionnaire
from tests.mail.dummies import FOLDER


@pytest.fixture(scope="session")
def dummy_app(settings: Settings) -> Flask:
    made = create_app(settings, Catalogue({("basis", "1.0"): make_questionnaire()}))
    made.jinja_env.loader = ChoiceLoader([FileSystemLoader(FOLDER), made.jinja_env.loader or FileSystemLoader([])])
    return made
