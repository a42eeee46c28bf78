"""The production server as people start it, on a folder and a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from om_selfcheck.config import ROOT

START_LIMIT = 120.0
STOP_LIMIT = 20.0
POLL = 0.1


@contextmanager
def serve(folder: Path, host: str = "127.0.0.1") -> Iterator[str]:
    """Run `./om run` until the block ends; give its address, with the name that people call the machine by."""
    port = _free_port()
    base = f"http://{host}:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OM_")}
    own = {"OM_INSTANCE_DIR": str(folder), "OM_PORT": str(port), "OM_BASE_URL": base, "OM_OPERATOR_NAME": "Testbetrieb"}
    log = folder.parent / f"{folder.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "om_selfcheck.cli", "run"], cwd=ROOT, env=kept | own, stdout=output, stderr=output
        )
        try:
            _wait_until_ready(port, process, log)
            yield base
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_LIMIT
    while not _is_ready(port):
        if time.monotonic() > end or process.poll() is not None:
            raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(POLL)


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_LIMIT)
