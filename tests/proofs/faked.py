"""Commands and pages under any clock: `python -m tests.proofs.faked`, started by `Clockwork` with faketime's library.

Each line on standard input is an order. It is carried out in a process of its own, in the time that a file says and
in the time zone that the order says; a mode breaks something on purpose, for the controls.
"""

# mypy: disable-error-code="assignment,attr-defined,unused-ignore"
import gc
import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from om_selfcheck.catalogue import loader
from om_selfcheck.cli.__main__ import om
from om_selfcheck.config import ROOT
from om_selfcheck.factory import create_app

LIBRARY = "/usr/$LIB/faketime/libfaketime.so.1"  # the loader fills $LIB in


class Clockwork:
    """A process that carries out orders at any instant one likes, on the instance in a folder."""

    def __init__(self, clock: Path) -> None:
        if not list(Path("/usr").glob("lib*/**/faketime/libfaketime.so.1")):
            raise RuntimeError("faketime is missing; ./om test installs it, or: apt-get install faketime")
        self.clock = clock
        self.clock.write_text("0")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.faked"],
            cwd=ROOT,
            env=os.environ | faked(self.clock) | {"OM_INSTANCE_DIR": str(clock.parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()

    def order(self, what: str, at: datetime, folder: Path, *, zone: str = "UTC", mode: str = "") -> str:
        """Let `remind` or a path be carried out at an instant, and return what was written."""
        self.clock.write_text(str(int(at.timestamp())))
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"what": what, "folder": str(folder), "zone": zone, "mode": mode}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer["status"]:
            raise RuntimeError(answer["written"])
        return str(answer["written"])


def faked(clock: Path) -> dict[str, str]:
    """Return the variables under which a process believes the file: whole seconds, and only the clock on the wall."""
    return {
        "LD_PRELOAD": LIBRARY,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_FMT": "%s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def take_the_server_s_day() -> None:
    """Let days begin at the server's midnight instead of Berlin's (P7)."""
    from om_selfcheck import clock
    from om_selfcheck.services import reminders
    from om_selfcheck.services.letters import reminders as letters

    def day_here(instant: datetime) -> date:
        return instant.astimezone().date()

    clock.day_in_berlin = reminders.day_in_berlin = letters.day_in_berlin = day_here
    clock.today = lambda: day_here(clock.now())


def forget_the_ledger() -> None:
    """Queue without looking at what was queued before (P6)."""
    from om_selfcheck.services import reminders
    from om_selfcheck.store.queries import reminders as queries

    queue = reminders.queue_message

    def queue_again(session: Any, *, stage: str, **columns: Any) -> bool:
        return bool(queue(session, stage=f"{stage}#{uuid4()}"[:40], **columns))

    reminders.queue_message = queue_again
    queries.list_queued_stages = lambda *_: []


def make_up_for_everything() -> None:
    """Let every stage that was ever due go out, not only the latest."""
    from om_selfcheck.domain import reminders as rules
    from om_selfcheck.services import reminders

    def last_forever(renewal_days: Collection[int]) -> list[rules.RenewalStage]:
        return [rules.RenewalStage(days=days, at_least=-100) for days in sorted(renewal_days, reverse=True)]

    def find_next(terms: Any, today: date, *, renewal_days: Collection[int], queued: Collection[int] = ()) -> Any:
        left = (terms.valid_until - today).days
        reached = [stage for stage in last_forever(renewal_days) if left <= stage.days and stage.days not in queued]
        return reached[0] if reached else None

    reminders.list_stages, reminders.find_due_stage = last_forever, find_next


MODES: dict[str, Callable[[], None]] = {
    one.__name__: one for one in (take_the_server_s_day, forget_the_ledger, make_up_for_everything)
}


@dataclass(frozen=True)
class Order:
    what: str
    folder: str
    zone: str
    mode: str

    def carry_out(self) -> None:
        os.environ |= {"OM_INSTANCE_DIR": self.folder, "TZ": self.zone}
        time.tzset()
        if self.mode:
            MODES[self.mode]()
        if self.what.startswith("/"):
            sys.stdout.write(create_app().test_client().get(self.what).text)
        else:
            om([self.what], prog_name="./om")


def main() -> None:
    """Load once what commands need; a fork has it at hand."""
    loader.load_catalogue = cache(loader.load_catalogue)
    create_app()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        status, written = _carry_out_apart(Order(**json.loads(line)))
        sys.stdout.write(json.dumps({"status": status, "written": written}) + "\n")
        sys.stdout.flush()


def _carry_out_apart(order: Order) -> tuple[int, str]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writer, 1)
        os.dup2(writer, 2)
        os._exit(_carry_out(order))
    os.close(writer)
    with os.fdopen(reader) as pipe:
        written = pipe.read()
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended), written


def _carry_out(order: Order) -> int:
    """Carry an order out to its end, whatever it is, and return its status."""
    status = 0
    try:
        order.carry_out()
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - it is told to whoever waits
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    return status


if __name__ == "__main__":
    main()
