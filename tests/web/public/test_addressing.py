"""Confirming an address on whatever device, and asking for a lost link without learning who is known here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, event

from om_selfcheck.clock import now
from om_selfcheck.extensions import db
from om_selfcheck.services.clearing import clear_up
from tests import factories, people
from tests.people import Person
from tests.web.client import Page, PageClient
from tests.web.company.test_mails import NEW, ODD_ADDRESSES, OLD, confirm, type_address
from tests.web.postbox import PRESSED, access_links, collect, confirm_link


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.alma(app)


def ask(app: Flask, person: Person, address: str = NEW) -> str:
    """Type an address and return the path in the mail that asks."""
    assert type_address(person, address).status == 303
    (mail,) = collect(app)
    return confirm_link(mail)


# Confirming


def test_looking_changes_nothing_and_sets_no_cookie_only_the_button_confirms(app: Flask, alma: Person) -> None:
    path = ask(app, alma)
    scanner = people.stella(app).client
    for look in (scanner.flask_client.get, scanner.flask_client.head, scanner.flask_client.get):
        looked = look(path)
        assert looked.status_code == 200
        assert "Set-Cookie" not in looked.headers
    assert "noch nicht bestätigt" in alma.client.get(alma.base).text
    assert scanner.post(path).status == 400, "sent without the button"
    pressed = scanner.post(path, PRESSED)
    assert (pressed.status, "Set-Cookie" in pressed.response.headers) == (303, False)
    assert "Die Adresse ist bestätigt" in scanner.get(pressed.location).text
    assert f"E-Mails gehen an {NEW}" in alma.client.get(alma.base).text


def test_the_page_names_address_company_and_day_before_its_button(app: Flask, alma: Person) -> None:
    alma.client.send(f"{alma.base}/declaration", {"company_name": "Bäckerei Łódź", "then": "stay"})
    page = people.stella(app).client.get(ask(app, alma))
    for said in (NEW, "Bäckerei Łódź", "Check begonnen am"):
        assert said in page.text


def test_pressing_twice_is_harmless(app: Flask, alma: Person) -> None:
    path = ask(app, alma)
    assert [people.stella(app).client.post(path, PRESSED).status for _ in range(2)] == [303, 303]


@pytest.mark.parametrize("why", ["unknown", "old", "replaced", "removed", "key renewed"])
def test_a_link_that_confirms_nothing_any_more_says_what_to_do(app: Flask, why: str) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as clock:
        alma = people.alma(app)
        path = ask(app, alma)
        if why == "unknown":
            path = f"/confirm-address/{'x' * 43}"
        elif why == "old":
            clock.shift(24 * 3600)
        elif why == "replaced":
            type_address(alma, OLD)
        elif why == "removed":
            alma.client.send(f"{alma.base}/mails", form="/mails/remove")
        else:
            alma.client.send(f"{alma.base}/access", form="/access/renew")
        client = people.stella(app).client
        for page in (client.get(path), client.post(path, PRESSED)):
            assert page.status == 404
            assert "bestätigt nichts mehr" in page.text
            assert "neuesten E-Mail" in page.text


def test_another_site_cannot_press_the_button(app: Flask, alma: Person) -> None:
    path = ask(app, alma)
    refused = people.stella(app).client.post(path, PRESSED, headers={"Origin": "https://elsewhere.example"})
    assert refused.status == 403
    assert "noch nicht bestätigt" in alma.client.get(alma.base).text


# The lost link


def ask_for_link(client: PageClient, address: str, **options: object) -> Page:
    return client.post("/lost-link", {"email": address}, **options)


def test_a_lost_link_comes_to_the_confirmed_address_and_opens(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    client = people.stella(app).client
    sent = client.send("/lost-link", {"email": f" {NEW.upper()} "})
    assert sent.status == 303
    assert "Ist die Adresse bei einem Check bestätigt" in client.get(sent.location).text
    (mail,) = collect(app)
    assert mail["To"] == NEW
    (path,) = access_links(mail)
    assert client.post(path).location == alma.base
    assert "neuer Zugangslink nach Verlust" in client.get(f"{alma.base}/mails").text, (
        "the company sees that it was sent"
    )


def test_a_mail_that_others_asked_for_at_an_unknown_address_is_on_no_list(app: Flask, alma: Person) -> None:
    confirm(alma, NEW)
    ask_for_link(people.stella(app).client, OLD)
    assert collect(app) == []
    assert OLD not in alma.client.get(f"{alma.base}/mails").text
    assert "nach Verlust" not in alma.client.get(f"{alma.base}/mails").text


def test_unknown_addresses_are_forgotten_after_a_day(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as clock:
        ask_for_link(people.stella(app).client, OLD)
        collect(app)
        assert OLD in stored(app), "the control: it was there"
        clock.shift(24 * 3600 + 1)
        with app.app_context():
            clear_up(db.session, now=now())
            db.session.commit()
        assert OLD not in stored(app)


def stored(app: Flask) -> str:
    with app.app_context():
        return str(factories.dump(db.session))


@contextmanager
def counting_work(app: Flask) -> Iterator[list[str]]:
    """Note every statement the database gets."""
    statements: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_words_and_work_are_the_same_whether_the_address_is_known_or_not(app: Flask) -> None:
    for address in ("one@betrieb.example", "two@betrieb.example", "two@betrieb.example"):
        confirm(people.alma(app), address)
    type_address(people.alma(app), "typed@betrieb.example")
    collect(app)
    seen = []
    for name in ("none", "one", "two", "typed"):
        client = people.stella(app).client
        with counting_work(app) as statements:
            answer = ask_for_link(client, f"{name}@betrieb.example")
            page = client.get(answer.location)
        words = re.sub(r"[0-9a-f]{12}", "", page.response.get_data(as_text=True))
        headers = sorted(set(answer.response.headers.keys()) | set(page.response.headers.keys()))
        seen.append((answer.status, answer.location, page.status, words, headers, statements))
    assert all(one == seen[0] for one in seen)
    assert len(seen[0][-1]) > 3, "the control: the work was seen"


def test_after_three_in_an_hour_the_answer_is_the_same_for_known_and_unknown(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as clock:
        confirm(people.alma(app), NEW)
        refused = []
        for address in (NEW, OLD):
            answers = [ask_for_link(people.stella(app).client, address) for _ in range(4)]
            assert [answer.status for answer in answers] == [303, 303, 303, 429]
            refused.append(answers[-1].text.replace(address, ""))
            assert answers[-1].soup.select("#email")[0]["value"] == address, "nothing typed is lost"
        assert refused[0] == refused[1]
        assert "Ab 11:00 Uhr geht es wieder" in refused[0]
        assert len(collect(app)) == 1, "three clicks in one minute are one mail"
        clock.shift(3600)
        assert ask_for_link(people.stella(app).client, NEW).status == 303


def test_a_network_asks_sixty_times_an_hour_and_another_one_is_not_held_up(app: Flask) -> None:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        client = people.stella(app).client
        statuses = [ask_for_link(client, f"a{number}@betrieb.example").status for number in range(61)]
        assert statuses == [303] * 60 + [429]
        elsewhere = ask_for_link(client, NEW, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
        assert elsewhere.status == 303


@pytest.mark.parametrize("typed", ["", *ODD_ADDRESSES])
def test_what_is_not_one_plain_address_is_refused_with_what_was_typed(app: Flask, typed: str) -> None:
    refused = ask_for_link(people.stella(app).client, typed)
    assert refused.status == 422
    assert "#email" in str(refused.soup.select_one(".error-summary"))
    assert refused.soup.select("#email")[0]["value"] == " ".join(typed.replace("\u202e", "").split())
    assert collect(app) == []


def test_it_sets_no_cookie_and_another_site_cannot_ask(client: PageClient) -> None:
    assert "Set-Cookie" not in client.get("/lost-link").response.headers
    assert "Set-Cookie" not in ask_for_link(client, NEW).response.headers
    assert ask_for_link(client, NEW, headers={"Sec-Fetch-Site": "cross-site"}).status == 403


def test_who_lost_a_link_finds_the_page_from_start_footer_and_refusal(client: PageClient) -> None:
    for address in ("/", "/privacy", f"/access/{'x' * 43}", "/nowhere"):
        assert "/lost-link" in client.get(address).links(), address
    main = client.get(f"/access/{'x' * 43}").soup.select("main a[href='/lost-link']")
    assert main, "in the page itself, not in the footer alone"


def test_the_first_screen_says_that_without_link_and_address_nobody_finds_the_answers(client: PageClient) -> None:
    assert "Ohne Link und ohne bestätigte Adresse findet niemand Ihre Antworten wieder" in client.get("/").text
