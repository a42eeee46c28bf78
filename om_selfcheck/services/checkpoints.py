"""Checkpoints of the record: signed, one file a day, to be kept where whoever bends the database cannot reach (P13)."""

import base64
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from om_selfcheck.config import keep_secret
from om_selfcheck.domain.checkpoint import Checkpoint, NoCheckpoint, read_checkpoint, text_to_sign, write_checkpoint
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.messages import queue_message
from om_selfcheck.store.queries import record as rows

KEY_FILE = "checkpoint_key"
LONGEST_FILE = 10_000


class NotKept(DomainError):
    """No checkpoint was written: the folder takes no file, the key cannot be read, or something else lies there."""


class RecordBroken(NotKept):
    """The record does not end where its head says; nothing is signed before somebody has looked."""

    def __init__(self) -> None:
        super().__init__("the record is broken at its end. Type ./om record verify, which says more.")


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """The checkpoint of a day and where it lies; `is_new` is False where it had been written before."""

    path: Path
    text: str
    checkpoint: Checkpoint
    is_new: bool


def write_public_key(instance_dir: Path) -> str:
    """Return the public half of the installation's key as PEM; the key is made at the first use."""
    return _to_pem(_keep_key(instance_dir).public_key())


def read_public_key(text: str) -> str:
    """Return a public key, read from PEM, as checkpoints carry it; ValueError where it is of another kind."""
    key = serialization.load_pem_public_key(text.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")  # noqa: TRY004 - it comes from a file
    return _to_base64(key.public_bytes_raw())


def find_own_key(instance_dir: Path) -> str | None:
    """Return the installation's public key as checkpoints carry it, or None where none was made yet."""
    if not (instance_dir / KEY_FILE).exists():
        return None
    return _to_base64(_keep_key(instance_dir).public_key().public_bytes_raw())


def keep_checkpoint(
    session: Session, *, instance_dir: Path, folder: Path, now: datetime, today: date
) -> KeptCheckpoint:
    """Sign what the record is now and keep it as the file of the day; a file that is there is never touched.

    Raises:
        NotKept: there is none of this day; RecordBroken where the record does not end where it should.
    """
    path = folder / f"record-{today.isoformat()}.json"
    try:
        if not path.exists():
            _require_same_key(folder, instance_dir)
            made = sign(_take(session, now), _keep_key(instance_dir))
            folder.mkdir(parents=True, exist_ok=True)
            if _write_once(path, write_checkpoint(made)):
                return KeptCheckpoint(path, write_checkpoint(made), made, is_new=True)
        text = path.read_text(encoding="ascii")
        return KeptCheckpoint(path, text, read_checkpoint(text), is_new=False)
    except (NoCheckpoint, ValueError, OSError) as error:
        raise NotKept(f"{path}: {error}") from error


def queue_checkpoint(session: Session, *, kept: KeptCheckpoint, address: str, today: date, now: datetime) -> bool:
    """Queue the checkpoint of the day as a mail to where it is kept too; once a day."""
    return queue_message(
        session,
        kind=MessageKind.CHECKPOINT,
        subject="record",
        stage=today.isoformat(),
        address=address,
        language="de",
        facts={"text": kept.text},
        now=now,
    )


def load_checkpoints(path: Path, *, key: str) -> Sequence[Checkpoint]:
    """Read a checkpoint, or all in a folder, and check that each was signed with the trusted key.

    Raises:
        NoCheckpoint: a file is no checkpoint, another key signed it, or its signature does not fit what it says.
    """
    return [_load(one, key) for one in _list_files(path)]


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> Checkpoint:
    named = replace(checkpoint, key=_to_base64(key.public_key().public_bytes_raw()))
    return replace(named, signature=_to_base64(key.sign(text_to_sign(named))))


def _require_same_key(folder: Path, instance_dir: Path) -> None:
    """See to it that no other key goes on where one has signed: who verifies would trust neither."""
    newest = max(folder.glob("record-*.json"), default=None)
    if newest is None:
        return
    with suppress(NoCheckpoint, ValueError):  # what cannot be read shows when it is verified
        if read_checkpoint(newest.read_text(encoding="ascii")).key != find_own_key(instance_dir):
            raise NotKept(
                f"{newest} was signed with another key than the one in {instance_dir}. Put {KEY_FILE} back from a"
                " backup, or move the old checkpoints out of the folder, with a note of the day and the reason."
            )


def _take(session: Session, now: datetime) -> Checkpoint:
    head = rows.get_head(session)
    if head.seq and rows.find_hash(session, head.seq) != head.hash:
        raise RecordBroken
    count = rows.count_rows(session, up_to=head.seq)
    return Checkpoint(seq=head.seq, hash=head.hash, at=now, count=count, key="")


def _list_files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = sorted(path.glob("*.json"))
    if not found:
        raise NoCheckpoint(f"{path} holds no checkpoint")
    yield from found


def _load(path: Path, key: str) -> Checkpoint:
    try:
        with path.open(encoding="ascii") as file:
            found = read_checkpoint(file.read(LONGEST_FILE))
        _require_signature(found, key)
    except (NoCheckpoint, ValueError, OSError) as error:
        raise NoCheckpoint(f"{path}: {error}") from error
    return found


def _require_signature(found: Checkpoint, key: str) -> None:
    if found.key != key:
        raise NoCheckpoint("another key signed it")
    try:
        signature = base64.b64decode(found.signature)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, text_to_sign(found))
    except InvalidSignature as error:
        raise NoCheckpoint("its signature does not fit what it says") from error


def _write_once(path: Path, text: str) -> bool:
    """Write a file that appears when it is complete; False where there is one of this name."""
    with suppress(FileExistsError), NamedTemporaryFile("w", dir=path.parent, prefix=".", encoding="ascii") as fresh:
        fresh.write(text)
        fresh.flush()
        os.fsync(fresh.fileno())
        try:
            os.link(fresh.name, path)
        except PermissionError:  # a memory stick or a network folder that knows no links
            with path.open("x", encoding="ascii") as file:
                file.write(text)
        return True
    return False


def _keep_key(instance_dir: Path) -> Ed25519PrivateKey:
    text = keep_secret(instance_dir, KEY_FILE, _make_key)
    key = serialization.load_pem_private_key(text.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{KEY_FILE} holds no Ed25519 key")  # noqa: TRY004 - it comes from a file
    return key


def _make_key() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def _to_pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
