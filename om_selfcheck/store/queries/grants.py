"""Grants and the round they open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session, aliased

from om_selfcheck.store.models import Assessment, Company, Declaration, Grant, Participation
from om_selfcheck.store.queries.turns import hold_round

OWNER = "owner"
Home = aliased(Assessment)  # the round a link was made in; the owner's opens every round of the company
_OPEN = (
    select(
        Grant.id.label("grant_id"),
        Grant.right,
        Grant.label,
        Grant.scope,
        Grant.expires_at,
        Grant.revoked_at,
        Assessment.id.label("assessment_id"),
        Assessment.company_id,
        Assessment.questionnaire_slug.label("slug"),
        Assessment.questionnaire_version.label("version"),
        Assessment.content_hash,
        Assessment.language,
        Assessment.started_at,
        Assessment.renews_id,
        Participation.network_id,
        Company.name.label("company_name"),
        Declaration.number.label("declaration_number"),
    )
    .select_from(Grant)
    .join(Home, Home.id == Grant.assessment_id)
    .join(
        Assessment,
        or_(Assessment.id == Home.id, and_(Grant.right == OWNER, Assessment.company_id == Home.company_id)),
    )
    .join(Company, Company.id == Assessment.company_id)
    .outerjoin(Declaration, Declaration.assessment_id == Assessment.id)
    .outerjoin(Participation, Participation.assessment_id == Assessment.id)
)
_BY_IDS = _OPEN.where(Grant.id.in_(bindparam("grant_ids", expanding=True)), Assessment.id == bindparam("assessment_id"))
_NEWEST = _OPEN.where(Grant.id == bindparam("grant_id")).order_by(Assessment.started_at.desc()).limit(1)
_BY_TOKEN = _OPEN.where(Grant.token_hash == bindparam("token_hash")).order_by(Assessment.started_at.desc()).limit(1)


def list_opening(
    session: Session, *, grant_ids: Sequence[UUID], assessment_id: UUID, is_locking: bool
) -> Sequence[RowMapping]:
    """Return those of some grants that open a round, with its head; locking its row makes writers take turns (P2, P3).

    Who waited for a turn reads afterwards: one locking join would answer with what was there before the wait.
    """
    if is_locking:
        hold_round(session, assessment_id)
    parameters = {"grant_ids": grant_ids, "assessment_id": assessment_id}
    return session.connection().execute(_BY_IDS, parameters).mappings().all()


def find_newest(session: Session, grant_id: UUID) -> RowMapping | None:
    """Return a grant with the head of the newest round it opens."""
    return session.execute(_NEWEST, {"grant_id": grant_id}).mappings().first()


def find_opened_by_token(session: Session, token_hash: str) -> RowMapping | None:
    return session.execute(_BY_TOKEN, {"token_hash": token_hash}).mappings().first()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    id: UUID
    assessment_id: UUID
    right: str
    label: str
    scope: str
    token_hash: str
    created_at: datetime
    expires_at: datetime | None


def add_grant(session: Session, grant: NewGrant) -> None:
    session.add(
        Grant(
            id=grant.id,
            assessment_id=grant.assessment_id,
            right=grant.right,
            label=grant.label,
            scope=grant.scope,
            token_hash=grant.token_hash,
            created_at=grant.created_at,
            expires_at=grant.expires_at,
        )
    )
    session.flush()


def list_grants(session: Session, *, company_id: UUID, assessment_id: UUID) -> Sequence[Grant]:
    """Return all links that open a round: those made in it, and the company's own, wherever they were made."""
    in_company = select(Home.id).where(Home.company_id == company_id)
    opens = or_(Grant.assessment_id == assessment_id, and_(Grant.right == OWNER, Grant.assessment_id.in_(in_company)))
    return session.scalars(select(Grant).where(opens).order_by(Grant.created_at, Grant.id)).all()


def revoke_grants(session: Session, *, grant_ids: Sequence[UUID], now: datetime) -> int:
    """End the named grants that are not ended yet; return how many that were."""
    ended = session.execute(
        update(Grant)
        .where(Grant.id.in_(grant_ids), Grant.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(Grant.id)
    )
    return len(ended.all())
