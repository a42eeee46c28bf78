"""Declarations and their files."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, aliased

from om_selfcheck.store.inserting import insert_for
from om_selfcheck.store.models import Declaration, DeclarationWord, Document, Participation

Newer = aliased(Declaration)


def add_declaration(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(Declaration(**columns))
    session.flush()


def add_words(session: Session, *, declaration_id: UUID, issued_on: date, words: Iterable[str]) -> None:
    """Let the register find a declaration by its words."""
    rows = [{"word": word, "issued_on": issued_on, "declaration_id": declaration_id} for word in sorted(words)]
    if rows:
        session.execute(insert(DeclarationWord), rows)


def find_network_id(session: Session, assessment_id: UUID) -> UUID | None:
    """Return the network that a round counts for."""
    return session.scalar(select(Participation.network_id).where(Participation.assessment_id == assessment_id))


def find_by_assessment(session: Session, assessment_id: UUID) -> Declaration | None:
    return session.scalar(select(Declaration).where(Declaration.assessment_id == assessment_id))


def find_by_number(session: Session, number: str) -> tuple[Declaration | None, Declaration | None]:
    """Return a declaration and the newer one that replaced it, each None where there is none."""
    statement = (
        select(Declaration, Newer)
        .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
        .where(Declaration.number == number)
    )
    row = session.execute(statement).first()
    return (row[0], row[1]) if row else (None, None)


def find_file(session: Session, *, declaration_id: UUID, kind: str, language: str, edition: int) -> bytes | None:
    return session.scalar(
        select(Document.content).where(
            Document.declaration_id == declaration_id,
            Document.kind == kind,
            Document.language == language,
            Document.edition == edition,
        )
    )


def find_by_file(session: Session, *, sha256: str, kind: str) -> tuple[UUID, str, int] | None:
    """Return id and number of the declaration that a stored file of a kind belongs to, and its edition."""
    statement = (
        select(Declaration.id, Declaration.number, Document.edition)
        .join(Document, Document.declaration_id == Declaration.id)
        .where(Document.sha256 == sha256, Document.kind == kind)
    )
    found = session.execute(statement).first()
    return (found[0], found[1], found[2]) if found else None


def add_file_if_absent(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    """Insert a file; if another request was first, its bytes stay."""
    session.execute(insert_for(session, Document).values(**columns).on_conflict_do_nothing())
