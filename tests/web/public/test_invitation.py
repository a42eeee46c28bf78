"""The page behind an invitation: what it says before anything begins, and that looking at it changes nothing."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from om_selfcheck import clock
from om_selfcheck.domain.limits import WRONG_INVITATION_CODES
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.domain.statistics import batches, groups
from om_selfcheck.extensions import db
from om_selfcheck.services import invitations, networks, participations
from om_selfcheck.services.participations import InvitationEnded, JoinedNetwork
from om_selfcheck.store.models import Assessment
from tests import people
from tests.factories import dump
from tests.web.client import Page, PageClient

CONTACT = {"contact_name": "Nina Nord", "contact_phone": "0531 123", "greeting": "Schön, dass Sie da sind.\nIhr Netz"}


@pytest.fixture
def link_id(app: Flask) -> UUID:
    made = people.add_link(app, "netz-a", "basis")
    tell(app, **CONTACT)
    return made


@pytest.fixture
def code(app: Flask, link_id: UUID) -> str:
    return people.token_of(app, "netz-a", link_id)


def tell(app: Flask, **wanted: str) -> None:
    with app.app_context():
        networks.change_network(db.session, slug="netz-a", wanted=wanted, shown={}, by=SYSTEM, now=clock.now())
        db.session.commit()


def withdraw(app: Flask, link_id: UUID) -> None:
    with app.app_context():
        network = networks.get_network(db.session, slug="netz-a")
        invitations.withdraw_link(db.session, network=network, link_id=link_id, by=SYSTEM, now=clock.now())
        db.session.commit()


def begin(client: PageClient, code: str, **fields: str) -> Page:
    return client.send(f"/i/{code}", fields)


def joined(app: Flask, begun: Page) -> JoinedNetwork | None:
    with app.app_context():
        return participations.find_participation(db.session, assessment_id=UUID(begun.location.split("/")[2]))


def count_rounds(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Assessment)) or 0


def test_it_says_who_invites_to_what_and_who_will_see_what(app: Flask, code: str) -> None:
    text = people.stella(app).client.get(f"/i/{code}").text
    for said in (
        "Netzwerk netz-a lädt Sie ein",
        "Schön, dass Sie da sind.",
        "Nina Nord, 0531 123",
        "5 Maßnahmen",
        "Für einen Link erst ab fünf Betrieben, damit niemand auf einen einzelnen schließen kann.",
        "Erst ab 15 Betrieben, gerundet, nie mit Namen.",
        "Nicht Ihren Namen, nicht Ihre Antworten, nicht Ihren Plan.",
    ):
        assert said in text
    assert (groups.MINIMUM_COMPANIES, batches.MINIMUM_COMPANIES) == (5, 15), "what the page says"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_it_changes_nothing_and_sets_no_cookie(app: Flask, code: str, method: str) -> None:
    with app.app_context():
        before = dump(db.session)
    response = app.test_client().open(f"/i/{code}", method=method)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    with app.app_context():
        assert dump(db.session) == before


def test_nothing_is_preselected_and_what_is_not_ticked_is_not_agreed_to(app: Flask, code: str) -> None:
    stella = people.stella(app)
    begun = begin(stella.client, code)
    assert begun.location.endswith("/link")
    found = joined(app, begun)
    assert found is not None
    assert (found.slug, found.is_counted, found.may_be_nudged) == ("netz-a", False, False)


def test_what_is_ticked_is_agreed_to(app: Flask, code: str) -> None:
    found = joined(app, begin(people.stella(app).client, code, is_counted="yes", may_be_nudged="yes"))
    assert found is not None
    assert (found.is_counted, found.may_be_nudged) == (True, True)


def test_the_code_works_in_the_way_it_is_read_out(app: Flask, code: str) -> None:
    assert people.stella(app).client.get(f"/i/{code[:5].lower()}-{code[5:]}").status == 200


def test_a_start_without_an_invitation_counts_for_nobody(app: Flask) -> None:
    begun = people.stella(app).client.post("/assessments", {"questionnaire": "basis", "is_counted": "yes"})
    assert joined(app, begun) is None


def test_an_invitation_to_one_check_begins_no_other(app: Flask) -> None:
    code = people.token_of(app, "netz-a", people.add_link(app, "netz-a", "anderer"))
    stella = people.stella(app)
    assert "liegt auf diesem Server nicht mehr bereit" in stella.client.get(f"/i/{code}").text
    assert stella.client.post("/assessments", {"invitation": code, "questionnaire": "basis"}).status == 404
    assert count_rounds(app) == 0


class TestFreeChoice:
    def test_where_nothing_is_chosen_the_page_says_so_and_keeps_the_ticks(self, app: Flask) -> None:
        code = people.token_of(app, "netz-a", people.add_link(app, "netz-a"))
        refused = people.stella(app).client.post("/assessments", {"invitation": code, "may_be_nudged": "yes"})
        assert refused.status == 422
        assert "Bitte wählen Sie einen Check." in refused.text
        assert "may_be_nudged" in refused.values()
        assert "is_counted" not in refused.values()
        assert count_rounds(app) == 0


class TestSecondScan:
    def test_the_same_device_may_go_on_or_begin_anew(self, app: Flask, code: str) -> None:
        alma = people.stella(app)
        assert "schon begonnen" not in alma.client.get(f"/i/{code}").text
        begun = begin(alma.client, code)
        again = alma.client.get(f"/i/{code}")
        assert "Auf diesem Gerät haben Sie über diesen Link schon begonnen" in again.text
        assert begun.location.removesuffix("/link") in again.links()
        assert "Set-Cookie" not in again.response.headers
        assert begin(alma.client, code).location != begun.location

    def test_a_round_of_another_link_is_none_of_this_one(self, app: Flask, code: str) -> None:
        alma = people.stella(app)
        begin(alma.client, people.token_of(app, "netz-a", people.add_link(app, "netz-a", "basis")))
        assert "schon begonnen" not in alma.client.get(f"/i/{code}").text

    def test_another_device_knows_nothing(self, app: Flask, code: str) -> None:
        begin(people.stella(app).client, code)
        assert "schon begonnen" not in people.stella(app).client.get(f"/i/{code}").text


class TestEnded:
    def test_a_withdrawn_link_says_whom_to_ask_and_offers_to_go_on(self, app: Flask, link_id: UUID, code: str) -> None:
        stella = people.stella(app)
        form = stella.client.get(f"/i/{code}").values()
        withdraw(app, link_id)
        for page in (stella.client.get(f"/i/{code}"), stella.client.post("/assessments", form)):
            assert page.status == 410
            assert "Nina Nord, 0531 123" in page.text
            assert "/#choose" in page.links()
        assert count_rounds(app) == 0

    def test_an_expired_one_too(self, app: Flask) -> None:
        link_id = people.add_link(app, "netz-a", expires_on=date(2026, 1, 31))
        page = people.stella(app).client.get(f"/i/{people.token_of(app, 'netz-a', link_id)}")
        assert page.status == 410
        assert "Dieser Einladungslink ist abgelaufen" in page.text

    def test_an_unknown_one_says_what_to_compare(self, app: Flask) -> None:
        stella = people.stella(app)
        for page in (
            stella.client.get("/i/0000000000"),
            stella.client.post("/assessments", {"invitation": "nonsense", "questionnaire": "basis"}),
        ):
            assert page.status == 404
            assert "/#choose" in page.links()
        assert count_rounds(app) == 0

    def test_trying_codes_is_refused_after_a_while_and_real_ones_still_work(self, app: Flask, code: str) -> None:
        stella = people.stella(app)
        for _ in range(WRONG_INVITATION_CODES.most):
            assert stella.client.get("/i/0000000000").status == 404
        assert stella.client.get("/i/0000000000").status == 429
        assert stella.client.post("/assessments", {"invitation": "0000000000"}).status == 429
        assert stella.client.get(f"/i/{code}").status == 200


def test_a_link_withdrawn_while_somebody_begins_leaves_no_round_behind(
    app: Flask, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_it_ended(*_: object, **__: object) -> None:
        raise InvitationEnded(CONTACT["contact_phone"])

    before = count_rounds(app)
    monkeypatch.setattr(participations, "join_network", find_it_ended)
    refused = people.stella(app).client.post("/assessments", {"questionnaire": "basis", "invitation": code})
    assert refused.status == 410
    assert count_rounds(app) == before
