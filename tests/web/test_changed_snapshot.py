"""Pages about a declaration whose frozen snapshot is not the declared one: no 500, nothing false, and a way on."""

import json
import zipfile
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from om_selfcheck.extensions import db
from om_selfcheck.store.models import Correction, Declaration
from tests import factories, people
from tests.people import Person, User
from tests.web.client import Page

CHANGED = "Die gespeicherten Antworten haben sich seit dem Ausstellen verändert"
MISMATCH = "Die eingefrorene Erklärung passt nicht zu ihrer Prüfsumme"
FALSE_NAME = "Fremde Tischlerei"
CONFLICT = 409


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.declared_yesterday(app)


@pytest.fixture
def number(app: Flask, alma: Person) -> str:
    return people.number_of(app, alma)


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


@pytest.fixture
def case(app: Flask, alma: Person, olaf: User) -> UUID:
    people.draw_all(app, olaf.account)
    found = people.case_of(app, alma)
    olaf.client.send(f"/staff/audits/{found}", form="/ask")
    return found


def bend(app: Flask) -> None:
    with app.app_context():
        factories.bend_snapshot(db.session)


def assert_explained(page: Page) -> None:
    """Say what is wrong, what is safe, what to do, and the request id."""
    assert page.status == CONFLICT
    assert CHANGED in page.text
    assert "Was sicher ist" in page.text
    assert "Was Sie tun können" in page.text
    assert page.response.headers["X-Request-Id"] in page.text
    assert FALSE_NAME not in page.text


