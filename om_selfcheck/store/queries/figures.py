"""Figures of closed weeks: which are missing, whose answers may come into them, and those that were published."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, RowMapping, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.statistics.published import FigureKind
from om_selfcheck.store.inserting import insert_for
from om_selfcheck.store.models import (
    Action,
    Assessment,
    CountedCompany,
    CountedRound,
    Declaration,
    Network,
    Participation,
    PublishedFigures,
    Rating,
)
from om_selfcheck.store.queries.turns import hold_company

_NEWEST = (
    select(func.max(PublishedFigures.period_on))
    .where(PublishedFigures.network_id == Network.id, PublishedFigures.kind == FigureKind.STAGES)
    .scalar_subquery()
)
_FIRST = select(func.min(CountedRound.started_on)).where(CountedRound.network_id == Network.id).scalar_subquery()


def list_unclosed(session: Session, week_on: date) -> Sequence[Row[UUID, date, date | None]]:
    """Return networks that count companies and whose week is open: with their first week and the last one closed."""
    statement = select(Network.id, _FIRST.label("first"), _NEWEST.label("newest")).where(
        or_(_NEWEST.is_(None), week_on > _NEWEST), week_on >= _FIRST
    )
    return session.execute(statement.order_by(Network.id)).all()


def publish(session: Session, **columns: Any) -> bool:  # noqa: ANN401 - the table's columns
    """Keep figures of a week; False where another process was first, whose figures stay."""
    statement = insert_for(session, PublishedFigures).values(**columns)
    published = statement.on_conflict_do_nothing().returning(PublishedFigures.network_id)
    return session.execute(published).first() is not None


def list_published(
    session: Session, network_id: UUID, kind: FigureKind, *, since: date = date.min, until: date = date.max
) -> Sequence[Row[date, str]]:
    """Return figures of a network by week, oldest first."""
    statement = select(PublishedFigures.period_on, PublishedFigures.content).where(
        PublishedFigures.network_id == network_id,
        PublishedFigures.kind == kind,
        PublishedFigures.period_on.between(since, until),
    )
    return session.execute(statement.order_by(PublishedFigures.period_on)).all()


def find_span(session: Session, network_id: UUID) -> tuple[date | None, date | None]:
    """Return the first and the last week that is closed."""
    statement = select(func.min(PublishedFigures.period_on), func.max(PublishedFigures.period_on)).where(
        PublishedFigures.network_id == network_id, PublishedFigures.kind == FigureKind.STAGES
    )
    first, last = session.execute(statement).one()
    return first, last


def hold_agreed(session: Session, network_id: UUID) -> Collection[UUID]:
    """Hold the companies of a network that agreed, all at once, so that nobody else counts them; return their ids."""
    statement = (
        select(Assessment.company_id)
        .join(Participation, Participation.assessment_id == Assessment.id)
        .where(Participation.network_id == network_id, Participation.is_counted.is_(True))
    )
    company_ids = frozenset(session.scalars(statement))
    for company_id in sorted(company_ids):
        hold_company(session, company_id)
    return company_ids


def list_rated(
    session: Session, network_id: UUID, *, held: Collection[UUID], week_on: date, counted_before: date
) -> Sequence[RowMapping]:
    """Return rounds of held companies that were rated in full by a week, with how many measures are rated now."""
    rated = select(func.count()).where(Rating.assessment_id == Assessment.id, Rating.need != "").scalar_subquery()
    statement = (
        _select_agreed(FigureKind.ANSWERS, counted_before)
        .add_columns(CountedRound.all_rated_on.label("ready_on"), rated.label("rated"))
        .join(
            CountedRound,
            and_(CountedRound.assessment_id == Assessment.id, CountedRound.network_id == Participation.network_id),
        )
        .where(Participation.network_id == network_id, CountedRound.all_rated_on <= week_on)
    )
    return [row for row in session.execute(statement).mappings() if row["company_id"] in held]


def list_declared(
    session: Session, network_id: UUID, *, held: Collection[UUID], declared_until: date, counted_before: date
) -> Sequence[RowMapping]:
    """Return rounds of held companies that were declared by a day."""
    statement = (
        _select_agreed(FigureKind.PROGRESS, counted_before)
        .add_columns(Declaration.issued_on)
        .join(Declaration, Declaration.assessment_id == Assessment.id)
        .where(
            Participation.network_id == network_id,
            Declaration.issued_on <= declared_until,
            Declaration.withdrawn_on.is_(None),
        )
    )
    return [row for row in session.execute(statement).mappings() if row["company_id"] in held]


def list_measures(session: Session, assessment_id: UUID) -> Sequence[str]:
    """Return the measures that a round has rated; of one that is rated in full these are all."""
    statement = select(Rating.measure_ref).where(Rating.assessment_id == assessment_id, Rating.need != "")
    return session.scalars(statement.order_by(Rating.measure_ref)).all()


def count_needs(session: Session, assessment_ids: Collection[UUID], need: NeedForAction) -> Mapping[str, int]:
    """Return for each measure how many rounds chose a colour."""
    statement = (
        select(Rating.measure_ref, func.count().label("chosen"))
        .where(Rating.assessment_id.in_(assessment_ids), Rating.need == need)
        .group_by(Rating.measure_ref)
    )
    return {row.measure_ref: row.chosen for row in session.execute(statement)}


def list_states(session: Session, assessment_ids: Collection[UUID]) -> Sequence[Row[UUID, str]]:
    """Return the state of each action of some rounds, in the order of each plan."""
    statement = select(Action.assessment_id, Action.state).where(Action.assessment_id.in_(assessment_ids))
    return session.execute(statement.order_by(Action.assessment_id, Action.created_at, Action.id)).all()


def note_counted(session: Session, company_ids: Iterable[UUID], *, slug: str, kind: FigureKind, on: date) -> None:
    rows = [
        {"company_id": company_id, "questionnaire_slug": slug, "kind": kind.value, "counted_on": on}
        for company_id in company_ids
    ]
    statement = insert_for(session, CountedCompany)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["company_id", "questionnaire_slug", "kind"],
            set_={"counted_on": statement.excluded.counted_on},
        ),
        rows,
    )


def _select_agreed(kind: FigureKind, counted_before: date) -> Select[*tuple[Any, ...]]:
    is_theirs: ColumnElement[bool] = and_(
        CountedCompany.company_id == Assessment.company_id,
        CountedCompany.questionnaire_slug == Assessment.questionnaire_slug,
        CountedCompany.kind == kind,
    )
    statement: Select[*tuple[Any, ...]] = (
        select(
            Assessment.id,
            Assessment.company_id,
            Assessment.questionnaire_slug.label("slug"),
            Assessment.questionnaire_version.label("version"),
            Participation.is_counted,
            CountedCompany.counted_on,
        )
        .join(Participation, Participation.assessment_id == Assessment.id)
        .outerjoin(CountedCompany, is_theirs)
        .where(
            Participation.is_counted.is_(True),
            or_(CountedCompany.counted_on.is_(None), CountedCompany.counted_on < counted_before),
        )
        .order_by(Assessment.company_id, Assessment.id)
    )
    return statement
