"""Networks: what kinds there are, and what a greeting to companies may hold."""

import re
from enum import StrEnum

from om_selfcheck.domain.text import clean_line

GREETING_LENGTH = 300
SLUG_LENGTH = 40
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# A page's address: with a scheme, with www, or a name with an ending of two letters and more. "z.B." and "e.V." are
# none, nor is the address of somebody's mail.
_PAGE = re.compile(
    r"(?:https?:|www\.)|(?<![\w@.-])[\w-]{2,}(?:\.[\w-]+)*\.(?!\d)[a-z]{2,}\b(?![\w.+-]*@)", re.IGNORECASE
)


class NetworkKind(StrEnum):
    """A network of a region, or a specialist group (*Fachgruppe*) of a theme."""

    REGIONAL = "regional"
    SPECIALIST_GROUP = "specialist_group"


def is_slug(text: str) -> bool:
    """Say whether a text is a name for addresses: small letters, digits, single hyphens inside.

    >>> is_slug("nordharz"), is_slug("nord-harz-2"), is_slug("Nordharz"), is_slug("-harz")
    (True, True, False, False)
    """
    return len(text) <= SLUG_LENGTH and _SLUG.fullmatch(text) is not None


def has_page_address(text: str) -> bool:
    """Say whether a text holds the address of a page; a greeting may not, so that nobody is led elsewhere.

    >>> has_page_address("Mehr auf beispiel.de"), has_page_address("Netz e.V., z.B. um 9.30 Uhr, a.b@netz.de")
    (True, False)
    """
    return _PAGE.search(clean_line(text)) is not None
