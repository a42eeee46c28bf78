"""Looking up a number: five clear answers, nothing else, no cookie."""

import hashlib
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from om_selfcheck.extensions import db
from om_selfcheck.store.models import Declaration
from tests import people

SAME_FILE = "Die Datei ist unverändert die hier ausgestellte."


def change(app: Flask, number: str, **columns: object) -> None:
    with app.app_context():
        db.session.execute(update(Declaration).where(Declaration.number == number).values(**columns))
        db.session.commit()


@pytest.mark.parametrize(
    ("columns", "said", "status"),
    [
        ({"withdrawn_on": None}, "gilt bis", "gilt"),
        ({"issued_on": date(2020, 2, 29)}, "galt bis 28. Februar 2022", "abgelaufen"),
        (
            {"withdrawn_on": date(2026, 11, 20), "withdrawal_reason": "own_wish"},
            "seit 20. November 2026 widerrufen",
            "auf eigenen Wunsch",
        ),
    ],
)
def test_each_status_has_its_sentence(app: Flask, columns: dict[str, object], said: str, status: str) -> None:
    number = people.declare(people.alma(app))
    change(app, number, **columns)
    page = people.stella(app).client.get(f"/verify/{number}")
    assert said in page.text
    assert status in page.text
    assert "wer erklärt hat, wurde nicht festgestellt" in page.text
    assert "Kein Dritter" in page.text
    assert "Set-Cookie" not in page.response.headers


def test_a_replaced_one_leads_to_the_newer(app: Flask) -> None:
    old, new = people.declare(people.alma(app)), people.declare(people.alma(app))
    with app.app_context():
        newer = db.session.query(Declaration).filter_by(number=new).one()
        newer_id = newer.id
    change(app, old, replaced_by_id=newer_id)
    page = people.stella(app).client.get(f"/verify/{old}")
    assert "durch eine neuere ersetzt" in page.text
    assert f"/verify/{new}" in page.links()


def test_a_number_that_does_not_exist_is_unknown(app: Flask) -> None:
    page = people.stella(app).client.get("/verify/000000-000000-000000")
    assert page.status == 200
    assert "gibt es keine Selbsterklärung" in page.text


def test_a_typed_number_is_understood_however_it_is_written(app: Flask) -> None:
    number = people.declare(people.alma(app))
    client = people.stella(app).client
    for typed in (number.lower(), number.replace("-", ""), f" {number.replace('-', ' ')} "):
        assert client.get("/verify", query_string={"number": typed}).location == f"/verify/{number}"


@pytest.mark.parametrize("typed", ["abc", "1" * 500, "<script>", "%00", "٠" * 18])
def test_what_is_no_number_is_said_at_the_field(app: Flask, typed: str) -> None:
    page = people.stella(app).client.get("/verify", query_string={"number": typed})
    assert page.status == 200
    assert "Unbekannt" in page.text


def test_nothing_of_the_round_is_public(app: Flask) -> None:
    number = people.declare(people.alma(app))
    page = people.stella(app).client.get(f"/verify/{number}")
    for private in ("Katrin Brandt", "Mühlbach", "31134", "Maßnahme 1", "Büro"):
        assert private not in page.text


def test_the_pdf_itself_is_known_by_its_hash_and_a_changed_one_is_not(app: Flask) -> None:
    alma = people.alma(app)
    number = people.declare(alma)
    content = alma.client.get(f"/declarations/{number}/declaration.pdf").response.data
    client = people.stella(app).client
    found = client.get("/verify", query_string={"sha256": hashlib.sha256(content).hexdigest()})
    assert found.location.startswith(f"/verify/{number}?sha256=")
    assert SAME_FILE in client.get(found.location).text
    assert SAME_FILE not in client.get(f"/verify/{number}").text
    changed = client.get("/verify", query_string={"sha256": hashlib.sha256(content + b" ").hexdigest()})
    assert "kennt der Server nicht" in changed.text


def test_only_the_declaration_is_found_by_its_hash_never_the_plan(app: Flask) -> None:
    alma = people.alma(app)
    number = people.declare(alma)
    plan = alma.client.get(f"/declarations/{number}/plan.pdf").response.data
    answer = people.stella(app).client.get("/verify", query_string={"sha256": hashlib.sha256(plan).hexdigest()})
    assert "kennt der Server nicht" in answer.text


def test_nobody_can_write_an_address_that_vouches_for_a_file(app: Flask) -> None:
    """A hash of something else, the plan, another company's declaration or none: the sentence is not there."""
    alma, other = people.alma(app), people.alma(app)
    number, other_number = people.declare(alma), people.declare(other)
    plan = alma.client.get(f"/declarations/{number}/plan.pdf").response.data
    theirs = other.client.get(f"/declarations/{other_number}/declaration.pdf").response.data
    client = people.stella(app).client
    written = [hashlib.sha256(content).hexdigest() for content in (plan, theirs)] + ["1", "0" * 64, "%00", ""]
    for sha256 in written:
        assert SAME_FILE not in client.get(f"/verify/{number}", query_string={"sha256": sha256, "file": "1"}).text
