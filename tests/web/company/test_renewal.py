"""The second round: offered, begun once, read beside the last one, and taking the place of its declaration."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update

from om_selfcheck.clock import now
from om_selfcheck.extensions import db
from om_selfcheck.store.models import Action, ActionProgress, Declaration, LaterRating
from tests import people
from tests.builders import make_newer_questionnaire
from tests.people import Person
from tests.web.client import Page

NEW = make_newer_questionnaire()
FIRST_DAY = "2024-11-21T09:00:00Z"  # the declaration holds until 21 November 2026
FOLDER = {
    "title": "Ein Ordner",
    "description": "Ordner anlegen und beschriften",
    "urgency": "low",
    "responsible": "Werkstatt",
    "due_on": "2025-01-31",
    "follow_up": "Im Regal nachsehen",
    "follow_up_on": "2025-02-28",
}
BUTTON = 'form[action$="/renewal"] button'
INVITATION = "Zeit für eine neue Runde"


@pytest.fixture
def alma(app: Flask) -> Person:
    """Alma, two years after she declared."""
    with time_machine.travel(FIRST_DAY, tick=False):
        started = people.alma(app)
        people.rate_everything(started)
        started.client.send(f"{started.base}/topics/1", {"need-1.1.a": "urgent", "note-1.1.a": "Ordner fehlt"})
        people.plan_ten(started)
        started.client.send(f"{started.base}/plan/new?measure=1.1.a", FOLDER)
        people.issue(started)
    return people.come_back(started)


@pytest.fixture
def newer(app: Flask, alma: Person) -> Iterator[None]:  # noqa: ARG001 - Alma has declared before
    """Publish version 1.1 beside 1.0."""
    with people.published(app, NEW):
        yield


def number_of(person: Person) -> str:
    with person.client.app.app_context():
        statement = select(Declaration.number).where(Declaration.assessment_id == UUID(person.assessment_id))
        return db.session.scalars(statement).one()


def actions_of(person: Person) -> list[UUID]:
    with person.client.app.app_context():
        statement = select(Action.id).where(Action.assessment_id == UUID(person.assessment_id))
        return list(db.session.scalars(statement.order_by(Action.title)))


def set_state(person: Person, action_id: UUID, state: str, *, effect: str = "", note: str = "") -> None:
    with person.client.app.app_context():
        db.session.execute(update(Action).where(Action.id == action_id).values(state=state))
        progress = ActionProgress(
            id=uuid4(), action_id=action_id, at=now(), state=state, effect=effect, note=note, by="owner"
        )
        db.session.add(progress)
        db.session.commit()


def text_of(page: Page, selector: str) -> str:
    found = page.soup.select_one(selector)
    return " ".join(found.get_text(" ").split()) if found else ""


# Offered


@pytest.mark.parametrize(
    ("day", "is_inviting", "said"),
    [
        ("2024-11-21", False, "Vor dem Ende der zwei Jahre"),
        ("2026-08-22", False, "Vor dem Ende der zwei Jahre"),
        ("2026-08-23", True, "gilt noch bis 21. November 2026"),
        ("2026-11-21", True, "gilt noch bis 21. November 2026"),
        ("2026-11-22", True, "galt bis 21. November 2026"),
        ("2030-01-01", True, "galt bis 21. November 2026"),
    ],
)
def test_it_is_offered_quietly_and_from_ninety_days_before_the_end_at_the_top(
    alma: Person, day: str, *, is_inviting: bool, said: str
) -> None:
    with time_machine.travel(f"{day}T12:00:00Z", tick=False):
        back = people.come_back(alma)
        for address in (back.base, f"/declarations/{number_of(back)}"):
            page = back.client.get(address)
            assert (INVITATION in page.text) is is_inviting
            assert said in page.text
            assert len(page.soup.select(BUTTON)) == 1
            assert bool(page.soup.select_one(f".notice {BUTTON}")) is is_inviting


def test_an_open_round_offers_none_and_refuses_with_words(app: Flask) -> None:
    started = people.alma(app)
    assert not started.client.get(started.base).soup.select(BUTTON)
    token = started.client.csrf_token(started.assessment_id)
    refused = started.client.post(f"{started.base}/renewal", {"csrf_token": token})
    assert refused.status == 409
    assert "noch keine ausgestellt" in refused.text


@pytest.mark.parametrize("right", ["editor", "reader"])
def test_a_guest_is_told_who_can_begin_and_cannot(alma: Person, right: str) -> None:
    guest = people.invited(alma, right=right, name="Gast")
    with time_machine.travel("2026-11-01T12:00:00Z", tick=False):
        page = people.come_back(people.invited(people.come_back(alma), right=right, name="Gast")).client.get(alma.base)
        assert INVITATION in page.text
        assert "nur, wer den persönlichen Zugangslink" in page.text
        assert not page.soup.select(BUTTON)
    token = guest.client.csrf_token(alma.assessment_id)
    assert guest.client.post(f"{alma.base}/renewal", {"csrf_token": token}).status == 403


def test_the_refusal_after_the_issue_points_to_the_next_round(alma: Person) -> None:
    token = alma.client.csrf_token(alma.assessment_id)
    refused = alma.client.post(f"{alma.base}/topics/1", {"csrf_token": token, "need-1.1.a": "none"})
    assert refused.status == 409
    assert "gehören in die nächste Runde" in refused.text


# Begun


def test_a_second_click_leads_to_the_round_that_was_begun(alma: Person) -> None:
    again = people.renew(alma)
    assert people.renew(alma).assessment_id == again.assessment_id != alma.assessment_id
    page = alma.client.get(alma.base)
    assert "Die nächste Runde läuft" in page.text
    assert again.base in page.links()
    assert not page.soup.select(BUTTON)


def test_the_new_overview_says_what_it_follows_and_lists_both_rounds(alma: Person) -> None:
    again = people.renew(alma)
    page = again.client.get(again.base)
    number = number_of(alma)
    assert f"Selbsterklärung Nummer {number} vom 21. November 2024" in page.text
    assert "Nichts ist vorbelegt" in page.text
    assert "neue Fassung" not in page.text
    rounds = [" ".join(one.get_text(" ").split()) for one in page.soup.select("#rounds .task")]
    assert "noch nicht ausgestellt" in rounds[0]
    assert "ausgestellt am 21.11.2024" in rounds[1]
    assert number in rounds[1]


def test_the_company_is_filled_in_and_who_signs_is_asked_again(alma: Person) -> None:
    again = people.renew(alma)
    values = again.client.get(f"{again.base}/declaration").values()
    assert (values["company_name"], values["city"]) == ("Tischlerei Brandt GmbH", "Hildesheim")
    assert values["signatory_name"] == values["signatory_function"] == values["place"] == ""
    assert not {name for name in values if name.startswith("confirm_")}


# The last round beside each measure


def test_the_last_value_note_and_action_stand_beside_the_measure_and_nothing_is_chosen(alma: Person) -> None:
    action_id, *_ = actions_of(alma)
    set_state(alma, action_id, "done", effect="partly", note="Ordner steht im Büro")
    add_later_rating(alma, "1.1.a", "none")
    again = people.renew(alma)
    page = again.client.get(f"{again.base}/topics/1")
    assert not [name for name in page.values() if name.startswith("need-")]
    assert page.values()["note-1.1.a"] == ""
    beside = text_of(page, '[data-measure="1.1.a"] .measure-last')
    for said in (
        "Letzte Runde 21.11.2024 Dringender Handlungsbedarf",
        "Danach",
        "Zurzeit kein Handlungsbedarf",
        "Notiz von damals: Ordner fehlt",
        "Maßnahme von damals: Ein Ordner erledigt",
        "Hat es geholfen? zum Teil.",
        "Ordner steht im Büro",
    ):
        assert said in beside, said
    plain = text_of(page, '[data-measure="1.1.b"] .measure-last')
    assert plain == "Letzte Runde 21.11.2024 Zurzeit kein Handlungsbedarf"


def add_later_rating(person: Person, ref: str, need: str) -> None:
    with person.client.app.app_context():
        later = LaterRating(id=uuid4(), assessment_id=UUID(person.assessment_id), measure_ref=ref, need=need, at=now())
        db.session.add(later)
        db.session.commit()


def test_a_first_round_shows_no_last_one(app: Flask) -> None:
    started = people.alma(app)
    for address in ("", "/topics/1", "/plan", "/access"):
        page = started.client.get(started.base + address)
        assert not page.soup.select(".measure-last, #last-round, #rounds")
        assert "letzte" not in text_of(page, "main").lower()


def test_what_is_chosen_again_is_saved_as_ever(alma: Person) -> None:
    again = people.renew(alma)
    assert again.client.send(f"{again.base}/topics/1", {"need-1.1.a": "some"}).status == 303
    page = again.client.get(f"{again.base}/topics/1")
    assert page.values()["need-1.1.a"] == "some"
    assert "Dringender Handlungsbedarf" in text_of(page, '[data-measure="1.1.a"] .measure-last')


@pytest.mark.usefixtures("newer")
def test_what_is_new_changed_and_dropped_is_marked(alma: Person) -> None:
    again = people.renew(alma)
    overview = again.client.get(again.base)
    assert "Version 1.1: neu 2, geändert 1, entfallen 1" in overview.text
    page = again.client.get(f"{again.base}/topics/1")
    marks = {
        str(one["data-measure"]): [tag.get_text() for tag in one.select("legend .tag")]
        for one in page.soup.select("[data-measure]")
    }
    assert marks == {"1.1.a": ["geändert"], "1.1.c": ["neu"], "1.2.a": []}
    assert "Practice 1.1.a (de)" in text_of(page, '[data-measure="1.1.a"] .measure-last details')
    assert "gab es diese Maßnahme noch nicht" in text_of(page, '[data-measure="1.1.c"] .measure-last')
    assert not page.soup.select('[data-measure="1.2.a"] .measure-last details')
    assert "1 Maßnahme der letzten Runde ist entfallen" in page.text
    assert "Practice 1.1.b (de)" in page.text
    assert "need-1.1.b" not in str(page.soup.select("input"))
    assert "entfallen" not in again.client.get(f"{again.base}/topics/2").text


def test_a_topic_that_is_gone_is_named_on_the_overview(alma: Person) -> None:
    with people.published(alma.client.app, replace(NEW, topics=NEW.topics[:1])):
        again = people.renew(alma)
        assert "Ganz entfallen: Topic 2 (de)" in again.client.get(again.base).text


def test_a_version_published_meanwhile_moves_no_goalposts(alma: Person, request: pytest.FixtureRequest) -> None:
    again = people.renew(alma)
    again.client.send(f"{again.base}/topics/1", {"need-1.1.b": "some"})
    request.getfixturevalue("newer")
    assert people.renew(alma).assessment_id == again.assessment_id
    page = again.client.get(f"{again.base}/topics/1")
    assert page.values()["need-1.1.b"] == "some"
    assert not page.soup.select("legend .tag")
    number = people.declare(again)
    assert "Version 1.0" in people.stella(again.client.app).client.get(f"/verify/{number}").text


# Going on with the last plan


def test_unfinished_actions_are_offered_and_taken_over_one_by_one(alma: Person) -> None:
    done, begun, *_ = actions_of(alma)
    set_state(alma, done, "done")
    set_state(alma, begun, "in_progress")
    again = people.renew(alma)
    page = again.client.get(f"{again.base}/plan")
    offered = [str(form["action"]).rsplit("/", 1)[1] for form in page.soup.select('form[action*="/plan/last/"]')]
    assert str(done) not in offered
    assert str(begun) in offered
    assert len(offered) == len(actions_of(alma)) - 1
    taken = again.client.send(f"{again.base}/plan", form=str(begun))
    action = again.client.get(taken.location)
    values = action.values()
    assert (values["title"], values["responsible"]) == ("Maßnahme 0", "Büro")
    assert values["due_on"] == values["follow_up_on"] == ""
    assert "urgency" not in values
    assert "Es fehlt noch:" in action.text
    assert again.client.post(page_form(again, begun), token_of(again)).location == taken.location
    assert len(actions_of(again)) == 1
    shown = text_of(again.client.get(f"{again.base}/plan"), "#last-round")
    assert "Im neuen Plan" in shown


def page_form(person: Person, action_id: UUID) -> str:
    return f"{person.base}/plan/last/{action_id}"


def token_of(person: Person) -> dict[str, str]:
    return {"csrf_token": person.client.csrf_token(person.assessment_id)}


def test_one_that_was_finished_meanwhile_is_not_taken_over_and_said(alma: Person) -> None:
    again = people.renew(alma)
    (first, *_) = actions_of(alma)
    set_state(alma, first, "dropped", note="Lohnt nicht")
    refused = again.client.post(page_form(again, first), token_of(again))
    assert "inzwischen erledigt oder verworfen" in again.client.get(refused.location).text
    assert actions_of(again) == []


def test_when_all_is_finished_nothing_is_offered(alma: Person) -> None:
    for action_id in actions_of(alma):
        set_state(alma, action_id, "done")
    again = people.renew(alma)
    shown = text_of(again.client.get(f"{again.base}/plan"), "#last-round")
    assert "Alle Maßnahmen der letzten Runde sind erledigt oder verworfen." in shown


def test_an_action_of_somebody_elses_last_plan_is_not_found(app: Flask, alma: Person) -> None:
    (foreign, *_) = actions_of(alma)
    with time_machine.travel(FIRST_DAY, tick=False):
        other = people.alma(app)
        people.declare(other)
    stranger = people.renew(people.come_back(other))
    assert stranger.client.post(page_form(stranger, foreign), token_of(stranger)).status == 404


# Issued


def test_the_preview_says_before_the_button_that_the_old_one_ends_with_it(alma: Person) -> None:
    number = number_of(alma)
    again = people.renew(alma)
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False):
        back = people.come_back(again)
        shown = back.client.get(f"{back.base}/declaration/preview").text
    assert "Sie gilt zwei Jahre ab heute, bis einschließlich 20. November 2028." in shown
    assert f"Die Erklärung Nummer {number}, die noch bis 21. November 2026 gilt, endet damit" in shown
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False):
        back = people.come_back(again)
        shown = back.client.get(f"{back.base}/declaration/preview").text
    assert f"Die Erklärung Nummer {number} galt bis 21. November 2026." in shown


def withdraw(person: Person) -> None:
    with person.client.app.app_context():
        statement = update(Declaration).where(Declaration.assessment_id == UUID(person.assessment_id))
        db.session.execute(statement.values(withdrawn_on=now().date(), withdrawal_reason="own_wish"))
        db.session.commit()


def test_a_withdrawn_one_is_neither_announced_nor_replaced(alma: Person) -> None:
    old = number_of(alma)
    again = people.renew(alma)
    withdraw(alma)
    assert "ersetzt" not in text_of(again.client.get(f"{again.base}/declaration/preview"), "main")
    number = people.declare(again)
    assert "widerrufen" in people.stella(alma.client.app).client.get(f"/verify/{old}").text
    assert again.client.get(f"/declarations/{number}/changes.pdf").status == 404


def test_the_new_number_takes_the_place_of_the_old_one(alma: Person) -> None:
    old = number_of(alma)
    again = people.renew(alma)
    number = people.declare(again)
    stella = people.stella(alma.client.app).client
    assert "durch eine neuere ersetzt" in stella.get(f"/verify/{old}").text
    assert "gilt bis" in stella.get(f"/verify/{number}").text
    assert "Diese Runde hat eine neuere" in alma.client.get(alma.base).text
    page = again.client.get(f"/declarations/{number}")
    assert f"/verify/{old}" in page.links()
    assert f"/declarations/{number}/changes.pdf" in page.links()
    assert "Vier getrennte PDF-Dateien" in page.text


def read_pdf(person: Person, address: str) -> str:
    answer = person.client.get(address).response
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(BytesIO(answer.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.usefixtures("newer")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ["Was sich geändert hat", "1 erledigt", "Version 1.0, jetzt Version 1.1", "kein Dritter"]),
        ("en", ["What has changed", "1 done", "version 1.0 then", "not checked by any third party"]),
    ],
)
def test_the_annex_says_what_was_and_what_is(alma: Person, language: str, said: list[str]) -> None:
    old = number_of(alma)
    done, begun, *_ = actions_of(alma)
    set_state(alma, done, "done")
    again = people.renew(alma)
    again.client.post(page_form(again, begun), token_of(again))
    number = people.declare(again, NEW)
    address = f"/declarations/{number}/changes.pdf?lang={language}"
    first = again.client.get(address).response.data
    shown = read_pdf(again, address)
    for words in [*said, old, number, "5 ", "6 ", "Topic 3"]:
        assert words in shown, words
    assert again.client.get(address).response.data == first
    declared = read_pdf(again, f"/declarations/{number}/declaration.pdf?lang={language}")
    assert old in declared.replace("- ", "-")


def test_a_first_declaration_has_no_annex_and_names_no_other_number(alma: Person) -> None:
    number = number_of(alma)
    assert alma.client.get(f"/declarations/{number}/changes.pdf").status == 404
    assert "changes.pdf" not in str(alma.client.get(f"/declarations/{number}").soup)
    assert "Ersetzt" not in read_pdf(alma, f"/declarations/{number}/declaration.pdf")


# Who gets in


def test_the_key_opens_both_rounds_in_a_browser_that_knows_neither(alma: Person) -> None:
    again = people.renew(alma)
    back = people.come_back(alma)
    assert back.client.get(alma.base).status == back.client.get(again.base).status == 200
    assert people.stella(alma.client.app).client.post(f"/access/{alma.token}").location == again.base


def test_guests_stay_in_their_round(alma: Person) -> None:
    old_guests = [people.bente(alma), people.rolf(alma)]
    again = people.renew(alma)
    new_guests = [people.bente(again), people.rolf(again)]
    number = people.declare(again)
    for guests, own, other, foreign in (
        (old_guests, alma, again, number),
        (new_guests, again, alma, number_of(alma)),
    ):
        for guest in guests:
            assert guest.client.get(own.base).status == 200
            for page in ("", "/plan", "/topics/1", "/access", "/declaration", "/declaration/preview", "/next"):
                assert guest.client.get(other.base + page).status == 404, page
            for page in ("", "/plan.pdf", "/declaration.pdf", "/calendar.ics"):
                assert guest.client.get(f"/declarations/{foreign}{page}").status == 404, page


def test_a_guest_reads_the_last_round_beside_and_the_page_of_links_says_so(alma: Person) -> None:
    again = people.renew(alma)
    guest = people.rolf(again)
    assert "Ordner fehlt" in guest.client.get(f"{again.base}/topics/1").text
    assert "liest darin auch Bewertungen und Notizen der letzten" in again.client.get(f"{again.base}/access").text
    assert "liest darin auch" not in alma.client.get(f"{alma.base}/access").text


def test_renewing_the_key_in_one_round_ends_it_in_all_browsers_for_all_rounds(alma: Person) -> None:
    again = people.renew(alma)
    elsewhere = people.come_back(alma)
    assert again.client.send(f"{again.base}/access", form="/access/renew").status == 303
    for base in (alma.base, again.base):
        assert elsewhere.client.get(base).status == 404
        assert alma.client.get(base).status == 200
    assert elsewhere.client.get(f"/access/{alma.token}").status == 404


def test_a_weaker_link_of_another_round_takes_no_right_away(alma: Person) -> None:
    again = people.renew(alma)
    for opened in (again, alma):
        rolf = people.rolf(opened)
        back = people.come_back(alma)
        back.client.post(f"/access/{rolf.token}")
        for base in (alma.base, again.base):
            assert "alles, auch Selbsterklärung" in text_of(back.client.get(base), ".frame-right")
        guest_first = people.stella(alma.client.app)
        guest_first.client.post(f"/access/{rolf.token}")
        guest_first.client.post(f"/access/{alma.token}")
        assert "alles, auch Selbsterklärung" in text_of(guest_first.client.get(opened.base), ".frame-right")


@pytest.mark.parametrize("place", [0, 1])
def test_leaving_ends_the_access_to_all_rounds_here(alma: Person, place: int) -> None:
    again = people.renew(alma)
    rolf = people.rolf(again)
    back = people.come_back(alma)
    back.client.post(f"/access/{rolf.token}")
    left = (alma, again)[place]
    assert back.client.send(left.base, form="/leave").location == "/"
    assert back.client.get(left.base).status == 404
    assert back.client.get(alma.base).status == 404
    assert people.come_back(alma).client.get(again.base).status == 200


def test_the_start_page_leads_to_the_newest_round_once(app: Flask, alma: Person) -> None:
    older = people.alma(app)
    again = people.renew(alma)
    back = people.come_back(alma)
    back.client.post(f"/access/{older.token}")
    back.client.get(alma.base)
    opened = [link for link in back.client.get("/").links() if link.startswith("/assessments/")]
    assert opened == [again.base, older.base]


def test_the_start_page_leads_to_the_way_by_number(app: Flask) -> None:
    assert "/renew" in people.stella(app).client.get("/").links()
