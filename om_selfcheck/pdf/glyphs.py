"""What happens to characters the font lacks: none disappears, and none depends on the fonts of the machine.

The font has the Latin, Greek and Cyrillic letters of European names. For any other character, in this order:

1. its like in the font: a non-breaking hyphen becomes a hyphen, a round bullet a bullet;
2. its compatible or decomposed form, if the font has all of that: "Ａ" becomes "A", "㎡" becomes "m2";
3. its Unicode number in brackets: "北京" becomes "[U+5317 4EAC]", with a sentence that says what this is. Of more
   than forty in a row the rest is counted: "… +160".

Metadata of the file keep the characters themselves. Words of eighty letters and more get invisible places to break:
without them the line breaker takes half a minute for a plan of such words.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import groupby

from fontTools.ttLib import TTFont
from markupsafe import escape

from om_selfcheck.pdf.fetcher import FACES, face_path

LIKES = {
    "\u2010": "-",  # hyphens
    "\u2011": "-",
    "\u25cf": "\u2022",  # bullets that word processors put before lines
    "\u25e6": "\u2022",
    "\u25aa": "\u2022",
    "\ufe0e": "",  # these two only choose between text and picture
    "\ufe0f": "",
}
_LINE_ENDS = frozenset("\n\t")
_TEXT = re.compile(r"<title>[^<]*</title>|(?<=>)[^<]+")  # titles of drawings are heard, not printed
_LONG_WORD = re.compile(r"[^\s<>]{80,}")
_PIECE = re.compile(r"&[^;]+;|[^&]{1,10}")
_LONGEST_RUN = 40


@cache
def printable() -> frozenset[str]:
    """Return the characters that every face of the font has."""
    return frozenset.intersection(*map(_characters_of, FACES)) | _LINE_ENDS


def _characters_of(face: str) -> frozenset[str]:
    with TTFont(face_path(face), lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def print_all(html: str) -> str:
    """Return the page with every character of its texts in a form that the font can print.

    Tags stay as they are: markup is ours, and what people wrote is escaped, so that it holds no ``<``.
    """
    encodable = html.encode("utf-8", "replace").decode()
    head, body_tag, body = encodable.partition("<body")
    return head + body_tag + _TEXT.sub(lambda text: _print_text(text[0]), body)


def _print_text(text: str) -> str:
    if text.startswith("<title>"):
        return text
    shown = text if printable().issuperset(text) else _replace(text)
    return _LONG_WORD.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), shown)


def _replace(text: str) -> str:
    shown = [(character, nearest(character)) for character in text]
    runs = groupby(shown, key=lambda pair: pair[1] is None)
    return "".join(
        _write_numbers(character for character, _ in run) if is_lacking else "".join(form or "" for _, form in run)
        for is_lacking, run in runs
    )


def nearest(character: str) -> str | None:
    """Return how the font can print a character of an escaped text, or None.

    What comes from elsewhere is escaped in its turn, for the compatible form of "＜" is "<".
    """
    if character in printable():
        return character
    if character in LIKES:
        return LIKES[character]
    if unicodedata.category(character) == "Zs":
        return " "
    forms = (unicodedata.normalize(form, character) for form in ("NFKC", "NFKD"))
    return next((str(escape(form)) for form in forms if printable().issuperset(form)), None)


def _write_numbers(characters: Iterable[str]) -> str:
    numbers = [f"{ord(character):04X}" for character in characters]
    rest = len(numbers) - _LONGEST_RUN
    shown = " ".join(numbers[:_LONGEST_RUN]) + (f" … +{rest}" if rest > 0 else "")
    return f'<span class="lacking">[U+{shown}]</span>'
