"""Invitation links: reusable, readable, and good for nothing but beginning a check with a network."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from om_selfcheck.domain.declaration_number import ALPHABET

TOKEN_LENGTH = 10
TOKEN_BITS = TOKEN_LENGTH * 5
_LOOKALIKES = str.maketrans("OIL", "011")
_BETWEEN = str.maketrans("", "", " -–.")


class InvitationState(StrEnum):
    """What a link answers. There is no "used up": it would tell the network that somebody used it."""

    OPEN = "open"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationTerms:
    """Until when a link invites; `expires_on` is its last day in Berlin."""

    expires_on: date | None = None
    withdrawn_at: datetime | None = None

    def state_on(self, today: date) -> InvitationState:
        """Return the state on a day; withdrawn goes before expired."""
        if self.withdrawn_at is not None:
            return InvitationState.WITHDRAWN
        if self.expires_on is not None and self.expires_on < today:
            return InvitationState.EXPIRED
        return InvitationState.OPEN


def make_token(random_value: int) -> str:
    """Write 50 random bits as ten characters that can be typed from a poster and read out.

    >>> make_token(0)
    '0000000000'
    """
    if not 0 <= random_value < 1 << TOKEN_BITS:
        raise ValueError("needs exactly 50 bits")
    return "".join(ALPHABET[(random_value >> (5 * place)) & 31] for place in reversed(range(TOKEN_LENGTH)))


def read_token(typed: str) -> str | None:
    """Return a token as we write it, from what a person typed; None where it cannot be one.

    >>> read_token("k7m2p-9qrst"), read_token("zu kurz")
    ('K7M2P9QRST', None)
    """
    characters = typed.strip().translate(_BETWEEN)
    if not characters.isascii():
        return None
    token = characters.upper().translate(_LOOKALIKES)
    return token if len(token) == TOKEN_LENGTH and all(character in ALPHABET for character in token) else None


def group_token(token: str) -> str:
    """Return a token in two halves, to be read out and typed.

    >>> group_token("K7M2P9QRST")
    'K7M2P-9QRST'
    """
    half = TOKEN_LENGTH // 2
    return f"{token[:half]}-{token[half:]}"
