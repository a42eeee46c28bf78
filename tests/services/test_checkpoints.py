"""Checkpoints: signed by a key that is made once, one file a day, and what they prove against a bent record (P13)."""

import base64
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.checkpoint import Checkpoint, NoCheckpoint, read_checkpoint, write_checkpoint
from om_selfcheck.domain.record import GENESIS
from om_selfcheck.domain.tampering import Break, Damage
from om_selfcheck.services import checkpoints
from om_selfcheck.services.checkpoints import (
    KeptCheckpoint,
    NotKept,
    RecordBroken,
    find_own_key,
    keep_checkpoint,
    load_checkpoints,
    queue_checkpoint,
    read_public_key,
    sign,
    write_public_key,
)
from om_selfcheck.services.record import append_event, verify_record
from om_selfcheck.store.models import EventPayload, EventRow, Message, RecordHead
from tests.chains import OTHER_HASH, make_event
from tests.factories import NOW, TODAY


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "checkpoints"


@pytest.fixture
def filled(session: Session) -> Session:
    for number in range(5):
        append_event(session, make_event(number=number))
    session.commit()
    return session


def keep(session: Session, instance: Path, folder: Path, today: date = TODAY) -> KeptCheckpoint:
    return keep_checkpoint(session, instance_dir=instance, folder=folder, now=NOW, today=today)


def own_key(instance: Path) -> str:
    found = find_own_key(instance)
    assert found is not None
    return found


# The key


def test_a_key_is_made_at_the_first_use_and_kept_for_its_owner_alone(instance: Path) -> None:
    assert find_own_key(instance) is None
    pem = write_public_key(instance)
    assert write_public_key(instance) == pem
    assert stat.S_IMODE((instance / "checkpoint_key").stat().st_mode) == 0o600
    assert read_public_key(pem) == find_own_key(instance)
    assert "PRIVATE" not in pem


def test_several_that_start_at_once_have_the_same_key(instance: Path) -> None:
    barrier = Barrier(4)

    def start(_number: int) -> str:
        barrier.wait(timeout=30)
        return write_public_key(instance)

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(start, range(4)))) == 1


