"""The mail to a responsible person: a link, why it comes, and that nobody is reminded unasked."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.letters.doers import Invitation
from tests.mail.golden import check_golden, check_mail, html_of, make_claimed, text_of, write_sample

SUBJECT = f"doer:{UUID(int=4)}"
INVITATION = Invitation(
    company_name="Malerbetrieb Łucja Beck & Söhne",
    name="Werkstattleitung",
    actions=3,
    token="t" * 43,
    ends_at=datetime(2027, 9, 30, 22, 30, tzinfo=UTC),  # the first of October in Berlin
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_what_is_written_down(migrated_app: Flask, language: str) -> None:
    check_golden(migrated_app, make_claimed(MessageKind.DOER_INVITED, language, subject=SUBJECT), INVITATION)


def test_one_action_of_a_company_without_a_name_reads_well_too(migrated_app: Flask) -> None:
    claimed = make_claimed(MessageKind.DOER_INVITED, subject=SUBJECT)
    mail = write_sample(migrated_app, claimed, replace(INVITATION, company_name="", actions=1))
    check_mail(mail, claimed)
    assert "Im Maßnahmenplan von Ihrem Betrieb steht „Werkstattleitung“" in text_of(mail)
    assert "Es geht um 1 Maßnahme." in text_of(mail)


def test_what_people_typed_stays_text_and_out_of_the_subject(migrated_app: Flask) -> None:
    claimed = make_claimed(MessageKind.DOER_INVITED, subject=SUBJECT)
    typed = replace(INVITATION, name="<b>Büro</b> %(company)s {{ 7*7 }}", company_name="A & B <i>")
    mail = write_sample(migrated_app, claimed, typed)
    check_mail(mail, claimed)
    assert mail["Subject"] == "Ihr Link zum Maßnahmenplan"
    assert "<b>" not in html_of(mail)
    assert "„<b>Büro</b> %(company)s {{ 7*7 }}“" in text_of(mail)
