"""Appends to a record until it is killed: `python -m tests.proofs.record_writer DATABASE_URL`.

Where the database stays busy too long it comes again, as a server does that has answered 503 (P5).
"""

import random
import sys
import threading
from contextlib import suppress

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.services.installation import Unreachable, open_engine
from om_selfcheck.services.record import append_event, erase_payloads

THREADS = 3


def write(engine: Engine) -> None:
    while True:
        with suppress(Unreachable):
            append_some(engine)


def append_some(engine: Engine) -> None:
    """Append, erase and take back, in one transaction."""
    subject = f"assessment:{random.randrange(50)}"
    with Session(engine) as session:
        for _ in range(random.randrange(1, 4)):
            append_event(session, Event(verb=Verb.KEY_RENEWED, actor=SYSTEM, subject=subject, at=clock.now()))
        if random.random() < 0.1:
            erase_payloads(session, subjects=[subject], actor=SYSTEM, now=clock.now())
        if random.random() < 0.9:
            session.commit()


def open_patiently(database_url: str) -> Engine:
    while True:
        with suppress(Unreachable):
            return open_engine(database_url)


if __name__ == "__main__":
    opened = open_patiently(sys.argv[1])
    writers = [threading.Thread(target=write, args=(opened,)) for _ in range(THREADS)]
    for writer in writers:
        writer.start()
    print("writing", flush=True)  # noqa: T201 - whoever started this waits for it
