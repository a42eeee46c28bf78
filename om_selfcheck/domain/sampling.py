r"""Drawing a sample that anybody can draw again: from the numbers, a size and a seed that was fixed beforehand.

Each number gets the SHA-256 of ``<seed>``, a line feed and the number, in UTF-8; the smallest are drawn, in the order
of their hashes. With nothing but a shell: ``printf '%s\n%s' SEED NUMBER | sha256sum``.
"""

import hashlib
import heapq
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

SEED_LENGTH = 64
SAMPLE_AT_MOST = 200
_SEED = re.compile(rf"[A-Za-z0-9._:/+=-]{{1,{SEED_LENGTH}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is drawn from: the declarations that held on a day, of one check or network where they are named."""

    on: date
    check: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A sample as drawn: the frame's size and hash prove what it was drawn from."""

    frame_size: int
    frame_hash: str
    numbers: tuple[str, ...]


def is_seed(text: str) -> bool:
    """Say whether a text can be a seed: what can be typed anywhere and told on the telephone.

    >>> is_seed("6-aus-49:2026-11-21:3.8.17.22.41.49"), is_seed("zwei Wörter"), is_seed("")
    (True, False, False)
    """
    return _SEED.fullmatch(text) is not None


def is_drawable(frame: Frame, today: date) -> bool:
    """Say whether a frame is for good: of a past day nothing changes, so that it is the same whenever it is drawn."""
    return frame.on < today


def draw_sample(numbers: Iterable[str], size: int, seed: str) -> Draw:
    """Draw `size` numbers, or all where there are fewer. The order in which they come in makes no difference."""
    frame = [number for number, _ in groupby(sorted(numbers))]  # of a million each copy counts
    prefix = f"{seed}\n"
    ranked = heapq.nsmallest(size, ((_hash(prefix + number), number) for number in frame))
    return Draw(frame_size=len(frame), frame_hash=_hash_lines(frame), numbers=tuple(number for _, number in ranked))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hash_lines(numbers: Sequence[str]) -> str:
    """Return the hash of numbers one a line, the last one without a line feed."""
    digest = hashlib.sha256()
    for place, number in enumerate(numbers):
        digest.update(f"\n{number}".encode() if place else number.encode())
    return digest.hexdigest()
