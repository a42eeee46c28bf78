"""The only door to a frozen snapshot: whoever reads one holds it against the hash kept at issue (D7).

What does not match is never shown, printed or counted. Who can go on without it asks `find_intact`, everybody else
`read_intact`; the refusal says what is wrong and what is safe.
"""

from collections.abc import Iterable

from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.snapshot import Snapshot, SnapshotChanged, hash_snapshot, read_snapshot
from om_selfcheck.store.models import Declaration


def is_erased(row: Declaration) -> bool:
    """Say whether the company had its answers erased, its name with them; number, hash, days and status stay."""
    return not (row.snapshot or row.company_name)


def is_intact(row: Declaration) -> bool:
    """Say whether the snapshot is the one that was declared."""
    return hash_snapshot(row.snapshot) == row.snapshot_hash


def read_intact(row: Declaration) -> Snapshot:
    """Return the snapshot.

    Raises:
        NotFound: the company had it erased.
        SnapshotChanged: it is not the one that was declared.
    """
    if is_erased(row):
        raise NotFound
    if not is_intact(row):
        raise SnapshotChanged
    return read_snapshot(row.snapshot)


def find_intact(row: Declaration) -> Snapshot | None:
    """Return the snapshot; None where it was erased or is not the one that was declared."""
    return read_intact(row) if is_intact(row) else None


def list_changed(rows: Iterable[Declaration]) -> tuple[str, ...]:
    """Return the numbers whose snapshot is there and is not the one that was declared."""
    return tuple(row.number for row in rows if not (is_erased(row) or is_intact(row)))
