"""Closing weeks: published once by whoever is first, whole groups of fifteen, never computed again (D9)."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.statistics.batches import PROGRESS_AFTER
from om_selfcheck.domain.statistics.published import read_answers, read_progress, read_stages
from om_selfcheck.domain.statistics.stages import StageCounts
from om_selfcheck.domain.statistics.weeks import WEEK as SEVEN_DAYS
from om_selfcheck.domain.statistics.weeks import Week
from om_selfcheck.services import figures, published_figures, stages
from om_selfcheck.services.figures import Unclosed
from om_selfcheck.store.models import Assessment, CountedCompany, Participation, PublishedFigures, Rating
from om_selfcheck.store.queries import figures as queries
from tests import factories
from tests.services import crowd
from tests.services.crowd import AFTERWARDS, CHECK, MONDAY, REFS, SECRET, WEEK, add_link
from tests.services.parallel import meeting, run_in_parallel

TODAY = AFTERWARDS.date()
VERSION = f"{CHECK.slug}/{CHECK.version}"


@pytest.fixture
def network(session: Session) -> UUID:
    network_id = factories.add_network(session)
    session.commit()
    return network_id


def close(session: Session, *, weeks_later: int = 0) -> int:
    """Do what the job does, so many weeks later."""
    later = weeks_later * SEVEN_DAYS
    closed = sum(
        figures.close_weeks(session, unclosed=one, secret=SECRET, now=AFTERWARDS + later, today=TODAY + later)
        for one in figures.list_unclosed(session, today=TODAY + later)
    )
    session.commit()
    return closed


def answers(session: Session) -> list[dict[str, int]]:
    """Return each batch of answers as check and companies."""
    return [
        {check: batch.companies for check, batch in read_answers(Week(row.period_on), row.content).items()}
        for row in crowd.published(session, "answers")
    ]


# Weeks


def test_a_week_is_published_when_it_is_over_with_what_is_shown_of_it(session: Session, network: UUID) -> None:
    crowd.start_many(session, network, add_link(session, network), 5)
    crowd.start_many(session, network, None, 4)
    assert figures.list_unclosed(session, today=TODAY - timedelta(days=1)) == []
    assert close(session) == 1
    (row,) = crowd.published(session, "stages")
    assert (row.network_id, row.period_on, row.published_at) == (network, MONDAY, AFTERWARDS)
    assert list(read_stages(row.content).groups.values()) == [StageCounts(started=5)]
    assert close(session) == 0


def test_a_network_without_companies_has_nothing_to_close(session: Session, network: UUID) -> None:
    add_link(session, network)
    assert figures.list_unclosed(session, today=TODAY) == []


def test_a_published_week_stays_as_it_is(session: Session, network: UUID) -> None:
    link = add_link(session, network)
    crowd.start_many(session, network, link, 4)
    close(session)
    crowd.start_many(session, network, link, 3)
    close(session)
    (row,) = crowd.published(session, "stages")
    assert read_stages(row.content).groups == {}
    close(session, weeks_later=1)
    weeks = published_figures.list_weeks(session, network_id=network, since=WEEK, until=Week.of(TODAY))
    assert [(one.week, one.total) for one in weeks] == [
        (WEEK, None),
        (Week(MONDAY + SEVEN_DAYS), StageCounts(started=7)),
    ]


def test_weeks_that_were_missed_are_closed_as_they_stood(session: Session, network: UUID) -> None:
    link = add_link(session, network)
    crowd.start_many(session, network, link, 5)
    crowd.start_many(session, network, link, 2, now=AFTERWARDS)
    assert close(session, weeks_later=2) == 3
    totals = [read_stages(row.content).total for row in crowd.published(session, "stages")]
    assert totals == [StageCounts(started=5), StageCounts(started=7), StageCounts(started=7)]


def test_ended_links_are_put_together_when_a_week_closes(session: Session, network: UUID) -> None:
    for _ in range(2):
        crowd.start_many(session, network, add_link(session, network, expires_on=MONDAY), 3)
    close(session)
    assert read_stages(crowd.published(session, "stages")[0].content).groups == {}, "the week was over before"
    assert stages.get_stages(session, network_id=network, now=AFTERWARDS).total == StageCounts(started=6)


# Answers


def test_fifteen_that_agreed_and_rated_everything_make_a_batch(session: Session, network: UUID) -> None:
    crowd.add_rated(session, network, 15)
    close(session)
    (row,) = crowd.published(session, "answers")
    batch = read_answers(WEEK, row.content)[VERSION]
    assert batch.companies == 15
    assert set(batch.urgent) == set(batch.some) == set(REFS)
    assert all(abs(batch.urgent[ref] - 15) < 15 and abs(batch.some[ref]) < 15 for ref in REFS)


@pytest.mark.parametrize("why", ["too few", "not agreed", "not ready", "not rated any more", "no part any more"])
def test_fewer_than_fifteen_wait(session: Session, network: UUID, why: str) -> None:
    rounds = crowd.add_rated(session, network, 14)
    if why == "not agreed":
        crowd.add_rated(session, network, 9, is_counted=False)
    elif why == "not ready":
        crowd.add_rated(session, network, 9, on=MONDAY + SEVEN_DAYS)
    elif why == "not rated any more":
        (unsure,) = crowd.add_rated(session, network, 1)
        session.execute(update(Rating).where(Rating.assessment_id == unsure).values(need=""))
    elif why == "no part any more":
        (gone,) = crowd.add_rated(session, network, 1)
        session.execute(delete(Participation).where(Participation.assessment_id == gone))
    close(session)
    assert answers(session) == []
    assert len(rounds) == 14


def test_who_waits_comes_into_a_later_batch_and_counts_once_in_two_years(session: Session, network: UUID) -> None:
    crowd.add_rated(session, network, 14)
    close(session)
    crowd.add_rated(session, network, 2, on=MONDAY + SEVEN_DAYS)
    close(session, weeks_later=1)
    assert answers(session) == [{VERSION: 16}]
    crowd.add_rated(session, network, 14, on=MONDAY + 2 * SEVEN_DAYS)
    close(session, weeks_later=2)
    assert answers(session) == [{VERSION: 16}]
    close(session, weeks_later=104)
    assert answers(session) == [{VERSION: 16}]
    close(session, weeks_later=107)
    assert answers(session) == [{VERSION: 16}, {VERSION: 30}]


def test_a_company_counts_with_its_newest_round_alone(session: Session, network: UUID) -> None:
    rounds = crowd.add_rated(session, network, 15)
    company = session.scalar(select(Assessment.company_id).where(Assessment.id == rounds[0]))
    (newer,) = crowd.add_rated(session, network, 1, need="none")
    session.execute(update(Assessment).where(Assessment.id == newer).values(company_id=company))
    session.commit()
    close(session)
    assert answers(session) == [{VERSION: 15}]


def test_versions_of_a_check_make_batches_of_their_own(session: Session, network: UUID) -> None:
    crowd.add_rated(session, network, 15)
    crowd.add_rated(session, network, 14, version="2.0")
    close(session)
    assert answers(session) == [{VERSION: 15}]


def test_a_company_in_two_networks_counts_in_one(session: Session, network: UUID) -> None:
    other = factories.add_network(session, slug="netz-b")
    companies = [
        session.scalar(select(Assessment.company_id).where(Assessment.id == one))
        for one in crowd.add_rated(session, network, 15)
    ]
    for company, second in zip(companies, crowd.add_rated(session, other, 15), strict=True):
        session.execute(update(Assessment).where(Assessment.id == second).values(company_id=company))
    session.commit()
    close(session)
    assert answers(session) == [{VERSION: 15}]


def test_a_batch_stays_when_its_companies_change_their_minds(session: Session, network: UUID) -> None:
    crowd.add_rated(session, network, 15)
    close(session)
    before = [row.content for row in crowd.published(session, "answers")]
    session.execute(update(Rating).values(need="none"))
    session.execute(update(Participation).values(is_counted=False))
    session.commit()
    close(session)
    close(session, weeks_later=1)
    assert [row.content for row in crowd.published(session, "answers")] == before


# Actions


def test_actions_are_looked_at_half_a_year_after_declaring(session: Session, network: UUID) -> None:
    declared_on = WEEK.ends_on - PROGRESS_AFTER
    for number, one in enumerate(crowd.add_rated(session, network, 16)):
        crowd.declare(session, one, on=declared_on, done=6, actions=9 if number == 15 else 12)
    close(session)
    (row,) = crowd.published(session, "progress")
    batch = read_progress(WEEK, row.content)[CHECK.slug]
    assert batch.companies == 15, "a plan of nine is not looked at"
    assert 0 < batch.done < 150


@pytest.mark.parametrize(("days", "count"), [(0, 1), (1, 0)])
def test_no_day_sooner(session: Session, network: UUID, *, days: int, count: int) -> None:
    for one in crowd.add_rated(session, network, 15):
        crowd.declare(session, one, on=WEEK.ends_on - PROGRESS_AFTER + timedelta(days=days), done=6)
    close(session)
    assert len(crowd.published(session, "progress")) == count


def test_answers_and_actions_are_counted_apart(session: Session, network: UUID) -> None:
    for one in crowd.add_rated(session, network, 15):
        crowd.declare(session, one, on=WEEK.ends_on - PROGRESS_AFTER, done=6)
    close(session)
    assert sorted(session.scalars(select(CountedCompany.kind))) == ["answers"] * 15 + ["progress"] * 15
    assert set(session.scalars(select(CountedCompany.counted_on))) == {WEEK.ends_on}


# Several processes


def publish_at_once(engine: Engine, network: UUID) -> list[int]:
    unclosed = Unclosed(network_id=network, weeks=(WEEK,))
    done = run_in_parallel(
        engine,
        2,
        lambda session, _: figures.close_weeks(session, unclosed=unclosed, secret=SECRET, now=AFTERWARDS, today=TODAY),
    )
    assert done.errors == []
    return sorted(done.results)


def test_two_processes_that_close_a_week_at_once_publish_it_once(
    engine: Engine, session: Session, network: UUID
) -> None:
    crowd.add_rated(session, network, 15)
    crowd.add_rated(session, network, 15, version="2.0")
    assert publish_at_once(engine, network) == [0, 1]
    assert session.scalar(select(func.count()).select_from(PublishedFigures)) == 2
    assert answers(session) == [{VERSION: 15, "basis/2.0": 15}]


def test_two_networks_that_close_at_once_count_a_company_once(
    engine: Engine, session: Session, network: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_companies(session, network)
    monkeypatch.setattr(queries, "list_rated", meeting(queries.list_rated))
    close_both(engine, session)
    assert sum(batch[VERSION] for batch in answers(session)) == 15


def test_control_who_reads_before_the_other_has_counted_counts_them_again(
    session: Session, network: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_companies(session, network)
    list_rated = queries.list_rated
    terms = {"week_on": MONDAY, "counted_before": MONDAY - figures.COUNTED_AGAIN_AFTER}
    unclosed = figures.list_unclosed(session, today=TODAY)
    read = {
        one.network_id: list_rated(session, one.network_id, held=queries.hold_agreed(session, one.network_id), **terms)
        for one in unclosed
    }
    monkeypatch.setattr(queries, "list_rated", lambda _session, network_id, **_terms: read[network_id])
    close(session)
    assert sum(batch[VERSION] for batch in answers(session)) == 30


def share_companies(session: Session, network: UUID) -> None:
    """Let fifteen companies take part in two networks, each with a round."""
    other = factories.add_network(session, slug="netz-b")
    mine, theirs = (crowd.add_rated(session, one, 15) for one in (network, other))
    for one, second in zip(mine, theirs, strict=True):
        company = select(Assessment.company_id).where(Assessment.id == one).scalar_subquery()
        session.execute(update(Assessment).where(Assessment.id == second).values(company_id=company))
    session.commit()


def close_both(engine: Engine, session: Session) -> None:
    unclosed = figures.list_unclosed(session, today=TODAY)
    session.commit()
    done = run_in_parallel(
        engine,
        2,
        lambda one, number: figures.close_weeks(
            one, unclosed=unclosed[number], secret=SECRET, now=AFTERWARDS, today=TODAY
        ),
    )
    assert done.errors == []


# Reading


def test_what_was_published_is_read_by_check_and_year(session: Session, network: UUID) -> None:
    for one in crowd.add_rated(session, network, 15):
        crowd.declare(session, one, on=WEEK.ends_on - PROGRESS_AFTER, done=6)
    assert published_figures.get_published(session, network_id=network).checks == []
    close(session)
    crowd.add_rated(session, network, 15, on=MONDAY + 8 * SEVEN_DAYS)
    close(session, weeks_later=8)
    found = published_figures.get_published(session, network_id=network)
    assert (found.checks, found.years_of(CHECK.slug), found.years_of("other")) == ([CHECK.slug], [2027, 2026], [])
    assert [batch.week.year for batch in found.answers[CHECK.slug]] == [2026, 2027]
    assert [batch.companies for batch in found.progress[CHECK.slug]] == [15]
