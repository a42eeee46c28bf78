"""P5 and P4: a locked database is a short wait, a full one hurts nobody's data; reading goes on."""

import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from bench import server
from om_selfcheck.domain.questionnaire import Questionnaire
from tests.proofs.conftest import People


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes; whoever may mount one gets a real one, others need root to run this proof."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def locked(folder: Path, seconds: float) -> Iterator[None]:
    """Hold the write lock from outside for a while, from the beginning of the block."""
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(folder / "om.db", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            is_held.set()
            may_end.wait(seconds)
            connection.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    is_held.wait(10)
    yield
    may_end.set()
    holder.join()


@pytest.mark.long
def test_a_lock_of_three_seconds_is_waited_for_and_every_save_succeeds(
    running: server.Server, questionnaire: Questionnaire, people: People
) -> None:
    owners = [people.start(running.port, questionnaire.slug) for _ in range(4)]
    begin = time.monotonic()
    with locked(running.folder, 3), ThreadPoolExecutor(len(owners)) as threads:
        answers = list(threads.map(lambda one: one.save("1.1.a", "some").status, owners))
        waited = time.monotonic() - begin
    assert answers == [200] * len(owners)
    assert waited >= 2.5, "the control: the lock did hold them up"


@pytest.mark.long
def test_a_longer_lock_is_refused_in_time_with_words_and_reading_goes_on(
    running: server.Server, questionnaire: Questionnaire, people: People
) -> None:
    owner = people.start(running.port, questionnaire.slug)
    with locked(running.folder, 30):
        begin = time.monotonic()
        refused = owner.save("1.1.a", "some")
        assert time.monotonic() - begin < 6.5
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "5"
        assert refused.json["error"]
        assert owner.browser.get(f"{owner.base}/topics/1").status == 200
        page = owner.save_page("/topics/1", {"need-1.1.a": "some"})
        assert page.status == 503
        assert "Die Datenbank antwortet gerade nicht" in page.text
    assert owner.save("1.1.a", "some").status == 200


@pytest.mark.long
def test_a_full_disk_is_said_plainly_and_passes_without_a_restart(
    questionnaire: Questionnaire, people: People, small_disk: Path
) -> None:
    with server.running(small_disk / "instance") as running:
        owner = people.start(running.port, questionnaire.slug)
        assert owner.save("1.1.a", "some").status == 200, "the control: there is room at first"
        filler = small_disk / "filler"
        fill_up(filler)
        statuses = {owner.save_page("/plan/new", {"description": "x" * 1900}).status for _ in range(60)}
        assert statuses <= {303, 507, 503}
        assert statuses & {507, 503}, "the control: the disk was full"
        assert owner.browser.get(f"{owner.base}/topics/1").status == 200
        filler.unlink()
        assert owner.save("1.1.b", "none").status == 200
        assert 'value="some" checked' in owner.browser.get(f"{owner.base}/topics/1").text


def fill_up(path: Path) -> None:
    """Take all the room that is left, down to the last bytes."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)
