"""The page about e-mail: the address, how to be reminded, the key by mail, and every mail with its state."""

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from flask import Flask

from om_selfcheck.domain.limits import CLAIMS_OF_NETWORK
from om_selfcheck.domain.message import Problem
from om_selfcheck.web.company import addressing
from tests import people
from tests.people import Person
from tests.web.client import Page
from tests.web.postbox import PRESSED, access_links, code_of, collect, confirm_link

OLD, NEW = "alt@betrieb.example", "neu@betrieb.example"
ODD_ADDRESSES = [
    "a@b.de, c@d.de",
    "Eva <eva@betrieb.example>",
    "büro@betrieb.example",
    "buero@betrieb。example",
    "buero＠betrieb.example",
    "\u202ebuero@betrieb.example, x",
    "a@b.de\r\nBcc: alle@example.org",
    "x" * 1000,
    "x" * 1000 + "@betrieb.example",
    "<script>alert(1)</script>",
    "@",
]


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.alma(app)


def mails(person: Person, **query: str) -> Page:
    return person.client.get(f"{person.base}/mails", query_string=query)


def send(person: Person, form: str, **fields: Any) -> Page:
    return person.client.send(f"{person.base}/mails", fields, form=f"/mails/{form}")


def type_address(person: Person, address: str, **fields: str) -> Page:
    """Type an address into the field, whichever forms the page has for it."""
    page = mails(person)
    values = next(
        values for form in range(len(page.soup.select("form"))) if "was-email" in (values := page.values(form))
    )
    sent = {"csrf_token": values["csrf_token"], "was-email": values["was-email"], "email": address}
    return person.client.post(f"{person.base}/mails/address", sent | fields)


def confirm(person: Person, address: str, **fields: str) -> None:
    """Type an address and confirm it by the link in its mail."""
    assert type_address(person, address, **fields).status == 303
    (mail,) = [one for one in collect(person.client.app) if one["To"] == address]
    assert person.client.post(confirm_link(mail), PRESSED).status == 303


def test_an_address_is_typed_and_confirmed_by_its_code(app: Flask, alma: Person) -> None:
    sent = type_address(alma, NEW)
    assert f"Eine E-Mail an {NEW} ist unterwegs" in alma.client.get(sent.location).text
    (mail,) = collect(app)
    assert mail["To"] == NEW
    done = send(alma, "code", code=code_of(mail).lower().replace("-", " "))
    page = alma.client.get(done.location)
    assert f"E-Mails gehen ab jetzt an {NEW}" in page.text
    assert not page.soup.select("#code")


def test_a_wrong_code_costs_a_try_and_is_said(app: Flask, alma: Person) -> None:
    type_address(alma, NEW)
    (mail,) = collect(app)
    for left in (4, 3, 2, 1, 0):
        refused = send(alma, "code", code="3333-3333")
        assert refused.status == 422
        assert "Dieser Code stimmt nicht" in refused.text
        assert f"Noch {left} Versuch" in refused.text
    refused = send(alma, "code", code=code_of(mail))
    assert refused.status == 422
    assert "Fünf Versuche sind verbraucht" in refused.text
    assert alma.client.post(confirm_link(mail), PRESSED).status == 303, "the link still confirms"


@pytest.mark.parametrize("typed", ["", "123", "7CDF-GHJ0", "²" * 8, "x" * 5000])
def test_what_cannot_be_a_code_costs_no_try(app: Flask, alma: Person, typed: str) -> None:
    type_address(alma, NEW)
    collect(app)
    refused = send(alma, "code", code=typed)
    assert refused.status == 422
    assert "acht Zeichen" in str(refused.soup.select_one(".error-summary"))
    assert "Noch 5 Versuche" in refused.text


@pytest.mark.parametrize("typed", ODD_ADDRESSES)
def test_what_is_not_one_plain_address_is_refused_at_the_door(app: Flask, alma: Person, typed: str) -> None:
    refused = type_address(alma, typed)
    assert refused.status == 422
    assert "#email" in str(refused.soup.select_one(".error-summary"))
    shown = str(refused.soup.select("#email")[0]["value"])
    assert shown == " ".join(typed.replace("\u202e", "").split()), "nothing typed is lost"
    assert collect(app) == []


def test_an_empty_address_is_asked_for(alma: Person) -> None:
    refused = type_address(alma, " ")
    assert refused.status == 422
    assert "Bitte eine E-Mail-Adresse eintragen." in refused.text


