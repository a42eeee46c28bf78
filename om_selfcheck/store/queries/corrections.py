"""Corrections of declarations: what they were before, and putting the new details where they are looked for."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Assessment, Company, Correction, Declaration, DeclarationWord
from om_selfcheck.store.queries.declarations import add_words


def list_corrections(session: Session, declaration_id: UUID) -> Sequence[Correction]:
    statement = select(Correction).where(Correction.declaration_id == declaration_id).order_by(Correction.edition)
    return session.scalars(statement).all()


def count_corrections(session: Session, declaration_id: UUID) -> int:
    """Return the edition of the newest copy."""
    newest = select(func.max(Correction.edition)).where(Correction.declaration_id == declaration_id)
    return session.scalar(newest) or 0


def add_correction(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(Correction(**columns))
    session.flush()


def rewrite_register(
    session: Session, row: Declaration, *, company_name: str, city: str, words: Collection[str]
) -> None:
    """Let the register and everybody who looks the number up find the new name and place."""
    row.company_name, row.city = company_name, city
    session.execute(delete(DeclarationWord).where(DeclarationWord.declaration_id == row.id))
    add_words(session, declaration_id=row.id, issued_on=row.issued_on, words=words)
    session.flush()


def get_origin(session: Session, row: Declaration) -> tuple[Company, Assessment]:
    """Return the company and the round that a declaration came from."""
    return session.get_one(Company, row.company_id), session.get_one(Assessment, row.assessment_id)
