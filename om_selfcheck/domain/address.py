"""A company's e-mail address: typed by the company, confirmed by whoever reads its mail, changed and removed at will.

Mail goes to a confirmed address only. It is confirmed by a link or, on the device at hand, by a code.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from om_selfcheck.domain.text import clean_line

EMAIL_LENGTH = 254
LOCAL_LENGTH = 64
CLAIM_LIFETIME = timedelta(hours=24)
SEND_AGAIN_AFTER = timedelta(minutes=1)  # a second click sends no second mail
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
CODE_LENGTH = 8
CODE_ALPHABET = "34679CDFGHJKMNPQRTVWXY"  # none looks like another one, and without vowels no word comes about
CODES = len(CODE_ALPHABET) ** CODE_LENGTH
LONGEST_PAUSE = timedelta(days=366)


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212.]+")


def is_email(text: str) -> bool:
    """Say whether a text is one plain address: no list, no display name, no line break, nothing but ASCII.

    >>> is_email("buero@betrieb.de"), is_email("a@b.de, c@d.de"), is_email("Büro <buero@betrieb.de>")
    (True, False, False)
    """
    found = _ADDRESS.fullmatch(text) if len(text) <= EMAIL_LENGTH else None
    return found is not None and len(found["local"]) <= LOCAL_LENGTH


def clean_address(typed: str) -> str:
    r"""Return what was typed on one line and, where it is an address, in lower case: so the same one is one text.

    >>> clean_address(" Buero@Betrieb.DE\n")
    'buero@betrieb.de'
    """
    line = clean_line(typed)
    return line.lower() if is_email(line) else line


def make_code(chance: int) -> str:
    """Write a random number below `CODES` as a code, in two groups for the eye.

    >>> make_code(0), make_code(CODES - 1)
    ('3333-3333', 'YYYY-YYYY')
    """
    if not 0 <= chance < CODES:
        raise ValueError("no code has this number")
    characters = ""
    for _ in range(CODE_LENGTH):
        chance, place = divmod(chance, len(CODE_ALPHABET))
        characters = CODE_ALPHABET[place] + characters
    return f"{characters[:4]}-{characters[4:]}"


def read_code(typed: str) -> str:
    """Return a code as we write it, from what a person typed; "" where it cannot be one.

    >>> read_code(" 7cdf ghjk "), read_code("7CDF-GHJ"), read_code("7CDF-GHJ0")
    ('7CDF-GHJK', '', '')
    """
    bare = _SEPARATORS.sub("", typed)
    characters = bare.upper() if bare.isascii() else ""
    if len(characters) != CODE_LENGTH or not set(characters) <= set(CODE_ALPHABET):
        return ""
    return f"{characters[:4]}-{characters[4:]}"


class CodeAnswer(StrEnum):
    """What becomes of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED_UP = "used_up"
    NOTHING_WAITS = "nothing_waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An address that was typed, and how far its confirmation got. A code lives only once its mail is being sent."""

    address: str
    created_at: datetime
    expires_at: datetime
    code_expires_at: datetime | None = None
    tries: int = 0

    @property
    def tries_left(self) -> int:
        return max(0, CODE_TRIES - self.tries)

    def is_open_at(self, now: datetime) -> bool:
        """Say whether the link in its mail still confirms."""
        return now < self.expires_at

    def was_just_made_at(self, now: datetime) -> bool:
        """Say whether it is so fresh that the same wish again is a second click."""
        return now - self.created_at < SEND_AGAIN_AFTER

    def judge_code(self, *, is_same: bool, now: datetime) -> CodeAnswer:
        """Answer a code whose try is counted in `tries` already: the sixth is refused even where it is right."""
        if self.tries > CODE_TRIES:
            return CodeAnswer.USED_UP
        if self.code_expires_at is None or now >= self.code_expires_at or not self.is_open_at(now):
            return CodeAnswer.EXPIRED
        return CodeAnswer.RIGHT if is_same else CodeAnswer.WRONG


def owes_notice(*, before: str, after: str) -> str:
    """Return the address that has to be told of a change: the old one, where there was one and it is another.

    >>> owes_notice(before="alt@betrieb.de", after=""), owes_notice(before="", after="neu@betrieb.de")
    ('alt@betrieb.de', '')
    """
    return before if before != after else ""


def is_pause(resume_on: date, today: date) -> bool:
    """Say whether mails may rest until a day: from tomorrow on, for a year at most."""
    return today < resume_on <= today + LONGEST_PAUSE