def test_a_key_of_another_kind_is_refused(instance: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    other = generate_private_key(SECP256R1())
    instance.mkdir()
    path = instance / "checkpoint_key"
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="checkpoint_key holds no Ed25519 key"):
        write_public_key(instance)
    with pytest.raises(ValueError, match="not an Ed25519 key"):
        read_public_key(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
    path.write_text("scribble")
    with pytest.raises(ValueError, match="PEM"):
        write_public_key(instance)


# Keeping one


def test_a_checkpoint_says_what_the_record_is_now(filled: Session, instance: Path, folder: Path) -> None:
    kept = keep(filled, instance, folder)
    last = filled.scalars(select(EventRow).where(EventRow.seq == 5)).one()
    assert kept.path == folder / "record-2026-11-21.json"
    assert kept.is_new
    assert read_checkpoint(kept.path.read_text()) == kept.checkpoint
    known = kept.checkpoint
    assert (known.seq, known.hash, known.at, known.count) == (5, last.hash, NOW, 5)
    assert known.key == own_key(instance)


def test_its_signature_is_checked_with_the_public_key_alone(filled: Session, instance: Path, folder: Path) -> None:
    fields = json.loads(keep(filled, instance, folder).path.read_text())
    signature = base64.b64decode(fields.pop("signature"))
    signed = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    key = load_pem_public_key(write_public_key(instance).encode())
    assert isinstance(key, Ed25519PublicKey)
    key.verify(signature, signed)
    with pytest.raises(InvalidSignature):
        key.verify(signature, signed.replace(b'"seq":5', b'"seq":6'))


def test_the_file_of_a_day_is_never_overwritten(filled: Session, instance: Path, folder: Path) -> None:
    first = keep(filled, instance, folder)
    before = first.path.read_bytes(), first.path.stat().st_mtime_ns
    append_event(filled, make_event(number=6))
    second = keep(filled, instance, folder)
    assert (second.checkpoint, second.text, second.is_new) == (first.checkpoint, first.text, False)
    assert (first.path.read_bytes(), first.path.stat().st_mtime_ns) == before
    next_day = keep(filled, instance, folder, TODAY + timedelta(days=1))
    assert next_day.is_new
    assert next_day.checkpoint.seq == 6
    assert len(list(folder.iterdir())) == 2, "and nothing half-written lies around"


def test_of_several_at_once_one_writes_the_file(
    filled: Session, instance: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(keep(filled, instance, folder.parent / "other").checkpoint, count=4)
    link = os.link

    def be_late(source: str, path: Path) -> None:
        if path.suffix == ".json":
            path.write_text(write_checkpoint(other))
        link(source, path)

    monkeypatch.setattr(os, "link", be_late)
    kept = keep(filled, instance, folder)
    assert (kept.checkpoint, kept.is_new) == (other, False)


def test_a_folder_that_knows_no_links_gets_the_file_too(
    filled: Session, instance: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_public_key(instance)

    def refuse(_source: str, _path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    assert keep(filled, instance, folder).is_new
    assert not keep(filled, instance, folder).is_new
    assert [path.name for path in folder.iterdir()] == ["record-2026-11-21.json"]


def test_an_empty_record_has_a_checkpoint_too(session: Session, instance: Path, folder: Path) -> None:
    known = keep(session, instance, folder).checkpoint
    assert (known.seq, known.hash, known.count) == (0, GENESIS, 0)


def test_a_record_that_does_not_end_where_it_should_is_not_signed(
    filled: Session, instance: Path, folder: Path
) -> None:
    for statement in (update(RecordHead).values(hash=OTHER_HASH), update(RecordHead).values(seq=6)):
        filled.execute(statement)
        with pytest.raises(RecordBroken, match="verify"):
            keep(filled, instance, folder)
        filled.rollback()
    assert not folder.exists()


def test_a_missing_row_shows_in_the_count(filled: Session, instance: Path, folder: Path) -> None:
    filled.execute(delete(EventPayload).where(EventPayload.seq == 2))
    filled.execute(delete(EventRow).where(EventRow.seq == 2))
    known = keep(filled, instance, folder).checkpoint
    assert (known.seq, known.count) == (5, 4)
    filled.rollback()


def test_something_else_under_the_name_of_the_day_is_not_taken_for_a_checkpoint(
    filled: Session, instance: Path, folder: Path
) -> None:
    folder.mkdir(parents=True)
    (folder / "record-2026-11-21.json").write_text("{}")
    with pytest.raises(NotKept, match=r"record-2026-11-21\.json: it is not written as a checkpoint is"):
        keep(filled, instance, folder)


# Mailing it


def test_another_key_never_goes_on_where_one_has_signed(filled: Session, instance: Path, folder: Path) -> None:
    def keep(days: int) -> KeptCheckpoint:
        today = TODAY + timedelta(days=days)
        return keep_checkpoint(filled, instance_dir=instance, folder=folder, now=NOW, today=today)

    assert keep(0).is_new
    assert keep(1).is_new, "the control: its own key goes on"
    (instance / "checkpoint_key").unlink()
    for _ in range(2):
        with pytest.raises(NotKept, match="another key"):
            keep(2)
        assert not (instance / "checkpoint_key").exists()
    write_public_key(instance)
    with pytest.raises(NotKept, match="another key"):
        keep(2)
    for path in folder.glob("*.json"):
        path.unlink()
    assert keep(2).is_new


def test_it_is_mailed_once_a_day_to_where_somebody_wants_it(filled: Session, instance: Path, folder: Path) -> None:
    kept = keep(filled, instance, folder)
    queued = [
        queue_checkpoint(filled, kept=kept, address="akte@example.org", today=today, now=NOW)
        for today in (TODAY, TODAY, TODAY + timedelta(days=1))
    ]
    assert queued == [True, False, True]
    first, _ = filled.scalars(select(Message).order_by(Message.stage))
    assert (first.kind, first.stage) == ("checkpoint", "2026-11-21")
    assert (first.address, first.language) == ("akte@example.org", "de")
    assert json.loads(first.facts)["text"] == kept.text


# Loading and comparing


@pytest.fixture
def kept(filled: Session, instance: Path, folder: Path) -> KeptCheckpoint:
    return keep(filled, instance, folder)


def test_a_file_or_a_whole_folder_is_loaded(
    filled: Session, instance: Path, folder: Path, kept: KeptCheckpoint
) -> None:
    second = keep(filled, instance, folder, TODAY + timedelta(days=1))
    (folder / "notes.txt").write_text("something else")
    key = own_key(instance)
    assert load_checkpoints(kept.path, key=key) == [kept.checkpoint]
    assert load_checkpoints(folder, key=key) == [kept.checkpoint, second.checkpoint]


def test_a_folder_without_any_is_no_proof(tmp_path: Path) -> None:
    with pytest.raises(NoCheckpoint, match="holds no checkpoint"):
        load_checkpoints(tmp_path, key="")


def test_every_changed_field_breaks_the_signature(instance: Path, kept: KeptCheckpoint) -> None:
    changes: list[dict[str, object]] = [
        {"seq": 6, "count": 5},
        {"hash": OTHER_HASH},
        {"count": 4},
        {"at": "2026-11-22T09:00:00+00:00"},
    ]
    for change in changes:
        kept.path.write_text(json.dumps(json.loads(kept.text) | change))
        with pytest.raises(NoCheckpoint, match="its signature does not fit"):
            load_checkpoints(kept.path, key=own_key(instance))


def test_one_signed_by_somebody_else_is_refused(instance: Path, kept: KeptCheckpoint) -> None:
    forged = sign(replace(kept.checkpoint, hash=OTHER_HASH), Ed25519PrivateKey.generate())
    kept.path.write_text(write_checkpoint(forged))
    with pytest.raises(NoCheckpoint, match="another key signed it"):
        load_checkpoints(kept.path, key=own_key(instance))
    assert load_checkpoints(kept.path, key=forged.key) == [forged], "the control: with that key it is sound"


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64 at all", "ü", base64.b64encode(b"\0" * 64).decode()])
def test_a_signature_that_is_none_is_refused(instance: Path, kept: KeptCheckpoint, signature: str) -> None:
    kept.path.write_text(json.dumps(json.loads(kept.text) | {"signature": signature}))
    with pytest.raises(NoCheckpoint):
        load_checkpoints(kept.path, key=own_key(instance))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[" * 20_000])
def test_any_other_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    with pytest.raises(NoCheckpoint, match=r"odd\.json: "):
        load_checkpoints(path, key="")


def test_a_record_that_only_grew_agrees(filled: Session, kept: KeptCheckpoint) -> None:
    assert verify_record(filled, checkpoints=[kept.checkpoint]) == []
    append_event(filled, replace(make_event(number=7), at=NOW + timedelta(days=1)))
    assert verify_record(filled, checkpoints=[kept.checkpoint]) == []


def test_a_record_cut_off_together_with_its_head_is_found(filled: Session, kept: KeptCheckpoint) -> None:
    for length in range(5):
        cut_off(filled, length)
        assert verify_record(filled) == [], "the control: nothing else tells"
        found = verify_record(filled, checkpoints=[kept.checkpoint])
        assert found == [Break(length + 1, Damage.CUT_OFF, 5 if length < 4 else None)]
        filled.rollback()


def test_a_record_emptied_and_filled_anew_is_found(filled: Session, kept: KeptCheckpoint) -> None:
    cut_off(filled, 0)
    for number in range(8):
        append_event(filled, make_event(number=number + 1))
    assert verify_record(filled) == [], "the control: nothing else tells"
    assert verify_record(filled, checkpoints=[kept.checkpoint])[0] == Break(1, Damage.REWRITTEN, 5)


def cut_off(session: Session, length: int) -> None:
    """Delete the end of the record as somebody does who knows of the head."""
    session.execute(delete(EventPayload).where(EventPayload.seq > length))
    session.execute(delete(EventRow).where(EventRow.seq > length))
    last = session.scalar(select(EventRow.hash).where(EventRow.seq == length)) or GENESIS
    session.execute(update(RecordHead).values(seq=length, hash=last))


def test_the_key_file_has_the_documented_name() -> None:
    assert checkpoints.KEY_FILE == "checkpoint_key"


def test_a_checkpoint_from_the_beginning_fits_every_record(filled: Session) -> None:
    beginning = Checkpoint(seq=0, hash=GENESIS, at=NOW - timedelta(days=99), count=0, key="")
    assert verify_record(filled, checkpoints=[beginning]) == []
