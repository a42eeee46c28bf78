"""A self-declaration must not look or sound like a certificate (D10, D16)."""

import re

import pytest

from om_selfcheck.config import ROOT
from tests.pdf.samples import MAKERS, POSTERS, read_text

FORBIDDEN = re.compile(
    r"zertifi|bestanden|ausgezeichnet|auszeichnung|siegel|gütezeichen|plakette|badge|testat|anerkannt|★|☆|✓",
    re.IGNORECASE,
)
NOBODY_CHECKED = re.compile(r"kein Dritter hat sie (?:beim Ausstellen )?kontrolliert")
INDEPENDENT = "Eigenständige Fassung, nicht von der Offensive Mittelstand oder INQA herausgegeben."


@pytest.mark.parametrize("name", MAKERS)
def test_sounds_like_no_certificate(name: str) -> None:
    text = " ".join(read_text(MAKERS[name]()).split())
    assert FORBIDDEN.findall(text) == []
    assert len(NOBODY_CHECKED.findall(text)) == 1
    assert re.findall(r"(?i)geprüft|kontrolliert", NOBODY_CHECKED.sub("", text)) == []


@pytest.mark.parametrize("name", ["poster", "poster-free"])
def test_a_poster_promises_nothing(name: str) -> None:
    text = " ".join(re.sub(r"-\n", "", read_text(POSTERS[name]())).split())
    assert FORBIDDEN.findall(text) == []
    assert INDEPENDENT in text


@pytest.mark.parametrize("name", MAKERS)
def test_says_who_did_not_publish_it(name: str) -> None:
    text = re.sub(r"-\n", "", read_text(MAKERS[name]()))
    assert INDEPENDENT in " ".join(text.split())


def test_a_declaration_has_nothing_round() -> None:
    folder = ROOT / "templates" / "pdf" / "declaration"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert re.findall(r"radius|circle|ellipse|shape", source) == []
