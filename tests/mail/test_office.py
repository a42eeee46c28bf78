"""The mail to the office: counts with a page each, and not a word of whom it is about."""

from datetime import date

import pytest
from flask import Flask

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from tests.mail.golden import check_golden, make_claimed

NOBODY = {"subject": "office", "company_id": None, "assessment_id": None, "address": "buero@example.org"}
FACTS = {"on": date(2026, 11, 24), "reports": 2, "answers": 3, "readings": 1, "overdue": 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_what_is_written_down(migrated_app: Flask, language: str) -> None:
    check_golden(migrated_app, make_claimed(MessageKind.OFFICE, language, **NOBODY), FACTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_not_wait_is_not_named(migrated_app: Flask, language: str) -> None:
    few = FACTS | {"reports": 1, "answers": 0, "readings": 0, "overdue": 0}
    check_golden(migrated_app, make_claimed(MessageKind.OFFICE, language, **NOBODY), few, name="office-one")
