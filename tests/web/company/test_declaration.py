"""Declaring: gaps as links, the form, preview, issuing once, and everything to take along afterwards."""

from io import BytesIO

import pytest
from flask import Flask
from icalendar import Calendar
from pypdf import PdfReader

from tests import people
from tests.factories import DETAILS
from tests.people import Person

CONFIRMATIONS = ("confirm_may_declare", "confirm_public_number", "confirm_insight")


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.alma(app)


def test_every_gap_is_a_link(alma: Person) -> None:
    alma.client.send(f"{alma.base}/plan/new", {"title": "Halb fertig", "description": "Etwas tun"})
    page = alma.client.get(f"{alma.base}/declaration")
    targets = [str(link["href"]) for link in page.soup.select(".criteria a")]
    assert sum("#measure-" in target for target in targets) == 5
    assert any("/plan/" in target for target in targets)
    assert sum(target.endswith(tuple(f"#{name}" for name in DETAILS)) for target in targets) == 10


@pytest.mark.parametrize("left_out", [*DETAILS])
def test_each_missing_field_is_named_and_the_rest_is_kept(alma: Person, left_out: str) -> None:
    people.rate_everything(alma)
    people.plan_ten(alma)
    fields = {name: None if name == left_out else value for name, value in DETAILS.items()}
    refused = alma.client.send(f"{alma.base}/declaration", fields)
    assert refused.status == 422
    assert [link["href"] for link in refused.soup.select(".error-summary a")] == [f"#{left_out}"]
    kept = refused.values()
    assert all(kept.get(name, "") == value for name, value in DETAILS.items() if name != left_out)
    token = alma.client.csrf_token(alma.assessment_id)
    issue = alma.client.post(f"{alma.base}/declaration/issue", {"csrf_token": token})
    assert issue.status == 422
    assert f"#{left_out}" in str(issue.soup.select_one(".criteria"))


def test_nothing_is_preselected(alma: Person) -> None:
    values = alma.client.get(f"{alma.base}/declaration").values()
    assert not set(values) & {"reminder", *CONFIRMATIONS}


def test_only_saving_keeps_half_a_form(alma: Person) -> None:
    saved = alma.client.send(f"{alma.base}/declaration", {"company_name": "Bäckerei Łódź", "then": "stay"})
    assert saved.location.endswith("?saved=1")
    assert alma.client.get(saved.location).values()["company_name"] == "Bäckerei Łódź"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("company_name", "x" * 201),
        ("email", "a@b.de, c@d.de"),
        ("email", "Eva <eva@betrieb.de>"),
        ("reminder", "pigeon"),
        ("postal_code", "123456"),
    ],
)
def test_bad_input_is_named_and_nothing_typed_is_lost(alma: Person, field: str, typed: str) -> None:
    refused = alma.client.send(f"{alma.base}/declaration", DETAILS | {field: typed})
    assert refused.status == 422
    assert f"#{field}" in str(refused.soup.select_one(".error-summary"))
    if field != "reminder":
        assert refused.values()[field] == typed


@pytest.mark.parametrize("typed", ["1843", "18439a", "ABCDE", "00000", "184390"])
def test_a_wrong_postal_code_is_asked_for_as_five_digits(alma: Person, typed: str) -> None:
    refused = alma.client.send(f"{alma.base}/declaration", DETAILS | {"postal_code": typed})
    assert refused.status == 422
    link = refused.soup.select_one('.error-summary a[href="#postal_code"]')
    assert link is not None
    assert link.get_text() == "Bitte fünf Ziffern eintragen, zum Beispiel 18439."


def test_a_conflict_says_what_is_stored_in_words(alma: Person) -> None:
    address = f"{alma.base}/declaration"
    alma.client.send(address, {"city": "Celle", "then": "stay"})
    seen = alma.client.get(address).values()
    alma.client.send(address, {"reminder": "calendar", "city": "", "then": "stay"})
    late = alma.client.post(address, seen | {"reminder": "email", "city": "Hameln"})
    assert late.status == 409
    assert "gespeichert: mit einer Kalenderdatei, die ich mitnehme (aus" in late.text
    assert "gespeichert: nichts (aus" in late.text


def test_the_step_is_voluntary_until_something_is_filled_in(alma: Person) -> None:
    def state() -> str:
        return alma.client.get(alma.base).soup.select(".step-state")[2].get_text()

    assert state() == "freiwillig"
    alma.client.send(f"{alma.base}/declaration", {"company_name": "Bäckerei Łódź", "then": "stay"})
    assert state() == "9 Angaben fehlen"


def test_the_preview_says_above_the_button_that_issuing_closes_the_round(alma: Person) -> None:
    people.rate_everything(alma)
    people.plan_ten(alma)
    page = alma.client.get(alma.client.send(f"{alma.base}/declaration", dict(DETAILS)).location)
    button = page.soup.find("button", string="Selbsterklärung ausstellen")
    assert button is not None
    notice = button.find_parent("form").find_previous_sibling()  # type: ignore[union-attr]
    assert "nicht mehr ändern" in notice.get_text()  # type: ignore[union-attr]


def test_the_preview_shows_what_will_be_declared_and_by_whom(alma: Person) -> None:
    people.rate_everything(alma)
    people.plan_ten(alma)
    saved = alma.client.send(f"{alma.base}/declaration", dict(DETAILS))
    page = alma.client.get(saved.location)
    for shown in ("Tischlerei Brandt GmbH", "Alle 5 Maßnahmen", "10 eigene Maßnahmen sind festgelegt", "kein Dritter"):
        assert shown in page.text


