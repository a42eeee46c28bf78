"""The declaration, the Montagszettel and the poster have one page, whatever people write; and nothing of it is lost."""

from dataclasses import replace

import pytest

from om_selfcheck.domain.text import LINE_LENGTH
from om_selfcheck.pdf import renderer
from om_selfcheck.pdf.documents import CORRECTIONS_NAMED, Paper, render_declaration, render_monday, render_poster
from om_selfcheck.pdf.network_report import render_network_report
from tests.pdf.samples import (
    ANSWERED,
    DECLARATION,
    MONDAY,
    NETWORK_REPORT,
    fill_declaration,
    fill_monday,
    fill_poster,
    open_pdf,
    read_text,
    squeeze,
)

LONG = {
    "words": "Beck, Oberländer & Töchter Bauwerksabdichtungsgesellschaft mbH und Partner ",
    "one word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "wide letters": "W",
    "lacking in the font": "\u5317\U0001f600",
}


def long(kind: str) -> str:
    return (LONG[kind] * LINE_LENGTH)[:LINE_LENGTH].strip()


@pytest.mark.parametrize("kind", LONG)
def test_a_declaration_has_one_page(kind: str) -> None:
    assert len(open_pdf(render_declaration(fill_declaration(long(kind)), "de")).pages) == 1


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("kind", LONG)
def test_a_poster_has_one_page_of_its_size(kind: str, paper: Paper) -> None:
    (page,) = open_pdf(render_poster(fill_poster(long(kind)), "de", paper)).pages
    assert round(float(page.mediabox.width)) == {Paper.A4: 595, Paper.A5: 420}[paper]


@pytest.mark.parametrize("kind", LONG)
def test_a_monday_note_has_one_page(kind: str) -> None:
    assert len(open_pdf(render_monday(fill_monday(long(kind)), "de")).pages) == 1


@pytest.mark.parametrize("kind", LONG)
def test_a_network_s_report_has_one_page(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts with the second smallest size, since how the size is found is the same for all documents."""
    monkeypatch.setattr(renderer, "FULL_SIZE", renderer.SMALLEST_SIZE + 1)
    text = long(kind)
    many = tuple(replace(NETWORK_REPORT.groups[0], key=str(n), label=text) for n in range(40))
    topics = tuple(replace(topic, title=text) for topic in ANSWERED.topics)
    measures = tuple(replace(one, practice=text) for one in ANSWERED.measures)
    answers = replace(ANSWERED, title=text, topics=topics, measures=measures)
    report = replace(NETWORK_REPORT, network_name=text, area=text, groups=many, answers=(answers,) * 3)
    assert len(open_pdf(render_network_report(report, "de")).pages) == 1


def test_a_long_name_is_there_to_its_end() -> None:
    name = "".join(chr(ord("a") + place % 26) for place in range(LINE_LENGTH - 3)) + "ZZZ"
    assert squeeze(read_text(render_declaration(fill_declaration(name), "de"))).count(name) == 9 + CORRECTIONS_NAMED


def test_what_fits_is_not_made_smaller() -> None:
    def largest(content: bytes) -> float:
        sizes: list[float] = []
        open_pdf(content).pages[0].extract_text(
            visitor_text=lambda _, cm, tm, __, size: sizes.append(size * tm[0] * cm[0])
        )
        return max(sizes)

    assert largest(render_declaration(DECLARATION, "de")) == pytest.approx(42, abs=0.5)
    assert largest(render_monday(MONDAY, "de")) > 42
    assert largest(render_declaration(fill_declaration(long("words")), "de")) < 42
