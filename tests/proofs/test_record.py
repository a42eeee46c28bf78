"""P13: whoever bends the record is found, and nobody else.

The long form bends a record of 10,000 events a thousand times and kills writers a hundred times, on each database:
`OM_LONG_PROOFS=1 ./om test tests/proofs/test_record.py -s`.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session

from om_selfcheck.config import ROOT
from om_selfcheck.domain import tampering
from om_selfcheck.domain.record import Entry
from om_selfcheck.domain.tampering import Break
from om_selfcheck.services.installation import open_engine
from om_selfcheck.services.record import verify_record
from om_selfcheck.store.models import EventPayload, EventRow, RecordHead
from tests.proofs.bending import WAYS, Bent, Record, Rows, make_record

IS_LONG = bool(os.environ.get("OM_LONG_PROOFS"))
SMALL = 400
LENGTHS = {10_000: 1000} if IS_LONG else {10_000: len(WAYS), SMALL: 10 * len(WAYS)}  # how often each is bent
RUNS = 100 if IS_LONG else 2
WRITERS = 2


def print_seed() -> random.Random:
    seed = int(os.environ.get("OM_SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")  # noqa: T201 - to repeat a failure
    return random.Random(seed)


def write(session: Session, rows: Rows, before: Rows) -> None:
    """Make the tables hold these rows, touching only those that differ."""
    old = {row.entry.seq: row for row in before}
    new = {row.entry.seq: row for row in rows}
    differing = [seq for seq in old.keys() | new.keys() if old.get(seq) is not new.get(seq)]
    for start in range(0, len(differing), 500):
        some = differing[start : start + 500]
        session.execute(delete(EventPayload).where(EventPayload.seq.in_(some)))
        session.execute(delete(EventRow).where(EventRow.seq.in_(some)))
    fresh = [new[seq] for seq in differing if seq in new]
    if fresh:
        session.execute(
            insert(EventRow), [{name: getattr(row.entry, name) for name in Entry.__slots__} for row in fresh]
        )
    payloads = [{"seq": row.entry.seq, "salt": row.salt, "payload": row.payload} for row in fresh if row.salt]
    if payloads:
        session.execute(insert(EventPayload), payloads)


def fill(session: Session, length: int) -> Record:
    record = make_record(length)
    write(session, record.rows, [])
    session.execute(update(RecordHead).values(seq=record.head.seq, hash=record.head.hash))
    session.commit()
    assert verify_record(session, checkpoints=[record.checkpoint]) == [], "the control: it is sound"
    return record


def find(session: Session, record: Record, bent: Bent) -> tuple[list[Break], list[Break]]:
    """Bend the tables and verify, alone and against the checkpoint; then put everything back."""
    write(session, bent.rows, record.rows)
    session.execute(update(RecordHead).values(seq=bent.head.seq, hash=bent.head.hash))
    alone = verify_record(session) if bent.is_hidden else []
    found = verify_record(session, checkpoints=[record.checkpoint])
    session.rollback()
    return alone, found


def is_named(bent: Bent, found: list[Break]) -> bool:
    """Say whether the damage was named at its place, and nothing before it."""
    return any(
        broken.damage is bent.damage
        and broken.seq <= bent.seq <= (broken.until or broken.seq)
        and broken.shows_at == found[0].shows_at
        for broken in found
    )


@pytest.mark.parametrize(("length", "times"), LENGTHS.items())
def test_whatever_somebody_does_to_the_record_is_found_and_named(session: Session, length: int, times: int) -> None:
    record, chance = fill(session, length), print_seed()
    for number in range(times):
        way = WAYS[number % len(WAYS)]
        bent = way(record, chance)
        alone, found = find(session, record, bent)
        assert is_named(bent, found), (way.__name__, bent.seq, bent.damage, found[:3])
        assert alone == [], (way.__name__, "the control: only the checkpoint tells")
    assert verify_record(session, checkpoints=[record.checkpoint]) == [], "and nothing else happened to it"


CHECKS = [*tampering.CHECKS, *tampering.AT_THE_END]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_control_a_verification_that_skips_a_check_misses_something(
    session: Session, monkeypatch: pytest.MonkeyPatch, check: object
) -> None:
    record, chance = fill(session, SMALL), print_seed()
    monkeypatch.setattr(tampering, "CHECKS", tuple(one for one in tampering.CHECKS if one is not check))
    monkeypatch.setattr(tampering, "AT_THE_END", tuple(one for one in tampering.AT_THE_END if one is not check))
    assert any(not is_named(bent := way(record, chance), find(session, record, bent)[1]) for way in 40 * WAYS)


# Nobody is accused without reason


@contextmanager
def writers(url: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Let processes append, and kill those that are left in the end."""
    command = [sys.executable, "-m", "tests.proofs.record_writer", url]
    with ExitStack() as stack:
        started = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
            for _ in range(count)
        ]
        for one in started:
            stack.callback(one.kill)
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline() == "writing\n"
        yield list(started)


def count_events(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(EventRow)) or 0


def test_no_alarm_while_several_append_and_are_killed(session: Session, engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    reading, chance = open_engine(url, is_reading=True), print_seed()
    lengths = [0]
    for _ in range(RUNS):
        with writers(url, WRITERS) as left:
            while left:
                with Session(reading) as own:
                    assert verify_record(own) == []
                    has_grown = count_events(own) > lengths[-1]
                time.sleep(chance.uniform(0, 0.3))
                if has_grown and chance.random() < 0.5:
                    os.kill(left.pop().pid, signal.SIGKILL)
        with Session(reading) as own:
            assert verify_record(own) == []
            lengths.append(count_events(own))
    reading.dispose()
    assert lengths == sorted(set(lengths)), "the control: they did append in every run"
    session.rollback()
