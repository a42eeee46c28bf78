"""Noise that hides a single answer, drawn with a secret key, and what remains to be learnt in spite of it.

**Why noise.** Somebody may start companies of their own and know all answers of a group but one. No least number and
no suppressed cell helps against that; only chance does, and only if it is not drawn again and again. Rounding at
random to multiples of five does not do: a multiple is never rounded, and every new set of members is a new throw.

**The rule.** A company is counted once: with one batch, closed for good (`batches`). Each cell of the batch gets noise
once, the difference of two runs of throws, where a run goes on with probability a = 1 - 2^-bits:

    P(noise = k) = (1 - a) / (1 + a) * a^|k|        two-sided geometric; fair coins for bits = 1

The throws come from an HMAC over cell, count, members and question under a secret key: asked again, the same question
gets the same noise, in every channel; a question that differs in any of them gets noise of its own.

**The bound.** What is shown, ever, is computed from these noisy cells. Take one answer: one company, one measure, one
round. It enters one batch, and there it can move two cells, the red one and the yellow one, by one each; the rest of
the batch, its time and its members included, is the same whatever the answer is. Moving a cell by one changes the
probability of each outcome at most by the factor 1/a = 2, two cells together by 4. By Bayes, what an observer who
knows everything else holds for the odds of this answer changes at most by LARGEST_FACTOR = 4: from one in two to at
most four in five, from one in three to at most two in three. Weeks, filters, members who come, leave or come again,
and companies of the observer's own add nothing, for no further noisy cell depends on that answer. For the actions done
the whole plan of a company moves one cell by at most ten; there bits = 3, and (8/7)^10 < 4 holds for all ten at once.

**What the bound assumes and does not say.** The key is secret and HMAC cannot be told from chance; runs are cut off
after so many throws that it happens with a probability below 10^-18. The bound is about one answer, given the others:
who takes several answers of a company to be alike has several looks at them. Who knows that it chose red in all
fourteen measures of a topic, or green in all, and brought all other companies of the batch, finds out which in nine
of ten cases. That a company took part is not hidden. A later round, two years on, has answers of its own and a bound
of its own; so has a firm that starts twice, or anew after it was erased, for to the program it is another company.
"""

import hashlib
import hmac
from fractions import Fraction

LARGEST_FACTOR = 4
RUN_BYTES = 128


def draw_noise(secret: bytes, cell: str, bits: int) -> int:
    """Return the noise of a cell. The wider, the more bits: `cell` names all that makes the question what it is."""
    seed = hmac.digest(secret, cell.encode(), "sha256")
    throws = hashlib.shake_256(seed).digest(2 * RUN_BYTES)
    return _length_of_run(throws[:RUN_BYTES], bits) - _length_of_run(throws[RUN_BYTES:], bits)


def _length_of_run(throws: bytes, bits: int) -> int:
    """Count the throws of so many bits before the first that is all zeros."""
    stream, longest, mask = int.from_bytes(throws, "big"), len(throws) * 8 // bits, (1 << bits) - 1
    return next((throw for throw in range(longest) if not stream >> throw * bits & mask), longest)


def variance(bits: int) -> int:
    """Return the variance of the noise of one cell: 2a / (1 - a)².

    >>> variance(1), variance(3)
    (4, 112)
    """
    return 2 * ((1 << bits) - 1) << bits


def odds_factor(bits: int, shift: int) -> Fraction:
    """Return by which factor the odds can change at most where a contribution moves cells by so much in all."""
    return Fraction(1 << bits, (1 << bits) - 1) ** shift


def largest_certainty(before: Fraction) -> Fraction:
    """Return how sure of a single answer somebody can be at most who held it for so probable before.

    >>> largest_certainty(Fraction(1, 2)), largest_certainty(Fraction(1, 3))
    (Fraction(4, 5), Fraction(2, 3))
    """
    return LARGEST_FACTOR * before / (LARGEST_FACTOR * before + 1 - before)
