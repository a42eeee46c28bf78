"""Counted stages: noted as a company goes on, never taken back, kept when it leaves, shown from five on (D9)."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.invitation import TOKEN_BITS, make_token
from om_selfcheck.domain.statistics.stages import Stage, StageCounts
from om_selfcheck.services import action_plans, assessments, participations, stages
from om_selfcheck.services.erasure import erase_own_company
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import CountedRound, InvitationLink, Participation
from tests import factories
from tests.factories import NOW, TODAY
from tests.services import crowd
from tests.services.crowd import MONDAY, REFS, add_link

NEXT_WEEK = NOW + timedelta(weeks=1)


@pytest.fixture
def network(session: Session) -> UUID:
    network_id = factories.add_network(session)
    session.commit()
    return network_id


def reached(session: Session, owner: Actor) -> dict[str, date]:
    """Return the weeks in which a round reached its stages."""
    session.expire_all()
    row = session.scalars(select(CountedRound).where(CountedRound.assessment_id == owner.assessment_id)).one()
    return {stage.value: on for stage in Stage if (on := getattr(row, f"{stage.value}_on"))}


def leave(session: Session, owner: Actor) -> None:
    stages.keep_stages(session, assessment_id=owner.assessment_id)
    session.execute(delete(Participation).where(Participation.assessment_id == owner.assessment_id))
    session.commit()


def show(session: Session, network_id: UUID, now: datetime = NOW) -> stages.StageFigures:
    return stages.get_stages(session, network_id=network_id, now=now)


def total(session: Session, network_id: UUID) -> StageCounts | None:
    return show(session, network_id).total


# Noting


def test_each_stage_is_noted_with_the_monday_of_its_week(session: Session, network: UUID) -> None:
    owner = crowd.start(session, network)
    assert reached(session, owner) == {"started": MONDAY}
    crowd.rate(session, owner, *REFS[:2])
    assert "half_rated" not in reached(session, owner)
    crowd.rate(session, owner, *REFS[:3])
    assert reached(session, owner) == {"started": MONDAY, "half_rated": MONDAY}
    crowd.rate(session, owner, *REFS[3:], now=NEXT_WEEK)
    later = MONDAY + timedelta(weeks=1)
    assert reached(session, owner) == {"started": MONDAY, "half_rated": MONDAY, "all_rated": later}


def test_ten_complete_actions_make_the_plan_complete_and_stay_so(session: Session, network: UUID) -> None:
    owner = crowd.start(session, network)
    factories.plan_ten(session, owner, count=9)
    assert "plan_complete" not in reached(session, owner)
    tenth = factories.plan_one(session, owner, description="Noch eine Liste führen")
    assert reached(session, owner)["plan_complete"] == MONDAY
    action_plans.remove_action(session, actor=owner, action_id=tenth)
    session.commit()
    crowd.rate(session, owner, REFS[0], now=NEXT_WEEK)
    assert reached(session, owner)["plan_complete"] == MONDAY


def test_actions_that_are_not_complete_are_no_plan(session: Session, network: UUID) -> None:
    owner = crowd.start(session, network)
    for number in range(10):
        factories.plan_one(session, owner, description=f"Liste {'x' * number} führen", responsible="")
    assert "plan_complete" not in reached(session, owner)


def test_a_declaration_is_noted_and_renewed_by_the_next(session: Session, network: UUID) -> None:
    owner = crowd.join(session, factories.make_complete(session), network)
    factories.issue(session, owner)
    assert set(reached(session, owner)) == {stage.value for stage in Stage} - {"renewed"}
    first = factories.reload(session, owner.assessment_id, owner.grant_id)
    second = factories.renew(session, first)
    factories.rate_all(session, second)
    factories.plan_ten(session, second)
    factories.fill_in(session, second)
    assert "renewed" not in reached(session, owner)
    factories.issue(session, second, today=TODAY + timedelta(weeks=1), now=NEXT_WEEK)
    assert reached(session, owner)["renewed"] == MONDAY + timedelta(weeks=1)


def test_another_check_of_the_company_renews_nothing(session: Session, network: UUID) -> None:
    owner = crowd.join(session, factories.make_complete(session), network)
    factories.issue(session, owner)
    other = factories.begin_again(session, owner)
    session.execute(
        text("UPDATE assessment SET questionnaire_slug = 'other' WHERE id = :id").bindparams(
            id=other.assessment_id.hex if session.get_bind().dialect.name == "sqlite" else other.assessment_id
        )
    )
    stages.note_renewal(session, assessment_id=other.assessment_id, now=NEXT_WEEK)
    assert "renewed" not in reached(session, owner)


def test_a_round_without_a_network_is_not_counted(session: Session) -> None:
    owner = factories.make_declared(session)
    assert session.scalars(select(CountedRound)).all() == []
    stages.keep_stages(session, assessment_id=owner.assessment_id)


def test_who_joins_another_network_goes_on_there_alone(session: Session, network: UUID) -> None:
    other = factories.add_network(session, slug="netz-b")
    owner = crowd.start(session, network)
    crowd.rate(session, owner, *REFS[:3])
    session.execute(delete(Participation))
    owner = crowd.join(session, owner, other, now=NEXT_WEEK)
    crowd.rate(session, owner, *REFS, now=NEXT_WEEK)
    kept = session.scalars(select(CountedRound).where(CountedRound.network_id == network)).one()
    assert (kept.assessment_id, kept.half_rated_on, kept.all_rated_on) == (None, MONDAY, None)
    assert reached(session, owner)["started"] == MONDAY + timedelta(weeks=1)


def test_who_takes_part_no_more_is_not_followed_any_further(session: Session, network: UUID) -> None:
    owner = crowd.start(session, network)
    session.execute(delete(Participation))
    crowd.rate(session, owner, *REFS)
    assert reached(session, owner) == {"started": MONDAY}


# Keeping


def test_who_leaves_stays_counted_without_a_name(session: Session, network: UUID) -> None:
    link = add_link(session, network)
    owner = crowd.start(session, network, link)
    crowd.rate(session, owner, *REFS)
    crowd.start_many(session, network, link, 4)
    before = show(session, network)
    assert before.total == StageCounts(started=5, half_rated=1, all_rated=1)
    leave(session, owner)
    assert show(session, network) == before
    kept = session.scalars(select(CountedRound).where(CountedRound.all_rated_on.is_not(None))).one()
    assert (kept.assessment_id, kept.company_id) == (None, None)


def test_a_round_that_is_cleared_stays_counted(session: Session, network: UUID) -> None:
    link = add_link(session, network)
    crowd.start(session, network, link)
    crowd.start_many(session, network, link, 4)
    assert assessments.clear_untouched(session, now=NOW + timedelta(days=8)) > 0
    session.commit()
    assert total(session, network) == StageCounts(started=5)


def test_who_is_erased_stays_counted_without_a_name(session: Session, network: UUID) -> None:
    link = add_link(session, network)
    owner = crowd.join(session, factories.make_complete(session), network, link)
    factories.issue(session, owner)
    crowd.start_many(session, network, link, 4)
    before = show(session, network)
    erase_own_company(session, actor=owner, today=TODAY, now=NOW)
    session.commit()
    assert show(session, network) == before
    kept = session.scalars(select(CountedRound).where(CountedRound.declared_on.is_not(None))).one()
    assert (kept.assessment_id, kept.company_id) == (None, None)


def test_rounds_of_one_company_count_once_also_when_it_leaves(session: Session, network: UUID) -> None:
    link = add_link(session, network)
    owner = crowd.start(session, network, link)
    crowd.rate(session, owner, *REFS[:3])
    again = crowd.join(session, factories.begin_again(session, owner), network, link, now=NEXT_WEEK)
    crowd.rate(session, again, *REFS, now=NEXT_WEEK)
    crowd.start_many(session, network, link, 4)
    before = show(session, network, NEXT_WEEK)
    assert before.total == StageCounts(started=5, half_rated=1, all_rated=1)
    for one in (again, owner):
        leave(session, one)
        assert show(session, network, NEXT_WEEK) == before


def test_five_rounds_of_one_company_are_not_five_companies(session: Session, network: UUID) -> None:
    link = add_link(session, network)
    owner = crowd.start(session, network, link)
    for _ in range(4):
        crowd.join(session, factories.begin_again(session, owner), network, link)
    assert total(session, network) is None


def test_joining_leaving_and_joining_another_network_count_by_themselves(session: Session, network: UUID) -> None:
    other = factories.add_network(session, slug="netz-b")
    codes = {one: code_of(session, add_link(session, one)) for one in (network, other)}
    owner = factories.start(session)

    def join(network_id: UUID) -> None:
        participations.join_network(
            session, actor=owner, assessment_id=owner.assessment_id, code_or_link=codes[network_id], now=NOW
        )
        session.commit()

    join(network)
    crowd.rate(session, factories.reload(session, owner.assessment_id, owner.grant_id), *REFS[:3])
    join(network)
    assert reached(session, owner) == {"started": MONDAY, "half_rated": MONDAY}
    join(other)
    assert reached(session, owner) == {"started": MONDAY}
    participations.leave_network(session, actor=owner, assessment_id=owner.assessment_id, now=NOW)
    session.commit()
    rows = session.scalars(select(CountedRound)).all()
    assert {(row.network_id, row.assessment_id, row.company_id, row.half_rated_on) for row in rows} == {
        (network, None, None, MONDAY),
        (other, None, None, None),
    }


def code_of(session: Session, link_id: UUID) -> str:
    """Give a link a code as its network hands it on."""
    code = make_token(link_id.int & ((1 << TOKEN_BITS) - 1))
    session.execute(update(InvitationLink).where(InvitationLink.id == link_id).values(token=code))
    session.commit()
    return code


# Showing


def test_nothing_is_shown_before_five(session: Session, network: UUID) -> None:
    link = add_link(session, network)
    crowd.start_many(session, network, link, 4)
    (group,) = show(session, network).groups
    assert (group.label, group.counts, total(session, network)) == ("Frühstück", None, None)
    crowd.start_many(session, network, link, 1)
    assert total(session, network) == StageCounts(started=5)


def test_the_total_holds_only_what_is_shown(session: Session, network: UUID) -> None:
    large, small = add_link(session, network, "Innung"), add_link(session, network, "Messe")
    crowd.start_many(session, network, large, 6)
    crowd.start_many(session, network, small, 4)
    crowd.start_many(session, network, None, 7)
    figures = show(session, network)
    shown = {group.label: group.counts for group in figures.groups}
    assert shown == {"Innung": StageCounts(started=6), "Messe": None, "": StageCounts(started=7)}
    assert figures.total == StageCounts(started=13)


@pytest.mark.parametrize(("named", "is_shown"), [(0, True), (1, True), (2, False), (5, False), (6, True)])
def test_who_is_named_hides_nobody_else(session: Session, network: UUID, *, named: int, is_shown: bool) -> None:
    link = add_link(session, network)
    owners = [crowd.start(session, network, link) for _ in range(6)]
    for owner in owners[:named]:
        crowd.release(session, owner, network)
    assert (total(session, network) is not None) is is_shown


def test_a_release_that_has_ended_or_is_another_network_s_names_nobody(session: Session, network: UUID) -> None:
    other = factories.add_network(session, slug="netz-b")
    link = add_link(session, network)
    owners = [crowd.start(session, network, link) for _ in range(5)]
    crowd.release(session, owners[0], network, ended_at=NOW)
    crowd.release(session, owners[1], other)
    assert total(session, network) == StageCounts(started=5)
    crowd.release(session, owners[2], network)
    assert total(session, network) is None


def test_other_networks_count_apart(session: Session, network: UUID) -> None:
    other = factories.add_network(session, slug="netz-b")
    crowd.start_many(session, other, add_link(session, other), 5)
    assert show(session, network).groups == ()


# Pools


def test_small_links_that_have_ended_come_together_once_they_are_five(session: Session, network: UUID) -> None:
    ended = [add_link(session, network, f"Link {n}", expires_on=TODAY - timedelta(days=1)) for n in range(3)]
    running = add_link(session, network, "Läuft")
    for link, count in ((ended[0], 2), (ended[1], 2), (running, 4)):
        crowd.start_many(session, network, link, count)
    pool(session, network)
    assert total(session, network) is None, "four are too few"
    crowd.start_many(session, network, ended[2], 1)
    pool(session, network)
    figures = show(session, network)
    assert figures.total == StageCounts(started=5)
    assert [(group.is_pool, group.label, group.counts is not None) for group in figures.groups][-1] == (True, "", True)
    assert {group.label for group in figures.groups if not group.counts} == {"Link 0", "Link 1", "Link 2", "Läuft"}


def test_a_pool_stays_together_when_one_of_its_links_grows(session: Session, network: UUID) -> None:
    ended = [add_link(session, network, expires_on=TODAY - timedelta(days=1)) for _ in range(2)]
    for link in ended:
        crowd.start_many(session, network, link, 3)
    pool(session, network)
    crowd.start_many(session, network, ended[0], 9)
    pool(session, network)
    assert [group.counts for group in show(session, network).groups if group.counts] == [StageCounts(started=15)]


def pool(session: Session, network_id: UUID) -> None:
    stages.pool_ended_links(session, network_id=network_id, week=crowd.WEEK, now=NOW)
    session.commit()
