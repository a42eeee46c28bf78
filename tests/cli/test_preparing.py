"""The process in which the start prepares: it ends with its parent, and its own end is told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from om_selfcheck.cli.server import hold_instance
from om_selfcheck.config import ROOT, read_settings
from tests.mail.sink import free_port

PATIENCE = 30.0


@contextmanager
def starting(folder: Path, mode: str = "") -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start `./om run` and give it as soon as it prepares, with the process that does."""
    code = f"{mode}\nfrom om_selfcheck.cli.__main__ import om; om(['run'], prog_name='./om')"
    environment = os.environ | {"OM_INSTANCE_DIR": str(folder), "OM_PORT": str(free_port())}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, wait_for_child(process.pid)
        finally:
            process.kill()


def wait_for_child(pid: int) -> int:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            return int(children[0])
        time.sleep(0.005)
    raise TimeoutError


def is_free(folder: Path, seconds: float) -> bool:
    """Say whether the instance folder can be had within a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(Exception), hold_instance(read_settings({"OM_INSTANCE_DIR": str(folder)})):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_who_kills_a_start_can_start_again(tmp_path: Path, way: signal.Signals) -> None:
    with starting(tmp_path) as (process, _child):
        process.send_signal(way)
        process.wait(PATIENCE)
        assert is_free(tmp_path, PATIENCE)


def test_control_an_orphan_would_keep_the_instance(tmp_path: Path) -> None:
    orphans = "from om_selfcheck.cli import server; server.end_with = lambda _parent: __import__('time').sleep(60)"
    with starting(tmp_path, orphans) as (process, child):
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        assert not is_free(tmp_path, 1.0)
        os.kill(child, signal.SIGKILL)


def test_what_kills_the_preparing_is_told_in_words(tmp_path: Path) -> None:
    slow = "from om_selfcheck.cli import server; server.end_with = lambda _parent: __import__('time').sleep(60)"
    with starting(tmp_path, slow) as (process, child):
        os.kill(child, signal.SIGKILL)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "was ended from outside" in said
    assert "start again" in said
    assert "Traceback" not in said
