"""The letters about a case, word by word in both languages."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from flask import Flask

from om_selfcheck.domain.audit import AuditOutcome, Occasion
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.case_letters import CaseLetter
from tests.mail.golden import GOLDEN, check_golden, check_mail, html_of, make_claimed, text_of, write_sample

SUBJECT = f"audit:{UUID(int=5)}"
ASKED = CaseLetter(
    occasion=Occasion.ASKED,
    is_about_report=False,
    number="0123AB-CDEF45-6789GH",
    company_name="Malerbetrieb Łucja Beck & Söhne",
    issued_on=date(2026, 11, 21),
    written_on=date(2026, 11, 24),
    deadline_on=date(2026, 12, 22),
    reason=None,
    outcome=None,
    text="",
    assessment_id=UUID(int=3),
    audit_id=UUID(int=5),
)
LETTERS = {
    Occasion.ASKED: ASKED,
    Occasion.MESSAGE: replace(
        ASKED, occasion=Occasion.MESSAGE, deadline_on=None, text="Wer ist „Büro“?\nUnd seit wann?"
    ),
    Occasion.HEARING: replace(
        ASKED,
        occasion=Occasion.HEARING,
        reason=WithdrawalReason.CRITERIA_NOT_MET,
        text="Zwei Themen sind nicht bewertet.",
    ),
    Occasion.WITHDRAWN: replace(
        ASKED,
        occasion=Occasion.WITHDRAWN,
        deadline_on=None,
        reason=WithdrawalReason.NOT_FROM_COMPANY,
        text="Eine Antwort kam nicht.",
    ),
    Occasion.CLOSED: replace(
        ASKED, occasion=Occasion.CLOSED, deadline_on=None, outcome=AuditOutcome.ADVICE, text="Termine enger setzen."
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("occasion", Occasion)
def test_says_what_is_written_down(migrated_app: Flask, occasion: Occasion, language: str) -> None:
    claimed = make_claimed(MessageKind.AUDIT, language, subject=SUBJECT)
    check_golden(migrated_app, claimed, LETTERS[occasion], name=f"audit-{occasion}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_report_it_says_when_the_name_is_shown_again(migrated_app: Flask, language: str) -> None:
    claimed = make_claimed(MessageKind.AUDIT, language, subject=SUBJECT)
    letter = replace(LETTERS[Occasion.CLOSED], is_about_report=True, outcome=AuditOutcome.IN_ORDER)
    check_golden(migrated_app, claimed, letter, name="audit-closed-report")


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("outcome", [AuditOutcome.KEPT, AuditOutcome.NOT_LOOKED_INTO])
def test_where_nobody_judged_the_answers_it_names_no_judgement(
    migrated_app: Flask, language: str, outcome: AuditOutcome
) -> None:
    claimed = make_claimed(MessageKind.AUDIT, language, subject=SUBJECT)
    letter = replace(LETTERS[Occasion.CLOSED], outcome=outcome)
    check_golden(migrated_app, claimed, letter, name=f"audit-{outcome.value}")


def test_the_first_letter_says_that_chance_chose() -> None:
    said = " ".join((GOLDEN / "audit-asked.de.txt").read_text(encoding="utf-8").split())
    assert "Zufällig gezogen, kein Verdacht" in said
    assert "Öffentlich wird davon nichts" in said


def test_what_people_typed_stays_text_and_out_of_the_subject(migrated_app: Flask) -> None:
    claimed = make_claimed(MessageKind.AUDIT, subject=SUBJECT)
    typed = replace(LETTERS[Occasion.MESSAGE], text="<b>x</b> {{ 7*7 }} %(day)s", company_name="A & B <i>")
    mail = write_sample(migrated_app, claimed, typed)
    check_mail(mail, claimed)
    assert "<b>" not in html_of(mail)
    assert "<b>x</b> {{ 7*7 }} %(day)s" in text_of(mail)
