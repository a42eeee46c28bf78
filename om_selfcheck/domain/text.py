"""What a text typed by a person becomes before a rule looks at it."""

import re
import unicodedata

LINE_LENGTH = 200
TEXT_LENGTH = 2000
WORD_LENGTH = 80

_WORD = re.compile(r"\w+")
_REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean_text(raw: str) -> str:
    r"""Return the text in NFC without control, direction and unassigned characters; line ends become ``\n``.

    Tabs become blanks, line and paragraph separators become line ends, outer white space goes.

    >>> clean_text(" Mu\u0308ller\r\n\u202eGmbH ")
    'Müller\nGmbH'
    """
    unified = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    unified = unified.replace("\t", " ")
    kept = "".join(
        character
        for character in unified
        if character == "\n" or unicodedata.category(character) not in _REMOVED_CATEGORIES
    )
    return unicodedata.normalize("NFC", kept).strip()


def clean_line(raw: str) -> str:
    r"""Return the text cleaned and on one line, every run of white space a single blank.

    >>> clean_line("Maler  Meier\nGmbH")
    'Maler Meier GmbH'
    """
    return " ".join(clean_text(raw).split())


def has_letter(text: str) -> bool:
    """Say whether a text says anything: blank-looking text and mere signs or digits do not (D4).

    >>> has_letter("\u2800 – 123"), has_letter("Büro")
    (False, True)
    """
    return any(
        unicodedata.category(character).startswith("L") and character not in _BLANK_LETTERS for character in text
    )


def comparison_key(text: str) -> str:
    """Return what two texts have in common that a reader would call the same.

    >>> comparison_key("Liste  FÜHREN ") == comparison_key("liste führen")
    True
    """
    visible = "".join(character for character in clean_line(text) if character not in _UNSEEN)
    return unicodedata.normalize("NFKC", " ".join(visible.split())).casefold()


def search_words(text: str) -> frozenset[str]:
    """Return the words by which a text is looked for, in the form of `comparison_key`, at most 80 letters each.

    >>> sorted(search_words("Müller & Söhne GmbH"))
    ['gmbh', 'müller', 'söhne']
    """
    return frozenset(word[:WORD_LENGTH] for word in _WORD.findall(comparison_key(text)))


# Hangul fillers and blank hieroglyphs: letters by category, blank to the eye
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\U00013441\U00013442")
_UNSEEN = (
    _BLANK_LETTERS | {"\u034f", "\u2800"} | frozenset(map(chr, range(0xFE00, 0xFE10)))
)  # joiners, blanks, variants
