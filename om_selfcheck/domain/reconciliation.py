"""Whether the register says of each declaration what the record says of it: bent rows are found and named (P13).

The record keeps when a declaration was issued, the hash of its snapshot, how it was corrected, whether its name is
hidden, and how it ended. The name in the register is that of the snapshot, or of the last correction. Erasing takes the
details of its events along (P18); then only what is left is compared. An erasure at the company's own wish withdraws as
well (D14): no event of its own says so, but the one of the erasure, by who acted.
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
    CORRECTION_UNRECORDED = "correction_unrecorded"
    CORRECTION_GONE = "correction_gone"
    CORRECTION_CHANGED = "correction_changed"
    NAME_CHANGED = "name_changed"
    HIDING_UNRECORDED = "hiding_unrecorded"
    HIDING_UNDONE = "hiding_undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An event about a declaration: its day in Berlin, and its details, which are empty where they were erased."""

    verb: str
    actor: str
    on: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the record says of a number; details that were erased, or never kept, are None.

    `corrections` are their hashes, in their order.
    """

    times_issued: int = 0
    issued_on: str = ""
    snapshot_hash: object = None
    withdrawn_on: str = ""
    reason: object = None
    is_replaced: bool = False
    replaced_by: object = None
    is_erased: bool = False
    corrections: tuple[object, ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction as it lies in the register: its hash, and the name and place it gave, None where it gives none."""

    hash: str
    declared: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the register says of a number, as it lies there.

    `hash_now` is the hash of the snapshot and empty where there is none; `replaced_by` is None where nothing took its
    place. `named` are name and place as the register shows them, `declared` as the snapshot has them, None where it
    has none.
    """

    issued_on: str
    snapshot_hash: str
    hash_now: str
    withdrawn_on: str = ""
    reason: str = ""
    replaced_by: str | None = None
    named: tuple[str, str] = ("", "")
    declared: tuple[str, str] | None = None
    is_hidden: bool = False
    corrections: tuple[Corrected, ...] = ()


def find_differences(
    acts: Iterable[tuple[str, Act]],
    rows: Iterable[tuple[str, Kept]],
    corrections: Iterable[tuple[str, Corrected]] = (),
) -> Iterator[tuple[str, Difference]]:
    """Compare acts, rows and corrections, each with its number and in the order of numbers.

    Acts and corrections of one number come as they happened, and a row before its corrections.
    """
    merged: Iterator[tuple[str, Act | Kept | Corrected]] = heapq.merge(acts, rows, corrections, key=itemgetter(0))
    for number, group in groupby(merged, key=itemgetter(0)):
        told, kept = Told(), None
        for _, one in group:
            if isinstance(one, Act):
                told = hear(told, one)
            elif isinstance(one, Kept):
                kept = one
            elif kept:
                kept = replace(kept, corrections=(*kept.corrections, one))
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
    return replace(told, is_erased=True, is_hidden=False, corrections=())


def _hear_corrected(told: Told, act: Act) -> Told:
    return replace(told, corrections=(*told.corrections, act.details.get("hash")))


_LISTENERS: dict[str, Callable[[Told, Act], Told]] = {
    Verb.DECLARATION_ISSUED: _hear_issued,
    Verb.DECLARATION_WITHDRAWN: _hear_withdrawn,
    Verb.DECLARATION_REPLACED: _hear_replaced,
    Verb.PAYLOADS_ERASED: _hear_erased,
    Verb.DECLARATION_CORRECTED: _hear_corrected,
    Verb.NAME_HIDDEN: lambda told, _act: replace(told, is_hidden=True),
    Verb.NAME_SHOWN: lambda told, _act: replace(told, is_hidden=False),
}


def _withdrawal_changed(told: Told, kept: Kept) -> bool:
    is_both = bool(told.withdrawn_on and kept.withdrawn_on)
    return is_both and (told.withdrawn_on != kept.withdrawn_on or told.reason not in (None, kept.reason))


def _replacement_changed(told: Told, kept: Kept) -> bool:
    is_both = told.is_replaced and kept.replaced_by is not None
    return is_both and told.replaced_by not in (None, f"declaration:{kept.replaced_by}")


def _correction_changed(told: Told, kept: Kept) -> bool:
    if len(told.corrections) != len(kept.corrections):
        return False  # which is named as such
    pairs = zip(told.corrections, kept.corrections, strict=True)
    return any(recorded not in (None, one.hash) for recorded, one in pairs)


def _name_changed(told: Told, kept: Kept) -> bool:
    if told.is_erased:
        return kept.named != ("", "")
    if len(told.corrections) != len(kept.corrections) or _correction_changed(told, kept):
        return False  # nobody knows by now what it should be
    declared = kept.corrections[-1].declared if kept.corrections else kept.declared
    return declared is not None and declared != kept.named


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
    Difference.CORRECTION_UNRECORDED: lambda told, kept: len(kept.corrections) > len(told.corrections),
    Difference.CORRECTION_GONE: lambda told, kept: len(kept.corrections) < len(told.corrections),
    Difference.CORRECTION_CHANGED: _correction_changed,
    Difference.NAME_CHANGED: _name_changed,
    Difference.HIDING_UNRECORDED: lambda told, kept: kept.is_hidden and not told.is_hidden,
    Difference.HIDING_UNDONE: lambda told, kept: told.is_hidden and not kept.is_hidden,
}
