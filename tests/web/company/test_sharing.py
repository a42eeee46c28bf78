"""Links: the personal one, further ones, and the page who can see what."""

import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from om_selfcheck.clock import now as clock_now
from om_selfcheck.domain.record import Verb
from om_selfcheck.extensions import db
from om_selfcheck.services import sessions
from om_selfcheck.services.record import list_events
from om_selfcheck.store.models import WebSession
from tests import people
from tests.people import TOKEN, Person


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.alma(app)


def test_the_link_is_shown_once_and_gone_after_it_is_confirmed_as_kept(app: Flask) -> None:
    client = people.stella(app).client
    shown = client.post("/assessments", {"questionnaire": "basis"}).location
    assert TOKEN.search(client.get(shown).text)
    assert TOKEN.search(client.get(f"{shown}/sheet").text)
    assert client.get(f"{shown}/sheet").soup.select("svg.qr")
    client.send(shown)
    assert client.get(shown).location.endswith("/access")


def test_the_link_is_hidden_after_ten_minutes(app: Flask) -> None:
    client = people.stella(app).client
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as clock:
        shown = client.post("/assessments", {"questionnaire": "basis"}).location
        clock.shift(599)
        assert client.get(shown).status == 200
        clock.shift(2)
        assert client.get(shown).location.endswith("/access")


@pytest.mark.parametrize(("ticked", "is_kept"), [("1", True), (None, False)])
def test_keep_me_in_lasts_ninety_days(app: Flask, ticked: str | None, is_kept: bool) -> None:  # noqa: FBT001 - a case
    client = people.stella(app).client
    shown = client.post("/assessments", {"questionnaire": "basis"}).location
    cookie = client.send(shown, {"keep_in": ticked}).response.headers["Set-Cookie"]
    assert ("Max-Age=7776000" in cookie) is is_kept


def test_looking_at_a_link_opens_nothing_only_the_button_does(app: Flask, alma: Person) -> None:
    stella = people.stella(app)
    page = stella.client.get(f"/access/{alma.token}")
    assert "Begonnen am" in page.text
    assert "Set-Cookie" not in page.response.headers
    assert stella.client.get(alma.base).status == 404
    assert count_openings(app) == 0
    assert stella.client.post(f"/access/{alma.token}").location == alma.base
    assert stella.client.get(alma.base).status == 200
    people.stella(app).client.post(f"/access/{alma.token}")
    assert count_openings(app) == 1, "the record tells of the first time only"


def count_openings(app: Flask) -> int:
    with app.app_context():
        return len(list_events(db.session, verb=Verb.GRANT_OPENED).events)


def test_a_further_link_ends_after_fourteen_days_by_itself(app: Flask) -> None:
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as clock:
        alma = people.alma(app)
        bente = people.bente(alma)
        clock.shift(14 * 86400 - 1)
        assert bente.client.get(alma.base).status == 200
        clock.shift(1)
        assert bente.client.get(alma.base).status == 404
        assert bente.client.get(f"/access/{bente.token}").status == 404
        assert alma.client.get(alma.base).status == 200


def test_ending_a_link_ends_its_sessions_at_once(alma: Person) -> None:
    rolf = people.rolf(alma)
    assert "Rolf" in alma.client.get(f"{alma.base}/access").text
    assert alma.client.send(f"{alma.base}/access", form="/revoke").status == 303
    assert rolf.client.get(alma.base).status == 404
    assert "Rolf" not in alma.client.get(f"{alma.base}/access").text


def test_renewing_the_key_ends_the_old_link_and_its_sessions_but_not_this_one(app: Flask, alma: Person) -> None:
    elsewhere = people.stella(app)
    elsewhere.client.post(f"/access/{alma.token}")
    bente = people.bente(alma)
    renewed = alma.client.send(f"{alma.base}/access", form="/access/renew")
    token = TOKEN.search(alma.client.get(renewed.location).text)
    assert token is not None
    assert token[1] != alma.token
    assert elsewhere.client.get(alma.base).status == 404
    assert elsewhere.client.get(f"/access/{alma.token}").status == 404
    assert alma.client.get(alma.base).status == 200
    assert bente.client.get(alma.base).status == 200
    assert elsewhere.client.post(f"/access/{token[1]}").status == 303


def test_a_weaker_link_does_not_take_a_stronger_right_away(alma: Person) -> None:
    rolf = people.rolf(alma)
    alma.client.post(f"/access/{rolf.token}")
    assert alma.client.get(f"{alma.base}/link").status != 403


