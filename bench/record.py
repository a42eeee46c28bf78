"""A record of a million events: verifying it, its memory, and the pages that staff read.

With the address of an empty PostgreSQL in OM_BENCH_POSTGRESQL it is measured there as well.
"""

import hashlib
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, insert, update
from sqlalchemy.orm import Session

from bench.figures import Figure, at_most
from om_selfcheck.config import ROOT
from om_selfcheck.domain.record import GENESIS, Event, Verb, canonical_json, hash_payload, make_entry, user_actor
from om_selfcheck.services.installation import bring_up_to_date, open_engine
from om_selfcheck.services.record import list_events, list_timeline, verify_record
from om_selfcheck.store.models import EventPayload, EventRow, RecordHead

MANY, FEW = 1_000_000, 100_000
AT_ONCE = 5_000
SECONDS, PAGE, GROWTH = 60, 100, 15
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
STAFF = user_actor(UUID(int=7))
FREQUENT, RARE = Verb.GRANT_CREATED, Verb.QUESTIONNAIRE_PUBLISHED
ADDRESS = "OM_BENCH_POSTGRESQL"


def measure(folder: Path) -> list[Figure]:
    folder.mkdir(parents=True)
    urls = {"SQLite": f"sqlite:///{folder / 'many.db'}"}
    if ADDRESS in os.environ:
        urls["PostgreSQL"] = os.environ[ADDRESS]
    few = f"sqlite:///{folder / 'few.db'}"  # on PostgreSQL its driver is in the figure too
    _fill(few, FEW)
    figures = []
    for name, url in urls.items():
        _fill(url, MANY)
        wall, cpu, megabytes = _verify_apart(url)
        floor = _walk_bare(folder / "many.db") if name == "SQLite" else None
        figures.append(at_most(f"verifying a million events, {name}", wall, SECONDS, "s"))
        figures.append(Figure(what=f"verifying a million events, CPU, {name}", value=cpu, unit="s", floor=floor))
        growth = megabytes - _verify_apart(few)[2]
        figures.append(at_most(f"memory more than for a tenth of it, {name}", growth, GROWTH, "MB"))
        figures.extend(_measure_pages(name, url))
    return figures


def _fill(url: str, count: int) -> None:
    """Chain events as the program does, without its transactions."""
    engine = open_engine(url)
    bring_up_to_date(engine)
    rows: list[dict[str, object]] = []
    payloads: list[dict[str, object]] = []
    last_hash = GENESIS
    for seq in range(1, count + 1):
        event = _make_event(seq, count)
        salt, payload = f"{seq:032x}", canonical_json(event.payload)
        payload_hash = hash_payload(salt, payload)
        entry = make_entry(event, seq=seq, payload_hash=payload_hash, previous_hash=last_hash)
        last_hash = entry.hash
        rows.append({name: getattr(entry, name) for name in entry.__slots__})
        payloads.append({"seq": seq, "salt": salt, "payload": payload})
        if not seq % AT_ONCE:
            _store(engine, rows, payloads)
    _store(engine, rows, payloads)
    with engine.begin() as connection:
        connection.execute(update(RecordHead).values(seq=count, hash=last_hash))
    engine.dispose()


def _make_event(seq: int, count: int) -> Event:
    """Ten events a round; staff and a rare verb are far back, where a page finds them last."""
    is_rare = seq < count // 1000 and not seq % 10
    return Event(
        verb=RARE if is_rare else FREQUENT,
        actor=STAFF if is_rare else "owner",
        subject=f"assessment:{UUID(int=seq // 10)}",
        at=BEGIN + timedelta(seconds=seq),
        payload={"grant": str(UUID(int=seq)), "right": "editor"},
    )


def _store(engine: Engine, rows: list[dict[str, object]], payloads: list[dict[str, object]]) -> None:
    if rows:
        with engine.begin() as connection:
            connection.execute(insert(EventRow), rows)
            connection.execute(insert(EventPayload), payloads)
    rows.clear()
    payloads.clear()


def _verify_apart(url: str) -> tuple[float, float, float]:
    """Return wall clock and CPU seconds, and the peak memory in MB, of a process that does nothing but verify."""
    command = [sys.executable, "-m", "bench.record", url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    wall, cpu, megabytes = map(float, done.stdout.split())
    return wall, cpu, megabytes


def _walk_bare(path: Path) -> float:
    """Return the CPU seconds of the least there is: reading every row and hashing as many bytes, twice."""
    begin = time.process_time()
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT at, actor, verb, subject, payload_hash, previous_hash, hash, salt, payload"
            " FROM event JOIN event_payload USING (seq) ORDER BY seq"
        )
        for *row, salt, payload in rows:
            hashlib.sha256("".join(row).encode()).hexdigest()
            hashlib.sha256(f"{salt}{payload}".encode()).hexdigest()
    return time.process_time() - begin


def _measure_pages(name: str, url: str) -> Iterator[Figure]:
    subject = f"assessment:{UUID(int=MANY // 20)}"
    pages: dict[str, Callable[[Session], object]] = {
        "newest": list_events,
        "far back": lambda session: list_events(session, before=1000),
        "by frequent verb": lambda session: list_events(session, verb=FREQUENT),
        "by rare verb": lambda session: list_events(session, verb=RARE),
        "by rare actor": lambda session: list_events(session, actor=STAFF),
        "by actor who never acted": lambda session: list_events(session, actor="system"),
        "by subject": lambda session: list_events(session, subject=subject),
        "timeline": lambda session: list_timeline(session, subject, "company:1"),
    }
    engine = open_engine(url, is_reading=True)
    with Session(engine) as session:
        list_events(session)
        for what, read in pages.items():
            begin = time.process_time()
            read(session)
            yield at_most(f"page {what}, CPU, {name}", (time.process_time() - begin) * 1000, PAGE, "ms")
    engine.dispose()


def _verify(url: str) -> None:
    engine = open_engine(url, is_reading=True)
    wall, cpu = time.perf_counter(), time.process_time()
    with Session(engine) as session:
        if breaks := verify_record(session):
            raise RuntimeError(f"the record is broken: {breaks[:3]}")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    _verify(sys.argv[1])
