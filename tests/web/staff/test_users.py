"""The staff's page of accounts: inviting, roles, networks, closing, starting anew."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from om_selfcheck import clock
from om_selfcheck.domain.access import FRESH_FOR, Role, Strength
from om_selfcheck.extensions import db
from om_selfcheck.services import accounts
from om_selfcheck.store.models import EventRow, Message
from tests import people
from tests.people import User

INVITATION = {"email": "new@example.org", "name": "Neu", "role": "staff", "network": "", "language": "de"}


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


@pytest.fixture
def nina(app: Flask) -> User:
    return people.nina(app)


def mailed(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(row.kind, row.address) for row in db.session.execute(select(Message.kind, Message.address))]


def last_event(app: Flask) -> tuple[str, str, str]:
    with app.app_context():
        statement = select(EventRow.verb, EventRow.actor, EventRow.subject).order_by(EventRow.seq.desc()).limit(1)
        verb, actor, subject = db.session.execute(statement).one()
    return verb, actor, subject


def test_the_list_says_who_may_what_and_how_far_they_are(app: Flask, olaf: User, nina: User) -> None:
    people.add_user(app, "new@example.org", Role.COORDINATOR)
    people.deactivated(app)
    text = olaf.client.get("/staff/users").text
    assert f"{nina.email} Netzwerkkoordination: Netzwerk netz-a mit zweitem Faktor" in text
    assert "new@example.org Netzwerkkoordination noch nicht eingerichtet" in text
    assert "gone@example.org Geschäftsstelle deaktiviert" in text


class TestInviting:
    def test_staff_get_an_account_and_a_mail(self, app: Flask, olaf: User) -> None:
        assert olaf.client.send("/staff/users", INVITATION).location == "/staff/users?news=invited"
        assert mailed(app) == [("set_up_link", "new@example.org")]
        assert "new@example.org" in olaf.client.get("/staff/users?news=invited").text

    @pytest.mark.usefixtures("nina")
    def test_a_coordinator_gets_a_network_too(self, app: Flask, olaf: User) -> None:
        invited = olaf.client.send("/staff/users", INVITATION | {"role": "coordinator", "network": "netz-a"})
        assert invited.status == 303
        with app.app_context():
            account = accounts.find_account(db.session, email="new@example.org")
        assert account is not None
        assert account.role is Role.COORDINATOR
        assert len(account.network_ids) == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"email": ""}, "email"),
            ({"email": "a@b.de, c@d.de"}, "email"),
            ({"email": "olaf@example.org"}, "email"),
            ({"role": None}, "role"),
            ({"role": "owner"}, "role"),
            ({"role": "coordinator"}, "network"),
            ({"role": "coordinator", "network": "unknown"}, "network"),
            ({"language": "fr"}, "language"),
            ({"name": "x" * 201}, "name"),
        ],
    )
    def test_what_is_missing_or_wrong_is_named_and_nothing_typed_is_lost(
        self, app: Flask, olaf: User, changes: dict[str, str | None], field: str
    ) -> None:
        refused = olaf.client.send("/staff/users", INVITATION | changes)
        assert refused.status == 422
        assert f"#{field}" in str(refused.soup.select_one(".error-summary"))
        assert refused.values()["email"] == (INVITATION | changes)["email"]
        assert mailed(app) == []


class TestOneAccount:
    def act(self, olaf: User, user: User, form: str, **fields: str) -> None:
        address = f"/staff/users/{user.user_id}"
        assert olaf.client.send(address, fields, form=form).location == f"{address}?news=saved"

    def test_closing_it_puts_its_holder_out_at_once_and_opening_lets_back(
        self, app: Flask, olaf: User, nina: User
    ) -> None:
        self.act(olaf, nina, "/deactivate")
        assert nina.client.get("/account/").status == 303
        assert last_event(app) == ("user_deactivated", f"user:{olaf.user_id}", f"user:{nina.user_id}")
        self.act(olaf, nina, "/reactivate")
        assert last_event(app)[0] == "user_reactivated"

    def test_a_role_is_changed(self, app: Flask, olaf: User, nina: User) -> None:
        assert nina.client.get("/staff/users").status == 404
        self.act(olaf, nina, "/role", role="staff")
        assert nina.client.get("/staff/users").status == 200
        assert last_event(app)[0] == "role_changed"

    def test_an_old_page_does_not_bring_the_old_role_back(self, olaf: User, nina: User) -> None:
        address = f"/staff/users/{nina.user_id}"
        old = olaf.client.get(address).values(f"{address}/role")
        self.act(olaf, nina, "/role", role="staff")
        olaf.client.post(f"{address}/role", old)
        assert nina.client.get("/staff/users").status == 200

    @pytest.mark.parametrize("role", ["", "owner"])
    def test_a_role_that_is_none_changes_nothing(self, olaf: User, nina: User, role: str) -> None:
        self.act(olaf, nina, "/role", role=role)
        assert nina.client.get("/staff/users").status == 404

    def test_networks_are_added_and_taken_away(self, app: Flask, olaf: User, nina: User) -> None:
        nora = people.nora(app)
        self.act(olaf, nora, "/networks", network="netz-a")
        assert "Netzwerk netz-a" in nora.client.get("/account/").text
        self.act(olaf, nora, "/networks/remove")
        assert last_event(app)[0] == "member_removed"
        assert nina.user_id != nora.user_id

    @pytest.mark.parametrize("typed", ["", "unknown", "Netzwerk", "x" * 5000])
    def test_what_names_no_network_is_said_and_stays_typed(self, app: Flask, olaf: User, typed: str) -> None:
        nora = people.nora(app)
        address, before = f"/staff/users/{nora.user_id}", last_event(app)
        refused = olaf.client.send(address, {"network": typed}, form="/networks")
        assert refused.status == 422
        assert refused.soup.select_one('#error-summary a[href="#network"]') is not None
        assert refused.values("/networks")["network"] == typed
        assert last_event(app) == before

    def test_an_unknown_network_or_account_is_not_found(self, olaf: User, nina: User) -> None:
        token = olaf.form_token()
        fields = {"csrf_token": token, "network": "unknown"}
        assert olaf.client.post(f"/staff/users/{nina.user_id}/networks/remove", fields).status == 404
        assert olaf.client.get("/staff/users/00000000-0000-4000-8000-000000000009").status == 404

    def test_starting_anew_takes_everything_away_and_writes(self, app: Flask, olaf: User, nina: User) -> None:
        self.act(olaf, nina, "/reset")
        assert nina.client.get("/account/").status == 303
        assert mailed(app) == [("set_up_link", nina.email)]
        assert "noch nicht eingerichtet" in olaf.client.get(f"/staff/users/{nina.user_id}").text

    def test_nobody_does_this_to_the_own_account(self, olaf: User) -> None:
        page = olaf.client.get(f"/staff/users/{olaf.user_id}")
        assert not page.soup.select("form")
        for path, fields in (("deactivate", {}), ("role", {"role": "coordinator"})):
            refused = olaf.client.post(
                f"/staff/users/{olaf.user_id}/{path}", {"csrf_token": olaf.form_token(), **fields}
            )
            assert refused.status == 409
            assert "mit dem eigenen Zugang" in refused.text

    def test_what_carries_weight_needs_a_fresh_sign_in(self, app: Flask, olaf: User, nina: User) -> None:
        stale = people.signed_in(app, olaf.account, at=clock.now() - FRESH_FOR - timedelta(seconds=1))
        told = stale.client.send(f"/staff/users/{nina.user_id}", form="/deactivate")
        assert told.status == 403
        assert "höchstens eine Viertelstunde" in told.text
        assert nina.client.get("/account/").status == 200
        again = people.signed_in(app, olaf.account, Strength.SECOND_FACTOR)
        assert again.client.send(f"/staff/users/{nina.user_id}", form="/deactivate").status == 303
