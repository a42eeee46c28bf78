"""A company's rounds one after another: which renews which, and what became of the last one."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Action, Assessment, Declaration
from om_selfcheck.store.queries.declarations import Newer

_FIND_LAST = (
    select(Declaration, Newer)
    .join(Assessment, Assessment.renews_id == Declaration.assessment_id)
    .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
    .where(Assessment.id == bindparam("assessment_id"))
)
_FIND_AND_LOCK_LAST = _FIND_LAST.with_for_update(of=Declaration).execution_options(populate_existing=True)


class FoundRenewal(NamedTuple):
    assessment_id: UUID
    version: str
    started_at: datetime
    number: str | None


class FoundRound(NamedTuple):
    assessment_id: UUID
    version: str
    started_at: datetime
    number: str | None
    issued_on: date | None
    withdrawn_on: date | None
    replaced_on: date | None


def find_renewal(session: Session, assessment_id: UUID) -> FoundRenewal | None:
    """Return the round that renews another one; there is at most one."""
    statement = (
        select(Assessment.id, Assessment.questionnaire_version, Assessment.started_at, Declaration.number)
        .outerjoin(Declaration, Declaration.assessment_id == Assessment.id)
        .where(Assessment.renews_id == assessment_id)
        .order_by(Assessment.started_at)
    )
    row = session.execute(statement).first()
    return FoundRenewal(*row) if row else None


def list_rounds(session: Session, company_id: UUID) -> list[FoundRound]:
    """Return all rounds of a company, the newest first."""
    statement = (
        select(
            Assessment.id,
            Assessment.questionnaire_version,
            Assessment.started_at,
            Declaration.number,
            Declaration.issued_on,
            Declaration.withdrawn_on,
            Newer.issued_on.label("replaced_on"),
        )
        .outerjoin(Declaration, Declaration.assessment_id == Assessment.id)
        .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
        .where(Assessment.company_id == company_id)
        .order_by(Assessment.started_at.desc(), Assessment.id)
    )
    return [FoundRound(*row) for row in session.execute(statement)]


def find_last_declaration(
    session: Session, assessment_id: UUID, *, is_locking: bool = False
) -> tuple[Declaration, Declaration | None] | None:
    """Return the declaration of the round that a round renews, and the newer one that replaced it.

    Who is about to replace it locks it: nobody withdraws it meanwhile.
    """
    statement = _FIND_AND_LOCK_LAST if is_locking else _FIND_LAST
    row = session.execute(statement, {"assessment_id": assessment_id}).first()
    return (row[0], row[1]) if row else None


def replace_declaration(session: Session, *, declaration_id: UUID, by_id: UUID) -> None:
    session.execute(update(Declaration).where(Declaration.id == declaration_id).values(replaced_by_id=by_id))


def pin_version(session: Session, *, assessment_id: UUID, version: str, content_hash: str, now: datetime) -> None:
    values = {"questionnaire_version": version, "content_hash": content_hash, "started_at": now}
    session.execute(update(Assessment).where(Assessment.id == assessment_id).values(values))


def list_taken(session: Session, assessment_id: UUID) -> dict[str, UUID]:
    """Return the entries of a plan that were taken over, by the key of the action they go on with."""
    statement = select(Action.taken_from_id, Action.id).where(
        Action.assessment_id == assessment_id, Action.taken_from_id.is_not(None)
    )
    return {str(row.taken_from_id): row.id for row in session.execute(statement)}


def mark_taken(session: Session, *, action_id: UUID, taken_from_id: UUID) -> None:
    session.execute(update(Action).where(Action.id == action_id).values(taken_from_id=taken_from_id))
