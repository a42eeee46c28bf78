"""The mail to those whose check was left lying: in both languages, and what people typed stays text."""

from dataclasses import replace

import pytest
from flask import Flask

from om_selfcheck.domain.message import MessageKind, is_asked_for
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.letters.nudges import Stopped
from tests.mail.golden import check_golden, check_mail, html_of, make_claimed, text_of, write_sample

STOPPED = Stopped(
    company_name="Tischlerei Brandt GmbH",
    network_name="Netzwerk Nordharz",
    contact_name="Nina Nolte",
    contact_email="nina@nordharz.example",
    contact_phone="05321 1234",
    rated=61,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_what_is_written_down(migrated_app: Flask, language: str) -> None:
    check_golden(migrated_app, make_claimed(MessageKind.NUDGE, language), STOPPED)


def test_it_can_be_ended() -> None:
    assert not is_asked_for(MessageKind.NUDGE)


def test_a_company_without_a_name_and_one_measure_read_well_too(migrated_app: Flask) -> None:
    claimed = make_claimed(MessageKind.NUDGE)
    mail = write_sample(migrated_app, claimed, replace(STOPPED, company_name="", rated=1, contact_phone=""))
    check_mail(mail, claimed)
    assert "Sie haben einen Check begonnen" in text_of(mail)
    assert "Bisher ist 1 Maßnahme bewertet." in text_of(mail)


def test_what_people_typed_stays_text_and_out_of_the_subject(migrated_app: Flask) -> None:
    claimed = make_claimed(MessageKind.NUDGE)
    typed = replace(STOPPED, company_name="A & B <i>", network_name="<b>Netz</b>", contact_name="{{ 7*7 }} %(network)s")
    mail = write_sample(migrated_app, claimed, typed)
    check_mail(mail, claimed)
    assert mail["Subject"] == "Ihr Check: So geht es weiter"
    assert "<b>" not in html_of(mail)
    assert "{{ 7*7 }} %(network)s" in text_of(mail)
