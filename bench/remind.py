"""Finding what is due among many: `./om remind --dry-run` over 100,000 declarations, its CPU time and its memory.

Seeded: two years of declarations with ten actions each and snapshots of their real size; whatever came due lately was
mailed, but for 2,000 mails.
"""

import os
import random
import re
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_most
from om_selfcheck import clock
from om_selfcheck.config import ROOT
from om_selfcheck.domain.declaration import SelfDeclaration
from om_selfcheck.domain.declaration_number import make_number
from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.reminders import STAGE_PREFIX, ActionFacts, find_due_stage
from om_selfcheck.services.installation import bring_up_to_date, open_engine
from om_selfcheck.store.base import Base

SEED = 2026
MANY, FEW = 100_000, 1_000
DUE = Counter({MessageKind.RENEWAL: 1_000, MessageKind.ACTION_DUE: 600, MessageKind.FOLLOW_UP: 400})
ACTIONS, AT_ONCE = 10, 1_000
SNAPSHOT = "x" * 10_000
STAGES = (90, 30, 7, -1)
SECONDS, GROWTH = 2, 10


Row = dict[str, Any]


class Town:
    """Makes up firms as of a day, in the database's own writing.

    The first that are due stay so, the others had their mail.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.chance = random.Random(SEED)  # noqa: S311 - it keeps no secret
        self.left = Counter(DUE)
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.defaults = {
            table.name: {one.name: getattr(one.default, "arg", None) for one in table.columns}
            for table in Base.metadata.sorted_tables
        }

    def add_firm(self, number: int) -> None:
        company, assessment, declaration = self._make_id(), self._make_id(), self._make_id()
        issued_on = self.today - timedelta(days=self.chance.randrange(760))
        wants_mail = self.chance.random() < 0.8  # noqa: PLR2004 - four of five
        check = {"questionnaire_slug": "unternehmenscheck", "questionnaire_version": "1.0"}
        self._add("company", id=company, reminder="email", confirmed_email=f"{number}@example.org" * wants_mail)
        self._add(
            "assessment",
            id=assessment,
            company_id=company,
            content_hash="0" * 64,
            language="de",
            started_at=_noon(issued_on),
            **check,
        )
        self._add(
            "declaration",
            id=declaration,
            assessment_id=assessment,
            company_id=company,
            number=make_number(number),
            company_name=f"Betrieb {number}",
            issued_on=issued_on.isoformat(),
            issued_at=_noon(issued_on),
            snapshot=SNAPSHOT,
            snapshot_hash="0" * 64,
            **check,
        )
        plan = [self._add_action(assessment, issued_on) for _ in range(ACTIONS)]
        if wants_mail:
            whose = {"company_id": company, "assessment_id": assessment}
            self._mail(whose, make_number(number), SelfDeclaration(issued_on=issued_on), plan)

    def store(self, connection: sqlite3.Connection) -> None:
        for table in ("company", "assessment", "declaration", "action", "message"):
            if rows := self.rows.pop(table, None):
                names = list(self.defaults[table])
                places = ", ".join(f":{name}" for name in names)
                connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)  # noqa: S608

    def _add(self, table: str, **columns: object) -> None:
        self.rows[table].append(self.defaults[table] | columns)

    def _add_action(self, assessment: str, issued_on: date) -> ActionFacts:
        due_on = issued_on + timedelta(days=self.chance.randint(30, 300))
        facts = ActionFacts(
            state=self.chance.choice([ActionState.OPEN, ActionState.DONE]),
            written_on=issued_on,
            due_on=due_on,
            follow_up_on=due_on + timedelta(days=60),
        )
        self._add(
            "action",
            id=self._make_id(),
            assessment_id=assessment,
            description="Offene Posten jeden Montag durchgehen und Fälliges am selben Tag anmahnen",
            urgency="medium",
            responsible="Buchhaltung",
            due_on=due_on.isoformat(),
            follow_up="Liste im Ordner ansehen",
            follow_up_on=(due_on + timedelta(days=60)).isoformat(),
            created_at=_noon(issued_on),
            state=facts.state.value,
        )
        return facts

    def _mail(self, whose: Row, number: str, terms: SelfDeclaration, plan: list[ActionFacts]) -> None:
        """Leave what is due to be found while some is wanted, else note in the ledger that it was sent."""
        due = {
            kind: (f"assessment:{whose['assessment_id']}", f"{prefix}{self.today}")
            for kind, prefix in STAGE_PREFIX.items()
            if any(facts.calls_for(kind, self.today) for facts in plan)
        }
        if stage := find_due_stage(terms, self.today, renewal_days=STAGES):
            due[MessageKind.RENEWAL] = (f"declaration:{number}", str(stage.days))
        for kind, (subject, stage_name) in due.items():
            if self.left[kind]:
                self.left[kind] -= 1
            else:
                self._note_as_sent(whose, kind, subject, stage_name)

    def _note_as_sent(self, whose: Row, kind: MessageKind, subject: str, stage: str) -> None:
        message, now = self._make_id(), _noon(self.today)
        self._add(
            "message",
            id=message,
            kind=kind.value,
            subject=subject,
            stage=stage,
            address="post@example.org",
            language="de",
            message_id=f"<{message}@example.org>",
            state=MessageState.SENT.value,
            next_try_at=now,
            created_at=now,
            **whose,
        )

    def _make_id(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"


def measure(folder: Path) -> list[Figure]:
    many, few = (_run(folder / str(firms), firms) for firms in (MANY, FEW))
    if many.found != DUE.total():
        raise RuntimeError(f"{many.found} were found and not {DUE.total()}")
    return [
        at_most(f"finding {DUE.total():,} due of {MANY:,} declarations, CPU", many.seconds, SECONDS, "s", few.seconds),
        at_most("its memory beyond that for 1,000 declarations", many.megabytes - few.megabytes, GROWTH, "MB"),
    ]


@dataclass(frozen=True)
class Cost:
    """What a process took, and how many mails it counted."""

    seconds: float
    megabytes: float
    found: int


def _run(folder: Path, firms: int) -> Cost:
    """Seed a database and let the command look at it, all in a process of its own."""
    seed(folder, firms, clock.today())
    environment = os.environ | {"OM_INSTANCE_DIR": str(folder)}
    command = [sys.executable, "-m", "om_selfcheck.cli", "remind", "--dry-run"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    written = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    found = sum(map(int, re.findall(r"(\d+) [a-z]", written.partition("\n")[0])))
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, found)


def seed(folder: Path, firms: int, today: date) -> None:
    """Fill a database with so many firms."""
    folder.mkdir(parents=True)
    engine, town = open_engine(f"sqlite:///{folder / 'om.db'}"), Town(today)
    bring_up_to_date(engine)
    engine.dispose()
    with closing(sqlite3.connect(folder / "om.db")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for begin in range(0, firms, AT_ONCE):
            for number in range(begin, begin + AT_ONCE):
                town.add_firm(number)
            town.store(connection)
            connection.commit()


def _noon(day: date) -> str:
    return f"{day} 12:00:00.000000"