def test_once_issued_the_overview_no_longer_calls_it_voluntary(alma: Person) -> None:
    assert "Freiwillig. Der Plan nützt Ihnen" in alma.client.get(alma.base).text
    people.declare(alma)
    page = alma.client.get(alma.base)
    assert "Ausgestellt." in page.text
    assert "Freiwillig" not in page.text


def test_issuing_again_leads_to_the_same_number(alma: Person) -> None:
    number = people.declare(alma)
    token = alma.client.csrf_token(alma.assessment_id)
    again = alma.client.post(f"{alma.base}/declaration/issue", {"csrf_token": token})
    assert again.location.endswith(number)
    assert alma.client.get(f"{alma.base}/declaration").location.endswith(number)


def test_what_changed_after_the_preview_was_opened_is_not_declared(alma: Person) -> None:
    people.rate_everything(alma)
    people.plan_ten(alma)
    preview = alma.client.get(alma.client.send(f"{alma.base}/declaration", dict(DETAILS)).location)
    people.rate_everything(people.bente(alma), need="urgent")
    people.come_back(alma).client.send(f"{alma.base}/declaration", {"signatory_name": "Ganz Anders"})
    seen = preview.values("/declaration/issue")
    for old in (seen, {name: value for name, value in seen.items() if name != "was-content"}):
        refused = alma.client.post(f"{alma.base}/declaration/issue", old)
        assert refused.status == 409
        for said in ("Ausgestellt ist nichts", "hat sich etwas geändert", "noch einmal hin", "Ganz Anders"):
            assert said in refused.text
    issued = alma.client.post(f"{alma.base}/declaration/issue", refused.values("/declaration/issue"))
    assert issued.status == 303
    assert alma.client.post(f"{alma.base}/declaration/issue", seen).location == issued.location


def test_changes_after_issuing_are_refused_with_words(alma: Person) -> None:
    people.declare(alma)
    token = alma.client.csrf_token(alma.assessment_id)
    refused = alma.client.post(f"{alma.base}/declaration", DETAILS | {"csrf_token": token, "city": "Hameln"})
    assert refused.status == 409
    assert "Diese Runde ist abgeschlossen" in refused.text


def test_a_helper_may_neither_fill_in_nor_issue(alma: Person) -> None:
    bente = people.bente(alma)
    assert not bente.client.get(f"{alma.base}/declaration").soup.select("main form")
    token = bente.client.csrf_token(alma.assessment_id)
    assert bente.client.post(f"{alma.base}/declaration/issue", {"csrf_token": token}).status == 403


def test_the_page_afterwards_says_how_to_speak_of_it(alma: Person) -> None:
    number = people.declare(alma)
    page = alma.client.get(f"/declarations/{number}")
    assert f"http://check.example.org/verify/{number}" in page.text
    assert "von keinem Dritten" in page.text
    assert "So nicht" in page.text


@pytest.mark.parametrize("kind", ["declaration", "topics", "plan"])
def test_a_document_is_made_once_and_stays_the_same_bytes(alma: Person, kind: str) -> None:
    number = people.declare(alma)
    first = alma.client.get(f"/declarations/{number}/{kind}.pdf").response
    assert first.mimetype == "application/pdf"
    assert first.data == alma.client.get(f"/declarations/{number}/{kind}.pdf").response.data
    assert number in PdfReader(BytesIO(first.data)).pages[0].extract_text()


def test_the_declaration_is_one_page_in_either_language(alma: Person) -> None:
    number = people.declare(alma)
    for language, said in (("de", "Selbsterklärung"), ("en", "Self-declaration")):
        content = alma.client.get(f"/declarations/{number}/declaration.pdf?lang={language}").response.data
        reader = PdfReader(BytesIO(content))
        assert len(reader.pages) == 1
        assert said in reader.pages[0].extract_text()


def test_the_printed_address_is_the_same_whatever_language_was_asked_for(alma: Person) -> None:
    number = people.declare(alma)
    content = alma.client.get(f"/declarations/{number}/declaration.pdf?lang=en").response.data
    printed = PdfReader(BytesIO(content)).pages[0].extract_text()
    assert f"http://check.example.org/verify/{number}" in printed.replace("\n", "")
    assert "lang=" not in printed


def test_functions_are_printed_instead_of_names_and_nothing_of_it_is_kept(alma: Person) -> None:
    number = people.declare(alma)
    token = alma.client.csrf_token(alma.assessment_id)
    replaced = {"csrf_token": token, "name": "Büro", "function": "Buchhaltung Nord"}
    printed = alma.client.post(f"/declarations/{number}/plan.pdf", replaced).response.data
    usual = alma.client.get(f"/declarations/{number}/plan.pdf").response.data
    assert "Buchhaltung Nord" in PdfReader(BytesIO(printed)).pages[0].extract_text()
    assert "Buchhaltung Nord" not in PdfReader(BytesIO(usual)).pages[0].extract_text()


def test_the_calendar_holds_every_date_with_stable_uids(alma: Person) -> None:
    number = people.declare(alma)
    first = Calendar.from_ical(alma.client.get(f"/declarations/{number}/calendar.ics").response.data)
    again = Calendar.from_ical(alma.client.get(f"/declarations/{number}/calendar.ics").response.data)
    events = first.walk("VEVENT")
    assert len(events) == 10 + 10 + 1
    assert [event["UID"] for event in events] == [event["UID"] for event in again.walk("VEVENT")]
    assert len({event["UID"] for event in events}) == 21
    end = next(event for event in events if "läuft ab" in str(event["SUMMARY"]))
    assert len(end.walk("VALARM")) == 3
