"""The mail about a correction, word by word in both languages."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from om_selfcheck.domain.correction import CorrectedPart
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.letters.corrections import CorrectedDeclaration
from tests.mail.golden import check_golden, make_claimed

OWN = CorrectedDeclaration(
    number="H4F58A-8Z0CPS-REZREW",
    company_name="Malerbetrieb Łucja Beck & Söhne",
    corrected_at=datetime(2026, 11, 21, 15, 0, tzinfo=UTC),
    parts=(CorrectedPart.NAME, CorrectedPart.ADDRESS),
    is_by_office=False,
    note="",
)
BY_OFFICE = CorrectedDeclaration(
    number=OWN.number,
    company_name=OWN.company_name,
    corrected_at=OWN.corrected_at,
    parts=(CorrectedPart.SIGNATORY,),
    is_by_office=True,
    note="Brief der Geschäftsführung vom 20.11., Briefkopf verglichen",
)
SAMPLES = {"declaration_corrected": OWN, "declaration_corrected-office": BY_OFFICE}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "facts"), [("declaration_corrected", OWN), ("declaration_corrected-office", BY_OFFICE)]
)
def test_says_what_is_written_down(migrated_app: Flask, name: str, facts: CorrectedDeclaration, language: str) -> None:
    claimed = make_claimed(
        MessageKind.DECLARATION_CORRECTED, language, subject=f"declaration:{facts.number}", stage="1"
    )
    check_golden(migrated_app, claimed, facts, name=name)
