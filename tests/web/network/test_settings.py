"""What a network tells of itself, and who coordinates it."""

import pytest
from flask import Flask
from sqlalchemy import select

from om_selfcheck.domain.access import Strength
from om_selfcheck.domain.limits import COORDINATORS_OF_NETWORK
from om_selfcheck.extensions import db
from om_selfcheck.services import networks
from om_selfcheck.services.networks import Network
from om_selfcheck.store.models import Message
from tests import people
from tests.people import User

SETTINGS, COORDINATORS = "/network/netz-a/settings", "/network/netz-a/coordinators"


@pytest.fixture
def nina(app: Flask) -> User:
    return people.nina(app)


def stored(app: Flask) -> Network:
    with app.app_context():
        return networks.get_network(db.session, slug="netz-a")


def mailed(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(row.kind, row.address) for row in db.session.execute(select(Message.kind, Message.address))]


def test_what_is_told_reaches_the_companies(app: Flask, nina: User) -> None:
    wanted = {"name": "Netzwerk Harz", "contact_name": "Nina", "contact_email": "nina@example.org", "greeting": "Hallo"}
    saved = nina.client.send(SETTINGS, wanted)
    assert "Gespeichert." in nina.client.get(saved.location).text
    code = people.token_of(app, "netz-a", people.add_link(app, "netz-a", "basis"))
    text = people.stella(app).client.get(f"/i/{code}").text
    for said in ("Netzwerk Harz lädt Sie ein", "Nina, nina@example.org", "Hallo"):
        assert said in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": ""}, "kind"),
        ({"kind": "club"}, "kind"),
        ({"contact_email": "a@b.de, c@d.de"}, "contact_email"),
        ({"contact_phone": "1" * 51}, "contact_phone"),
        ({"greeting": "x" * 301}, "greeting"),
        ({"greeting": "Mehr auf www.beispiel.de"}, "greeting"),
        ({"language": "fr"}, "language"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_saved(
    app: Flask, nina: User, changes: dict[str, str], field: str
) -> None:
    refused = nina.client.send(SETTINGS, {"area": "Harz", **changes})
    assert refused.status == 422
    assert f"#{field}" in str(refused.soup.select_one(".error-summary"))
    assert refused.values().get(field, "") in (*changes.values(), "")
    now = stored(app)
    assert (now.area, now.name, now.greeting) == ("Harz", "Netzwerk netz-a", "")


def test_two_coordinators_do_not_overwrite_each_other(app: Flask, nina: User) -> None:
    old = nina.client.get(SETTINGS).values()
    nina.client.post(SETTINGS, old | {"area": "Harz"})
    refused = nina.client.post(SETTINGS, old | {"area": "Heide", "contact_name": "Nora"})
    assert refused.status == 409
    assert "Harz" in refused.text
    assert refused.values()["area"] == "Heide"
    assert (stored(app).area, stored(app).contact_name) == ("Harz", "Nora")


class TestCoordinators:
    def test_another_one_is_invited_by_mail(self, app: Flask, nina: User) -> None:
        done = nina.client.send(COORDINATORS, {"email": "neu@example.org", "name": "Neu", "language": "de"})
        assert "neu@example.org" in nina.client.get(done.location).text
        assert mailed(app) == [("set_up_link", "neu@example.org")]

    def test_who_has_an_account_only_gets_the_network(self, app: Flask, nina: User) -> None:
        nora = people.nora(app)
        assert nora.client.get("/network/netz-a").status == 404
        assert nina.client.send(COORDINATORS, {"email": nora.email}).status == 303
        assert mailed(app) == []
        assert nora.client.get("/network/netz-a").status == 200

    @pytest.mark.parametrize(("email", "said"), [("", "eintragen"), ("@", "zum Beispiel")])
    def test_an_address_is_needed(self, app: Flask, nina: User, email: str, said: str) -> None:
        refused = nina.client.send(COORDINATORS, {"email": email, "name": "Neu"})
        assert refused.status == 422
        assert said in str(refused.soup.select_one(".error-summary"))
        assert refused.values()["name"] == "Neu"
        assert mailed(app) == []

    def test_it_needs_the_second_factor(self, app: Flask) -> None:
        weak = people.nina(app, Strength.LINK)
        assert weak.client.get(COORDINATORS).status == 403

    def test_not_too_many_a_day(self, nina: User) -> None:
        form = nina.client.get(COORDINATORS).values()
        for number in range(COORDINATORS_OF_NETWORK.most):
            assert nina.client.post(COORDINATORS, form | {"email": f"n{number}@example.org"}).status == 303
        refused = nina.client.post(COORDINATORS, form | {"email": "zuviel@example.org"})
        assert refused.status == 429
        assert refused.values()["email"] == "zuviel@example.org"
