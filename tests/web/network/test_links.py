"""Invitation links on their pages: making, changing, withdrawing, duplicating."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from om_selfcheck import clock
from om_selfcheck.domain.access import Strength
from om_selfcheck.extensions import db
from om_selfcheck.services import invitations, networks
from om_selfcheck.services.invitations import InvitationLink
from tests import people
from tests.people import User

LINKS = "/network/netz-a/links"
CODE = re.compile(r"http://check\.example\.org/i/([0-9A-Z]{10})")
FIELDS = {"label": "Workshop März", "questionnaire": "basis", "note": "30 Plätze", "expires_on": "31.12.2098"}


@pytest.fixture
def nina(app: Flask) -> User:
    """A mailed sign-in link is enough for all of this."""
    return people.nina(app, Strength.LINK)


def list_links(app: Flask) -> list[InvitationLink]:
    with app.app_context():
        network = networks.get_network(db.session, slug="netz-a")
        return list(invitations.list_links(db.session, network=network, today=clock.today()))


def make(nina: User, **changes: str) -> str:
    made = nina.client.send(f"{LINKS}/new", FIELDS | changes)
    assert made.status == 303
    return made.location.split("?")[0]


def test_the_empty_pages_say_what_to_do_first(nina: User) -> None:
    home = nina.client.get("/network/netz-a")
    assert "Ansprechperson und Gruß eintragen" in home.text
    assert f"{LINKS}/new" in home.links()
    assert f"{LINKS}/new" in nina.client.get(LINKS).links()


def test_a_link_is_made_and_its_address_can_be_seen_again(app: Flask, nina: User) -> None:
    address = make(nina)
    page = nina.client.get(address)
    code = CODE.search(page.text)
    assert code is not None
    assert f"check.example.org/i/{code[1][:5]}-{code[1][5:]}" in page.text
    assert "offen bis 31.12.2098" in page.text
    (link,) = list_links(app)
    assert (link.label, link.questionnaire_slug, link.note, link.token) == (
        "Workshop März",
        "basis",
        "30 Plätze",
        code[1],
    )
    assert "Workshop März" in nina.client.get(LINKS).text
    assert "Workshop März" in nina.client.get("/network/netz-a").text


def test_a_link_may_leave_the_choice_to_the_company_and_have_no_end(nina: User) -> None:
    page = nina.client.get(make(nina, questionnaire="", expires_on=""))
    assert "Der Betrieb wählt selbst" in page.text
    assert "offen, ohne Ende" in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": " "}, "label"),
        ({"label": "x" * 201}, "label"),
        ({"questionnaire": "anderer"}, "questionnaire"),
        ({"note": "x" * 501}, "note"),
        ({"expires_on": "bald"}, "expires_on"),
        ({"expires_on": "2021-01-01"}, "expires_on"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_typed_is_lost(
    app: Flask, nina: User, changes: dict[str, str], field: str
) -> None:
    refused = nina.client.send(f"{LINKS}/new", FIELDS | changes)
    assert refused.status == 422
    assert f"#{field}" in str(refused.soup.select_one(".error-summary"))
    sent = FIELDS | changes
    assert refused.values()["note"] == sent["note"]
    assert list_links(app) == []


class TestChanging:
    def test_saves_field_by_field(self, app: Flask, nina: User) -> None:
        address = make(nina)
        saved = nina.client.send(address, {"label": "Workshop April", "expires_on": ""}, form=address)
        assert "Gespeichert." in nina.client.get(saved.location).text
        (link,) = list_links(app)
        assert (link.label, link.expires_on, link.note) == ("Workshop April", None, "30 Plätze")

    def test_a_field_that_somebody_else_changed_is_named_with_both_values(self, app: Flask, nina: User) -> None:
        address = make(nina)
        old = nina.client.get(address).values(address)
        nina.client.post(address, old | {"label": "Erste"})
        refused = nina.client.post(address, old | {"label": "Zweite", "note": "neu"})
        assert refused.status == 409
        assert "Erste" in refused.text
        assert refused.values(address)["label"] == "Zweite"
        assert refused.values(address)["was-label"] == "Erste"
        (link,) = list_links(app)
        assert (link.label, link.note) == ("Erste", "neu")

    def test_a_link_that_has_expired_keeps_its_day_when_its_note_is_changed(self, app: Flask, nina: User) -> None:
        yesterday = clock.today() - timedelta(days=1)
        link_id = people.add_link(app, "netz-a", expires_on=yesterday)
        address = f"{LINKS}/{link_id}"
        assert nina.client.send(address, {"note": "war gut"}, form=address).status == 303
        (link,) = list_links(app)
        assert (link.note, link.expires_on) == ("war gut", yesterday)

    @pytest.mark.parametrize(("changes", "field"), [({"label": ""}, "label"), ({"expires_on": "x"}, "expires_on")])
    def test_what_is_wrong_is_named_and_the_rest_is_saved(
        self, app: Flask, nina: User, changes: dict[str, str], field: str
    ) -> None:
        address = make(nina)
        refused = nina.client.send(address, {"note": "neu", **changes}, form=address)
        assert refused.status == 422
        assert f"#{field}" in str(refused.soup.select_one(".error-summary"))
        (link,) = list_links(app)
        assert (link.label, link.note) == ("Workshop März", "neu")


def test_withdrawing_ends_it_for_good(app: Flask, nina: User) -> None:
    address = make(nina)
    gone = nina.client.send(address, form="/withdraw")
    page = nina.client.get(gone.location)
    assert "Der Link ist zurückgezogen" in page.text
    assert not [form for form in page.soup.select("form") if "withdraw" in str(form["action"])]
    (link,) = list_links(app)
    assert people.stella(app).client.get(f"/i/{link.token}").status == 410


def test_a_copy_is_a_link_of_its_own(app: Flask, nina: User) -> None:
    copied = nina.client.send(make(nina), form="/duplicate")
    assert "eine eigene Adresse und noch kein Ende" in nina.client.get(copied.location).text
    assert len({link.token for link in list_links(app)}) == 2


def test_links_of_another_network_are_not_found(app: Flask, nina: User) -> None:
    foreign = people.add_link(app, "netz-b")
    assert nina.client.get(f"{LINKS}/{foreign}").status == 404
    for below in ("", "/withdraw", "/duplicate"):
        assert nina.client.post(f"{LINKS}/{foreign}{below}", {"csrf_token": nina.form_token()}).status == 404
