"""Who helps in the region: contacts that a network names for topics of a check, alphabetical and without advertising.

A network does not advertise commercial products (R35); so nobody comes first, and a contact says in one sentence with
what it helps. Contacts grow old: whoever was not looked at for twelve months is shown as such.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

from om_selfcheck.domain.comparison import topic_of
from om_selfcheck.domain.retention import add_months

FRESH_MONTHS = 12
OFFER_LENGTH = 200
PAGE_LENGTH = 300
PHONE_LENGTH = 50
MAIL_LENGTH = 1500  # what a mail program takes over from a link without losing the end
CUT = " …"

_SCHEMES = ("http", "https")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
_SAFE = "%/:=&?~+!$,;'@()*"
_DIGITS = re.compile(r"[0-9]")
_PHONE = re.compile(r"\+?[0-9 ()/.\-\u2013]+")


class OrganisationKind(StrEnum):
    """What kind of body helps: intermediary organisations (R61), and others that do not work for profit."""

    CHAMBER = "chamber"
    GUILD = "guild"
    DEVELOPMENT = "development"
    SOCIAL_INSURER = "social_insurer"
    SCIENCE = "science"
    ASSOCIATION = "association"
    UNION = "union"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class HelpTopic:
    """A topic of a check, whichever version."""

    slug: str
    ref: str

    @property
    def written(self) -> str:
        return f"{self.slug}/{self.ref}"


def write_topics(topics: Iterable[HelpTopic]) -> str:
    """Return topics as one text, always in the same order, so that two people's choices can be compared.

    >>> write_topics([HelpTopic("kompakt", "2"), HelpTopic("basis", "1")])
    'basis/1 kompakt/2'
    """
    return " ".join(topic.written for topic in sorted(set(topics)))


def read_topics(written: str) -> frozenset[HelpTopic]:
    """Return the topics that a text names; what is none is left out."""
    parts = (word.partition("/") for word in written.split())
    return frozenset(HelpTopic(slug, ref) for slug, _, ref in parts if slug and ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpNearby:
    """For which topics of a round's check its network names somebody."""

    network: str = ""
    topic_refs: frozenset[str] = frozenset()

    def covers(self, topic_ref: str) -> bool:
        return topic_ref in self.topic_refs

    def find_topic(self, measure_refs: Iterable[str]) -> str:
        """Return the first topic of an action's measures for which there is help, "" where there is none."""
        return next((ref for ref in map(topic_of, measure_refs) if ref in self.topic_refs), "")


def is_outdated_on(confirmed_on: date, today: date) -> bool:
    """Say whether nobody has looked at a contact for more than twelve months."""
    return today > add_months(confirmed_on, FRESH_MONTHS)


def alphabetical_key(name: str) -> str:
    """Return by what a name is sorted: capitals and dots over letters do not count, ß is ss (DIN 5007-1).

    >>> sorted(["Zoll", "Ämter", "ADAC", "Arbeit"], key=alphabetical_key)
    ['ADAC', 'Ämter', 'Arbeit', 'Zoll']
    """
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def is_phone(text: str) -> bool:
    """Say whether a text can be dialled: figures and what people put between them.

    >>> is_phone("+49 (0)5121 123-0"), is_phone("05121 / 12 30"), is_phone("siehe Seite")
    (True, True, False)
    """
    return _PHONE.fullmatch(text) is not None and len(_DIGITS.findall(text)) >= 3  # noqa: PLR2004 - 110


def dial(phone: str) -> str:
    """Return a number as telephones take it; "(0)" after a country's code is not dialled.

    >>> dial("+49 (0)5121 123-0"), dial("05121 / 12 30")
    ('+4951211230', '051211230')
    """
    bare = phone.replace("(0)", "") if phone.startswith("+") else phone
    return "+" * phone.startswith("+") + "".join(_DIGITS.findall(bare))


def read_page_address(typed: str) -> str | None:
    """Return the address of a page as it is linked to, None where it is none: http or https and a name, nothing else.

    >>> read_page_address("www.beispiel.de/hilfe"), read_page_address("javascript:alert(1)")
    ('https://www.beispiel.de/hilfe', None)
    """
    address = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError:  # brackets without an address in them, a port that is none, a name that is too long
        return None
    is_whole = parts.scheme in _SCHEMES and _HOST.fullmatch(host) and "@" not in parts.netloc
    if not is_whole or any(character.isspace() or character == "\\" for character in address):
        return None
    place = host if port is None else f"{host}:{port}"
    pieces = (quote(piece, safe=_SAFE) for piece in (parts.path, parts.query, parts.fragment))
    written = urlunsplit((parts.scheme, place, *pieces))
    return written if len(written) <= PAGE_LENGTH else None


def shorten(text: str, most: int = MAIL_LENGTH) -> str:
    """Return the text, or its beginning up to a whole word.

    >>> shorten("Offene Posten jeden Montag", 16)
    'Offene Posten …'
    """
    if len(text) <= most:
        return text
    beginning = text[: most - len(CUT)]
    return beginning[: beginning.rfind(" ")].rstrip() + CUT if " " in beginning else beginning + CUT


def mail_address(address: str, *, subject: str, body: str) -> str:
    """Return a link that opens the reader's own mail program, with everything filled in (RFC 6068).

    >>> mail_address("a@b.de", subject="Für Sie", body="Zwei\\nZeilen")
    'mailto:a@b.de?subject=F%C3%BCr%20Sie&body=Zwei%0D%0AZeilen'
    """
    lines = body.replace("\n", "\r\n")
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={quote(lines, safe='')}"
