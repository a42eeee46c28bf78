"""On *who can see what*: joining and leaving a network, what it sees, what one agrees to."""

from uuid import UUID

import pytest
from flask import Flask

from om_selfcheck import clock
from om_selfcheck.domain.limits import WRONG_INVITATION_CODES
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.extensions import db
from om_selfcheck.services import networks, participations, releases
from tests import people
from tests.people import Person


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.alma(app)


@pytest.fixture
def code(app: Flask) -> str:
    return people.token_of(app, "netz-a", people.add_link(app, "netz-a"))


def released(app: Flask, person: Person) -> str:
    with app.app_context():
        found = releases.find_release(db.session, UUID(person.assessment_id))
        return found.level.value if found else "nothing"


def agreed(app: Flask, person: Person) -> tuple[bool, bool] | None:
    with app.app_context():
        found = participations.find_participation(db.session, assessment_id=UUID(person.assessment_id))
        return (found.is_counted, found.may_be_nudged) if found else None


def test_nobody_is_in_a_network_unasked(alma: Person) -> None:
    page = alma.client.get(f"{alma.base}/access")
    assert "Ihr Check zählt für kein Netzwerk." in page.text
    assert "code" in page.values("/network")


def test_joining_by_code_says_what_the_network_sees_now(app: Flask, alma: Person, code: str) -> None:
    joined = alma.client.send(f"{alma.base}/access", {"code": code}, form="/network")
    page = alma.client.get(joined.location)
    assert "Der Check zählt jetzt für das Netzwerk" in page.text
    seen = "sieht Zahlen, zusammen und für jeden Einladungslink ab fünf Betrieben, von Ihnen einzeln nichts."
    assert f"Netzwerk netz-a {seen}" in page.text
    assert page.values("/release")["level"] == "nothing"
    assert agreed(app, alma) == (False, False)


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Diesen Code gibt es nicht."), ("ABC-123", "Diesen Code gibt es nicht.")]
)
def test_a_wrong_code_is_named_and_stays_in_the_field(app: Flask, alma: Person, typed: str, said: str) -> None:
    refused = alma.client.send(f"{alma.base}/access", {"code": typed}, form="/network")
    assert refused.status == 422
    assert said in refused.text
    assert refused.values("/network")["code"] == typed
    assert agreed(app, alma) is None


def test_a_code_for_another_check_or_past_its_day_says_so(app: Flask, alma: Person) -> None:
    for link_id, said in (
        (people.add_link(app, "netz-a", "anderer"), "lädt zu einem anderen Check ein"),
        (people.add_link(app, "netz-a", expires_on=clock.today().replace(year=2021)), "lädt niemanden mehr ein"),
    ):
        typed = people.token_of(app, "netz-a", link_id)
        refused = alma.client.send(f"{alma.base}/access", {"code": typed}, form="/network")
        assert (refused.status, said in refused.text) == (422, True)


def test_trying_codes_is_refused_after_a_while(app: Flask, alma: Person, code: str) -> None:
    form = alma.client.get(f"{alma.base}/access").values("/network") | {"code": "0000000000"}
    address = f"{alma.base}/network"
    statuses = [alma.client.post(address, form).status for _ in range(WRONG_INVITATION_CODES.most + 1)]
    assert statuses == [422] * WRONG_INVITATION_CODES.most + [429]
    assert alma.client.post(address, form | {"code": code}).status == 303
    assert agreed(app, alma) is not None


def test_a_release_is_changed_and_ended_and_both_sides_see_since_when(app: Flask, alma: Person, code: str) -> None:
    people.join(alma, code)
    nina = people.nina(app)
    since = clock.today().strftime("%d.%m.%Y")
    for level in ("status", "plan", "topics"):
        people.release(alma, level)
        page = alma.client.get(f"{alma.base}/access")
        assert page.values("/release")["level"] == released(app, alma) == level
        for seen in (page, nina.client.get("/network/netz-a/companies")):
            assert f"seit {since}" in seen.text
    people.release(alma, "nothing")
    assert released(app, alma) == "nothing"
    assert "Noch hat Ihnen kein Betrieb etwas freigegeben." in nina.client.get("/network/netz-a/companies").text


def test_an_old_page_brings_no_old_release_back(app: Flask, alma: Person, code: str) -> None:
    people.join(alma, code, "plan")
    old = alma.client.get(f"{alma.base}/access").values("/release")
    people.release(alma, "nothing")
    assert alma.client.post(f"{alma.base}/network/release", old).status == 303
    assert released(app, alma) == "nothing", "what was not touched is not sent anew"
    refused = alma.client.post(f"{alma.base}/network/release", old | {"level": "topics"})
    assert refused.status == 409
    assert "Das hat inzwischen jemand anderes geändert." in refused.text
    assert released(app, alma) == "nothing"


@pytest.mark.parametrize("level", ["", "everything"])
def test_a_level_that_is_none_changes_nothing(app: Flask, alma: Person, code: str, level: str) -> None:
    people.join(alma, code, "status")
    refused = alma.client.send(f"{alma.base}/access", {"level": level}, form="/release")
    assert refused.status == 422
    assert released(app, alma) == "status"


