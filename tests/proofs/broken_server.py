"""The real server with one promise broken, for the controls: `python -m tests.proofs.broken_server MODE`.

Each proof has to go red against it, or it proves nothing.
"""

# mypy: disable-error-code="assignment,unused-ignore"
import queue
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from om_selfcheck.cli import server
from om_selfcheck.config import WORKING
from om_selfcheck.services import assessments, declarations, documents, throttles
from om_selfcheck.services.assessments import SavedRatings
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.throttles import Try
from om_selfcheck.store import engine
from om_selfcheck.store.models import Declaration
from om_selfcheck.web import errors

WRITE_BEHIND_SECONDS = 2.0


def acknowledge_early() -> None:
    """Say "saved" at once and write a little later (P1)."""
    save, waiting, writers = assessments.save_ratings, queue.SimpleQueue[Any](), list[threading.Thread]()

    def write_behind() -> None:
        while True:
            time.sleep(WRITE_BEHIND_SECONDS)
            while not waiting.empty():
                bind, arguments = waiting.get()
                with Session(bind) as session:
                    save(session, **arguments)
                    session.commit()

    def save_later(session: Session, **arguments: Any) -> SavedRatings:
        waiting.put((session.get_bind(), arguments))
        if not writers:
            writers.append(threading.Thread(target=write_behind, daemon=True))
            writers[0].start()
        return SavedRatings(tuple(change.measure_ref for change in arguments["changes"]), ())

    assessments.save_ratings = save_later


def leave_orphans() -> None:
    """Let workers go on without their parent (P1)."""
    server.end_with = lambda _parent: None


def number_each_click() -> None:
    """Issue anew at each click (P3)."""
    issue = declarations.issue_declaration

    def issue_again(session: Session, *, actor: Actor, **arguments: Any) -> str:
        session.execute(delete(Declaration).where(Declaration.assessment_id == actor.assessment_id))
        return issue(session, actor=actor, **arguments)

    declarations.issue_declaration = issue_again


def render_each_time() -> None:
    """Hand out what was just made in place of what is stored (P3)."""

    def find_nothing(_session: Session, **_arguments: Any) -> None:
        return None

    def keep_nothing(_session: Session, *, content: bytes, **_arguments: Any) -> bytes:
        return content + secrets.token_bytes(8)

    documents.find_file = find_nothing
    documents.keep_file = keep_nothing


def lose_patience() -> None:
    """Do not wait for the write lock (P5)."""
    engine.SQLITE_SETTINGS["busy_timeout"] = 0


def fail_bare() -> None:
    """Answer trouble with the database as any other failure (P4, P5)."""
    errors._on_database_error = errors._on_failure  # type: ignore[assignment]  # noqa: SLF001


def four_workers() -> None:
    """Nothing broken: twice the workers, each with threads of its own (P12)."""
    server.WORKERS = 4


def count_apart() -> None:
    """Let each worker count by itself, in memory (P12)."""
    four_workers()
    counted: Counter[tuple[str, str]] = Counter()

    def count_here(_session: Session, *, tries: Sequence[Try], now: datetime, **_secret: str) -> datetime | None:
        counted.update((one.limit.name, one.whose) for one in tries)
        over = [one for one in tries if counted[one.limit.name, one.whose] > one.limit.most]
        return max((one.limit.next_window(now) for one in over), default=None)

    throttles.count_tries = count_here


def wait_while_working() -> None:
    """Let the few threads that work wait for bodies too (P12, P15)."""
    server.THREADS = WORKING


MODES: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        acknowledge_early,
        leave_orphans,
        number_each_click,
        render_each_time,
        lose_patience,
        fail_bare,
        four_workers,
        count_apart,
        wait_while_working,
    )
}


def module_of(mode: Callable[[], None]) -> tuple[str, str]:
    """Return what `bench.server.start` takes to start the server in a mode."""
    return "tests.proofs.broken_server", mode.__name__


if __name__ == "__main__":
    from om_selfcheck.cli.__main__ import om

    MODES[sys.argv[1]]()
    om(["run"], prog_name="broken_server")
