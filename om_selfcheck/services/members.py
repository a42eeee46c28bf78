"""The companies that let a network see something: which, what and since when. Nothing else is named (D9)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.action_plan import Action, by_urgency
from om_selfcheck.domain.declaration import SelfDeclaration, find_terms
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.questionnaire import Questionnaire, Topic
from om_selfcheck.domain.rating import NeedForAction, RatingCounts, count_ratings
from om_selfcheck.domain.record import Verb
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.services.networks import Network, network_event
from om_selfcheck.services.record import append_event
from om_selfcheck.store.queries import assessments, members, plans
from om_selfcheck.store.queries.members import FoundMember

PAGE_SIZE = 50
FindQuestionnaire = Callable[[str, str], Questionnaire]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What every release shows: the status. `terms` are those of the declaration, None before it was issued."""

    assessment_id: UUID
    company_name: str
    slug: str
    version: str
    level: ReleaseLevel
    since: datetime
    terms: SelfDeclaration | None


@dataclass(frozen=True, slots=True)
class MembersPage:
    """A part of the list by name; `after` begins the next one and is None at the end."""

    members: Sequence[Member]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class Insight:
    """All that one company released: the topics with their counts, and the plan without those responsible."""

    member: Member
    topics: Sequence[tuple[Topic, RatingCounts]]
    actions: Sequence[Action]


def list_members(
    session: Session, *, network: Network, after: UUID | None = None, at_most: int = PAGE_SIZE
) -> MembersPage:
    """Return a part of the members by name, from after one of them on."""
    found = members.list_members(session, network_id=network.network_id, after=after, at_most=at_most + 1)
    shown = [_to_member(row) for row in found[:at_most]]
    return MembersPage(shown, shown[-1].assessment_id if len(found) > at_most else None)


def get_insight(
    session: Session, *, network: Network, assessment_id: UUID, find_questionnaire: FindQuestionnaire
) -> Insight:
    """Return what a company released to a network; NotFound where it released nothing, or to another one."""
    row = members.find_member(session, network_id=network.network_id, assessment_id=assessment_id)
    if row is None:
        raise NotFound
    return _load_insight(session, _to_member(row), find_questionnaire)


def export_members(
    session: Session, *, network: Network, file_kind: str, find_questionnaire: FindQuestionnaire, by: str, now: datetime
) -> Sequence[Insight]:
    """Return everything that is released to a network, for a file; that it left the house goes on the record."""
    rows = members.list_members(session, network_id=network.network_id)
    insights = [_load_insight(session, _to_member(row), find_questionnaire) for row in rows]
    facts: dict[str, str | int] = {"file": file_kind, "companies": len(insights)}
    append_event(session, network_event(Verb.MEMBERS_EXPORTED, network.network_id, by, now, **facts))
    return insights


def _load_insight(session: Session, member: Member, find_questionnaire: FindQuestionnaire) -> Insight:
    topics: Sequence[tuple[Topic, RatingCounts]] = ()
    actions: Sequence[Action] = ()
    if member.level.covers(ReleaseLevel.TOPICS):
        topics = tuple(_count_topics(session, member, find_questionnaire))
    if member.level.covers(ReleaseLevel.PLAN):
        entries = plans.list_actions(session, member.assessment_id)
        actions = by_urgency([replace(action, responsible="") for _, action in entries])
    return Insight(member, topics, actions)


def _count_topics(
    session: Session, member: Member, find_questionnaire: FindQuestionnaire
) -> Iterator[tuple[Topic, RatingCounts]]:
    rows = assessments.list_ratings(session, member.assessment_id)
    needs = {row.measure_ref: NeedForAction(row.need) for row in rows if row.need}
    for topic in find_questionnaire(member.slug, member.version).topics:
        yield topic, count_ratings([measure.ref for measure in topic.measures()], needs)


def _to_member(row: FoundMember) -> Member:
    return Member(
        assessment_id=row.assessment_id,
        company_name=row.company_name,
        slug=row.slug,
        version=row.version,
        level=ReleaseLevel(row.level),
        since=row.begun_at,
        terms=find_terms(row.issued_on, withdrawn_on=row.withdrawn_on, replaced_on=row.replaced_on),
    )
