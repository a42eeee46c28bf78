"""Networks: adding, changing by several people, finding, closing; and the links they hand out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.invitation import InvitationState
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.services import invitations, networks, participations, releases
from om_selfcheck.services.networks import Network, SlugTaken
from tests import factories
from tests.factories import NOW, TODAY, list_verbs

VALUES = {"name": "Netzwerk Nordharz", "kind": "regional", "area": "Nordharz", "language": "de"}
LATER = NOW + timedelta(days=1)


def add(session: Session, slug: str = "nordharz", **values: str) -> Network:
    networks.add_network(session, slug=slug, values=VALUES | values, by=SYSTEM, now=NOW)
    session.commit()
    return networks.get_network(session, slug=slug)


def change(session: Session, wanted: dict[str, str], shown: dict[str, str]) -> list[str]:
    conflicts = networks.change_network(session, slug="nordharz", wanted=wanted, shown=shown, by=SYSTEM, now=LATER)
    session.commit()
    return [conflict.name for conflict in conflicts]


def verbs(session: Session, network: Network) -> list[str]:
    return [verb for verb, _ in list_verbs(session, f"network:{network.network_id}")]


def test_a_network_is_added_once_under_its_slug(session: Session) -> None:
    network = add(session)
    assert (network.name, network.area, network.contact, network.has_contact) == (VALUES["name"], "Nordharz", "", False)
    with pytest.raises(SlugTaken):
        networks.add_network(session, slug="nordharz", values=VALUES, by=SYSTEM, now=LATER)
    session.rollback()
    assert verbs(session, network) == ["network_added"]


def test_two_people_change_different_fields_and_both_stay(session: Session) -> None:
    network = add(session)
    assert change(session, {"area": "Harz"}, {"area": "Nordharz"}) == []
    assert change(session, {"area": "Nordharz", "contact_name": "Nina"}, {"area": "Nordharz"}) == []
    now = networks.get_network(session, slug="nordharz")
    assert (now.area, now.contact_name) == ("Harz", "Nina")
    assert verbs(session, network) == ["network_added", "network_changed", "network_changed"]


def test_the_same_field_changed_twice_is_a_conflict_and_nothing_is_overwritten(session: Session) -> None:
    network = add(session)
    change(session, {"area": "Harz"}, {"area": "Nordharz"})
    assert change(session, {"area": "Südharz"}, {"area": "Nordharz"}) == ["area"]
    assert networks.get_network(session, slug="nordharz").area == "Harz"
    assert verbs(session, network) == ["network_added", "network_changed"]


def test_an_unknown_network_is_not_found(session: Session) -> None:
    for act in (networks.close_network, networks.reopen_network):
        with pytest.raises(NotFound):
            act(session, slug="nobody", by=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        networks.change_network(session, slug="nobody", wanted={}, shown={}, by=SYSTEM, now=NOW)


class TestSearching:
    def found(self, session: Session, words: str = "", after: str = "") -> tuple[list[str], str]:
        page = networks.search_networks(session, words=words, after=after, at_most=2)
        return [network.slug for network in page.networks], page.after

    def test_the_list_comes_in_parts_by_name_also_where_names_are_the_same(self, session: Session) -> None:
        for slug, name in (("c", "Alster"), ("b", "Bode"), ("a", "Bode"), ("d", "Elbe")):
            add(session, slug, name=name)
        assert self.found(session) == (["c", "a"], "a")
        assert self.found(session, after="a") == (["b", "d"], "")
        assert self.found(session, after="d") == ([], "")
        assert self.found(session, after="gone") == (["c", "a"], "a")

    def test_words_are_looked_for_as_they_are(self, session: Session) -> None:
        add(session, "eins", name="100% Harz", area="Goslar")
        add(session, "zwei", name="1000 Harz", area="Wernigerode")
        assert self.found(session, "100%")[0] == ["eins"]
        assert self.found(session, "WERNI")[0] == ["zwei"]
        assert self.found(session, "zwei")[0] == ["zwei"]
        assert self.found(session, "_")[0] == []


class TestLinks:
    def make(self, session: Session, **values: object) -> tuple[Network, UUID]:
        network = add(session)
        link_id = factories.add_link(session, "nordharz", **values)  # type: ignore[arg-type]
        session.commit()
        return network, link_id

    def get(self, session: Session, network: Network, link_id: UUID, today: date = TODAY) -> invitations.InvitationLink:
        return invitations.get_link(session, network=network, link_id=link_id, today=today)

    def test_a_link_is_found_by_its_code_in_any_spelling(self, session: Session) -> None:
        network, link_id = self.make(session)
        token = self.get(session, network, link_id).token
        found = invitations.find_invitation(session, token=f"{token[:5].lower()}-{token[5:]}", today=TODAY)
        assert found is not None
        assert (found.link_id, found.network, found.token) == (link_id, network, token)
        assert invitations.find_invitation(session, token="0000000000", today=TODAY) is None
        assert invitations.find_invitation(session, token="nonsense", today=TODAY) is None

    def test_it_ends_after_its_last_day_by_withdrawing_and_with_its_network(self, session: Session) -> None:
        network, link_id = self.make(session, expires_on=TODAY)
        token = self.get(session, network, link_id).token

        def state(today: date = TODAY) -> InvitationState:
            found = invitations.find_invitation(session, token=token, today=today)
            assert found is not None
            return found.state

        assert state() is InvitationState.OPEN
        assert state(TODAY + timedelta(days=1)) is InvitationState.EXPIRED
        networks.close_network(session, slug="nordharz", by=SYSTEM, now=LATER)
        assert state() is InvitationState.WITHDRAWN
        networks.reopen_network(session, slug="nordharz", by=SYSTEM, now=LATER)
        assert state() is InvitationState.OPEN
        for _ in range(2):
            invitations.withdraw_link(session, network=network, link_id=link_id, by=SYSTEM, now=LATER)
        assert state() is InvitationState.WITHDRAWN
        assert verbs(session, network).count("invitation_withdrawn") == 1

    def test_it_is_changed_field_by_field(self, session: Session) -> None:
        network, link_id = self.make(session, note="alt")
        act: dict[str, Any] = {"network": network, "link_id": link_id, "by": SYSTEM, "now": LATER}
        first = invitations.change_link(
            session, wanted={"note": "neu", "expires_on": "2027-01-31"}, shown={"note": "alt"}, **act
        )
        second = invitations.change_link(session, wanted={"note": "anders"}, shown={"note": "alt"}, **act)
        assert not first
        assert [(one.name, one.stored) for one in second] == [("note", "neu")]
        link = self.get(session, network, link_id)
        assert (link.note, link.expires_on, link.label) == ("neu", date(2027, 1, 31), "Workshop März")
        assert verbs(session, network).count("invitation_changed") == 1

    def test_a_copy_has_another_address_and_no_end(self, session: Session) -> None:
        network, link_id = self.make(session, expires_on=TODAY, questionnaire_slug="basis", note="Notiz")
        copy_id = invitations.duplicate_link(session, network=network, link_id=link_id, by=SYSTEM, now=LATER)
        old, new = self.get(session, network, link_id), self.get(session, network, copy_id)
        assert new.token != old.token
        assert replace(new, link_id=old.link_id, token=old.token, created_at=old.created_at) == replace(
            old, expires_on=None
        )
        listed = invitations.list_links(session, network=network, today=TODAY)
        assert [link.link_id for link in listed] == [copy_id, link_id]

    def test_links_of_others_look_like_unknown_ones(self, session: Session) -> None:
        _, link_id = self.make(session)
        other = add(session, "suedharz")
        act: dict[str, Any] = {"network": other, "by": SYSTEM, "now": LATER}
        for foreign in (link_id, uuid4()):
            with pytest.raises(NotFound):
                self.get(session, other, foreign)
            with pytest.raises(NotFound):
                invitations.withdraw_link(session, link_id=foreign, **act)
            with pytest.raises(NotFound):
                invitations.duplicate_link(session, link_id=foreign, **act)
            with pytest.raises(NotFound):
                invitations.change_link(session, link_id=foreign, wanted={}, shown={}, **act)


def test_closing_ends_what_companies_released_and_opening_does_not_bring_it_back(session: Session) -> None:
    network = add(session)
    token = invitations.get_link(
        session, network=network, link_id=factories.add_link(session, "nordharz"), today=TODAY
    ).token
    owner = factories.start(session)
    act: dict[str, Any] = {"actor": owner, "assessment_id": owner.assessment_id, "now": NOW}
    participations.join_network(session, code_or_link=token, **act)
    releases.change_release(session, level=ReleaseLevel.PLAN, **act)
    for _ in range(2):
        networks.close_network(session, slug="nordharz", by=SYSTEM, now=LATER)
    networks.reopen_network(session, slug="nordharz", by=SYSTEM, now=LATER)
    networks.reopen_network(session, slug="nordharz", by=SYSTEM, now=LATER)
    assert releases.find_release(session, owner.assessment_id) is None
    assert verbs(session, network)[-2:] == ["network_closed", "network_reopened"]
    assert list_verbs(session, f"assessment:{owner.assessment_id}")[-1] == ("release_ended", LATER)


@pytest.mark.parametrize("slug", ["\x00", "Nordharz", "x" * 41, "nord harz"])
def test_what_names_no_network_is_unknown_on_both_databases(session: Session, slug: str) -> None:
    add(session)
    with pytest.raises(NotFound):
        networks.get_network(session, slug=slug)
    assert [one.slug for one in networks.search_networks(session, words="", after=slug).networks] == ["nordharz"]


# Named in a form


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("nordharz", "nordharz"),
        ("NordHarz", "nordharz"),
        ("Netzwerk Nordharz", "nordharz"),
        ("netzwerk nordharz", "nordharz"),
        ("ökohandwerk köln", "oeko"),
        ("ÖKOHANDWERK KÖLN", "oeko"),
        ("Nordharz e. V.", None),
        ("Netzwerk", None),
        ("%", None),
        ("", None),
        ("Zwilling", None),  # two are called so
        ("zwilling-1", "zwilling-1"),
        ("nord", None),  # one is called so, another has it as its short name
        ("Nord", None),
    ],
)
def test_a_slug_or_a_whole_name_means_one_network(session: Session, typed: str, slug: str | None) -> None:
    add(session)
    for number in (1, 2):
        add(session, f"zwilling-{number}", name="Zwilling")
    add(session, "oeko", name="Ökohandwerk Köln")
    add(session, "nord", name="Netzwerk Nordhessen")
    add(session, "kueste", name="Nord")
    found = networks.find_network(session, typed=typed)
    assert (found.slug if found else None) == slug


def test_few_networks_are_all_to_choose_from_and_of_many_some_that_were_meant(session: Session) -> None:
    for number in range(networks.PAGE_SIZE):
        factories.add_network(session, slug=f"netz-{number}")
    session.commit()
    assert len(networks.suggest_networks(session, typed="")) == networks.PAGE_SIZE
    add(session)
    assert networks.suggest_networks(session, typed="") == ()
    assert [one.slug for one in networks.suggest_networks(session, typed="harz")] == ["nordharz"]
    assert len(networks.suggest_networks(session, typed="netz")) == networks.SUGGESTED
