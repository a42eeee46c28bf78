"""What companies released to a network: nothing is read but through a running release."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, func, literal, select, tuple_
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Assessment, Company, Declaration, Release
from om_selfcheck.store.queries.declarations import Newer

# As on the number's page: the name that was declared, and none while it is looked into who declared (D15)
_NAME = case(
    (Declaration.name_hidden_at.is_not(None), literal("")),
    else_=func.coalesce(Declaration.company_name, Company.name),
)
_RELEASED = (
    select(
        Release.assessment_id,
        _NAME.label("company_name"),
        Assessment.questionnaire_slug.label("slug"),
        Assessment.questionnaire_version.label("version"),
        Release.level,
        Release.begun_at,
        Declaration.issued_on,
        Declaration.withdrawn_on,
        Newer.issued_on.label("replaced_on"),
    )
    .join(Assessment, Assessment.id == Release.assessment_id)
    .join(Company, Company.id == Assessment.company_id)
    .outerjoin(Declaration, Declaration.assessment_id == Release.assessment_id)
    .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
    .where(Release.ended_at.is_(None))
)


class FoundMember(NamedTuple):
    assessment_id: UUID
    company_name: str
    slug: str
    version: str
    level: str
    begun_at: datetime
    issued_on: date | None
    withdrawn_on: date | None
    replaced_on: date | None


def list_members(
    session: Session, *, network_id: UUID, after: UUID | None = None, at_most: int | None = None
) -> Sequence[FoundMember]:
    """Return a network's members by name, from after one of them on."""
    statement = _RELEASED.where(Release.network_id == network_id).order_by(_NAME, Release.assessment_id)
    last = find_member(session, network_id=network_id, assessment_id=after) if after else None
    if last:
        statement = statement.where(tuple_(_NAME, Release.assessment_id) > (last.company_name, last.assessment_id))
    return [FoundMember(*row) for row in session.execute(statement.limit(at_most))]


def find_member(session: Session, *, network_id: UUID, assessment_id: UUID) -> FoundMember | None:
    mine = (Release.network_id == network_id, Release.assessment_id == assessment_id)
    row = session.execute(_RELEASED.where(*mine)).first()
    return FoundMember(*row) if row else None
