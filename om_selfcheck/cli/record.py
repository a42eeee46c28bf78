"""Commands for the append-only record: verifying it and the register, and what proves later that nobody bent it."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from om_selfcheck import clock
from om_selfcheck.cli.checkpoints import check_mail, keep_checkpoint, queue_checkpoint
from om_selfcheck.cli.reading import read_or_stop
from om_selfcheck.config import Settings
from om_selfcheck.domain.checkpoint import Checkpoint, NoCheckpoint
from om_selfcheck.domain.reconciliation import Difference
from om_selfcheck.domain.tampering import BREAKS_NAMED, Break, Damage

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from om_selfcheck.services.record import ListedEvent

WORDS = {
    Damage.MISSING: "Deleted from the record.",
    Damage.REORDERED: "It does not follow from the event before it: one of the two was replaced, moved or put in.",
    Damage.CHANGED: "Its time, actor, verb, subject or one of its hashes is not what was recorded.",
    Damage.PAYLOAD_CHANGED: "Its details are not what was recorded.",
    Damage.PAYLOAD_MISSING: "Its details are gone, and the record knows of no erasure.",
    Damage.HEAD_CHANGED: "It is another event than the one the record ended with.",
    Damage.ADDED: "Not written by the program: before the beginning or behind the end of the record.",
    Damage.CUT_OFF: "Known to a checkpoint, and gone: the record was cut off or replaced by an older copy.",
    Damage.REWRITTEN: "A checkpoint knows another event at its end: from somewhere in here on all was written anew.",
    Damage.MISDATED: "Its time contradicts the checkpoint before or after it.",
}

DIFFERENCES = {
    Difference.NOT_ISSUED: "The record knows of no such declaration.",
    Difference.ISSUED_TWICE: "The record says more than once that it was issued.",
    Difference.DELETED: "The record says that it was issued, and it is gone from the register.",
    Difference.REDATED: "It was issued on another day.",
    Difference.HASH_CHANGED: "Its hash is not the one that was recorded when it was issued.",
    Difference.SNAPSHOT_CHANGED: "Its answers are not those that were declared: they do not fit its hash.",
    Difference.SNAPSHOT_GONE: "Its answers are gone, and the record knows of no erasure.",
    Difference.SNAPSHOT_BACK: "Its answers were erased, and there are some again.",
    Difference.WITHDRAWAL_UNRECORDED: "It is withdrawn in the register, and the record knows of no withdrawal.",
    Difference.WITHDRAWAL_UNDONE: "It was withdrawn, and the register does not say so.",
    Difference.WITHDRAWAL_CHANGED: "It was withdrawn on another day or for another reason.",
    Difference.REPLACEMENT_UNRECORDED: "It is replaced in the register, and the record knows of no newer one.",
    Difference.REPLACEMENT_UNDONE: "A newer one took its place, and the register does not say so.",
    Difference.REPLACEMENT_CHANGED: "Another one took its place.",
    Difference.CORRECTION_UNRECORDED: "It was corrected in the register, and the record knows of no such correction.",
    Difference.CORRECTION_GONE: "It was corrected, and the correction is gone from the register.",
    Difference.CORRECTION_CHANGED: "One of its corrections is not the one that was recorded.",
    Difference.NAME_CHANGED: "The register shows another name or place than it was declared with or corrected to.",
    Difference.HIDING_UNRECORDED: "Its name is hidden, and the record does not say so.",
    Difference.HIDING_UNDONE: "Its name was hidden, and the register shows it.",
}


class CannotVerify(click.ClickException):
    """Neither whole nor broken: nothing could be compared."""

    exit_code = 2


@click.group()
def record() -> None:
    """Look after the append-only record."""


@record.command()
@click.option(
    "--checkpoint", "path", type=click.Path(path_type=Path, exists=True), help="A checkpoint, or a folder of them."
)
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path, exists=True), help="The public key to trust, if not our own."
)
def verify(path: Path | None, key_file: Path | None) -> None:
    """Walk the whole record, name every broken event and the kind of damage, and compare each declaration with it.

    Ends with 0 where all is whole, with 1 where anything is broken, with 2 where nothing could be compared.
    """
    from sqlalchemy.orm import Session

    from om_selfcheck.services.reconciliation import compare_register
    from om_selfcheck.services.record import list_events, verify_record

    settings = read_or_stop()
    checkpoints = _load(path, _read_key(settings, key_file)) if path else ()
    with Session(_open(settings)) as session:
        differences = compare_register(session)
        breaks = verify_record(session, checkpoints=checkpoints)
        lines = [*_say_breaks(breaks)] if breaks else [*_say_whole(list_events(session).events[:1])]
    for line in (*lines, *_say_differences(differences), _say_comparison(checkpoints)):
        click.echo(line)
    sys.exit(1 if breaks or differences else 0)


@record.command()
def checkpoint() -> None:
    """Sign what the record is now and keep it in OM_CHECKPOINT_DIR, one file a day."""
    from om_selfcheck.services.checkpoints import NotKept
    from om_selfcheck.services.installation import open_engine

    settings, now = read_or_stop(), clock.now()
    try:
        check_mail(settings)
        kept = keep_checkpoint(_open(settings), settings, now)
    except (NotKept, ValueError) as error:
        raise click.ClickException(f"No checkpoint of the record was written. {error}") from error
    click.echo(f"{kept.path}{'' if kept.is_new else ' was written before'}: {kept.checkpoint.seq} events")
    queue_checkpoint(open_engine(settings.database_url), settings, kept, now)


@record.command()
def key() -> None:
    """Print the public key by which everybody can check the signature of a checkpoint."""
    from om_selfcheck.services.checkpoints import write_public_key

    click.echo(write_public_key(read_or_stop().instance_dir), nl=False)


def _open(settings: Settings) -> "Engine":
    """Open the database for reading one state of it; nobody who writes waits meanwhile."""
    from om_selfcheck.services.installation import has_tables, open_engine

    engine = open_engine(settings.database_url, is_reading=True)
    if not has_tables(engine):
        raise CannotVerify("There is no database yet. Type ./om migrate or ./om run first.")
    return engine


def _read_key(settings: Settings, key_file: Path | None) -> str:
    """Return the public key to trust: the one in a file, else this installation's own."""
    from om_selfcheck.services.checkpoints import find_own_key, read_public_key

    try:
        own = read_public_key(key_file.read_text(encoding="ascii")) if key_file else find_own_key(settings.instance_dir)
    except (ValueError, OSError) as error:
        raise CannotVerify(f"{key_file or 'The key of this installation'} cannot be read: {error}") from error
    if own is None:
        raise CannotVerify("This installation has no key yet. Give the key that signed with --key FILE.")
    return own