def test_nothing_is_released_to_nobody(app: Flask, alma: Person) -> None:
    token = {"csrf_token": alma.client.csrf_token(alma.assessment_id)}
    refused = alma.client.post(f"{alma.base}/network/release", token | {"level": "plan", "was-level": "nothing"})
    assert refused.status == 409
    assert released(app, alma) == "nothing"
    assert alma.client.post(f"{alma.base}/network/choices", token).status == 404


def test_what_one_agrees_to_is_changed_any_time_and_nobody_s_choice_is_overwritten(
    app: Flask, alma: Person, code: str
) -> None:
    people.join(alma, code)
    old = alma.client.get(f"{alma.base}/access").values("/choices")
    assert alma.client.post(f"{alma.base}/network/choices", old | {"is_counted": "yes"}).status == 303
    assert agreed(app, alma) == (True, False)
    assert alma.client.post(f"{alma.base}/network/choices", old | {"may_be_nudged": "yes"}).status == 303
    assert agreed(app, alma) == (True, True)
    now = alma.client.get(f"{alma.base}/access").values("/choices")
    now.pop("is_counted")
    assert alma.client.post(f"{alma.base}/network/choices", now).status == 303
    assert agreed(app, alma) == (False, True)


CHOSEN = [
    ("release", {"level": "plan"}),
    ("release", {}),
    ("choices", {"is_counted": "1", "may_be_nudged": "1"}),
    ("leave", {}),
]


@pytest.mark.parametrize(("way", "choice"), CHOSEN)
def test_what_was_chosen_beside_one_network_is_not_said_to_another(
    app: Flask, alma: Person, code: str, way: str, choice: dict[str, str]
) -> None:
    people.join(alma, code)
    old = alma.client.get(f"{alma.base}/access").values(f"/network/{way}") | choice
    other = people.token_of(app, "netz-b", people.add_link(app, "netz-b"))
    joined = alma.client.post(f"{alma.base}/network", {"csrf_token": old["csrf_token"], "code": other})
    assert joined.status == 303
    for form in (old, {name: value for name, value in old.items() if name != "was-network"}):
        refused = alma.client.post(f"{alma.base}/network/{way}", form)
        assert refused.status == 409
        assert "Der Check zählt jetzt für Netzwerk netz-b. Geändert ist nichts" in refused.text
        assert (released(app, alma), agreed(app, alma)) == ("nothing", (False, False))
    again = refused.values(f"/network/{way}") | choice
    assert alma.client.post(f"{alma.base}/network/{way}", again).status == 303


def test_leaving_twice_is_harmless(app: Flask, alma: Person, code: str) -> None:
    people.join(alma, code)
    old = alma.client.get(f"{alma.base}/access").values("/network/leave")
    assert [alma.client.post(f"{alma.base}/network/leave", old).status for _ in range(2)] == [303, 303]
    assert agreed(app, alma) is None


def test_leaving_ends_all_of_it(app: Flask, alma: Person, code: str) -> None:
    people.join(alma, code, "plan")
    left = alma.client.send(f"{alma.base}/access", form="/network/leave")
    assert "Der Check ist vom Netzwerk gelöst" in alma.client.get(left.location).text
    assert agreed(app, alma) is None
    assert released(app, alma) == "nothing"


def test_a_renewing_round_counts_again_by_one_click_only(app: Flask, alma: Person, code: str) -> None:
    people.join(alma, code, "status")
    people.declare(alma)
    again = people.renew(alma)
    assert "Die letzte Runde zählte für Netzwerk netz-a." in again.client.get(f"{again.base}/access").text
    assert agreed(app, again) is None
    assert again.client.send(f"{again.base}/access", form="/network/again").status == 303
    assert agreed(app, again) == (False, False)
    assert (released(app, again), released(app, alma)) == ("nothing", "status")


def test_a_reader_sees_what_is_released_and_changes_nothing(alma: Person, code: str) -> None:
    people.join(alma, code, "topics")
    page = people.rolf(alma).client.get(f"{alma.base}/access")
    assert "Netzwerk netz-a sieht, was Sie freigegeben haben: Themen" in page.text
    assert not page.soup.select("#network form")


def test_to_a_closed_network_nothing_can_be_released(app: Flask, alma: Person, code: str) -> None:
    people.join(alma, code, "status")
    old = alma.client.get(f"{alma.base}/access").values("/release")
    with app.app_context():
        networks.close_network(db.session, slug="netz-a", by=SYSTEM, now=clock.now())
        db.session.commit()
    page = alma.client.get(f"{alma.base}/access")
    assert "Das Netzwerk ist inzwischen geschlossen" in page.text
    assert not [form for form in page.soup.select("form") if str(form["action"]).endswith("/release")]
    refused = alma.client.post(f"{alma.base}/network/release", old | {"was-level": "nothing", "level": "plan"})
    assert refused.status == 409
    assert released(app, alma) == "nothing"
