"""Companies by the dozen that take part in a network, each through the use cases or straight into the tables."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.domain.statistics.batches import PROGRESS_AFTER
from om_selfcheck.domain.statistics.published import FigureKind
from om_selfcheck.domain.statistics.weeks import Week
from om_selfcheck.services import figures, stages
from om_selfcheck.services.assessments import RatingChange, save_ratings
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import (
    Action,
    Assessment,
    Company,
    CountedRound,
    Declaration,
    InvitationLink,
    Network,
    Participation,
    PublishedFigures,
    Rating,
    Release,
)
from om_selfcheck.store.queries import figures as queries
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW

CHECK = make_questionnaire()
REFS = tuple(measure.ref for measure in CHECK.measures())
SECRET = b"s" * 32
MONDAY = date(2026, 11, 16)  # the week of `factories.NOW`
WEEK = Week(MONDAY)
AFTERWARDS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # the Monday after


def add_link(
    session: Session, network_id: UUID, label: str = "Frühstück", *, expires_on: date | None = None, now: datetime = NOW
) -> UUID:
    link = InvitationLink(
        id=uuid4(), network_id=network_id, label=label, token=uuid4().hex[:20], expires_on=expires_on, created_at=now
    )
    session.add(link)
    session.commit()
    return link.id


def join(
    session: Session,
    owner: Actor,
    network_id: UUID,
    link_id: UUID | None = None,
    *,
    is_counted: bool = False,
    may_be_nudged: bool = False,
    now: datetime = NOW,
) -> Actor:
    """Let a round take part, as its landing page does."""
    session.add(
        Participation(
            assessment_id=owner.assessment_id,
            network_id=network_id,
            link_id=link_id,
            joined_at=now,
            is_counted=is_counted,
            may_be_nudged=may_be_nudged,
        )
    )
    stages.begin_counting(session, assessment_id=owner.assessment_id, network_id=network_id, link_id=link_id, now=now)
    session.commit()
    return factories.reload(session, owner.assessment_id, owner.grant_id, now)


def start(session: Session, network_id: UUID, link_id: UUID | None = None, *, now: datetime = NOW) -> Actor:
    return join(session, factories.start(session, now=now), network_id, link_id, now=now)


def start_many(session: Session, network_id: UUID, link_id: UUID | None, count: int, *, now: datetime = NOW) -> None:
    """Let companies begin that do nothing more; straight into the tables."""
    for _ in range(count):
        add_company(session, network_id, link_id, needs={}, on=Week.of(now.date()).monday)
    session.commit()


def rate(session: Session, owner: Actor, *refs: str, now: datetime = NOW) -> None:
    changes = [RatingChange(measure_ref=ref, need="some") for ref in refs]
    save_ratings(session, actor=owner, questionnaire=CHECK, changes=changes, now=now)
    session.commit()


def release(session: Session, owner: Actor, network_id: UUID, *, ended_at: datetime | None = None) -> None:
    session.add(
        Release(
            id=uuid4(),
            assessment_id=owner.assessment_id,
            network_id=network_id,
            level="status",
            begun_at=NOW,
            ended_at=ended_at,
        )
    )
    session.commit()


def add_company(
    session: Session,
    network_id: UUID,
    link_id: UUID | None = None,
    *,
    needs: Mapping[str, str],
    on: date = MONDAY,
    is_counted: bool = True,
    version: str = CHECK.version,
) -> UUID:
    """Put a company with ratings into the tables, rated in full where each measure has its colour; return its round."""
    company_id, assessment_id, at = uuid4(), uuid4(), datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    session.execute(insert(Company).values(id=company_id))
    session.execute(
        insert(Assessment).values(
            id=assessment_id,
            company_id=company_id,
            questionnaire_slug=CHECK.slug,
            questionnaire_version=version,
            content_hash=CHECK.content_hash,
            language="de",
            started_at=at,
        )
    )
    if needs:
        session.execute(
            insert(Rating),
            [
                {"assessment_id": assessment_id, "measure_ref": ref, "need": need, "rated_at": at}
                for ref, need in needs.items()
            ],
        )
    session.execute(
        insert(Participation).values(
            assessment_id=assessment_id,
            network_id=network_id,
            link_id=link_id,
            joined_at=at,
            is_counted=is_counted,
        )
    )
    session.execute(
        insert(CountedRound).values(
            id=uuid4(),
            network_id=network_id,
            link_id=link_id,
            assessment_id=assessment_id,
            company_id=company_id,
            started_on=on,
            all_rated_on=on if len(needs) == len(REFS) else None,
        )
    )
    return assessment_id


def add_rated(session: Session, network_id: UUID, count: int, need: str = "urgent", **columns: object) -> list[UUID]:
    """Put companies into the tables that chose one colour throughout."""
    rounds = [
        add_company(session, network_id, needs=dict.fromkeys(REFS, need), **columns)  # type: ignore[arg-type]
        for _ in range(count)
    ]
    session.commit()
    return rounds


def declare(session: Session, assessment_id: UUID, *, on: date, done: int, actions: int = 10) -> None:
    """Put a declaration and a plan beside a round, so many actions of it done."""
    company_id = session.scalar(select(Assessment.company_id).where(Assessment.id == assessment_id))
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    session.execute(
        insert(Declaration).values(
            id=uuid4(),
            assessment_id=assessment_id,
            company_id=company_id,
            number=uuid4().hex[:20],
            company_name="Betrieb",
            questionnaire_slug=CHECK.slug,
            questionnaire_version=CHECK.version,
            issued_on=on,
            issued_at=at,
            snapshot="{}",
            snapshot_hash="0" * 64,
        )
    )
    for number in range(actions):
        state = "done" if number < done else "open"
        created_at = at + timedelta(seconds=number)
        session.execute(
            insert(Action).values(id=uuid4(), assessment_id=assessment_id, created_at=created_at, state=state)
        )
    session.commit()


def published(session: Session, kind: str) -> list[PublishedFigures]:
    statement = select(PublishedFigures).where(PublishedFigures.kind == kind)
    return list(session.scalars(statement.order_by(PublishedFigures.period_on)))


def find_network(session: Session, slug: str) -> UUID:
    return session.scalars(select(Network.id).where(Network.slug == slug)).one()


def find_link(session: Session, network_id: UUID, label: str) -> UUID | None:
    mine = (InvitationLink.network_id == network_id, InvitationLink.label == label)
    return session.scalar(select(InvitationLink.id).where(*mine))


def last_week() -> Week:
    return Week.last_closed(clock.today())


def publish_nothing(session: Session, slug: str) -> None:
    """Close the last week of a network in which nothing is shown."""
    queries.publish(
        session,
        network_id=find_network(session, slug),
        period_on=last_week().monday,
        kind=FigureKind.STAGES.value,
        content="{}",
        published_at=clock.now(),
    )
    session.commit()


def begin_and_answer(session: Session, slug: str) -> None:
    """Let a network count: a link that is shown, one that is too small, answers and actions in closed batches."""
    network_id = find_network(session, slug)
    start_many(session, network_id, add_link(session, network_id, "A"), 6)
    add_link(session, network_id, "B")
    for one in add_rated(session, network_id, 40, on=last_week().monday):
        declare(session, one, on=clock.today() - PROGRESS_AFTER - timedelta(days=7), done=6)
    for unclosed in figures.list_unclosed(session, today=clock.today()):
        figures.close_weeks(session, unclosed=unclosed, secret=SECRET, now=clock.now(), today=clock.today())
    session.commit()