def _load(path: Path, trusted: str) -> Sequence[Checkpoint]:
    from om_selfcheck.services.checkpoints import load_checkpoints

    try:
        return load_checkpoints(path, key=trusted)
    except NoCheckpoint as error:
        raise CannotVerify(f"This is no checkpoint to compare with. {error}") from error


def _say_breaks(breaks: Sequence[Break]) -> Iterator[str]:
    for broken in breaks[:BREAKS_NAMED]:
        place = f"events {broken.seq} to {broken.until}" if broken.until else f"event {broken.seq}"
        yield f"{place}: {broken.damage.value}. {WORDS[broken.damage]}"
    yield f"The record is broken in {_say_places(len(breaks))}."


def _say_differences(differences: Sequence[tuple[str, Difference]]) -> Iterator[str]:
    if not differences:
        yield "Every declaration is what the record says of it."
        return
    for number, difference in differences[:BREAKS_NAMED]:
        yield f"declaration {number}: {difference.value}. {DIFFERENCES[difference]}"
    yield f"The register differs from the record in {_say_places(len(differences))}."


def _say_places(found: int) -> str:
    if found > BREAKS_NAMED:
        return f"more than {BREAKS_NAMED} places"
    return "1 place" if found == 1 else f"{found} places"


def _say_whole(newest: Sequence["ListedEvent"]) -> Iterator[str]:
    yield "The record is whole."
    if not newest:
        yield "It holds no event."
    for event in newest:
        yield f"{event.seq} events, the last one of {event.at:%Y-%m-%d %H:%M} UTC."


def _say_comparison(checkpoints: Sequence[Checkpoint]) -> str:
    if not checkpoints:
        return "Whether it was cut off or rewritten as a whole shows only against a checkpoint, see docs/record.md."
    newest = max(checkpoints, key=lambda one: one.seq)
    return f"Compared with checkpoints: {len(checkpoints)}, the newest of {newest.at:%Y-%m-%d} at event {newest.seq}."
