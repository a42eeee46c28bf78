"""P1: what was answered "saved" is there after kill -9, and the server comes back by itself."""

import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from bench import server
from bench.browser import Owner
from bench.processes import is_alive
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.extensions import db
from om_selfcheck.services.installation import open_engine
from om_selfcheck.store.engine import SQLITE_SETTINGS
from tests.proofs import broken_server
from tests.proofs.conftest import People

CLIENTS = 4
LIVES = 3
NEEDS = ("urgent", "some", "none")
BACK_WITHIN = 5.0
FULL = 2
Key = tuple[str, str]  # a round and a measure


@dataclass
class Ledger:
    """What people were told is saved, and what was on its way when the server died: that may be there or not."""

    acknowledged: dict[Key, str] = field(default_factory=dict)
    under_way: dict[Key, str] = field(default_factory=dict)


def save_until_it_breaks(owner: Owner, refs: Sequence[str], ledger: Ledger, choice: random.Random) -> None:
    """Save one measure after the other until the server is gone."""
    shown: dict[str, str] = {}
    while True:
        ref = choice.choice(refs)
        need = choice.choice([need for need in NEEDS if need != shown.get(ref)])
        key = owner.assessment_id, ref
        ledger.under_way[key] = need
        try:
            answer = owner.save(ref, need, shown.get(ref, ""))
        except (OSError, HTTPException):
            return
        if answer.status == 200:
            shown[ref] = ledger.acknowledged[key] = need
        del ledger.under_way[key]


def find_lost(database: Path, ledger: Ledger) -> list[Key]:
    """Return what was acknowledged and is not there: neither that value nor one that was just overwriting it."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT assessment_id, measure_ref, need FROM rating").fetchall()
    stored = {(str(UUID(assessment_id)), ref): need for assessment_id, ref, need in rows}
    return [
        key
        for key, need in ledger.acknowledged.items()
        if stored.get(key, "nothing") not in {need, ledger.under_way.get(key, need)}
    ]


def live_and_die(
    folder: Path, module: tuple[str, ...], people: People, questionnaire: Questionnaire, chance: random.Random
) -> Ledger:
    """Let several clients save, kill the whole process group at some moment, and return what was acknowledged."""
    ledger, refs = Ledger(), [measure.ref for measure in questionnaire.measures()]
    running = server.start(folder, module=module)
    owners = [people.start(running.port, questionnaire.slug) for _ in range(CLIENTS)]
    clients = [
        threading.Thread(target=save_until_it_breaks, args=(owner, refs, ledger, random.Random(chance.random())))
        for owner in owners
    ]
    for client in clients:
        client.start()
    time.sleep(chance.uniform(0.3, 1.5))
    while len(ledger.acknowledged) <= CLIENTS and any(client.is_alive() for client in clients):
        time.sleep(0.05)
    running.kill()
    for client in clients:
        client.join()
    return ledger


def print_seed() -> random.Random:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - to repeat a failure
    return random.Random(seed)


@pytest.mark.long
def test_no_acknowledged_save_is_lost_by_kill_9_under_load(
    tmp_path: Path, questionnaire: Questionnaire, people: People
) -> None:
    folder, chance = tmp_path / "instance", print_seed()
    ledgers = [live_and_die(folder, server.OURS, people, questionnaire, chance) for _ in range(LIVES)]
    with server.running(folder) as running:  # it comes back on what the kill left behind
        assert server.answers(running.port, "/readyz")
    for ledger in ledgers:
        assert len(ledger.acknowledged) > CLIENTS
        assert find_lost(folder / "om.db", ledger) == []
    with closing(sqlite3.connect(folder / "om.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.long
def test_control_a_server_that_acknowledges_before_it_commits_is_found_out(
    tmp_path: Path, questionnaire: Questionnaire, people: People
) -> None:
    module = broken_server.module_of(broken_server.acknowledge_early)
    ledger = live_and_die(tmp_path / "instance", module, people, questionnaire, print_seed())
    assert find_lost(tmp_path / "instance" / "om.db", ledger)


def test_every_connection_waits_for_the_disk_before_it_says_committed(app: Flask, tmp_path: Path) -> None:
    assert SQLITE_SETTINGS["synchronous"] == FULL
    own = open_engine(f"sqlite:///{tmp_path}/own.db")
    with app.app_context():
        for engine in (db.engine, own):
            with engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL
                assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
                assert connection.exec_driver_sql("PRAGMA fullfsync").scalar() == 0, "only macOS would need it"
    own.dispose()


def test_killed_workers_are_replaced_within_five_seconds(running: server.Server) -> None:
    before = set(running.workers())
    assert len(before) > 1, "the control: there is more than one to kill"
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    wait_until_back(running, len(before), without=before)
    running.kill()  # one that has just started may miss being asked to stop


@pytest.mark.long
def test_workers_killed_again_and_again_are_replaced_each_time(running: server.Server) -> None:
    for _ in range(3):
        before = running.workers()
        os.kill(before[0], signal.SIGKILL)
        wait_until_back(running, len(before), without={before[0]})
    running.kill()


def wait_until_back(running: server.Server, count: int, *, without: set[int]) -> None:
    end = time.monotonic() + BACK_WITHIN
    while len(set(running.workers()) - without) < count or not server.answers(running.port):
        assert time.monotonic() < end, "the workers are not back within five seconds"
        time.sleep(0.05)


@pytest.mark.long
def test_no_orphan_goes_on_serving_when_the_parent_is_killed(running: server.Server) -> None:
    """Not even for people whose connection is open, or who are just sending something, slowly."""
    idle, slow = HTTPConnection("127.0.0.1", running.port), HTTPConnection("127.0.0.1", running.port)
    idle.request("GET", "/healthz")
    idle.getresponse().read()
    slow.putrequest("POST", "/assessments")
    slow.putheader("Content-Length", "100")
    slow.endheaders()
    slow.send(b"questionnaire=")
    assert kill_parent_and_find_orphans(running) == []
    idle.close()
    slow.close()
    assert not server.answers(running.port)
    with server.running(running.folder, port=running.port) as again:
        assert server.answers(again.port)


@pytest.mark.long
def test_control_workers_that_do_not_follow_their_parent_are_found(tmp_path: Path) -> None:
    running = server.start(tmp_path, module=broken_server.module_of(broken_server.leave_orphans))
    orphans = kill_parent_and_find_orphans(running)
    running.kill()
    assert orphans


def kill_parent_and_find_orphans(running: server.Server) -> list[int]:
    """Kill the parent alone; return which workers are still there after a while."""
    workers = running.workers()
    assert workers, "the control: there is somebody who could be orphaned"
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    end = time.monotonic() + BACK_WITHIN
    while time.monotonic() < end and any(is_alive(worker) for worker in workers):
        time.sleep(0.05)
    return [worker for worker in workers if is_alive(worker)]


@pytest.mark.long
def test_a_second_start_on_the_same_folder_or_port_stops_with_a_message(running: server.Server, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="already in use"):
        server.start(running.folder, port=server.free_port(), ask="/nowhere")
    with pytest.raises(RuntimeError, match=f"Port {running.port} is taken"):
        server.start(tmp_path / "other", port=running.port, ask="/nowhere")
