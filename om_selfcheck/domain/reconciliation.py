"""Whether the register says of each declaration what the record says of it: bent rows are found and named (P13).

The record keeps when a declaration was issued, the hash of its snapshot, and how it ended. Erasing takes the details
of its events along (P18); then only what is left is compared. An erasure at the company's own wish withdraws as well
(D14): no event of its own says so, but the one of the erasure, by who acted.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from operator import itemgetter

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.record import Verb


class Difference(StrEnum):
    """How a declaration in the register is not what the record says of it."""

    NOT_ISSUED = "not_issued"
    ISSUED_TWICE = "issued_twice"
    DELETED = "deleted"
    REDATED = "redated"
    HASH_CHANGED = "hash_changed"
    SNAPSHOT_CHANGED = "snapshot_changed"
    SNAPSHOT_GONE = "snapshot_gone"
    SNAPSHOT_BACK = "snapshot_back"
    WITHDRAWAL_UNRECORDED = "withdrawal_unrecorded"
    WITHDRAWAL_UNDONE = "withdrawal_undone"
    WITHDRAWAL_CHANGED = "withdrawal_changed"
    REPLACEMENT_UNRECORDED = "replacement_unrecorded"
    REPLACEMENT_UNDONE = "replacement_undone"
    REPLACEMENT_CHANGED = "replacement_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An event about a declaration: its day in Berlin, and its details, which are empty where they were erased."""

    verb: str
    actor: str
    on: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the record says of a number; details that were erased are None."""

    times_issued: int = 0
    issued_on: str = ""
    snapshot_hash: object = None
    withdrawn_on: str = ""
    reason: object = None
    is_replaced: bool = False
    replaced_by: object = None
    is_erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the register says of a number, as it lies there.

    `hash_now` is the hash of the snapshot and empty where there is none; `replaced_by` is None where nothing took its
    place.
    """

    issued_on: str
    snapshot_hash: str
    hash_now: str
    withdrawn_on: str = ""
    reason: str = ""
    replaced_by: str | None = None


def find_differences(
    acts: Iterable[tuple[str, Act]], rows: Iterable[tuple[str, Kept]]
) -> Iterator[tuple[str, Difference]]:
    """Compare acts and rows, each with its number and in the order of numbers, acts of one number as they happened."""
    merged: Iterator[tuple[str, Act | Kept]] = heapq.merge(acts, rows, key=itemgetter(0))
    for number, group in groupby(merged, key=itemgetter(0)):
        told, kept = Told(), None
        for _, one in group:
            if isinstance(one, Act):
                told = hear(told, one)
            else:
                kept = one
        for difference in compare(told, kept):
            yield number, difference


def hear(told: Told, act: Act) -> Told:
    """Return what the record says of a number after one more act."""
    listen = _LISTENERS.get(act.verb)
    return listen(told, act) if listen else told


def compare(told: Told, kept: Kept | None) -> Iterator[Difference]:
    """Name how a row differs; None where there is no row."""
    if kept is None:
        if told.times_issued:
            yield Difference.DELETED
    elif not told.times_issued:
        yield Difference.NOT_ISSUED  # there is nothing else to compare with
    else:
        yield from (difference for difference, differs in _RULES.items() if differs(told, kept))


def _hear_issued(told: Told, act: Act) -> Told:
    return replace(
        told, times_issued=told.times_issued + 1, issued_on=act.on, snapshot_hash=act.details.get("snapshot")
    )


def _hear_withdrawn(told: Told, act: Act) -> Told:
    return replace(told, withdrawn_on=act.on, reason=act.details.get("reason"))


def _hear_replaced(told: Told, act: Act) -> Told:
    return replace(told, is_replaced=True, replaced_by=act.details.get("by"))


def _hear_erased(told: Told, act: Act) -> Told:
    if act.actor == Right.OWNER and not told.withdrawn_on:
        told = replace(told, withdrawn_on=act.on, reason=WithdrawalReason.OWN_WISH)
    return replace(told, is_erased=True)


_LISTENERS: dict[str, Callable[[Told, Act], Told]] = {
    Verb.DECLARATION_ISSUED: _hear_issued,
    Verb.DECLARATION_WITHDRAWN: _hear_withdrawn,
    Verb.DECLARATION_REPLACED: _hear_replaced,
    Verb.PAYLOADS_ERASED: _hear_erased,
}


def _withdrawal_changed(told: Told, kept: Kept) -> bool:
    is_both = bool(told.withdrawn_on and kept.withdrawn_on)
    return is_both and (told.withdrawn_on != kept.withdrawn_on or told.reason not in (None, kept.reason))


def _replacement_changed(told: Told, kept: Kept) -> bool:
    is_both = told.is_replaced and kept.replaced_by is not None
    return is_both and told.replaced_by not in (None, f"declaration:{kept.replaced_by}")


_RULES: dict[Difference, Callable[[Told, Kept], bool]] = {
    Difference.ISSUED_TWICE: lambda told, _kept: told.times_issued > 1,
    Difference.REDATED: lambda told, kept: told.issued_on != kept.issued_on,
    Difference.HASH_CHANGED: lambda told, kept: told.snapshot_hash not in (None, kept.snapshot_hash),
    Difference.SNAPSHOT_CHANGED: lambda _told, kept: kept.hash_now not in ("", kept.snapshot_hash),
    Difference.SNAPSHOT_GONE: lambda told, kept: not (kept.hash_now or told.is_erased),
    Difference.SNAPSHOT_BACK: lambda told, kept: bool(kept.hash_now) and told.is_erased,
    Difference.WITHDRAWAL_UNRECORDED: lambda told, kept: bool(kept.withdrawn_on) and not told.withdrawn_on,
    Difference.WITHDRAWAL_UNDONE: lambda told, kept: bool(told.withdrawn_on) and not kept.withdrawn_on,
    Difference.WITHDRAWAL_CHANGED: _withdrawal_changed,
    Difference.REPLACEMENT_UNRECORDED: lambda told, kept: kept.replaced_by is not None and not told.is_replaced,
    Difference.REPLACEMENT_UNDONE: lambda told, kept: told.is_replaced and kept.replaced_by is None,
    Difference.REPLACEMENT_CHANGED: _replacement_changed,
}
