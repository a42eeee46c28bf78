"""Tampering with the record: each kind of damage to the chain is found and named, row by row (P13)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from om_selfcheck.domain.checkpoint import Checkpoint
from om_selfcheck.domain.record import GENESIS, Entry, Verb, hash_entry

CLOCK_TOLERANCE = timedelta(hours=1)  # clocks of several servers differ, and an event may wait for its turn
BREAKS_NAMED = 100  # who reads more has understood
BEGINNING = Entry(
    seq=0,
    at=datetime.min.replace(tzinfo=UTC),
    actor="",
    verb="",
    subject="",
    payload_hash="",
    previous_hash="",
    hash=GENESIS,
)


class Damage(StrEnum):
    """What is wrong with a row, with the end of the record, or against a checkpoint."""

    MISSING = "missing"
    REORDERED = "reordered"
    CHANGED = "changed"
    PAYLOAD_CHANGED = "payload_changed"
    PAYLOAD_MISSING = "payload_missing"
    HEAD_CHANGED = "head_changed"
    ADDED = "added"
    CUT_OFF = "cut_off"
    REWRITTEN = "rewritten"
    MISDATED = "misdated"


@dataclass(frozen=True, slots=True)
class Break:
    """A broken row, or all from `seq` to `until`."""

    seq: int
    damage: Damage
    until: int | None = None

    @property
    def shows_at(self) -> int:
        """Where it shows: that a stretch was rewritten only at its end, where a checkpoint knows better."""
        return self.until or self.seq if self.damage is Damage.REWRITTEN else self.seq


@dataclass(frozen=True, slots=True)
class Head:
    """Where the record should end: kept beside the chain, moved by whoever appends."""

    seq: int
    hash: str


@dataclass(slots=True)
class Walk:
    """Where a walk along the chain has got to, and what it has to remember for later.

    `checkpoints` are those ahead, the nearest last; `agreed` is the last one behind that the rows agree with.
    `unexplained` is, by subject, the first row whose payload is gone while no erasure was recorded yet.
    """

    head: Head
    checkpoints: list[Checkpoint]
    before: Entry = BEGINNING
    agreed: int = 0
    is_rewritten: bool = False
    not_before: datetime = BEGINNING.at
    unexplained: dict[str, int] = field(default_factory=dict)


Found = Break | None


def find_breaks(
    rows: Iterable[tuple[Entry, str | None]], *, head: Head, checkpoints: Sequence[Checkpoint] = ()
) -> Iterator[Break]:
    """Walk the chain in order of `seq` and name each broken row.

    Each entry comes with the hash of its payload as it is stored now, or None where the payload is gone. `head` was
    read before the rows, which may go on behind it: others append meanwhile.
    """
    walk = Walk(head, sorted(checkpoints, key=lambda one: one.seq, reverse=True))
    for entry, payload_hash_now in rows:
        for check in CHECKS:
            found = check(walk, entry, payload_hash_now)
            if found is not None:
                yield found
        walk.before = entry
    for finish in AT_THE_END:
        yield from finish(walk)


def check_place(walk: Walk, entry: Entry, _payload_hash_now: str | None) -> Found:
    """A row has the number after the one before it, and its hash."""
    expected = walk.before.seq + 1
    if entry.seq > expected:
        return _stretch(expected, Damage.MISSING, entry.seq - 1)
    if entry.seq < expected:
        return Break(entry.seq, Damage.ADDED)
    if entry.previous_hash != walk.before.hash:
        return Break(entry.seq, Damage.REORDERED)
    return None


def check_content(_walk: Walk, entry: Entry, payload_hash_now: str | None) -> Found:
    """A row is what its hash says, and so is its payload."""
    if entry.hash != hash_entry(entry):
        return Break(entry.seq, Damage.CHANGED)
    if payload_hash_now is not None and payload_hash_now != entry.payload_hash:
        return Break(entry.seq, Damage.PAYLOAD_CHANGED)
    return None


def note_erasure(walk: Walk, entry: Entry, payload_hash_now: str | None) -> Found:
    """A payload may be gone where a later event says that those of its subject were erased."""
    if entry.verb == Verb.PAYLOADS_ERASED:
        walk.unexplained.pop(entry.subject, None)
    if payload_hash_now is None:
        walk.unexplained.setdefault(entry.subject, entry.seq)
    return None


def check_head(walk: Walk, entry: Entry, _payload_hash_now: str | None) -> Found:
    """The row that was the last one is the one that the head knows."""
    is_other = entry.seq == walk.head.seq and entry.hash != walk.head.hash
    return Break(entry.seq, Damage.HEAD_CHANGED) if is_other else None


def check_date(walk: Walk, entry: Entry, _payload_hash_now: str | None) -> Found:
    """A row is no younger than the checkpoint that knows it, and no older than the one that did not know it yet."""
    ahead = walk.checkpoints[-1] if walk.checkpoints else None
    is_too_late = ahead is not None and entry.seq <= ahead.seq and entry.at > ahead.at + CLOCK_TOLERANCE
    return Break(entry.seq, Damage.MISDATED) if is_too_late or entry.at < walk.not_before else None


def check_checkpoint(walk: Walk, entry: Entry, _payload_hash_now: str | None) -> Found:
    """The row that was the last one when a checkpoint was taken has the hash that it knows."""
    found = None
    while walk.checkpoints and walk.checkpoints[-1].seq <= entry.seq:
        known = walk.checkpoints.pop()
        walk.not_before = max(walk.not_before, known.at - CLOCK_TOLERANCE)
        if known.seq != entry.seq or walk.is_rewritten:
            continue  # its row is missing, which was said; or rewritten, as all that follow
        if known.hash != entry.hash:
            first = min(walk.agreed + 1, known.seq)
            found, walk.is_rewritten = _stretch(first, Damage.REWRITTEN, known.seq), True
        walk.agreed = known.seq
    return found


def find_missing_end(walk: Walk) -> Iterator[Break]:
    """The head knows how long the record was before the walk."""
    if walk.before.seq < walk.head.seq:
        yield _stretch(walk.before.seq + 1, Damage.MISSING, walk.head.seq)


def find_cut_off_end(walk: Walk) -> Iterator[Break]:
    """No checkpoint knows more rows than there are."""
    if walk.checkpoints and walk.checkpoints[0].seq > walk.before.seq:
        yield _stretch(walk.before.seq + 1, Damage.CUT_OFF, walk.checkpoints[0].seq)


def find_missing_payloads(walk: Walk) -> Iterator[Break]:
    """Name the first row of each subject whose payload is gone without a word."""
    for seq in walk.unexplained.values():
        yield Break(seq, Damage.PAYLOAD_MISSING)


Check = Callable[[Walk, Entry, str | None], Found]
CHECKS: tuple[Check, ...] = (check_place, check_content, note_erasure, check_head, check_date, check_checkpoint)
AT_THE_END = (find_missing_end, find_cut_off_end, find_missing_payloads)


def _stretch(first: int, damage: Damage, last: int) -> Break:
    return Break(first, damage, last if last > first else None)
