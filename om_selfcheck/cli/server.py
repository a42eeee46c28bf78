"""The production server behind ./om run: granian with two workers on one instance folder and one port."""

import ctypes
import fcntl
import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from om_selfcheck.config import Settings

WORKERS = 2
THREADS = 8
RESPAWN_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1


@contextmanager
def hold_instance(settings: Settings) -> Iterator[None]:
    """Keep the instance folder for this process alone; a second start stops with a message."""
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    with (settings.instance_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise click.ClickException(f"{settings.instance_dir} is already in use by a running server.") from error
        yield


def require_free_port(settings: Settings) -> None:
    """Stop with a message where the port is taken: the server would share it silently."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.port))
        except OSError as error:
            raise click.ClickException(f"Port {settings.port} is taken. Set OM_PORT to another one.") from error


def serve(settings: Settings) -> None:
    """Serve until told to stop. Imports are done before the workers are forked, so that they share that memory."""
    from granian import Granian
    from granian.constants import Interfaces

    import om_selfcheck.factory  # noqa: F401 - shared by the workers

    gc.collect()
    gc.freeze()
    Granian(
        "app:app",
        address="127.0.0.1",
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        log_enabled=False,
        websockets=False,
    ).serve(target_loader=_load_app, wrap_loader=False)


def _load_app() -> Callable[..., Any]:
    """Make the application in a worker, which ends with its parent: an orphan would go on serving."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
    from om_selfcheck.factory import create_app

    return create_app()
