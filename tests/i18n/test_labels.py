"""No code is shown to anybody without a word for it, in both languages."""

import importlib
import pkgutil
from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import force_locale

from om_selfcheck import domain
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.i18n.labels import LABELS, label

NOT_SHOWN = {
    "Notice": "which of two warnings; the mail names the day",
    "Task": "what a right covers; pages show the right",
    "Office": "what somebody signed in may do; pages show the role",
    "Obstacle": "why a page does not open yet; its page says so in sentences",
    "Merge": "how one field came out of a conflict; pages show both values",
    "FigureKind": "what was published of a week; pages show the figures",
    "RenewalTone": "chooses among the words of a mail",
    "AuditMove": "what may be done in a case; pages show it as buttons",
    "Occasion": "chooses among the words of a letter",
    "Damage": "said by the command `record verify`, which speaks English",
    "Difference": "said by the command `record verify`, which speaks English",
}


def find_enums() -> list[type[StrEnum]]:
    """Return every closed list of codes in the domain."""
    modules = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}.")
    ]
    return sorted(
        {
            thing
            for module in modules
            for thing in vars(module).values()
            if isinstance(thing, type) and issubclass(thing, StrEnum) and thing is not StrEnum
        },
        key=lambda enum: enum.__name__,
    )


ENUMS = find_enums()
CODES = [code for enum in LABELS for code in enum]


def test_every_enum_is_either_shown_or_known_not_to_be() -> None:
    assert {enum.__name__ for enum in ENUMS} == {enum.__name__ for enum in LABELS} | NOT_SHOWN.keys()
    assert not NOT_SHOWN.keys() & {enum.__name__ for enum in LABELS}


@pytest.mark.parametrize("enum", LABELS, ids=lambda enum: enum.__name__)
def test_every_code_of_a_shown_enum_is_listed(enum: type[StrEnum]) -> None:
    assert list(LABELS[enum]) == list(enum)


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{type(code).__name__}.{code.name}")
def test_a_code_has_a_word_of_its_own_in_each_language(migrated_app: Flask, code: StrEnum) -> None:
    words = {}
    with migrated_app.app_context():
        for language in LANGUAGES:
            with force_locale(language):
                words[language] = label(code)
                siblings = [label(other) for other in type(code) if other is not code]
            assert words[language].strip()
            assert words[language] != code.value or language == "en"
            assert words[language] not in siblings
    assert words["de"] != words["en"]


def test_the_traffic_light_reads_as_decided(migrated_app: Flask) -> None:
    with migrated_app.app_context():
        for language, expected in {
            "de": ["Dringender Handlungsbedarf", "Handlungsbedarf", "Zurzeit kein Handlungsbedarf"],
            "en": ["Urgent need for action", "Need for action", "No need for action at present"],
        }.items():
            with force_locale(language):
                need = next(enum for enum in ENUMS if enum.__name__ == "NeedForAction")
                assert [label(code) for code in need] == expected