def test_until_the_new_one_is_confirmed_the_page_shows_both(app: Flask, alma: Person) -> None:
    confirm(alma, OLD)
    type_address(alma, NEW)
    page = mails(alma)
    assert "Bis dahin gehen E-Mails an die alte" in page.text
    assert f"Bei {OLD} bleiben" in page.text
    collect(app)
    token = page.values()["csrf_token"]
    alma.client.post(f"{alma.base}/mails/address", {"csrf_token": token, "was-email": NEW, "email": OLD})
    assert NEW not in str(mails(alma).soup.select_one("#address"))


def test_the_old_address_is_told_and_the_list_shows_every_mail(app: Flask, alma: Person) -> None:
    confirm(alma, OLD)
    confirm(alma, NEW)
    assert [mail["To"] for mail in collect(app)] == [OLD]
    sent = str(mails(alma).soup.select_one("#sent"))
    assert "Adresse geändert" in sent
    assert sent.count("Bitte um Bestätigung") == 2


def test_an_address_changed_by_somebody_else_meanwhile_is_a_conflict_with_both_values(alma: Person) -> None:
    seen = mails(alma).values("/mails/address")
    type_address(alma, OLD)
    late = alma.client.post(f"{alma.base}/mails/address", seen | {"email": NEW})
    assert late.status == 409
    assert f"Inzwischen ist hier gespeichert: {OLD}" in late.text
    assert NEW in str(late.soup.select("#email")[0]["value"])


