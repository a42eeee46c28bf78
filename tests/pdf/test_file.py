"""What kind of file a document is: tagged, in its language, with its own font, and the same each time."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from flask import Flask

from om_selfcheck.config import ROOT
from om_selfcheck.pdf import renderer
from tests.pdf.samples import (
    ASKED,
    CORRECTED,
    DAY,
    DECLARATION,
    DETAILS,
    LETTERS,
    MAKERS,
    NETWORK_REPORT,
    NUMBER,
    POSTERS,
    open_pdf,
)

OURS = {"Source-Sans-Light", "Source-Sans", "Source-Sans-Semi-Bold"}
ELSEWHERE = """
import hashlib, sys
from tests.pdf.conftest import *
from tests.pdf.samples import MAKERS
with document_app.__wrapped__().app_context():
    print({name: hashlib.sha256(make()).hexdigest() for name, make in MAKERS.items()})
"""


def fonts_of(content: bytes) -> dict[str, bool]:
    """Return the fonts of a file, and whether each is embedded."""
    fonts: dict[str, bool] = {}
    for page in open_pdf(content).pages:
        resources: Any = page["/Resources"]
        for reference in resources["/Font"].values():
            font = reference.get_object()
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            fonts[font["/BaseFont"].split("+")[1]] = "/FontFile2" in descriptor
    return fonts


@pytest.mark.parametrize("name", MAKERS | POSTERS | LETTERS)
def test_embeds_our_font_and_no_other(name: str) -> None:
    fonts = fonts_of((MAKERS | POSTERS | LETTERS)[name]())
    assert set(fonts) <= OURS
    assert all(fonts.values())


@pytest.mark.parametrize("name", MAKERS)
def test_is_tagged_and_names_language_title_and_author(name: str) -> None:
    file = open_pdf(MAKERS[name]())
    root: Any = file.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "de"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert file.xmp_metadata is not None
    assert "pdfuaid" in str(root["/Metadata"].get_data())
    assert file.metadata is not None
    assert file.metadata.title
    is_report = name == "network_report"
    company_name = (CORRECTED if name == "corrected" else DECLARATION).details.company_name
    assert file.metadata.author == (NETWORK_REPORT.network_name if is_report else company_name)
    assert file.metadata.creation_date is not None
    assert file.metadata.creation_date.date() == (NETWORK_REPORT.stated_on if is_report else DAY)


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_the_operator_s_and_of_its_own_day(name: str) -> None:
    file = open_pdf(LETTERS[name]())
    assert file.metadata is not None
    assert file.metadata.author == "Testbetrieb"
    assert ASKED.company_name in (file.metadata.title or "")
    assert file.metadata.creation_date is not None
    assert file.metadata.creation_date.isoformat().startswith("2026-11-24")


def test_a_declaration_carries_its_number_in_the_title() -> None:
    metadata = open_pdf(MAKERS["declaration"]()).metadata
    assert metadata is not None
    assert metadata.title == f"Selbsterklärung {NUMBER} – {DETAILS.company_name}"


@pytest.mark.parametrize("name", MAKERS)
def test_same_values_give_same_bytes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = MAKERS[name]()
    monkeypatch.setattr(renderer, "PRESS", renderer.Press())
    assert MAKERS[name]() == first


def test_a_machine_without_fonts_makes_the_same_bytes(tmp_path: Path) -> None:
    """Other fonts, another process, another hash seed: the bytes depend on our own files only."""
    bare = tmp_path / "fonts.conf"
    bare.write_text("<fontconfig></fontconfig>", encoding="utf-8")
    environment = os.environ | {"FONTCONFIG_FILE": str(bare), "PYTHONHASHSEED": "4", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", ELSEWHERE]
    other = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str({name: hashlib.sha256(make()).hexdigest() for name, make in MAKERS.items()})


def test_weasyprint_is_loaded_with_the_first_document_only() -> None:
    code = "import sys, om_selfcheck.pdf.documents; print({'weasyprint', 'segno', 'fontTools'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


class _CountingPress(renderer.Press):
    def __init__(self) -> None:
        super().__init__()
        self.at_work: list[int] = []

    def lay_out(self, page: Any, document: str, size: int) -> Any:
        self.at_work.append(self.at_work[-1] + 1 if self.at_work else 1)
        sleep(0.01)
        laid_out = super().lay_out(page, document, size)
        self.at_work.append(self.at_work[-1] - 1)
        return laid_out


def test_makes_one_document_at_a_time(document_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(_: int) -> bytes:
        with document_app.app_context():
            return MAKERS["declaration"]()

    press = _CountingPress()
    monkeypatch.setattr(renderer, "PRESS", press)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(make, range(8)))) == 1
    assert press.at_work == [1, 0] * 8
