"""Ways to bend a record, each with what has to be found: rows in, rows out, no database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import NamedTuple

from om_selfcheck.domain.checkpoint import Checkpoint
from om_selfcheck.domain.record import GENESIS, Entry, Verb, canonical_json, hash_payload
from om_selfcheck.domain.tampering import Damage, Head
from tests.chains import OTHER_HASH, START, make_event, rehash

NEAR = 150  # rows from the end or the checkpoint, where everything behind is rewritten too: more only takes longer


class Stored(NamedTuple):
    """A row with its payload; both parts of that are None where it is gone."""

    entry: Entry
    salt: str | None
    payload: str | None


Rows = list[Stored]


@dataclass(frozen=True)
class Record:
    """A sound record, and a checkpoint that was kept elsewhere when most of it was there."""

    rows: Rows
    checkpoint: Checkpoint

    @property
    def head(self) -> Head:
        return head_of(self.rows)


@dataclass(frozen=True)
class Bent:
    """A record after somebody was at it: which row should be named, and for what.

    `is_hidden` says that nothing inside the database tells.
    """

    rows: Rows
    head: Head
    seq: int
    damage: Damage
    is_hidden: bool = False


def make_record(length: int) -> Record:
    """Chain events a minute apart; the checkpoint was taken after nine tenths of them."""
    rows: Rows = []
    for number in range(length):
        event = replace(make_event(verb=Verb.KEY_RENEWED, number=number), at=START + timedelta(minutes=number))
        salt, payload = f"{number:032x}", canonical_json(event.payload)
        entry = Entry(
            seq=number + 1,
            at=event.at,
            actor=event.actor,
            verb=event.verb.value,
            subject=event.subject,
            payload_hash=hash_payload(salt, payload),
            previous_hash=rows[-1].entry.hash if rows else GENESIS,
            hash="",
        )
        rows.append(Stored(rehash(entry), salt, payload))
    last = rows[length * 9 // 10 - 1].entry
    at = last.at + timedelta(seconds=30)
    return Record(rows, Checkpoint(seq=last.seq, hash=last.hash, at=at, count=last.seq, key=""))


def head_of(rows: Sequence[Stored]) -> Head:
    return Head(rows[-1].entry.seq, rows[-1].entry.hash) if rows else Head(0, GENESIS)


def changed(rows: Rows, index: int, **changes: object) -> Rows:
    entry = replace(rows[index].entry, **changes)  # type: ignore[arg-type]  # by name
    return [*rows[:index], rows[index]._replace(entry=entry), *rows[index + 1 :]]


def rehashed(rows: Rows, index: int) -> Rows:
    """Make the hash of one row fit."""
    return [*rows[:index], rows[index]._replace(entry=rehash(rows[index].entry)), *rows[index + 1 :]]


def rewritten(rows: Rows, index: int) -> Rows:
    """Make all hashes fit from one row on."""
    fitting = rows[:index]
    for row in rows[index:]:
        previous_hash = fitting[-1].entry.hash if fitting else GENESIS
        fitting.append(row._replace(entry=rehash(replace(row.entry, previous_hash=previous_hash))))
    return fitting


# Inside the database: the chain or its head tells


EDITS: dict[str, tuple[object, Damage]] = {
    "actor": ("system", Damage.CHANGED),
    "verb": ("grant_revoked", Damage.CHANGED),
    "subject": ("assessment:other", Damage.CHANGED),
    "payload_hash": (OTHER_HASH, Damage.CHANGED),
    "previous_hash": (OTHER_HASH, Damage.REORDERED),
    "hash": (OTHER_HASH, Damage.CHANGED),
}


def edit(record: Record, chance: Random) -> Bent:
    index, column = chance.randrange(len(record.rows)), chance.choice(list(EDITS))
    value, damage = EDITS[column]
    return Bent(changed(record.rows, index, **{column: value}), record.head, index + 1, damage)


def edit_and_rehash(record: Record, chance: Random) -> Bent:
    index = chance.choice([chance.randrange(len(record.rows)), len(record.rows) - 1])
    rows = rehashed(changed(record.rows, index, actor="system"), index)
    if index + 1 == len(rows):
        return Bent(rows, record.head, index + 1, Damage.HEAD_CHANGED)
    return Bent(rows, record.head, index + 2, Damage.REORDERED)


def redate(record: Record, chance: Random) -> Bent:
    index = chance.randrange(len(record.rows))
    at = record.rows[index].entry.at + timedelta(microseconds=chance.choice([-1, 1]) * 10 ** chance.randrange(14))
    return Bent(changed(record.rows, index, at=at), record.head, index + 1, Damage.CHANGED)


def redate_and_rehash(record: Record, chance: Random) -> Bent:
    index = chance.randrange(len(record.rows) - 1)
    at = record.rows[index].entry.at + timedelta(seconds=1)
    return Bent(rehashed(changed(record.rows, index, at=at), index), record.head, index + 2, Damage.REORDERED)


def edit_payload(record: Record, chance: Random) -> Bent:
    index = chance.randrange(len(record.rows))
    entry, salt, payload = record.rows[index]
    bent = chance.choice([Stored(entry, salt, '{"number":-1}'), Stored(entry, "0" * 31 + "x", payload)])
    return Bent([*record.rows[:index], bent, *record.rows[index + 1 :]], record.head, index + 1, Damage.PAYLOAD_CHANGED)


def delete_payload(record: Record, chance: Random) -> Bent:
    index = chance.randrange(len(record.rows))
    gone = record.rows[index]._replace(salt=None, payload=None)
    return Bent([*record.rows[:index], gone, *record.rows[index + 1 :]], record.head, index + 1, Damage.PAYLOAD_MISSING)


def delete(record: Record, chance: Random) -> Bent:
    index = chance.randrange(len(record.rows))
    rows = record.rows[:index] + record.rows[index + chance.choice([1, 1, 2, 50]) :]
    return Bent(rows, record.head, index + 1, Damage.MISSING)


def insert(record: Record, chance: Random) -> Bent:
    """Put a row in, with a hash that fits, and move all that follow by one."""
    index = len(record.rows) - chance.randrange(1, NEAR)
    forged = record.rows[index]._replace(entry=rehash(replace(record.rows[index].entry, actor="system")))
    moved = [row._replace(entry=rehash(replace(row.entry, seq=row.entry.seq + 1))) for row in record.rows[index:]]
    head = Head(len(record.rows) + 1, moved[-1].entry.hash)
    return Bent([*record.rows[:index], forged, *moved], head, index + 2, Damage.REORDERED)


def append_behind_the_head(record: Record, _chance: Random) -> Bent:
    last = record.rows[-1].entry
    entry = rehash(replace(last, seq=last.seq + 1, previous_hash=last.hash))
    return Bent([*record.rows, record.rows[-1]._replace(entry=entry)], record.head, entry.seq, Damage.ADDED)


def swap(record: Record, chance: Random) -> Bent:
    """Let two rows take each other's place, with hashes that fit or not."""
    one, other = sorted(chance.sample(range(len(record.rows)), 2))
    rows, is_rehashed = list(record.rows), chance.random() < 0.5
    for place, source in ((one, other), (other, one)):
        entry = replace(record.rows[source].entry, seq=place + 1)
        rows[place] = record.rows[source]._replace(entry=rehash(entry) if is_rehashed else entry)
    return Bent(rows, record.head, one + 1, Damage.REORDERED)


