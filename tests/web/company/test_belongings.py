"""The page *Ihre Daten*: taking everything along, erasing everything, and what is said of a number afterwards (P18)."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.extensions import db
from om_selfcheck.pdf import documents as pdf
from om_selfcheck.pdf.renderer import PdfNotMade
from om_selfcheck.services import erasure, grants
from om_selfcheck.services.erasure import ErasureCause
from om_selfcheck.store.models import Company, Document
from tests import people
from tests.people import Person
from tests.web.client import Page

TICKED = {"confirm_erase": "1"}


@pytest.fixture
def alma(app: Flask) -> Person:
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False):
        owner = people.alma(app)
        people.rate_everything(owner)
        people.plan_one(owner, title="Kassensturz")
    return owner


@pytest.fixture(autouse=True)
def _day() -> Any:
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False):
        yield


@pytest.mark.parametrize(
    ("method", "address", "is_held"),
    [
        ("POST", "/data/erase", True),
        ("POST", "/data/export", True),
        ("GET", "/data", False),
        ("POST", "/plan/new", False),
    ],
)
def test_what_concerns_all_rounds_holds_them_before_anything_else(
    alma: Person, monkeypatch: pytest.MonkeyPatch, method: str, address: str, *, is_held: bool
) -> None:
    sent = alma.client.get(f"{alma.base}/data").values()
    asked: list[str] = []
    for name in ("hold_rounds", "list_actors"):
        monkeypatch.setattr(grants, name, noting(asked, name))
    alma.client.open(f"{alma.base}{address}", method=method, data=sent)
    assert (asked[0] == "hold_rounds") is is_held


def noting(asked: list[str], name: str) -> Callable[..., Any]:
    """Return a use case of `grants` that notes when it is asked for."""
    function = getattr(grants, name)

    def note(*given: Any, **named: Any) -> Any:
        asked.append(name)
        return function(*given, **named)

    return note


def take_along(person: Person) -> dict[str, bytes]:
    taken = person.client.send(f"{person.base}/data", form="/data/export")
    assert taken.status == 200
    assert taken.response.headers["Content-Disposition"] == "attachment; filename=om-selbstcheck-2026-11-24.zip"
    with zipfile.ZipFile(BytesIO(taken.response.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def erase(person: Person) -> Page:
    erased = person.client.send(f"{person.base}/data", TICKED, form="/data/erase")
    assert erased.status == 303
    return person.client.get(erased.location)


def test_the_page_says_what_goes_what_stays_and_for_how_long(alma: Person) -> None:
    page = alma.client.get(f"{alma.base}/data")
    for said in (
        "wird gelöscht, wenn ihn 24 Monate lang niemand geöffnet hat",
        "Ihr Inhalt bleibt mindestens 6 Monate nach ihrem Ende, länger, solange jemand den Check öffnet",
        "werden nach 90 Tagen gelöscht",
        "spätestens am 24. Dezember 2026 sind sie überschrieben",
    ):
        assert said in page.text
    assert "Ausgestellte Erklärungen sind dann widerrufen" not in page.text
    for place in (alma.base, f"{alma.base}/access"):
        assert f"{alma.base}/data" in alma.client.get(place).links()


def test_who_has_a_number_is_told_what_becomes_of_it_before(alma: Person) -> None:
    number = people.declare(alma)
    page = alma.client.get(f"{alma.base}/data")
    assert "Ausgestellte Erklärungen sind dann widerrufen" in page.text
    assert number in page.text


def test_everything_comes_along_as_one_archive(alma: Person) -> None:
    files = take_along(alma)
    assert set(files) == {"README.txt", "export.json"}
    tables = json.loads(files["export.json"])["tables"]
    assert [action["title"] for action in tables["action"]] == ["Kassensturz"]
    assert len(tables["rating"]) == len(people.MEASURES)
    assert "urgent ist Rot" in files["README.txt"].decode()


def test_documents_come_along_even_if_nobody_opened_them_before(alma: Person) -> None:
    number = people.declare(alma)
    files = take_along(alma)
    documents = {name: content for name, content in files.items() if name.startswith("documents/")}
    assert set(documents) >= {f"documents/{number}-{kind}-de.pdf" for kind in ("declaration", "topics", "plan")}
    shown = alma.client.get(f"/declarations/{number}/declaration.pdf").response.data
    assert documents[f"documents/{number}-declaration-de.pdf"] == shown


def test_documents_of_every_round_come_along_and_the_annex_of_the_last(alma: Person) -> None:
    first = people.declare(alma)
    second = people.declare(people.renew(alma))
    names = set(take_along(alma))
    assert {f"documents/{first}-declaration-de.pdf", f"documents/{second}-declaration-de.pdf"} <= names
    assert f"documents/{second}-changes-de.pdf" in names
    assert f"documents/{first}-changes-de.pdf" not in names


def test_a_press_that_has_stopped_keeps_nobody_from_taking_the_rest(
    alma: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> bytes:
        raise PdfNotMade

    people.declare(alma)
    monkeypatch.setattr(pdf, "render_declaration", break_down)
    names = set(take_along(alma))
    assert "export.json" in names
    assert not [name for name in names if "-declaration-" in name]
    assert [name for name in names if "-plan-" in name]


def test_nothing_is_erased_without_the_tick(alma: Person) -> None:
    page = alma.client.send(f"{alma.base}/data", form="/data/erase")
    assert page.status == 422
    assert "Bitte das Häkchen setzen" in page.text
    assert alma.client.get(alma.base).status == 200


def test_after_erasing_every_link_and_browser_is_out(alma: Person) -> None:
    bente = people.bente(alma)
    page = erase(alma)
    assert "Alles ist gelöscht" in page.text
    assert "24. Dezember 2026" in page.text
    for person in (alma, bente):
        assert person.client.get(person.base).status == 404
        assert person.client.get(f"/access/{person.token}").status == 404


def test_the_number_goes_on_answering_without_the_name(app: Flask, alma: Person) -> None:
    number = people.declare(alma)
    answer = people.stella(app).client.get(f"/verify/{number}")
    assert "Tischlerei Brandt GmbH" in answer.text
    page = erase(alma)
    assert f"/verify/{number}" in page.links()
    answer = people.stella(app).client.get(f"/verify/{number}")
    assert "seit 24. November 2026 widerrufen" in answer.text
    assert "auf eigenen Wunsch des Unternehmens" in answer.text
    assert "wird nicht mehr genannt" in answer.text
    assert "Tischlerei" not in answer.text
    assert people.stella(app).client.get(f"/renew?number={number}").status == 200


def test_the_next_round_of_the_same_firm_goes_too(alma: Person) -> None:
    people.declare(alma)
    again = people.renew(alma)
    erase(again)
    assert alma.client.get(alma.base).status == 404


@pytest.mark.parametrize("make", [people.bente, people.rolf])
def test_only_the_owner_sees_the_page(alma: Person, make: Any) -> None:
    guest = make(alma)
    assert guest.client.get(f"{guest.base}/data").status == 403
    assert f"{guest.base}/data" not in guest.client.get(f"{guest.base}/access").links()


def test_the_last_page_shows_numbers_and_nothing_else_that_stands_in_its_address(app: Flask) -> None:
    page = people.stella(app).client.get("/erased?number=<b>Beck</b>&number=7K3MZQ&number=000000-000000-000000")
    assert page.status == 200
    assert "Beck" not in page.text
    assert [link for link in page.links() if link.startswith("/verify/")] == ["/verify/000000-000000-000000"]


def test_the_sheet_says_when_an_idle_check_goes(app: Flask) -> None:
    client = people.stella(app).client
    started = client.post("/assessments", {"questionnaire": "basis"}).location
    sheet = client.get(started.split("?")[0] + "/sheet")
    assert "Wird der Check 24 Monate lang nicht geöffnet" in sheet.text


def test_a_document_made_while_everything_is_erased_is_neither_kept_nor_shown(
    app: Flask, alma: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = people.declare(alma)

    def make(*_: object) -> bytes:
        with Session(db.engine) as session, session.begin():
            erasure.erase_company(
                session,
                company_id=session.scalars(select(Company.id)).one(),
                cause=ErasureCause.OWN_WISH,
                today=clock.today(),
                now=clock.now(),
            )
        return b"%PDF"

    monkeypatch.setattr(pdf, "render_topics", make)
    assert alma.client.get(f"/declarations/{number}/topics.pdf").status == 404
    with app.app_context():
        assert db.session.scalars(select(Document.sha256)).all() == []
