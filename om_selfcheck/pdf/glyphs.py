"""What happens to characters the font lacks: none disappears, and none depends on the fonts of the machine.

The font has the Latin, Greek and Cyrillic letters of European names. For any other character, in this order:

1. its like in the font: a non-breaking hyphen becomes a hyphen, a round bullet a bullet;
2. its compatible or decomposed form, if the font has all of that: "Ａ" becomes "A", "㎡" becomes "m2";
3. its Unicode number in brackets: "北京" becomes "[U+5317 U+4EAC]", with a sentence that says what this is.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

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
_KEPT = frozenset("\n\t")
_TEXT = re.compile(r"(?<=>)[^<]+")


@cache
def printable() -> frozenset[str]:
    """Return the characters that every face of the font has."""
    faces = [frozenset(map(chr, TTFont(face_path(name), lazy=True).getBestCmap())) for name in FACES]
    return frozenset.intersection(*faces) | _KEPT


def print_all(html: str) -> str:
    """Return the page with every character of its texts in a form that the font can print.

    Tags stay as they are: markup is ours, and what people wrote is escaped, so that it holds no ``<``.
    """
    lone_surrogates_gone = html.encode("utf-8", "replace").decode()
    if lone_surrogates_gone == html and printable().issuperset(html):
        return html
    head, body_tag, body = lone_surrogates_gone.partition("<body")
    return head + body_tag + _TEXT.sub(lambda text: _print_text(text[0]), body)


def _print_text(text: str) -> str:
    if printable().issuperset(text):
        return text
    return _rewrite(text, printable())


def _rewrite(text: str, known: frozenset[str]) -> str:
    pieces: list[str] = []
    numbers: list[str] = []
    for character in text:
        shown = character if character in known else _nearest(character, known)
        if shown is None:
            numbers.append(f"U+{ord(character):04X}")
            continue
        _close(numbers, pieces.append)
        pieces.append(str(escape(shown)))
    _close(numbers, pieces.append)
    return "".join(pieces)


def _nearest(character: str, known: frozenset[str]) -> str | None:
    """Return what the font can print in place of a character, or None. "＜" gives "<": the caller has to escape."""
    if character in LIKES:
        return LIKES[character]
    if unicodedata.category(character) == "Zs":
        return " "
    forms = (unicodedata.normalize(form, character) for form in ("NFKC", "NFKD"))
    return next((form for form in forms if known.issuperset(form)), None)


def _close(numbers: list[str], add: Callable[[str], None]) -> None:
    """Write the numbers gathered so far as one piece of markup."""
    if numbers:
        add(f'<span class="lacking">[{" ".join(numbers)}]</span>')
        numbers.clear()