def truncate(record: Record, chance: Random) -> Bent:
    kept = len(record.rows) - chance.randrange(1, NEAR)
    return Bent(record.rows[:kept], record.head, kept + 1, Damage.MISSING)


# With everything made to fit, also the head: only the checkpoint tells


def truncate_with_the_head(record: Record, chance: Random) -> Bent:
    kept = record.checkpoint.seq - chance.randrange(1, NEAR)
    rows = record.rows[:kept]
    return Bent(rows, head_of(rows), kept + 1, Damage.CUT_OFF, is_hidden=True)


def rewrite(record: Record, chance: Random) -> Bent:
    index = record.checkpoint.seq - chance.randrange(1, NEAR)
    rows = rewritten(changed(record.rows, index, actor="system"), index)
    return Bent(rows, head_of(rows), index + 1, Damage.REWRITTEN, is_hidden=True)


def delete_and_rewrite(record: Record, chance: Random) -> Bent:
    """Take a row out as if it had never been there."""
    index = record.checkpoint.seq - chance.randrange(1, NEAR)
    moved = [row._replace(entry=replace(row.entry, seq=row.entry.seq - 1)) for row in record.rows[index + 1 :]]
    rows = rewritten([*record.rows[:index], *moved], index)
    return Bent(rows, head_of(rows), index + 1, Damage.REWRITTEN, is_hidden=True)


def redate_and_rewrite(record: Record, chance: Random) -> Bent:
    """Date something that came after the checkpoint before it."""
    index = chance.randrange(record.checkpoint.seq, len(record.rows))
    at = record.checkpoint.at - timedelta(hours=2)
    rows = rewritten(changed(record.rows, index, at=at), index)
    return Bent(rows, head_of(rows), index + 1, Damage.MISDATED, is_hidden=True)


WAYS: tuple[Callable[[Record, Random], Bent], ...] = (
    edit,
    edit_and_rehash,
    redate,
    redate_and_rehash,
    edit_payload,
    delete_payload,
    delete,
    insert,
    append_behind_the_head,
    swap,
    truncate,
    truncate_with_the_head,
    rewrite,
    delete_and_rewrite,
    redate_and_rewrite,
)
