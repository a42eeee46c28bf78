"""Mails that could not be delivered, as the office reads them: what and why, never to which address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import StepKind
from om_selfcheck.domain.message import MessageKind, Problem
from om_selfcheck.domain.register import Count
from om_selfcheck.store.models import AuditStep
from om_selfcheck.store.queries import audits, dashboard, undeliverable

PAGE_SIZE = 50
SHOWN_FOR = timedelta(days=30)  # nothing can be done about a mail of long ago
USER = "user:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A mail that was given up: about a declared round, else a company, about an account, or about this server.

    A letter of a case names its case, and the step it was written about.
    """

    kind: MessageKind
    problem: Problem | None
    ended_at: datetime
    number: str
    is_of_company: bool
    user_id: UUID | None
    audit_id: UUID | None = None
    step: StepKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeliveredPage:
    """A page of them, the last one first, how many there are, and behind which one the next page begins."""

    mails: tuple[Undelivered, ...]
    found: Count
    after: str | None


def list_undelivered(session: Session, *, now: datetime, after: str = "", size: int = PAGE_SIZE) -> UndeliveredPage:
    """List a page of the last 30 days; what `after` cannot mean, or what is gone by now, begins at the top."""
    rows = undeliverable.list_page(session, since=now - SHOWN_FOR, after=_read_id(after), at_most=size + 1)
    letters = [step_id for row in rows if (step_id := _find_step_id(row))]
    steps = audits.find_steps(session, letters) if letters else {}
    return UndeliveredPage(
        mails=tuple(_to_undelivered(row, steps) for row in rows[:size]),
        found=count_undelivered(session, now=now),
        after=rows[size - 1]["id"].hex if len(rows) > size else None,
    )


def count_undelivered(session: Session, *, now: datetime) -> Count:
    """Count those of the last 30 days."""
    return dashboard.count_undeliverable(session, now - SHOWN_FOR)


def _find_step_id(row: RowMapping) -> UUID | None:
    return _read_id(row["stage"]) if row["kind"] == MessageKind.AUDIT else None


def _to_undelivered(row: RowMapping, steps: Mapping[UUID, AuditStep]) -> Undelivered:
    is_of_user = row["subject"].startswith(USER)
    step_id = _find_step_id(row)
    step = steps.get(step_id) if step_id else None
    return Undelivered(
        kind=MessageKind(row["kind"]),
        problem=Problem(row["problem"]) if row["problem"] else None,
        ended_at=row["ended_at"],
        number=row["number"] or "",
        is_of_company=row["company_id"] is not None,
        user_id=_read_id(row["subject"].removeprefix(USER)) if is_of_user else None,
        audit_id=step.audit_id if step else None,
        step=StepKind(step.kind) if step else None,
    )


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
