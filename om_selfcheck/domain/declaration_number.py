"""The number of a declaration: 85 random bits in Crockford's base 32, and one check character out of the same 32.

The check character is a weighted sum over GF(32). Every place has another non-zero weight, so any single wrong
character and any swap of two characters changes the sum. Numbers are written in three groups of six: they carry no
meaning, cannot be guessed and can be read out on the telephone.
"""

import re

from om_selfcheck.domain.errors import DomainError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 17
RANDOM_BITS = RANDOM_CHARACTERS * 5
GROUP = 6

_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive: the powers of x are the 31 non-zero elements of GF(32)
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212.]+")
_LOOKALIKES = str.maketrans("OIL", "011")


class NotANumber(DomainError):
    """The text cannot be a declaration number: wrong length, foreign characters or a typing error."""


def make_number(random_value: int) -> str:
    """Write `random_value` (85 random bits) as a number with its check character.

    >>> make_number(0)
    '000000-000000-000000'
    """
    if not 0 <= random_value < 1 << RANDOM_BITS:
        raise ValueError("needs exactly 85 bits")
    digits = [(random_value >> (5 * place)) & 31 for place in reversed(range(RANDOM_CHARACTERS))]
    return format_number("".join(ALPHABET[digit] for digit in [*digits, _check_digit(digits)]))


def format_number(characters: str) -> str:
    """Group a bare number for the eye."""
    return "-".join(characters[start : start + GROUP] for start in range(0, len(characters), GROUP))


def read_number(typed: str) -> str:
    """Return the number as we write it, from what a person typed or read out.

    Lower case, blanks, any dashes, the letter O for zero and I or L for one are accepted.

    Raises:
        NotANumber: it has another length, foreign characters or a wrong check character.
    """
    bare = _SEPARATORS.sub("", typed)
    if not bare.isascii():  # also what only becomes ASCII in upper case, such as ß or the ligature ﬁ
        raise NotANumber
    characters = bare.upper().translate(_LOOKALIKES)
    if len(characters) != RANDOM_CHARACTERS + 1 or any(character not in ALPHABET for character in characters):
        raise NotANumber
    digits = [ALPHABET.index(character) for character in characters]
    if _check_digit(digits[:-1]) != digits[-1]:
        raise NotANumber
    return format_number(characters)


def _check_digit(digits: list[int]) -> int:
    check = 0
    for weight, digit in zip(_WEIGHTS, digits, strict=True):
        check ^= _multiply(weight, digit)
    return check


def _multiply(left: int, right: int) -> int:
    """Multiply two elements of GF(32)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 32:
            left ^= _FIELD_POLYNOMIAL
        right >>= 1
    return product


def _powers_of_x() -> list[int]:
    """Return the weights x, x², … of the random places; the check character's own weight is 1."""
    weights = [2]
    while len(weights) < RANDOM_CHARACTERS:
        weights.append(_multiply(weights[-1], 2))
    return weights


_WEIGHTS = _powers_of_x()
