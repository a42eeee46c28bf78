"""What a single value in a questionnaire file has to be; each rule says in words what is wrong."""

import re
import unicodedata
from collections.abc import Callable

from pydantic_core import PydanticCustomError

from om_selfcheck.catalogue.complaints import show
from om_selfcheck.domain.text import has_letter

MAX_MINUTES = 120

_MINUTES = re.compile("[1-9][0-9]{0,2}")

Rule = Callable[[str], str]


def bounded(limit: int) -> Rule:
    """Make the rule for a text: it stands on a page as it is."""

    def check(text: str) -> str:
        if fault := _find_fault(text, limit):
            raise complain(fault)
        return text

    return check


def formed(pattern: str, message: str) -> Rule:
    """Make the rule for a value of a fixed form."""
    expected = re.compile(pattern)

    def check(text: str) -> str:
        if not expected.fullmatch(text):
            raise complain(f"{show(text)} {message}")
        return text

    return check


def read_minutes(value: object) -> int:
    """Return a whole number of minutes; in the file it is text like everything else."""
    minutes = int(value) if isinstance(value, str) and _MINUTES.fullmatch(value) else 0
    if not 1 <= minutes <= MAX_MINUTES:
        raise complain(f"must be a whole number from 1 to {MAX_MINUTES}")
    return minutes


def complain(fault: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "{fault}", {"fault": fault})


def _find_fault(text: str, limit: int) -> str | None:
    if not has_letter(text):
        return "is empty or has no letter"
    if len(text) > limit:
        return f"is too long: {len(text)} characters, at most {limit}"
    if "\n" in text:
        return "must be one line"
    if text != text.strip():
        return "begins or ends with a blank"
    if not unicodedata.is_normalized("NFC", text):
        return "is not in the normal form NFC"
    unwanted = next((sign for sign in text if not _is_wanted(sign)), None)
    return f"contains the control character U+{ord(unwanted):04X}" if unwanted else None


def _is_wanted(sign: str) -> bool:
    return sign.isprintable() or unicodedata.category(sign) == "Zs"
