"""The conditions that whoever issues accepts (D14): shown before, and under a version that changes with the words."""

import hashlib

from flask import Flask
from flask_babel import force_locale

from om_selfcheck.domain.audit import HEARING
from om_selfcheck.domain.declaration import CONDITIONS_VERSION, Confirmation
from om_selfcheck.i18n.labels import label
from tests import people
from tests.factories import DETAILS

FROZEN = {"2": "c7891a541ff9af824c18050bdbf44372d9eb5755083a6bdd6ec1f22d343939fb"}


def read_conditions(person: people.Person, page: str, language: str) -> str:
    shown = person.client.get(f"{person.base}/{page}?lang={language}").soup.find(id="conditions")
    assert shown is not None
    return " ".join(shown.get_text(" ").split())


def test_other_words_need_another_version(app: Flask) -> None:
    alma = people.alma(app)
    words = []
    for language in ("de", "en"):
        with app.test_request_context(), force_locale(language):
            ticked = [label(one) for one in Confirmation]
        words += [read_conditions(alma, "declaration", language), *ticked]
    assert hashlib.sha256("\n".join(words).encode()).hexdigest() == FROZEN[CONDITIONS_VERSION], (
        "raise CONDITIONS_VERSION and freeze the new words beside the old; those issued before were under the old"
    )


def test_they_stand_before_the_button_that_issues(app: Flask) -> None:
    alma = people.alma(app)
    people.rate_everything(alma)
    people.plan_ten(alma)
    saved = alma.client.send(f"{alma.base}/declaration", dict(DETAILS))
    page = alma.client.get(saved.location)
    conditions, button = page.soup.find(id="conditions"), page.soup.select_one("main form .btn-primary")
    assert button is not None
    assert button.get_text() == "Selbsterklärung ausstellen"
    assert conditions in button.find_all_previous("section")


def test_the_hearing_is_as_long_as_they_say(app: Flask) -> None:
    assert HEARING.days == 28
    assert "vier Wochen Zeit" in read_conditions(people.alma(app), "declaration", "de")