class TestCompany:
    def test_the_page_of_the_declaration_says_so_and_leads_on(
        self, app: Flask, alma: Person, number: str, case: UUID
    ) -> None:
        bend(app)
        page = alma.client.get(f"/declarations/{number}")
        assert_explained(page)
        for place in (
            f"/verify/{number}",
            f"{alma.base}/audits/{case}",
            alma.base,
            f"{alma.base}/data",
            f"/declarations/{number}/withdrawal",
        ):
            assert place in page.links()
            assert alma.client.get(place).status == 200

    def test_it_says_so_in_english_too(self, app: Flask, alma: Person, number: str) -> None:
        bend(app)
        assert (
            "What is stored no longer matches what was declared"
            in alma.client.get(f"/declarations/{number}?lang=en").text
        )

    @pytest.mark.parametrize("kind", ["declaration", "topics", "plan", "changes"])
    def test_no_document_is_printed(self, app: Flask, alma: Person, number: str, kind: str) -> None:
        bend(app)
        assert_explained(alma.client.get(f"/declarations/{number}/{kind}.pdf"))

    def test_a_document_of_before_is_handed_out_as_it_was(self, app: Flask, alma: Person, number: str) -> None:
        address = f"/declarations/{number}/declaration.pdf"
        before = alma.client.get(address).response.get_data()
        bend(app)
        after = alma.client.get(address)
        assert (after.status, after.response.get_data()) == (200, before)

    def test_nothing_is_corrected(self, app: Flask) -> None:
        fresh = people.alma(app)
        number = people.declare(fresh)
        address = f"/declarations/{number}/correction"
        sent = fresh.client.get(address).values(address) | {"city": "Celle"}
        bend(app)
        assert_explained(fresh.client.get(address))
        assert_explained(fresh.client.post(address, sent))
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Correction)) == 0

    def test_it_may_still_withdraw(self, app: Flask, alma: Person, number: str) -> None:
        bend(app)
        done = alma.client.send(f"/declarations/{number}/withdrawal?sure=1", {"confirm": "1"})
        assert done.status == 303
        page = alma.client.get(done.location)
        assert_explained(page)
        assert "widerrufen" in page.text
        assert f"/declarations/{number}/withdrawal" not in page.links()

    def test_the_case_page_opens_and_counts_nothing(self, app: Flask, alma: Person, case: UUID) -> None:
        address = f"{alma.base}/audits/{case}"
        intact = alma.client.get(address)
        assert "dieselbe wie damals" in intact.text
        assert [one for one in intact.links() if "/letters/" in one]
        bend(app)
        page = alma.client.get(address)
        assert page.status == 200
        assert not [one for one in page.links() if "/letters/" in one]
        assert "Die Prüfsumme der Antworten ist nicht dieselbe wie damals." in page.text
        assert "kein Vorwurf an das Unternehmen" in page.text
        assert "Die Kriterien sind erfüllt." not in page.text

    def test_everything_is_taken_along_with_a_word_that_it_does_not_match(
        self, app: Flask, alma: Person, number: str
    ) -> None:
        intact = self.take_along(alma)
        assert number not in intact["README.txt"].decode()
        bend(app)
        taken = self.take_along(alma)
        assert (
            f"passt declaration.snapshot nicht zu snapshot_hash, also nicht zu dem, was erklärt wurde: {number}."
            in (taken["README.txt"].decode())
        )
        content = json.loads(taken["export.json"])
        assert content["changed_snapshots"] == [number]
        assert FALSE_NAME in content["tables"]["declaration"][0]["snapshot"]

    @staticmethod
    def take_along(person: Person) -> dict[str, bytes]:
        taken = person.client.send(f"{person.base}/data", form="/data/export")
        assert taken.status == 200
        with zipfile.ZipFile(BytesIO(taken.response.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def test_the_next_round_is_rated_planned_and_declared_without_it(self, app: Flask) -> None:
        first = people.alma(app)
        old = people.declare(first)
        second = people.renew(first)
        bend(app)
        assert "Die Antworten von damals werden nicht gezeigt" in second.client.get(second.base).text
        assert (
            "Was hier in der letzten Runde stand, wird nicht gezeigt"
            in second.client.get(f"{second.base}/topics/1").text
        )
        new = people.declare(second)
        page = second.client.get(f"/declarations/{new}")
        assert page.status == 200
        assert f"/declarations/{new}/changes.pdf" not in page.links()
        assert f"/verify/{new}" in people.stella(app).client.get(f"/verify/{old}").links()

    def test_the_preview_says_that_there_is_no_annex(self, app: Flask) -> None:
        first = people.alma(app)
        people.declare(first)
        second = people.renew(first)
        people.rate_everything(second)
        people.plan_ten(second)
        address = f"{second.base}/declaration/preview"
        said = "Den Anhang „Was sich geändert hat“ gibt es diesmal nicht"
        assert said not in second.client.get(address).text
        bend(app)
        assert said in second.client.get(address).text


def test_whoever_looks_the_number_up_is_answered_as_before(app: Flask, number: str) -> None:
    stella = people.stella(app)
    before = stella.client.get(f"/verify/{number}")
    bend(app)
    after = stella.client.get(f"/verify/{number}")
    assert (after.status, after.text) == (200, before.text)


def test_of_a_correction_the_number_tells_the_day_where_it_cannot_tell_what(app: Flask) -> None:
    alma, stella = people.alma(app), people.stella(app)
    number = people.declare(alma)
    alma.client.send(f"/declarations/{number}/correction", {"company_name": "Brand GmbH"})
    assert "Name vorher" in stella.client.get(f"/verify/{number}").text
    bend(app)
    page = stella.client.get(f"/verify/{number}")
    assert "Brand GmbH" in page.text
    assert "Name, Anschrift oder wer unterzeichnet hat" in page.text
    assert "Name vorher" not in page.text


DAMAGES = {
    "a byte that is no text": "CAST(CAST(snapshot AS BLOB) || x'ff' AS TEXT)",
    "emptied by hand": "''",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_damage_left_is_a_changed_snapshot_on_every_page(
    app: Flask, alma: Person, olaf: User, number: str, damage: str
) -> None:
    with app.app_context():
        db.session.execute(text(f"UPDATE declaration SET snapshot = {damage}"))  # noqa: S608 - ours, above
        db.session.commit()
    assert people.stella(app).client.get(f"/verify/{number}").status == 200
    assert_explained(alma.client.get(f"/declarations/{number}"))
    entry = olaf.client.get(f"/staff/declarations/{number}")
    assert MISMATCH in entry.text
    assert "gelöscht" not in entry.text, "nobody is said to have erased anything"


class TestOffice:
    def test_the_register_entry_opens_and_says_so(self, app: Flask, olaf: User, number: str) -> None:
        address = f"/staff/declarations/{number}"
        intact = olaf.client.get(address)
        assert MISMATCH not in intact.text
        with app.app_context():
            kept = db.session.scalars(select(Declaration.snapshot_hash)).one()
        bend(app)
        page = olaf.client.get(address)
        assert page.status == 200
        assert MISMATCH in page.text
        assert kept in page.text
        assert FALSE_NAME not in page.text
        assert "Die Angaben des Unternehmens sind gelöscht" not in page.text
        assert f"{address}/correction" not in page.links()

    def test_the_record_says_so_where_the_number_is_looked_for(self, app: Flask, olaf: User, number: str) -> None:
        address = f"/staff/record?subject={number}"
        assert MISMATCH not in olaf.client.get(address).text
        bend(app)
        page = olaf.client.get(address)
        assert MISMATCH in page.text
        assert f"/staff/declarations/{number}" in page.links()
        assert MISMATCH not in olaf.client.get("/staff/record").text

    def test_nothing_is_corrected_or_printed(self, app: Flask, olaf: User, number: str, case: UUID) -> None:
        letters = [one for one in olaf.client.get(f"/staff/audits/{case}").links() if "/letters/" in one]
        assert letters
        bend(app)
        for address in (f"/staff/declarations/{number}/correction", *letters):
            assert_explained(olaf.client.get(address))

    def test_the_case_goes_on(self, app: Flask, olaf: User, case: UUID) -> None:
        bend(app)
        page = olaf.client.get(f"/staff/audits/{case}")
        assert page.status == 200
        assert "Die Prüfsumme der Antworten ist nicht dieselbe wie damals." in page.text
        assert not [one for one in page.links() if "/letters/" in one]
        assert olaf.client.send(f"/staff/audits/{case}", {"message": "Ein Fehler hier."}, form="/message").status == 303
        assert olaf.client.send(f"/staff/audits/{case}", form="/leave").status == 303
        assert "ohne Ergebnis beendet" in olaf.client.get(f"/staff/audits/{case}").text
