"""The warning before a company's data goes: on which day, what keeps it, and where to get in."""

from datetime import date

import pytest
from flask import Flask

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.letters.retention import PREPARE, OutgrownFacts
from tests.mail.golden import check_golden, make_claimed

FACTS = OutgrownFacts(goes_on=date(2028, 11, 22))


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_what_is_written_down(migrated_app: Flask, language: str) -> None:
    check_golden(migrated_app, make_claimed(MessageKind.RETENTION, language), FACTS)


def test_every_letter_of_this_table_has_a_sample() -> None:
    assert set(PREPARE) == {MessageKind.RETENTION}
