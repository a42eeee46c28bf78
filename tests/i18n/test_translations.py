"""The English texts: all there, with the same placeholders, and the file as `./om words` writes it."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment

from om_selfcheck.cli.development import collect_words, is_translated, write_words
from om_selfcheck.config import ROOT
from om_selfcheck.i18n.translation import FOLDER

PLACEHOLDER = re.compile(r"%\(\w+\)s")
TAG_OR_ATTRIBUTE = re.compile(r'<[^>]*>|[\w-]+="[^"]*"')
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:aria-label|title|alt|placeholder)="([^"]*[A-Za-zÄÖÜäöüß][^"]*)"')
WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
PRODUCT = "OM-Selbstcheck"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))


def read_english() -> Catalog:
    with (FOLDER / "en.po").open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


ENGLISH = read_english()
MESSAGES = [message for message in collect_words(ENGLISH) if message.id]


def both_sides(message: Message) -> list[tuple[str, str]]:
    """Return the German and the English text, for a plural both pairs."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return list(zip(message.id, message.string or (), strict=True))


def find_naked_words(template: str) -> list[str]:
    """Return what a template says to its reader without a mark for translation."""
    tokens = Environment(autoescape=True).lex(template)
    data = "\0".join(text for _line, kind, text in tokens if kind == "data").replace(PRODUCT, "")
    return SPOKEN_ATTRIBUTE.findall(data) + WORD.findall(TAG_OR_ATTRIBUTE.sub(" ", data))


def test_every_german_text_has_an_english_one() -> None:
    assert len(MESSAGES) > 400
    assert [message.id for message in MESSAGES if not is_translated(message.string)] == []


def test_nothing_is_guessed_or_left_over() -> None:
    assert [message.id for message in ENGLISH if message.fuzzy] == []
    assert list(ENGLISH.obsolete) == []


def test_the_file_is_as_om_words_writes_it() -> None:
    now = write_words(collect_words(ENGLISH))
    assert (FOLDER / "en.po").read_bytes() == now, "run ./om words and translate what is new"


def test_both_languages_fill_in_the_same_values() -> None:
    for message in MESSAGES:
        for german, english in both_sides(message):
            assert set(PLACEHOLDER.findall(german)) == set(PLACEHOLDER.findall(english)), german


def test_a_percent_sign_belongs_to_a_value() -> None:
    """Texts are always filled in, so that a lone sign would be an error on the page."""
    texts = [text for message in MESSAGES for pair in both_sides(message) for text in pair]
    assert [text for text in texts if "%" in PLACEHOLDER.sub("", text).replace("%%", "")] == []


def test_english_is_written_the_english_way() -> None:
    texts = [english for message in MESSAGES for _german, english in both_sides(message)]
    assert [text for text in texts if re.search(r"[„'!ß]|  |\s$", text)] == []


def test_both_languages_end_a_sentence_alike() -> None:
    def end(text: str) -> str:
        return text[-1] if text[-1] in ".:?" else ""

    pairs = [pair for message in MESSAGES for pair in both_sides(message)]
    assert [german for german, english in pairs if end(german) != end(english)] == []


def test_english_names_what_it_speaks_of_as_the_project_does() -> None:
    """One German term, one English one, so that a reader of both finds the same thing."""
    terms = {
        "Selbsterklärung": "self-declaration",
        "Maßnahmenplan": "action plan",
        "Zugangslink": "access link",
        "Montagszettel": "Monday note",
        "Betriebsrat": "works council",
        "Geschäftsstelle": "coordinating office",
        "Termin ": "due date",
        "gilt bis": "valid until",
        "galt bis": "valid until",
        "widerrufen": "withdraw",
        "Handlungsbedarf": "need for action",
        "Kontrolle ": "follow-up",
        "Dringlichkeit": "urgency",
    }
    for message in MESSAGES:
        for german, english in both_sides(message):
            for term, wanted in terms.items():
                if term in german:
                    assert wanted.casefold() in english.casefold(), german


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_say_nothing_untranslated(path: Path) -> None:
    assert find_naked_words(path.read_text(encoding="utf-8")) == []


def test_an_unmarked_word_would_be_found() -> None:
    assert find_naked_words('<p lang="de">{{ _("gut") }} so</p>') == ["so"]
    assert find_naked_words('<p aria-label="Sprache">{# nur hier #}</p>') == ["Sprache"]


def test_new_texts_come_in_empty_and_vanished_ones_go() -> None:
    before = Catalog(locale="en")
    before.add("Speichern", "Save")
    before.add("So hieß es früher", "As it once was")
    now = collect_words(before)
    assert now["Speichern"].string == "Save"
    assert "So hieß es früher" not in now
    assert not is_translated(now["Drucken"].string)


def test_plurals_that_were_one_text_before_come_in_empty() -> None:
    before = Catalog(locale="en")
    before.add("%(num)s Thema", "%(num)s topic")
    assert not is_translated(collect_words(before)["%(num)s Thema"].string)
