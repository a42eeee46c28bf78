"""Finding what is due among many: `./om remind --dry-run` over 100,000 declarations, its CPU time and its memory.

Seeded: two years of declarations with ten actions each and snapshots of their real size; whatever came due lately was
mailed, but for 2,000 mails.
"""

import os
import random
import resource
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

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
from om_selfcheck.store.models import Action, Assessment, Company, Declaration, Message

SEED = 2026
MANY, FEW = 100_000, 1_000
DUE = {MessageKind.RENEWAL: 1_000, MessageKind.ACTION_DUE: 600, MessageKind.FOLLOW_UP: 400}
ACTIONS, AT_ONCE = 10, 1_000
SNAPSHOT = "x" * 10_000
STAGES = (90, 30, 7, -1)
TABLES = (Company, Assessment, Declaration, Action, Message)
SECONDS, GROWTH = 2, 10


class Town:
    """Makes up firms as of a day; the first that are due stay so, the others had their mail."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.chance = random.Random(SEED)  # noqa: S311 - it keeps no secret
        self.left = Counter(DUE)
        self.rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)

    def add_firm(self, number: int) -> None:
        ids = [UUID(int=self.chance.getrandbits(128)) for _ in range(3)]
        issued_on = self.today - timedelta(days=self.chance.randint(0, 760))
        issued_at = _noon(issued_on)
        wants_mail = self.chance.random() < 0.8  # noqa: PLR2004 - four of five
        self.rows[Company].append(
            {"id": ids[0], "reminder": "email", "confirmed_email": f"{number}@example.org" if wants_mail else ""}
        )
        self.rows[Assessment].append(
            {
                "id": ids[1],
                "company_id": ids[0],
                "questionnaire_slug": "unternehmenscheck",
                "questionnaire_version": "1.0",
                "content_hash": "0" * 64,
                "language": "de",
                "started_at": issued_at,
            }
        )
        self.rows[Declaration].append(
            {
                "id": ids[2],
                "assessment_id": ids[1],
                "company_id": ids[0],
                "number": make_number(number),
                "company_name": f"Betrieb {number}",
                "questionnaire_slug": "unternehmenscheck",
                "questionnaire_version": "1.0",
                "issued_on": issued_on,
                "issued_at": issued_at,
                "snapshot": SNAPSHOT,
                "snapshot_hash": "0" * 64,
            }
        )
        plan = [self._add_action(ids[1], issued_on, issued_at) for _ in range(ACTIONS)]
        if wants_mail:
            self._mail(ids, make_number(number), SelfDeclaration(issued_on=issued_on), plan)

    def _add_action(self, assessment_id: UUID, issued_on: date, issued_at: datetime) -> ActionFacts:
        due_on = issued_on + timedelta(days=self.chance.randint(30, 300))
        facts = ActionFacts(
            state=self.chance.choice([ActionState.OPEN, ActionState.DONE]),
            written_on=issued_on,
            due_on=due_on,
            follow_up_on=due_on + timedelta(days=60),
        )
        self.rows[Action].append(
            {
                "id": UUID(int=self.chance.getrandbits(128)),
                "assessment_id": assessment_id,
                "description": "Offene Posten jeden Montag durchgehen und Fälliges am selben Tag anmahnen",
                "urgency": "medium",
                "responsible": "Buchhaltung",
                "due_on": facts.due_on,
                "follow_up": "Liste im Ordner ansehen",
                "follow_up_on": facts.follow_up_on,
                "created_at": issued_at,
                "state": facts.state,
            }
        )
        return facts

    def _mail(self, ids: list[UUID], number: str, terms: SelfDeclaration, plan: list[ActionFacts]) -> None:
        """Leave what is due to be found while some is wanted, else note in the ledger that it was sent."""
        subject = f"assessment:{ids[1]}"
        due = {
            kind: (subject, f"{prefix}{self.today}")
            for kind, prefix in STAGE_PREFIX.items()
            if any(facts.calls_for(kind, self.today) for facts in plan)
        }
        if stage := find_due_stage(terms, self.today, renewal_days=STAGES):
            due[MessageKind.RENEWAL] = (f"declaration:{number}", str(stage.days))
        for kind, (about, stage_name) in due.items():
            if self.left[kind]:
                self.left[kind] -= 1
            else:
                self.rows[Message].append(self._sent(ids, kind, about, stage_name))

    def _sent(self, ids: list[UUID], kind: MessageKind, subject: str, stage: str) -> dict[str, Any]:
        message_id, now = UUID(int=self.chance.getrandbits(128)), _noon(self.today)
        return {
            "id": message_id,
            "kind": kind,
            "subject": subject,
            "stage": stage,
            "company_id": ids[0],
            "assessment_id": ids[1],
            "address": "post@example.org",
            "language": "de",
            "message_id": f"<{message_id}@example.org>",
            "state": MessageState.SENT,
            "next_try_at": now,
            "created_at": now,
        }


def seed(folder: Path, firms: int, today: date) -> None:
    """Fill a database of its own with so many firms."""
    folder.mkdir(parents=True)
    engine, town = open_engine(f"sqlite:///{folder / 'om.db'}"), Town(today)
    bring_up_to_date(engine)
    for begin in range(0, firms, AT_ONCE):
        for number in range(begin, begin + AT_ONCE):
            town.add_firm(number)
        with engine.begin() as connection:
            for table in TABLES:
                if rows := town.rows.pop(table, None):
                    connection.execute(insert(table), rows)
    engine.dispose()


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