@pytest.mark.parametrize(("field", "value"), [("label", ""), ("right", None), ("right", "owner"), ("label", "x" * 81)])
def test_a_link_needs_a_purpose_and_a_right(alma: Person, field: str, value: str | None) -> None:
    refused = alma.client.send(
        f"{alma.base}/access", {"label": "Bank", "right": "reader"} | {field: value}, form="/access/links"
    )
    assert refused.status == 422
    assert f"#{field}" in str(refused.soup.select_one(".error-summary"))


def test_the_start_page_leads_back_to_what_is_open_here(app: Flask, alma: Person) -> None:
    assert alma.base in alma.client.get("/").links()
    assert not any(re.match("/assessments/", link) for link in people.stella(app).client.get("/").links())


def test_leaving_closes_only_this_round_on_this_device(app: Flask, alma: Person) -> None:
    other = people.alma(app)
    alma.client.post(f"/access/{other.token}")
    assert alma.client.send(alma.base, form="/leave").location == "/"
    assert alma.client.get(alma.base).status == 404
    assert alma.client.get(other.base).status == 200


def test_the_language_of_the_check_and_of_the_pages_are_independent(alma: Person) -> None:
    alma.client.send(alma.base, {"language": "en"}, form="/language")
    page = alma.client.get(f"{alma.base}/topics/1?lang=de")
    assert "Practice 1.1.a (en)" in page.text
    assert "Seite speichern" in page.text


def test_a_colleagues_link_does_not_push_the_own_unconfirmed_one_out(app: Flask) -> None:
    client = people.stella(app).client
    shown = client.post("/assessments", {"questionnaire": "basis"}).location
    base = shown.removesuffix("/link")
    own = TOKEN.search(client.get(shown).text)
    made = client.send(f"{base}/access", {"label": "Bente", "right": "editor"}, form="/access/links")
    client.send(made.location)
    warning = client.get(base).soup.select_one(".notice-warning a")
    assert own is not None
    assert warning is not None
    assert own[1] in client.get(str(warning["href"])).text


def test_confirming_a_colleagues_link_leaves_keep_me_in_as_it_is(app: Flask) -> None:
    client = people.stella(app).client
    shown = client.post("/assessments", {"questionnaire": "basis"}).location
    base = shown.removesuffix("/link")
    client.send(shown, {"keep_in": "1"})
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as clock:
        made = client.send(f"{base}/access", {"label": "Bente", "right": "editor"}, form="/access/links")
        form = client.get(made.location).values()
        clock.shift(700)
        late = client.post(f"{base}/link", form)
    assert "Set-Cookie" not in late.response.headers
    assert late.location == f"{base}/access"


def test_no_plain_token_stays_in_the_database_after_its_ten_minutes(app: Flask) -> None:
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as clock:
        client = people.stella(app).client
        shown = client.post("/assessments", {"questionnaire": "basis"}).location
        token = TOKEN.search(client.get(shown).text)
        assert token is not None
        assert token[1] in _stored_sessions(app), "the control: it waits there to be kept"
        clock.shift(601)
        with app.app_context():
            sessions.clear_links(db.session, now=clock_now())
            db.session.commit()
        assert token[1] not in _stored_sessions(app)


def _stored_sessions(app: Flask) -> str:
    with app.app_context():
        return str(db.session.execute(select(WebSession.data, WebSession.fresh_links)).all())


def test_the_sheet_of_a_guest_speaks_to_the_guest(app: Flask, alma: Person) -> None:
    client = people.stella(app).client
    own = client.get(f"{client.post('/assessments', {'questionnaire': 'basis'}).location}/sheet").text
    assert "alles ändern" in own
    made = alma.client.send(f"{alma.base}/access", {"label": "Bank", "right": "reader"}, form="/access/links")
    theirs = alma.client.get(f"{made.location}/sheet").text
    assert "Bitten Sie das Unternehmen um einen neuen" in theirs
    assert "alles ändern" not in theirs


def test_only_who_can_renew_the_link_is_told_to(alma: Person) -> None:
    assert "machen Sie zuerst" in alma.client.get(alma.base).text
    assert "machen Sie zuerst" not in people.rolf(alma).client.get(alma.base).text


def test_a_head_request_opens_nothing(app: Flask, alma: Person) -> None:
    scanner = people.stella(app)
    looked = scanner.client.flask_client.head(f"/access/{alma.token}")
    assert looked.status_code == 200
    assert "Set-Cookie" not in looked.headers
    assert scanner.client.get(alma.base).status == 404


def test_a_lost_answer_to_renewing_locks_nobody_out(alma: Person) -> None:
    before = alma.client.flask_client.get_cookie("om_session")
    assert alma.client.send(f"{alma.base}/access", form="/access/renew").status == 303
    after = alma.client.flask_client.get_cookie("om_session")
    assert before is not None
    assert after is not None
    assert before.value == after.value, "the cookie that the browser still has goes on opening the round"
