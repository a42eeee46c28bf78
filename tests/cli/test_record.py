"""./om record: what it says of a whole record and of a bent one, and how it ends."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck.cli.record import DIFFERENCES, WORDS
from om_selfcheck.domain.reconciliation import Difference
from om_selfcheck.domain.tampering import BREAKS_NAMED, Damage
from om_selfcheck.services.installation import open_engine
from om_selfcheck.services.record import append_event
from om_selfcheck.store.models import Message
from tests import factories
from tests.chains import make_event
from tests.cli.shell import type_in

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def engine(instance: Path) -> Iterator[Engine]:
    """A record of ten events."""
    type_in("migrate")
    opened = open_engine(f"sqlite:///{instance / 'om.db'}")
    with Session(opened) as session, session.begin():
        for number in range(9):
            append_event(session, make_event(number=number))
    yield opened
    opened.dispose()


def bend(instance: Path, *statements: str) -> None:
    """Write into the database as anybody can who has the file."""
    with closing(sqlite3.connect(instance / "om.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_every_damage_has_words_of_its_own() -> None:
    assert set(WORDS) == set(Damage)
    assert len(set(WORDS.values())) == len(Damage)
    assert set(DIFFERENCES) == set(Difference)
    assert len(set(DIFFERENCES.values())) == len(Difference)


@pytest.mark.usefixtures("engine")
def test_a_whole_record_is_said_to_be_whole() -> None:
    result = type_in("record", "verify")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "The record is whole.",
        "10 events, the last one of 2026-10-05 08:30 UTC.",
        "Every declaration is what the record says of it.",
        "Whether it was cut off or rewritten as a whole shows only against a checkpoint, see docs/record.md.",
    ]


@pytest.mark.usefixtures("engine")
def test_an_emptied_record_is_seen_to_be_empty(instance: Path) -> None:
    bend(
        instance,
        "DELETE FROM event_payload",
        "DELETE FROM event",
        "UPDATE record_head SET seq = 0, hash = ''",
    )
    assert "It holds no event." in type_in("record", "verify").output


@pytest.mark.usefixtures("engine")
def test_a_bent_record_is_named_row_by_row_the_first_one_first(instance: Path) -> None:
    bend(
        instance,
        "UPDATE event SET subject = 'assessment:99' WHERE seq = 3",
        "DELETE FROM event WHERE seq BETWEEN 5 AND 7",
        "DELETE FROM event_payload WHERE seq = 2",
    )
    result = type_in("record", "verify")
    assert result.exit_code == 1
    assert result.output.splitlines()[:4] == [
        "event 2: payload_missing. Its details are gone, and the record knows of no erasure.",
        "event 3: changed. Its time, actor, verb, subject or one of its hashes is not what was recorded.",
        "events 5 to 7: missing. Deleted from the record.",
        "The record is broken in 3 places.",
    ]


def test_only_the_first_hundred_breaks_are_listed(engine: Engine, instance: Path) -> None:
    with Session(engine) as session, session.begin():
        for number in range(BREAKS_NAMED):
            append_event(session, make_event(number=number))
    bend(instance, "UPDATE event SET actor = 'reader'")
    lines = type_in("record", "verify").output.splitlines()
    assert sum(line.startswith("event ") for line in lines) == BREAKS_NAMED
    assert "The record is broken in more than 100 places." in lines


def find_number(instance: Path) -> str:
    with closing(sqlite3.connect(instance / "om.db")) as connection:
        return str(connection.execute("SELECT number FROM declaration").fetchone()[0])


def test_a_declaration_that_was_bent_is_named_though_the_record_is_whole(instance: Path) -> None:
    type_in("migrate")
    with time_machine.travel("2026-10-15T22:30:00Z"):  # past midnight in Berlin, in winter not yet
        type_in("seed-demo", "--declared")
    whole = type_in("record", "verify")
    assert (whole.exit_code, "Every declaration is what the record says of it." in whole.output) == (0, True)
    bend(instance, "UPDATE declaration SET withdrawn_on = '2026-11-24', snapshot_hash = 'x'")
    bent, number = type_in("record", "verify"), find_number(instance)
    assert bent.exit_code == 1
    lines = bent.output.splitlines()
    assert lines[0] == "The record is whole."
    assert lines[2:6] == [
        f"declaration {number}: hash_changed. Its hash is not the one that was recorded when it was issued.",
        f"declaration {number}: snapshot_changed. {DIFFERENCES[Difference.SNAPSHOT_CHANGED]}",
        f"declaration {number}: withdrawal_unrecorded. {DIFFERENCES[Difference.WITHDRAWAL_UNRECORDED]}",
        "The register differs from the record in 3 places.",
    ]


@pytest.mark.usefixtures("engine")
def test_only_the_first_hundred_differences_are_listed(engine: Engine) -> None:
    with Session(engine) as session:
        factories.seed_declared(session, BREAKS_NAMED + 1)
    lines = type_in("record", "verify").output.splitlines()
    assert sum(line.startswith("declaration ") for line in lines) == BREAKS_NAMED
    assert "The register differs from the record in more than 100 places." in lines


@pytest.mark.usefixtures("engine")
def test_a_checkpoint_is_written_once_a_day_and_compared_later(instance: Path) -> None:
    first = type_in("record", "checkpoint").output
    (path,) = (instance / "checkpoints").iterdir()
    assert first == f"{path}: 10 events\n"
    assert type_in("record", "checkpoint").output == f"{path} was written before: 10 events\n"
    for given in (path, path.parent):
        whole = type_in("record", "verify", "--checkpoint", str(given))
        assert whole.exit_code == 0
        assert "Compared with checkpoints: 1, the newest of " in whole.output
        assert "at event 10." in whole.output
    bend(
        instance,
        "DELETE FROM event_payload WHERE seq > 8",
        "DELETE FROM event WHERE seq > 8",
        "UPDATE record_head SET seq = 8, hash = (SELECT hash FROM event WHERE seq = 8)",
    )
    assert type_in("record", "verify").exit_code == 0, "the control: without it nothing tells"
    broken = type_in("record", "verify", "--checkpoint", str(path))
    assert broken.exit_code == 1
    assert "events 9 to 10: cut_off. Known to a checkpoint, and gone" in broken.output


@pytest.mark.usefixtures("engine")
def test_checkpoints_go_where_the_operator_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OM_CHECKPOINT_DIR", str(tmp_path / "elsewhere"))
    type_in("record", "checkpoint")
    assert [path.suffix for path in (tmp_path / "elsewhere").iterdir()] == [".json"]


def test_a_checkpoint_is_mailed_where_the_operator_wants_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OM_CHECKPOINT_MAIL", "akte@example.org")
    for _ in range(2):
        assert type_in("record", "checkpoint").exit_code == 0
    with Session(engine) as session:
        (message,) = session.query(Message)
        assert message.address == "akte@example.org"


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("words", [("record", "checkpoint"), ("remind",), ("remind", "--dry-run")])
def test_an_address_that_is_none_is_named_before_anything_happens(
    instance: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OM_CHECKPOINT_MAIL", "akte")
    result = type_in(*words)
    assert result.exit_code == 1
    assert "OM_CHECKPOINT_MAIL must be one address, not 'akte'" in result.output
    assert not (instance / "checkpoints").exists()


# The daily job


def test_every_day_a_checkpoint_is_kept_and_mailed(
    engine: Engine, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OM_CHECKPOINT_MAIL", "akte@example.org")
    with time_machine.travel("2026-11-24T22:30:00Z", tick=False) as now:
        assert "queued: 1 checkpoint" in type_in("remind").output
        assert "queued: 0" in type_in("remind").output, "once a day"
        now.shift(3600)  # the next day has begun in Berlin
        assert "queued: 1 checkpoint" in type_in("remind").output
    kept = sorted(path.name for path in (instance / "checkpoints").iterdir())
    assert kept == ["record-2026-11-24.json", "record-2026-11-25.json"]
    with Session(engine) as session:
        assert [message.state for message in session.query(Message)] == ["sent", "sent"]
    (first, _) = sorted((instance / "outbox").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert '"format": "om-selbstcheck-record-1"' in first.read_text()


def test_a_dry_run_keeps_none(engine: Engine, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OM_CHECKPOINT_MAIL", "akte@example.org")
    assert type_in("remind", "--dry-run").exit_code == 0
    assert not (instance / "checkpoints").exists()
    with Session(engine) as session:
        assert session.query(Message).count() == 0


@pytest.mark.usefixtures("engine")
def test_a_folder_that_cannot_be_written_stops_no_other_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OM_CHECKPOINT_DIR", str(tmp_path / "file"))
    result = type_in("remind")
    assert result.exit_code == 1
    assert '"kind": "NotKept"' in result.output
    assert "sent: 0" in result.output


# Refusals


@pytest.mark.usefixtures("engine")
def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OM_CHECKPOINT_DIR", str(tmp_path / "file"))
    result = type_in("record", "checkpoint")
    assert result.exit_code == 1
    assert "No checkpoint of the record was written" in result.output


@pytest.mark.usefixtures("engine")
def test_a_record_broken_at_its_end_is_not_signed(instance: Path) -> None:
    bend(instance, "UPDATE event SET hash = 'x' WHERE seq = 10")
    result = type_in("record", "checkpoint")
    assert result.exit_code == 1
    assert "./om record verify" in result.output
    assert not (instance / "checkpoints").exists()


@pytest.mark.usefixtures("engine")
def test_the_public_key_serves_where_the_private_one_is_not(
    tmp_path: Path, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in("record", "checkpoint")
    pem = tmp_path / "key.pem"
    pem.write_text(type_in("record", "key").output)
    assert pem.read_text().startswith("-----BEGIN PUBLIC KEY-----")
    other = tmp_path / "other"
    other.mkdir()
    for path in instance.glob("om.db*"):
        shutil.copy(path, other)
    monkeypatch.setenv("OM_INSTANCE_DIR", str(other))
    kept = str(instance / "checkpoints")
    refused = type_in("record", "verify", "--checkpoint", kept)
    assert refused.exit_code == 2
    assert "Give the key that signed with --key FILE." in refused.output
    assert type_in("record", "verify", "--checkpoint", kept, "--key", str(pem)).exit_code == 0
    type_in("record", "key")
    mistaken = type_in("record", "verify", "--checkpoint", kept)
    assert mistaken.exit_code == 2
    assert "another key signed it" in mistaken.output


@pytest.mark.usefixtures("engine")
def test_what_is_no_checkpoint_or_no_key_is_refused_with_status_two(tmp_path: Path, instance: Path) -> None:
    type_in("record", "checkpoint")
    (path,) = (instance / "checkpoints").iterdir()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"seq": 11}))
    forged = type_in("record", "verify", "--checkpoint", str(path))
    assert (forged.exit_code, "its signature does not fit what it says" in forged.output) == (2, True)
    (tmp_path / "no.pem").write_text("no key")
    no_key = type_in("record", "verify", "--checkpoint", str(path), "--key", str(tmp_path / "no.pem"))
    assert (no_key.exit_code, "no.pem cannot be read" in no_key.output) == (2, True)
    assert type_in("record", "verify", "--checkpoint", str(tmp_path / "nowhere")).exit_code == 2


def test_without_a_database_there_is_nothing_to_verify() -> None:
    result = type_in("record", "verify")
    assert result.exit_code == 2
    assert "There is no database yet" in result.output