def test_an_address_is_deleted(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    assert "Die Adresse ist gelöscht" in alma.client.get(send(alma, "remove").location).text
    assert "keine hinterlegt" in mails(alma).text
    assert [mail["To"] for mail in collect(app)] == [NEW], "told once more"


def test_deleting_another_address_than_seen_is_a_conflict(alma: Person) -> None:
    confirm(alma, OLD)
    seen = mails(alma).values("/mails/remove")
    type_address(alma, NEW)
    assert alma.client.post(f"{alma.base}/mails/remove", seen).status == 409
    assert OLD in mails(alma).text


def test_the_key_is_mailed_to_the_confirmed_address_and_opens_elsewhere(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    assert f"unterwegs an {NEW}" in alma.client.get(send(alma, "link").location).text
    (mail,) = collect(app)
    elsewhere = people.stella(app)
    (path,) = access_links(mail)
    assert elsewhere.client.post(path).location == alma.base
    assert elsewhere.client.get(f"{alma.base}/mails").status == 200, "it is the owner's key"


def test_without_a_confirmed_address_no_key_is_mailed(app: Flask, alma: Person) -> None:
    type_address(alma, NEW)
    token = mails(alma).values()["csrf_token"]
    refused = alma.client.post(f"{alma.base}/mails/link", {"csrf_token": token})
    assert refused.status == 409
    assert "zuerst eine Adresse bestätigt" in refused.text
    assert len(collect(app)) == 1


def test_a_mailed_key_is_listed_and_ends_with_the_renewal(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    send(alma, "link")
    (mail,) = collect(app)
    page = alma.client.get(f"{alma.base}/access")
    assert page.text.count("Zugangslink, per E-Mail geschickt") == 1
    assert len(page.soup.select("form[action$='/renew']")) == 1
    assert f"Wer E-Mails an {NEW} lesen kann" in page.text
    alma.client.send(f"{alma.base}/access", form="/access/renew")
    assert people.stella(app).client.get(access_links(mail)[0]).status == 404
    assert "per E-Mail geschickt" not in alma.client.get(f"{alma.base}/access").text.replace("alle per E-Mail", "")


def test_the_page_of_a_link_names_the_companys_key_once_however_many_were_mailed(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    send(alma, "link")
    (mail,) = collect(app)
    page = people.stella(app).client.get(access_links(mail)[0])
    assert page.text.count("wer den persönlichen Zugangslink des Unternehmens hat") == 1
    assert "das ist dieser Link" in page.text


@pytest.mark.parametrize(
    ("choice", "word"), [("email", "per E-Mail"), ("calendar", "Kalenderdatei"), ("not_at_all", "gar nicht")]
)
def test_how_to_be_reminded_is_chosen_before_and_after_issuing(alma: Person, choice: str, word: str) -> None:
    people.declare(alma)
    assert alma.client.get(send(alma, "reminder", reminder=choice).location).status == 200
    chosen = mails(alma).soup.select_one("input[name=reminder][checked]")
    assert chosen is not None
    assert word in chosen.find_parent("label").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", [None, "", "pigeon"])
def test_a_reminder_that_is_not_offered_is_refused(alma: Person, typed: str | None) -> None:
    refused = send(alma, "reminder", reminder=typed)
    assert refused.status == 422
    assert "#reminder" in str(refused.soup.select_one(".error-summary"))


def test_a_choice_changed_by_somebody_else_meanwhile_is_said_in_words(alma: Person) -> None:
    seen = mails(alma).values("/mails/reminder")
    send(alma, "reminder", reminder="calendar")
    late = alma.client.post(f"{alma.base}/mails/reminder", seen | {"reminder": "email"})
    assert late.status == 409
    assert "gespeichert: mit einer Kalenderdatei, die ich mitnehme (aus" in late.text


def test_reminders_rest_until_a_day_and_come_again(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        alma = people.alma(app)
        send(alma, "reminder", reminder="email")
        paused = alma.client.get(send(alma, "pause", resume_on="31.01.2027").location)
        assert "Erinnerungen ruhen bis zum 31. Januar 2027" in paused.text
        resumed = alma.client.get(send(alma, "resume").location)
        assert "Erinnerungen kommen wieder" in resumed.text
        assert "ruhen bis" not in mails(alma).text


@pytest.mark.parametrize("typed", ["", "bald", "2026-11-24", "2026-11-23", "2027-11-26", "2027-02-30", "x" * 500])
def test_a_pause_ends_on_a_day_within_the_year_to_come(app: Flask, typed: str) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        alma = people.alma(app)
        send(alma, "reminder", reminder="email")
        refused = send(alma, "pause", resume_on=typed)
        assert refused.status == 422
        assert "#resume_on" in str(refused.soup.select_one(".error-summary"))
        assert "ruhen bis" not in mails(alma).text


def test_a_mail_that_came_back_stands_out_with_what_to_do_until_another_arrives(app: Flask, alma: Person) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as clock:
        type_address(alma, NEW)
        collect(app, problem=Problem.ADDRESS_REFUSED)
        page = mails(alma)
        warning = page.soup.select_one(".notice-warning")
        assert warning is not None
        assert "Das kam nicht an" in warning.get_text()
        assert "Zeichen für Zeichen" in warning.get_text()
        assert "nicht zustellbar" in str(page.soup.select_one("#sent"))
        assert "Die neueste E-Mail kam nicht an" in alma.client.get(alma.base).text
        clock.shift(120)
        type_address(alma, NEW)
        assert len(collect(app)) == 1
        assert "Das kam nicht an" not in mails(alma).text
        assert "kam nicht an" not in alma.client.get(alma.base).text


def test_a_mail_tried_again_says_when(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        alma = people.alma(app)
        type_address(alma, NEW)
        collect(app, problem=Problem.NOT_REACHED)
        assert "Nächster Versuch: 24.11.2026, 10:05 Uhr" in mails(alma).text


# Limits


def test_a_company_types_ten_addresses_an_hour_and_loses_nothing_typed(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as clock:
        alma = people.alma(app)
        for number in range(10):
            assert type_address(alma, f"a{number}@betrieb.example").status == 303
        refused = type_address(alma, NEW)
        assert refused.status == 429
        assert "Ab 11:00 Uhr geht es wieder" in refused.text
        assert refused.soup.select("#email")[0]["value"] == NEW
        clock.shift(3600)
        assert type_address(alma, NEW).status == 303


def test_an_address_is_asked_three_times_an_hour_by_however_many_companies(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        assert [type_address(people.alma(app), NEW).status for _ in range(4)] == [303, 303, 303, 429]
        assert len(collect(app)) == 3


def test_a_network_sends_three_hundred_of_these_mails_an_hour_and_a_workshop_fits(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CLAIMS_OF_NETWORK.most >= 150
    monkeypatch.setattr(addressing, "CLAIMS_OF_NETWORK", replace(CLAIMS_OF_NETWORK, most=2))
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        statuses = [type_address(people.alma(app), f"a{number}@betrieb.example").status for number in range(3)]
    assert statuses == [303, 303, 429]


def test_the_key_is_mailed_three_times_an_hour(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as clock:
        alma = people.alma(app)
        confirm(alma, NEW)
        statuses = []
        for _ in range(4):
            statuses.append(send(alma, "link").status)
            clock.shift(60)
        assert statuses == [303, 303, 303, 429]
        assert len(collect(app)) == 3


# From the page of a fresh link


def test_a_fresh_link_is_mailed_once_its_address_is_confirmed(app: Flask) -> None:
    client = people.stella(app).client
    shown = client.post("/assessments", {"questionnaire": "basis"}).location
    sent = client.send(shown, {"email": NEW}, form="/mails/address")
    page = client.get(sent.location)
    assert "noch nicht aufbewahrt" in page.text, "the link at hand is not forgotten"
    (asked,) = collect(app)
    assert access_links(asked) == []
    client.post(confirm_link(asked), PRESSED)
    (key,) = collect(app)
    elsewhere = people.stella(app)
    assert elsewhere.client.post(access_links(key)[0]).location == shown.removesuffix("/link")


def test_with_a_confirmed_address_a_renewed_link_is_mailed_by_one_button(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    renewed = alma.client.send(f"{alma.base}/access", form="/access/renew")
    assert alma.client.send(renewed.location, form="/mails/link").status == 303
    (key,) = collect(app)
    assert key["To"] == NEW


def test_a_guests_link_is_mailed_by_nobody(alma: Person) -> None:
    made = alma.client.send(f"{alma.base}/access", {"label": "Bank", "right": "reader"}, form="/access/links")
    assert "Lieber per E-Mail" not in alma.client.get(made.location).text


# From the declaration's form


def test_an_address_in_the_declarations_form_gets_the_mail_that_asks(app: Flask, alma: Person) -> None:
    address = f"{alma.base}/declaration"
    alma.client.send(address, {"email": NEW, "reminder": "email", "then": "stay"})
    alma.client.send(address, {"city": "Celle", "then": "stay"})
    assert [mail["To"] for mail in collect(app)] == [NEW], "once, however often the form is saved"
    assert f"{NEW} ist noch nicht bestätigt" in alma.client.get(address).text


def test_an_address_taken_out_of_the_form_is_deleted(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    alma.client.send(f"{alma.base}/declaration", {"email": "", "then": "stay"})
    assert "keine hinterlegt" in mails(alma).text
    assert [mail["To"] for mail in collect(app)] == [NEW]


def test_the_form_is_saved_even_where_no_more_mails_may_go_out(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        for _ in range(3):
            type_address(people.alma(app), NEW)
        alma = people.alma(app)
        refused = alma.client.send(f"{alma.base}/declaration", {"email": NEW, "city": "Celle", "then": "stay"})
        assert refused.status == 422
        assert "#email" in str(refused.soup.select_one(".error-summary"))
        kept = alma.client.get(f"{alma.base}/declaration").values()
        assert (kept["city"], kept["email"]) == ("Celle", NEW)
        assert "E-Mail zur Bestätigung schicken" in mails(alma).text


def test_the_wish_for_mail_without_a_confirmed_address_is_pointed_out_before_and_after_issuing(
    app: Flask, alma: Person
) -> None:
    alma.client.send(f"{alma.base}/declaration", {"reminder": "email", "then": "stay"})
    assert "Es fehlt noch eine bestätigte Adresse" in alma.client.get(f"{alma.base}/declaration/preview").text
    number = people.declare(alma)
    assert "Es fehlt noch eine bestätigte Adresse" in alma.client.get(f"/declarations/{number}").text
    confirm(alma, NEW)
    page = alma.client.get(f"/declarations/{number}")
    assert f"gehen an {NEW}" in page.text
    assert "Es fehlt noch" not in page.text
    assert collect(app) == []


# Who may


def test_an_address_is_on_no_page_of_anybody_but_the_owner(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    number = people.declare(alma)
    pages = ("", "/access", "/plan", "/topics/1", "/mails")
    for guest in (people.bente(alma), people.rolf(alma)):
        assert guest.client.get(f"{alma.base}/mails").status == 403
        for address in (*(f"{alma.base}{page}" for page in pages), f"/declarations/{number}"):
            assert NEW not in guest.client.get(address).text, address
    assert NEW in alma.client.get(alma.base).text, "the control: the owner does read it"
    assert people.stella(app).client.get(f"{alma.base}/mails").status == 404


def test_the_owner_is_led_there_from_everywhere(alma: Person) -> None:
    number = people.declare(alma)
    for address in (alma.base, f"{alma.base}/access", f"/declarations/{number}"):
        assert f"{alma.base}/mails" in alma.client.get(address).links(), address
