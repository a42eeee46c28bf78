"""Two people at one form: what becomes of a field that somebody else may have changed meanwhile (P2)."""

from dataclasses import dataclass, field
from enum import StrEnum


class Merge(StrEnum):
    """KEEP: nothing to write. WRITE: the new value goes in. CONFLICT: the person has to choose."""

    KEEP = "keep"
    WRITE = "write"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that holds another value than the one the person saw; nothing was overwritten."""

    name: str
    stored: str
    wanted: str


def merge_field(*, stored: str, shown: str, wanted: str) -> Merge:
    """Decide over one field from what is stored, what the person saw and what the person wants.

    Who did not touch a field (wanted equals shown) overwrites nothing and is told nothing. Who changed it writes only
    over what was seen; two people who want the same do not disturb each other.
    """
    if wanted in (shown, stored):
        return Merge.KEEP
    return Merge.WRITE if stored == shown else Merge.CONFLICT


@dataclass(slots=True)
class FieldMerger:
    """Merges the fields of one form one by one and collects what the person has to choose."""

    conflicts: list[Conflict] = field(default_factory=list)

    def merge(self, name: str, *, stored: str, shown: str, wanted: str | None) -> str:
        """Return the value the field has afterwards; a field that the form did not carry (None) stays as it is."""
        if wanted is None:
            return stored
        merge = merge_field(stored=stored, shown=shown, wanted=wanted)
        if merge is Merge.CONFLICT:
            self.conflicts.append(Conflict(name, stored, wanted))
        return wanted if merge is Merge.WRITE else stored
