"""The production server behind ./om run: granian with two workers on one port, sender and press beside them."""

import ctypes
import fcntl
import gc
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

import click

from om_selfcheck.config import WAITING, WORKING, Settings

if TYPE_CHECKING:
    from flask import Flask

    from om_selfcheck.catalogue import Catalogue

WORKERS = 2
THREADS = WAITING + 2 * WORKING  # of a worker: there is always one for who sends nothing
RESPAWN_SECONDS = 1.0
GRACE_SECONDS = 8
SENDER_NAME, PRESS_NAME = b"om-sender", b"om-press"  # as `top` shows them
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


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


def serve(settings: Settings, questionnaires: "Catalogue") -> None:
    """Serve until told to stop. The application is made before the workers are forked: they start at once and share it.

    No connection to the database is open by then, so each worker opens its own.
    """
    from om_selfcheck.cli.remind import keep_sending
    from om_selfcheck.factory import create_app
    from om_selfcheck.pdf.pressroom import open_pressroom
    from om_selfcheck.pdf.renderer import print_in

    app, parent = create_app(settings, questionnaires), os.getpid()

    def enter_worker() -> "Flask":
        end_with(parent)
        return app

    def enter_sender() -> None:
        end_with(parent)
        ctypes.CDLL(None).prctl(_PR_SET_NAME, SENDER_NAME)
        keep_sending(app)

    with open_pressroom() as pressroom:
        print_in(pressroom)

        def enter_press() -> None:
            end_with(parent)
            ctypes.CDLL(None).prctl(_PR_SET_NAME, PRESS_NAME)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            pressroom.keep_printing()

        gc.collect()
        gc.freeze()
        multiprocessing.set_start_method("fork", force=True)
        with keep_beside(enter_sender), keep_beside(enter_press):
            _serve_pages(settings, enter_worker)


def _serve_pages(settings: Settings, enter_worker: Callable[[], "Flask"]) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    while True:
        server = Granian(
            "app:app",
            address="127.0.0.1",
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=WORKERS,
            blocking_threads=THREADS,
            respawn_failed_workers=True,
            respawn_interval=RESPAWN_SECONDS,
            workers_kill_timeout=GRACE_SECONDS,  # one told to stop while it starts may miss it
            log_enabled=False,
            websockets=False,
        )
        try:
            server.serve(target_loader=enter_worker, wrap_loader=False)
        except SystemExit:
            if server.interrupt_signal:
                raise
            time.sleep(RESPAWN_SECONDS)  # granian gives up on a worker that ends twice within seconds; we do not (P1)
        else:
            return


@contextmanager
def keep_beside(work: Callable[[], None]) -> Iterator[None]:
    """Keep a process at some work until the block ends: one that dies is started again, one that ends well at once.

    In the end it is asked to stop, and killed where it does not follow within GRACE_SECONDS. It waits for that signal
    by itself; Ctrl+C, which every process of a terminal gets, passes it by.
    """
    is_over, latest = threading.Event(), list[BaseProcess]()

    def keep() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})  # the process inherits it
        while not is_over.is_set():
            process = multiprocessing.get_context("fork").Process(target=work, daemon=True)
            process.start()
            latest[:] = [process]
            if is_over.is_set():  # it was not there yet to be asked
                process.terminate()
            process.join()
            if process.exitcode:
                is_over.wait(RESPAWN_SECONDS)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        _end(latest, keeper)


def _end(processes: list[BaseProcess], keeper: threading.Thread) -> None:
    for process in processes:
        process.terminate()
    keeper.join(GRACE_SECONDS)
    for process in processes:
        process.kill()
    keeper.join(GRACE_SECONDS)


def end_with(parent: int) -> None:
    """Let this worker end with its parent: an orphan would go on serving."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)
