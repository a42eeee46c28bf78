"""Companies and their rounds: making them, their ratings, clearing up what nobody touched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Action, Assessment, Company, Declaration, Rating

_LIST_RATINGS = select(Rating.measure_ref, Rating.need, Rating.note).where(
    Rating.assessment_id == bindparam("assessment_id")
)
_LIST_SOME_RATINGS = _LIST_RATINGS.where(Rating.measure_ref.in_(bindparam("measure_refs", expanding=True)))
_OF_ROUND = (Assessment.company_id == Company.id) & (Assessment.id == bindparam("assessment_id"))
_GET_COMPANY_AND_DRAFT = select(Company, Assessment).where(_OF_ROUND)
_READ_DRAFT = select(
    Company.name,
    Company.street,
    Company.postal_code,
    Company.city,
    Company.reminder,
    Company.email,
    Assessment.signatory_name,
    Assessment.signatory_function,
    Assessment.place,
    Assessment.confirmations,
    Assessment.has_signature_line,
).where(_OF_ROUND)
_KEY = ["assessment_id", "measure_ref"]
_HOLDS_NOTHING = (
    *(
        ~select(table.assessment_id).where(table.assessment_id == Assessment.id).exists()
        for table in (Rating, Action, Declaration)
    ),
    *(draft == "" for draft in (Assessment.signatory_name, Assessment.signatory_function, Assessment.place)),
)
_IS_UNTOUCHED = (
    *_HOLDS_NOTHING,
    ~select(Company.id)
    .where(Company.id == Assessment.company_id, or_(Company.name != "", Company.street != "", Company.city != ""))
    .exists(),
)


def _upsert(insert: Any) -> Any:  # noqa: ANN401 - the two dialects' inserts share no type
    statement = insert(Rating.__table__)
    changed = {name: statement.excluded[name] for name in ("need", "note", "rated_at")}
    return statement.on_conflict_do_update(index_elements=_KEY, set_=changed)


_UPSERT = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}


def add_company(session: Session, company_id: UUID) -> None:
    session.add(Company(id=company_id))
    session.flush()


def add_assessment(session: Session, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    session.add(Assessment(**columns))
    session.flush()


def list_ratings(session: Session, assessment_id: UUID) -> Sequence[Row[str, str, str]]:
    return session.connection().execute(_LIST_RATINGS, {"assessment_id": assessment_id}).all()


def list_some_ratings(
    session: Session, assessment_id: UUID, measure_refs: Sequence[str]
) -> Sequence[Row[str, str, str]]:
    parameters = {"assessment_id": assessment_id, "measure_refs": measure_refs}
    return session.connection().execute(_LIST_SOME_RATINGS, parameters).all()


def store_ratings(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Insert or change ratings: rows of assessment_id, measure_ref, need, note, rated_at."""
    connection = session.connection()
    connection.execute(_UPSERT[connection.dialect.name], list(rows))


def read_draft(session: Session, assessment_id: UUID) -> RowMapping:
    """Return what the draft of a declaration is made of; every page below a round asks."""
    return session.connection().execute(_READ_DRAFT, {"assessment_id": assessment_id}).mappings().one()


def get_company_and_draft(session: Session, assessment_id: UUID) -> tuple[Company, Assessment]:
    company, assessment = session.execute(_GET_COMPANY_AND_DRAFT, {"assessment_id": assessment_id}).one()
    return company, assessment


def note_opening(session: Session, assessment_id: UUID, now: datetime) -> None:
    session.execute(update(Assessment).where(Assessment.id == assessment_id).values(last_opened_at=now))


def change_language(session: Session, assessment_id: UUID, language: str) -> None:
    session.execute(update(Assessment).where(Assessment.id == assessment_id).values(language=language))


def lock_and_see_if_empty(session: Session, assessment_id: UUID) -> bool:
    """Say whether nobody has rated, planned or filled in anything in a round, and hold it then.

    Where somebody is just writing to it, it is not empty.
    """
    held = select(Assessment.id).where(Assessment.id == assessment_id).with_for_update(skip_locked=True)
    if session.execute(held).first() is None:
        return False
    empty = select(Assessment.id).where(Assessment.id == assessment_id, *_HOLDS_NOTHING)
    return session.execute(empty).first() is not None


def list_untouched(session: Session, *, before: datetime, at_most: int) -> Sequence[UUID]:
    """Return rounds started before an instant that hold nothing anybody wrote, and hold their rows.

    A round that somebody is just writing to is passed over.
    """
    statement = (
        select(Assessment.id)
        .where(Assessment.started_at < before, *_IS_UNTOUCHED)
        .order_by(Assessment.started_at)
        .limit(at_most)
        .with_for_update(of=Assessment, skip_locked=True)
    )
    return session.scalars(statement).all()


def delete_untouched(session: Session, assessment_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Delete those of the held rounds that are still untouched, and return the company of each."""
    untouched = delete(Assessment).where(Assessment.id.in_(assessment_ids), *_IS_UNTOUCHED)
    return {
        row.id: row.company_id for row in session.execute(untouched.returning(Assessment.id, Assessment.company_id))
    }


def delete_companies_without_rounds(session: Session, company_ids: Sequence[UUID]) -> None:
    has_round = select(Assessment.id).where(Assessment.company_id == Company.id).exists()
    session.execute(delete(Company).where(Company.id.in_(company_ids), ~has_round))
