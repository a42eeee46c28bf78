"""Characters the font lacks neither crash nor disappear, and no font of the machine steps in."""

from dataclasses import replace

import pytest

from om_selfcheck.pdf.documents import render_plan
from om_selfcheck.pdf.glyphs import print_all, printable
from tests.pdf.samples import LIST, PLAN, read_text
from tests.pdf.test_file import OURS, fonts_of

NOTE = "mit ihrer Unicode-Nummer in eckigen Klammern"


def body(text: str) -> str:
    return print_all(f"<head></head><body><p>{text}</p></body>").split("<p>")[1].split("</p>")[0]


@pytest.mark.parametrize("name", ["Łódź Żółć", "Çelik Şahin Öğüt", "Οδυσσέας", "Жуков Ѓорѓи", "Nguyễn Đức", "Ștefan"])
def test_names_of_europe_stay_as_they_are(name: str) -> None:
    assert body(name) == name


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("E\u2011Mail", "E-Mail"),
        ("● erstens", "• erstens"),
        ("ＡＢＣ ㎡", "ABC m2"),
        ("𝓐𝓵𝓶𝓪", "Alma"),
        ("a\u2009b\u3000c", "a b c"),
        ("Ḑ", "D\u0327"),
        ("北京 GmbH", '<span class="lacking">[U+5317 4EAC]</span> GmbH'),
        ("مرحبا", '<span class="lacking">[U+0645 0631 062D 0628 0627]</span>'),
        ("ja 😀", 'ja <span class="lacking">[U+1F600]</span>'),
        ("❤️", '<span class="lacking">[U+2764]</span>'),
        ("a\u202eb\x07c", 'a<span class="lacking">[U+202E]</span>b<span class="lacking">[U+0007]</span>c'),
        ("a\ud800b", "a?b"),
        ("＜b＞", "&lt;b&gt;"),
        ("&lt;b&gt; 北", '&lt;b&gt; <span class="lacking">[U+5317]</span>'),
    ],
)
def test_every_other_character_gets_a_form_that_can_be_printed(text: str, printed: str) -> None:
    assert body(text) == printed


def test_counts_the_rest_of_a_long_row() -> None:
    assert body("北" * 200).endswith("5317 … +160]</span>")


def test_leaves_markup_and_titles_alone() -> None:
    page = '<head><title>北</title></head><body class="北"><svg><title>北</title></svg></body>'
    assert print_all(page) == page


def test_endless_words_get_places_to_break() -> None:
    assert body("x" * 79) == "x" * 79
    assert body("x" * 200).replace("\u200b", "") == "x" * 200
    assert "\u200b" in body("x" * 200)
    assert body("&amp;" * 80).replace("\u200b", "") == "&amp;" * 80
    assert "&amp;\u200b" in body("&amp;" * 80)


def test_prints_every_character_of_the_font_with_the_font() -> None:
    text = " ".join(sorted(printable()))
    assert set(fonts_of(render_plan(replace(PLAN, actions=(replace(LIST, description=text),)), "de"))) <= OURS


def test_explains_the_numbers_where_there_are_any() -> None:
    odd = render_plan(replace(PLAN, company_name="北京 GmbH"), "de")
    assert "[U+5317 4EAC] GmbH" in read_text(odd)
    assert NOTE in " ".join(read_text(odd).split())
    assert NOTE not in " ".join(read_text(render_plan(PLAN, "de")).split())
