"""What a typed text becomes, and whether it says anything (D4, P10, P17)."""

import string
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from om_selfcheck.domain import text
from om_selfcheck.domain.text import clean_line, clean_text, comparison_key, has_letter, search_words

ANY_TEXT = st.text(st.characters(), max_size=60)  # surrogates, controls and unassigned characters too
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn"}


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("Büro", "Büro"),
        ("Mu\u0308ller", "Müller"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("a\r\n\r\nb", "a\n\nb"),
        ("a\tb", "a b"),
        ("\ta\t", "a"),
        ("  two  blanks  ", "two  blanks"),
        ("\u00a0a\u00a0b\u3000", "a\u00a0b"),
        ("a\x00b\x07c\x7f", "abc"),
        ("a\u200bb\u202ec\u2066d\ufeff\u00ad", "abcd"),
        ("a\ud800b", "ab"),
        ("a\ue000b", "ab"),
        ("a\u0378b", "ab"),
        ("½ ﬁ", "½ ﬁ"),
    ],
)
def test_cleans_a_text(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


@given(ANY_TEXT)
@example("\r\u200b\n")
@example(" \u0308a")
def test_a_cleaned_text_holds_nothing_unwanted_and_stays_as_it_is(raw: str) -> None:
    cleaned = clean_text(raw)
    assert not {unicodedata.category(character) for character in cleaned if character != "\n"} & UNWANTED
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert clean_text(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("", ""),
        ("Maler  Meier\nGmbH", "Maler Meier GmbH"),
        ("\u3000Maler\u00a0\u2009Meier\t", "Maler Meier"),
        ("a\u2028b", "a b"),
        ("a\u200bb", "ab"),
    ],
)
def test_cleans_a_line(raw: str, cleaned: str) -> None:
    assert clean_line(raw) == cleaned


@given(ANY_TEXT)
def test_a_cleaned_line_is_one_line_with_single_blanks_and_stays_as_it_is(raw: str) -> None:
    line = clean_line(raw)
    assert len(line.splitlines()) <= 1
    assert "  " not in line
    assert all(character == " " or not character.isspace() for character in line)
    assert clean_line(line) == line
    assert clean_line(clean_text(raw)) == line


@pytest.mark.parametrize("letter", ["a", "Z", "ß", "ü", "é", "Ж", "漢", "ب", "한", "ª", "1a", "— x —", "\u3164a"])
def test_a_letter_of_any_script_says_something(letter: str) -> None:
    assert has_letter(letter)


def test_no_letter_of_german_is_taken_for_blank() -> None:
    assert all(has_letter(letter) for letter in string.ascii_letters + "äöüÄÖÜßẞ")


@pytest.mark.parametrize(
    "blank",
    [
        "",
        " ",
        "\n\t",
        "\u00a0",
        "\u2800",
        "\u115f",
        "\u1160",
        "\u3164",
        "\uffa0",
        "\U00013441",
        "\U00013442",
        "\u200b\u200d\ufeff",
        "\u0308",
        "—",
        "...",
        "?",
        "123",
        "²³",
        "½",
        "✓",
        "🙂",
        "\u3164 \u2800 – 12",
    ],
)
def test_blank_looking_text_and_mere_signs_and_digits_say_nothing(blank: str) -> None:
    assert not has_letter(blank)


@given(ANY_TEXT)
def test_cleaning_makes_no_letter_out_of_nothing(raw: str) -> None:
    assert not has_letter(clean_text(raw)) or has_letter(raw)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Liste  FÜHREN ", "liste führen"),
        ("Straße", "STRASSE"),
        ("Müller", "Mu\u0308ller"),
        ("ﬁx", "fix"),
        ("a\nb", "a b"),
        ("a\u00a0b", "a b"),
        ("a\u200bb", "ab"),
        ("１２ Posten", "12 Posten"),
    ],
)
def test_what_a_reader_calls_the_same_has_the_same_key(one: str, other: str) -> None:
    assert comparison_key(one) == comparison_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Liste", "Listen"), ("a b", "ab"), ("a.", "a"), ("schon", "schön"), ("", "a")]
)
def test_what_a_reader_tells_apart_has_another_key(one: str, other: str) -> None:
    assert comparison_key(one) != comparison_key(other)


@given(ANY_TEXT)
def test_the_key_of_a_text_does_not_depend_on_how_it_was_cleaned(raw: str) -> None:
    assert comparison_key(clean_text(raw)) == comparison_key(clean_line(raw)) == comparison_key(raw)


def test_a_line_and_a_text_have_a_longest_length() -> None:
    assert (text.LINE_LENGTH, text.TEXT_LENGTH) == (200, 2000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Müller & Söhne GmbH", {"müller", "söhne", "gmbh"}),
        ("MÜLLER müller", {"müller"}),
        ("K2-Bau, Köln", {"k2", "bau", "köln"}),
        ("ﬁrma", {"firma"}),
        ("– & –", set()),
        ("x" * 100, {"x" * 80}),
    ],
)
def test_a_text_is_looked_for_by_its_words(text: str, words: set[str]) -> None:
    assert search_words(text) == words
