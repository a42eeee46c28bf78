"""A real server in a process group of its own, on a free port and in a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.processes import cpu_seconds, family, pss_megabytes

ROOT = Path(__file__).resolve().parent.parent
OURS = ("om_selfcheck.cli", "run")
PATIENCE = 60.0
POLL = 0.005


@dataclass
class Server:
    """A running server. `seconds` is how long it took from the command to the first answer."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    seconds: float

    def processes(self) -> list[int]:
        """Return parent and workers."""
        return family(self.process.pid)

    def workers(self) -> list[int]:
        return [pid for pid in self.processes() if pid != self.process.pid]

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.processes())

    def pss_megabytes(self) -> float:
        return pss_megabytes(self.processes())

    def kill(self) -> None:
        """End the whole group as a power cut would: at once, nothing is cleaned up."""
        with suppress(ProcessLookupError):  # it has ended already
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as a person does; who does not follow within a while is killed."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(
    folder: Path,
    *,
    port: int | None = None,
    module: Sequence[str] = OURS,
    settings: Mapping[str, str] | None = None,
    ask: str = "/healthz",
) -> Server:
    """Start `python -m module…` and return when it answers; what it writes goes to files in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OM_")}
    environment |= {"OM_INSTANCE_DIR": str(folder), "OM_PORT": str(port), **(settings or {})}
    begin = time.perf_counter()
    with (folder / "out.log").open("ab") as out, (folder / "log.jsonl").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], cwd=ROOT, env=environment, stdout=out, stderr=log, start_new_session=True
        )
    server = Server(process, folder, port, 0.0)
    try:
        wait_for(server, ask)
    except BaseException:
        server.kill()
        raise
    server.seconds = time.perf_counter() - begin
    return server


@contextmanager
def running(folder: Path, **options: object) -> Iterator[Server]:
    """Start a server as `start` does and stop it in the end."""
    server = start(folder, **options)  # type: ignore[arg-type]  # handed on
    try:
        yield server
    finally:
        server.stop()


def wait_for(server: Server, path: str = "/healthz") -> None:
    """Wait until the server answers 200, or say what it wrote before it ended."""
    end = time.monotonic() + PATIENCE
    while not answers(server.port, path):
        if server.process.poll() is not None:
            written = (server.folder / "log.jsonl").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the server ended with {server.process.returncode}: {written}")
        if time.monotonic() > end:
            raise TimeoutError(f"no answer on port {server.port} within {PATIENCE:.0f} s")
        time.sleep(POLL)


def answers(port: int, path: str = "/healthz") -> bool:
    """Say whether somebody answers 200 at a port."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200  # noqa: PLR2004 - the status that says yes
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
