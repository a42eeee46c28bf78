"""The product claims nothing that a self-declaration is not (D10): no certificate, no seal, nobody looked into it.

What questionnaires may say of ladders, suppliers and exams is another matter, see tests/catalogue/words.py.
"""

import re
from pathlib import Path

import pytest

from om_selfcheck.config import ROOT
from om_selfcheck.i18n.translation import FOLDER

CLAIM = re.compile(
    r"\w*zertifi\w*|\w*siegel\w*|\w*geprüft\w*|\w*bestanden\w*|\w*ausgezeichnet\w*|\bcertif\w*|\bseals?\b|\bpassed\b|\bbadges?\b",
    re.IGNORECASE,
)
# What may be said all the same, and why.
ALLOWED = {
    "Nicht von einem Zertifikat, einem Siegel oder einer Auszeichnung sprechen.": "how not to speak of it",
    "Do not speak of a certificate, a seal or an award.": "the same in English",
    "Nicht schreiben, jemand habe den Betrieb geprüft.": "how not to speak of it",
}
FILES = [
    *sorted((ROOT / "templates").rglob("*.html")),
    *sorted((ROOT / "templates").rglob("*.txt")),
    FOLDER / "en.po",
]


def find_claims(text: str) -> list[str]:
    for phrase in ALLOWED:
        text = text.replace(phrase, "")
    return CLAIM.findall(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_that_people_read_makes_a_claim(path: Path) -> None:
    assert find_claims(path.read_text(encoding="utf-8")) == []


def test_nothing_is_allowed_that_nobody_says() -> None:
    spoken = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    assert [phrase for phrase in ALLOWED if phrase not in spoken] == []


@pytest.mark.parametrize(
    "text",
    [
        "ein zertifizierter Betrieb",
        "Ihr Qualitätssiegel",
        "extern geprüft",
        "Check bestanden",
        "We are certified",
        "Your badge",
        "You have passed",
    ],
)
def test_a_claim_would_be_found(text: str) -> None:
    assert find_claims(text)
