"""How far rounds got that take part in a network: noting it, keeping it, counting it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BindParameter, RowMapping, and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from om_selfcheck.domain.statistics.stages import Stage
from om_selfcheck.store.models import (
    Action,
    Assessment,
    CountedRound,
    Declaration,
    InvitationLink,
    Participation,
    PooledLink,
    Rating,
    Release,
)

COLUMNS: dict[Stage, InstrumentedAttribute[Any]] = {
    Stage.STARTED: CountedRound.started_on,
    Stage.HALF_RATED: CountedRound.half_rated_on,
    Stage.ALL_RATED: CountedRound.all_rated_on,
    Stage.PLAN_COMPLETE: CountedRound.plan_complete_on,
    Stage.DECLARED: CountedRound.declared_on,
    Stage.RENEWED: CountedRound.renewed_on,
}
_ROUND: BindParameter[UUID] = bindparam("assessment_id")
_RATED = select(func.count()).where(Rating.assessment_id == _ROUND, Rating.need != "").scalar_subquery()
_ACTIONS = select(func.count()).where(Action.assessment_id == _ROUND).scalar_subquery()
_IS_DECLARED = select(Declaration.id).where(Declaration.assessment_id == _ROUND).exists()
_STANDING = (
    select(*COLUMNS.values(), _RATED.label("rated"), _ACTIONS.label("actions"), _IS_DECLARED.label("is_declared"))
    .select_from(CountedRound)
    .join(
        Participation,
        and_(
            Participation.assessment_id == CountedRound.assessment_id,
            Participation.network_id == CountedRound.network_id,
        ),
    )
    .where(CountedRound.assessment_id == _ROUND)
)


def find_standing(session: Session, assessment_id: UUID) -> RowMapping | None:
    """Return what a round that takes part has reached and what it holds; None for one that takes part nowhere."""
    return session.connection().execute(_STANDING, {"assessment_id": assessment_id}).mappings().first()


def add_round(session: Session, *, assessment_id: UUID, network_id: UUID, link_id: UUID | None, on: date) -> None:
    company_id = select(Assessment.company_id).where(Assessment.id == assessment_id).scalar_subquery()
    session.execute(
        insert(CountedRound).values(
            id=uuid4(),
            assessment_id=assessment_id,
            company_id=company_id,
            network_id=network_id,
            link_id=link_id,
            started_on=on,
        )
    )


def note(session: Session, assessment_id: UUID, stages: Collection[Stage], on: date) -> None:
    """Write down the week in which a round reached some stages."""
    values = {COLUMNS[stage].key: on for stage in stages}
    session.execute(update(CountedRound).where(CountedRound.assessment_id == assessment_id).values(values))


def note_renewal(session: Session, assessment_id: UUID, on: date) -> None:
    """Let the company's earlier rounds of the same check count as renewed where they were declared."""
    this = select(Assessment).where(Assessment.id == assessment_id).subquery()
    earlier = select(Assessment.id).join(
        this,
        and_(
            Assessment.company_id == this.c.company_id,
            Assessment.questionnaire_slug == this.c.questionnaire_slug,
            Assessment.id != this.c.id,
        ),
    )
    session.execute(
        update(CountedRound)
        .where(
            CountedRound.assessment_id.in_(earlier),
            CountedRound.declared_on.is_not(None),
            CountedRound.renewed_on.is_(None),
        )
        .values(renewed_on=on)
    )


def find_round(session: Session, assessment_id: UUID) -> RowMapping | None:
    statement = select(CountedRound.__table__).where(CountedRound.assessment_id == assessment_id)
    return session.execute(statement).mappings().first()


def find_sibling(session: Session, row: RowMapping) -> RowMapping | None:
    """Return another round of the same company with the same link, which counts as one company with this."""
    statement = select(CountedRound.__table__).where(
        CountedRound.company_id == row["company_id"],
        CountedRound.network_id == row["network_id"],
        CountedRound.link_id.is_not_distinct_from(row["link_id"]),
        CountedRound.id != row["id"],
    )
    return session.execute(statement.order_by(CountedRound.started_on).limit(1)).mappings().first()


def change(session: Session, row_id: UUID, values: Mapping[str, object]) -> None:
    session.execute(update(CountedRound).where(CountedRound.id == row_id).values(**values))


def remove(session: Session, row_id: UUID) -> None:
    session.execute(delete(CountedRound).where(CountedRound.id == row_id))


def count_groups(session: Session, network_id: UUID, *, on: date, at: datetime) -> Sequence[RowMapping]:
    """Count companies by link: how many reached each stage by the week of `on`, and how many were named at `at`.

    A company's rounds with one link count as one; so does a round whose company is gone.
    """
    company = func.coalesce(CountedRound.company_id, CountedRound.id)
    named = select(Release.assessment_id).where(
        Release.network_id == network_id,
        Release.begun_at <= at,
        or_(Release.ended_at.is_(None), Release.ended_at > at),
    )
    reached = [func.max(case((column <= on, 1), else_=0)).label(stage.value) for stage, column in COLUMNS.items()]
    companies = (
        select(
            CountedRound.link_id,
            *reached,
            func.max(case((CountedRound.assessment_id.in_(named), 1), else_=0)).label("named"),
        )
        .where(CountedRound.network_id == network_id, CountedRound.started_on <= on)
        .group_by(CountedRound.link_id, company)
        .subquery()
    )
    sums = [func.sum(companies.c[name]).label(name) for name in (*(stage.value for stage in Stage), "named")]
    statement = select(companies.c.link_id, *sums).group_by(companies.c.link_id)
    return session.execute(statement).mappings().all()


def list_pools(session: Session, network_id: UUID) -> Mapping[UUID, UUID]:
    """Return the pool of each link that is in one."""
    statement = (
        select(PooledLink.link_id, PooledLink.pool_id)
        .join(InvitationLink, InvitationLink.id == PooledLink.link_id)
        .where(InvitationLink.network_id == network_id)
    )
    return {row.link_id: row.pool_id for row in session.execute(statement)}


def list_ended_links(session: Session, network_id: UUID, today: date) -> Sequence[UUID]:
    """Return the links that begin nothing any more and are in no pool."""
    statement = (
        select(InvitationLink.id)
        .outerjoin(PooledLink, PooledLink.link_id == InvitationLink.id)
        .where(
            InvitationLink.network_id == network_id,
            or_(InvitationLink.expires_on < today, InvitationLink.withdrawn_at.is_not(None)),
            PooledLink.link_id.is_(None),
        )
    )
    return session.scalars(statement).all()


def add_pool(session: Session, link_ids: Collection[UUID]) -> None:
    pool_id = uuid4()
    session.execute(insert(PooledLink), [{"link_id": link_id, "pool_id": pool_id} for link_id in link_ids])


def list_link_labels(session: Session, network_id: UUID) -> Mapping[UUID, str]:
    """Return the label of each link, the newest first."""
    statement = select(InvitationLink.id, InvitationLink.label).where(InvitationLink.network_id == network_id)
    rows = session.execute(statement.order_by(InvitationLink.created_at.desc(), InvitationLink.id))
    return {row.id: row.label for row in rows}
