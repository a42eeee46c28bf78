"""For which network a round counts and what it sees: the company decides, each step is on the record (D9)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.rating import RatingCounts
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.services import invitations, members, networks, participations, releases
from om_selfcheck.services.assessments import Started
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.invitations import Invitation
from om_selfcheck.services.networks import Network
from om_selfcheck.services.participations import Choices, InvitationEnded, JoinedNetwork, OtherCheck, UnknownCode
from om_selfcheck.services.releases import NoNetwork
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW, TODAY, list_verbs

LATER = NOW + timedelta(days=3)


def make_code(session: Session, slug: str = "netz-a", **values: Any) -> str:
    if slug not in {network.slug for network in networks.list_networks(session)}:
        factories.add_network(session, slug=slug)
    link_id = factories.add_link(session, slug, **values)
    session.commit()
    return invitations.get_link(session, network=network_of(session, slug), link_id=link_id, today=TODAY).token


def network_of(session: Session, slug: str = "netz-a") -> Network:
    return networks.get_network(session, slug=slug)


def find(session: Session, code: str) -> Invitation:
    invitation = invitations.find_invitation(session, token=code, today=TODAY)
    assert invitation
    return invitation


def start_for(session: Session, invitation: Invitation) -> Started:
    return participations.start_for_network(
        session,
        questionnaire=make_questionnaire(),
        language="de",
        invitation=invitation,
        choices=Choices(is_counted=True),
        now=LATER,
    )


def join(session: Session, actor: Actor, code: str, **options: Any) -> JoinedNetwork:
    joined = participations.join_network(
        session, actor=actor, assessment_id=actor.assessment_id, code_or_link=code, now=LATER, **options
    )
    session.commit()
    return joined


def release(session: Session, actor: Actor, level: ReleaseLevel) -> None:
    releases.change_release(session, actor=actor, assessment_id=actor.assessment_id, level=level, now=LATER)
    session.commit()


def leave(session: Session, actor: Actor) -> None:
    participations.leave_network(session, actor=actor, assessment_id=actor.assessment_id, now=LATER)
    session.commit()


def joined(session: Session, actor: Actor) -> JoinedNetwork | None:
    return participations.find_participation(session, assessment_id=actor.assessment_id)


def verbs(session: Session, actor: Actor) -> list[str]:
    return [verb for verb, _ in list_verbs(session, f"assessment:{actor.assessment_id}")]


class TestStartingForANetwork:
    def test_the_round_begins_and_counts_with_what_was_agreed_to(self, session: Session) -> None:
        started = start_for(session, find(session, make_code(session)))
        found = participations.find_participation(session, assessment_id=started.assessment_id)
        assert found
        assert (found.slug, found.since, found.is_counted, found.may_be_nudged) == ("netz-a", LATER, True, False)
        assert [verb for verb, _ in list_verbs(session, f"assessment:{started.assessment_id}")] == [
            "assessment_started",
            "network_joined",
        ]

    def test_a_link_withdrawn_since_it_was_looked_up_refuses(self, session: Session) -> None:
        invitation = find(session, make_code(session))
        networks.close_network(session, slug="netz-a", by=SYSTEM, now=LATER)
        with pytest.raises(InvitationEnded):
            start_for(session, invitation)

    def test_a_link_that_is_gone_or_to_another_check_refuses(self, session: Session) -> None:
        gone = replace(find(session, make_code(session)), token="0000000000")
        with pytest.raises(UnknownCode):
            start_for(session, gone)
        with pytest.raises(OtherCheck):
            start_for(session, find(session, make_code(session, questionnaire_slug="anderer")))


class TestJoining:
    def test_a_round_counts_for_nobody_at_first(self, session: Session) -> None:
        assert joined(session, factories.start(session)) is None

    @pytest.mark.parametrize("way", ["{}", "https://check.example.org/i/{}", "http://x/i/{}?lang=en", " {} "])
    def test_by_code_or_address_and_nothing_is_agreed_to_unsaid(self, session: Session, way: str) -> None:
        owner, code = factories.start(session), make_code(session)
        found = join(session, owner, way.format(code))
        assert found == joined(session, owner)
        assert (found.slug, found.since, found.link_label) == ("netz-a", LATER, "Workshop März")
        assert (found.is_counted, found.may_be_nudged) == (False, False)
        assert releases.find_release(session, owner.assessment_id) is None
        assert verbs(session, owner)[-1] == "network_joined"

    def test_twice_keeps_the_first_day_and_what_was_agreed_to(self, session: Session) -> None:
        owner, code = factories.start(session), make_code(session)
        join(session, owner, code, choices=Choices(is_counted=True))
        again = participations.join_network(
            session, actor=owner, assessment_id=owner.assessment_id, code_or_link=code, now=LATER + timedelta(days=1)
        )
        assert (again.since, again.is_counted) == (LATER, True)
        assert verbs(session, owner).count("network_joined") == 1

    def test_another_network_takes_the_place_and_the_release_to_the_first_ends(self, session: Session) -> None:
        owner = factories.start(session)
        join(session, owner, make_code(session))
        release(session, owner, ReleaseLevel.PLAN)
        assert join(session, owner, make_code(session, "netz-b")).slug == "netz-b"
        assert releases.find_release(session, owner.assessment_id) is None
        assert verbs(session, owner)[-4:] == ["release_begun", "release_ended", "network_left", "network_joined"]

    def test_a_code_that_is_none_ended_or_for_another_check_changes_nothing(self, session: Session) -> None:
        owner = factories.start(session)
        with pytest.raises(UnknownCode):
            join(session, owner, "0000000000")
        with pytest.raises(OtherCheck):
            join(session, owner, make_code(session, questionnaire_slug="anderer"))
        with pytest.raises(InvitationEnded):
            join(session, owner, make_code(session, expires_on=date(2026, 11, 20)))
        networks.change_network(session, slug="netz-a", wanted={"contact_name": "Nina"}, shown={}, by=SYSTEM, now=LATER)
        networks.close_network(session, slug="netz-a", by=SYSTEM, now=LATER)
        with pytest.raises(InvitationEnded) as ended:
            join(session, owner, make_code(session))
        assert ended.value.contact == "Nina"
        assert joined(session, owner) is None

    @pytest.mark.parametrize("right", [Right.EDITOR, Right.READER])
    def test_only_the_owner_joins_leaves_releases_and_agrees(self, session: Session, right: Right) -> None:
        owner, code = factories.start(session), make_code(session)
        helper = factories.let_in(session, owner, right)
        for act in (
            lambda: join(session, helper, code),
            lambda: leave(session, helper),
            lambda: release(session, helper, ReleaseLevel.STATUS),
            lambda: participations.change_choices(session, actor=helper, choices=Choices(), now=LATER),
            lambda: participations.join_again(session, actor=helper, now=LATER),
        ):
            with pytest.raises(NotAllowed):
                act()

    def test_another_round_than_the_actors_is_not_found(self, session: Session) -> None:
        owner, code = factories.start(session), make_code(session)
        act: dict[str, Any] = {"actor": owner, "assessment_id": uuid4(), "now": LATER}
        with pytest.raises(NotFound):
            participations.join_network(session, code_or_link=code, **act)
        with pytest.raises(NotFound):
            participations.leave_network(session, **act)
        with pytest.raises(NotFound):
            releases.change_release(session, level=ReleaseLevel.PLAN, **act)

    def test_rounds_begun_by_a_link_are_known(self, session: Session) -> None:
        code = make_code(session)
        first, second = factories.start(session), factories.start(session)
        join(session, first, code)
        join(session, second, make_code(session))
        invitation = invitations.find_invitation(session, token=code, today=TODAY)
        assert invitation is not None
        ids = [first.assessment_id, second.assessment_id]
        assert participations.list_begun_by(session, invitation=invitation, assessment_ids=ids) == ids[:1]


class TestLeaving:
    def test_ends_everything_and_twice_is_harmless(self, session: Session) -> None:
        owner = factories.start(session)
        join(session, owner, make_code(session), choices=Choices(is_counted=True, may_be_nudged=True))
        release(session, owner, ReleaseLevel.TOPICS)
        leave(session, owner)
        leave(session, owner)
        assert joined(session, owner) is None
        assert releases.find_release(session, owner.assessment_id) is None
        assert verbs(session, owner)[-2:] == ["release_ended", "network_left"]


class TestChoices:
    def test_are_changed_and_each_change_is_on_the_record(self, session: Session) -> None:
        owner = factories.start(session)
        with pytest.raises(NotFound):
            participations.change_choices(session, actor=owner, choices=Choices(), now=LATER)
        join(session, owner, make_code(session))
        for choices in (Choices(is_counted=True), Choices(is_counted=True), Choices(may_be_nudged=True)):
            participations.change_choices(session, actor=owner, choices=choices, now=LATER)
        found = joined(session, owner)
        assert found is not None
        assert (found.is_counted, found.may_be_nudged) == (False, True)
        assert verbs(session, owner).count("network_choice_changed") == 2


class TestRenewing:
    def test_the_next_round_counts_again_only_where_the_company_says_so(self, session: Session) -> None:
        first = factories.make_declared(session)
        join(session, first, make_code(session), choices=Choices(is_counted=True))
        release(session, first, ReleaseLevel.PLAN)
        second = factories.renew(session, first)
        assert joined(session, second) is None
        last = participations.find_last_network(session, actor=second)
        assert last is not None
        assert last.slug == "netz-a"
        again = participations.join_again(session, actor=second, now=LATER)
        assert (again.slug, again.is_counted) == ("netz-a", False)
        assert releases.find_release(session, second.assessment_id) is None
        assert participations.find_last_network(session, actor=second) is None
        found = releases.find_release(session, first.assessment_id)
        assert found is not None
        assert found.level is ReleaseLevel.PLAN

    def test_there_is_nothing_to_join_again_without_a_last_round_or_in_a_closed_network(self, session: Session) -> None:
        first = factories.make_declared(session)
        with pytest.raises(NotFound):
            participations.join_again(session, actor=first, now=LATER)
        join(session, first, make_code(session))
        second = factories.renew(session, first)
        networks.close_network(session, slug="netz-a", by=SYSTEM, now=LATER)
        with pytest.raises(NotFound):
            participations.join_again(session, actor=second, now=LATER)


class TestReleasing:
    def test_nothing_is_the_default_and_a_release_says_since_when(self, session: Session) -> None:
        owner = factories.start(session)
        join(session, owner, make_code(session))
        release(session, owner, ReleaseLevel.NOTHING)
        assert "release_ended" not in verbs(session, owner)
        release(session, owner, ReleaseLevel.STATUS)
        found = releases.find_release(session, owner.assessment_id)
        assert found is not None
        assert (found.level, found.since) == (ReleaseLevel.STATUS, LATER)

    def test_the_same_level_goes_on_and_another_begins_anew(self, session: Session) -> None:
        owner = factories.start(session)
        join(session, owner, make_code(session))
        for level in (ReleaseLevel.STATUS, ReleaseLevel.STATUS, ReleaseLevel.PLAN, ReleaseLevel.NOTHING):
            release(session, owner, level)
        assert verbs(session, owner)[-4:] == ["release_begun", "release_ended", "release_begun", "release_ended"]

    def test_there_has_to_be_somebody_to_release_to(self, session: Session) -> None:
        with pytest.raises(NoNetwork):
            release(session, factories.start(session), ReleaseLevel.STATUS)

    def test_a_closed_network_gets_nothing_more(self, session: Session) -> None:
        owner = factories.start(session)
        join(session, owner, make_code(session))
        networks.close_network(session, slug="netz-a", by=SYSTEM, now=LATER)
        session.commit()
        with pytest.raises(NoNetwork):
            release(session, owner, ReleaseLevel.STATUS)
        release(session, owner, ReleaseLevel.NOTHING)
        found = joined(session, owner)
        assert found is not None
        assert found.is_closed


class TestMembers:
    def insight(self, session: Session, actor: Actor, slug: str = "netz-a") -> members.Insight:
        return members.get_insight(
            session,
            network=network_of(session, slug),
            assessment_id=actor.assessment_id,
            find_questionnaire=lambda _slug, _version: make_questionnaire(),
        )

    def names(self, session: Session, slug: str = "netz-a") -> list[str]:
        return [one.company_name for one in members.list_members(session, network=network_of(session, slug)).members]

    def test_who_only_joined_is_nowhere(self, session: Session) -> None:
        owner = factories.make_declared(session)
        join(session, owner, make_code(session))
        assert self.names(session) == []
        with pytest.raises(NotFound):
            self.insight(session, owner)

    def test_each_level_shows_what_it_says_and_not_more(self, session: Session) -> None:
        owner = factories.make_declared(session)
        join(session, owner, make_code(session))
        seen = {}
        for level in (ReleaseLevel.STATUS, ReleaseLevel.TOPICS, ReleaseLevel.PLAN):
            release(session, owner, level)
            seen[level] = self.insight(session, owner)
        status, topics, plan = seen.values()
        assert (status.member.company_name, status.member.slug) == ("Tischlerei Brandt GmbH", "basis")
        assert status.member.terms is not None
        assert status.member.terms.issued_on == TODAY
        assert (status.topics, status.actions, topics.actions) == ((), (), ())
        assert [counts for _, counts in topics.topics] == [counts for _, counts in plan.topics]
        assert topics.topics[0][1] == RatingCounts(urgent=0, some=0, none=3, total=3)
        assert len(plan.actions) == 10
        assert {action.responsible for action in plan.actions} == {""}
        assert all(action.description for action in plan.actions)

    def test_ended_is_gone_and_another_network_never_saw_it(self, session: Session) -> None:
        owner = factories.make_declared(session)
        join(session, owner, make_code(session))
        make_code(session, "netz-b")
        release(session, owner, ReleaseLevel.PLAN)
        assert self.names(session) == ["Tischlerei Brandt GmbH"]
        assert self.names(session, "netz-b") == []
        with pytest.raises(NotFound):
            self.insight(session, owner, "netz-b")
        release(session, owner, ReleaseLevel.NOTHING)
        assert self.names(session) == []
        with pytest.raises(NotFound):
            self.insight(session, owner)

    def test_the_list_comes_in_parts_by_name_also_where_names_are_the_same(self, session: Session) -> None:
        code, expected = make_code(session), []
        for name in ("Beta", "Alpha", "Alpha", "", "Gamma"):
            owner = factories.start(session)
            factories.fill_in(session, owner, company_name=name)
            join(session, owner, code)
            release(session, owner, ReleaseLevel.STATUS)
            expected.append((name, owner.assessment_id.hex))
        network, after, seen = network_of(session), None, []
        for _ in range(3):
            page = members.list_members(session, network=network, after=after, at_most=2)
            seen += [(one.company_name, one.assessment_id.hex) for one in page.members]
            after = page.after
        assert seen == sorted(expected)
        assert after is None

    def test_an_export_is_on_the_record(self, session: Session) -> None:
        owner = factories.make_declared(session)
        join(session, owner, make_code(session))
        release(session, owner, ReleaseLevel.STATUS)
        network = network_of(session)
        insights = members.export_members(
            session,
            network=network,
            file_kind="csv",
            find_questionnaire=lambda _slug, _version: make_questionnaire(),
            by=SYSTEM,
            now=LATER,
        )
        assert [replace(one, member=one.member) for one in insights] == [self.insight(session, owner)]
        assert list_verbs(session, f"network:{network.network_id}")[-1] == ("members_exported", LATER)
