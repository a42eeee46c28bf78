"""The record's page: looked through, taken along, and what its newest checkpoint says."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import text, update

from om_selfcheck import clock
from om_selfcheck.extensions import db
from om_selfcheck.services import record
from om_selfcheck.services.checkpoints import keep_checkpoint
from om_selfcheck.store.models import EventRow
from om_selfcheck.store.models import User as UserRow
from om_selfcheck.web.surroundings import settings
from tests import people
from tests.people import User

RECORD = "/staff/record"


@pytest.fixture
def olaf(app: Flask) -> User:
    return people.olaf(app)


def whats(user: User, query: str = "") -> list[str]:
    page = user.client.get(f"{RECORD}?{query}")
    assert page.status == 200
    return [strong.get_text() for strong in page.soup.select(".task strong")]


def test_acts_are_told_in_words_with_who_did_them_and_where_to_look(app: Flask, olaf: User) -> None:
    number = people.declare(people.alma(app))
    page = olaf.client.get(RECORD)
    assert "Selbsterklärung ausgestellt das Unternehmen" in page.text
    assert f"/staff/declarations/{number}" in page.links()
    assert f"/staff/users/{olaf.user_id}" in page.links()
    assert "Tischlerei Brandt" not in page.text


def test_filters_narrow_down_and_stay_in_the_address(app: Flask, olaf: User) -> None:
    number = people.declare(people.alma(app))
    assert whats(olaf, f"subject={number}") == ["Selbsterklärung ausgestellt"]
    assert whats(olaf, "verb=declaration_issued&actor=owner") == ["Selbsterklärung ausgestellt"]
    assert whats(olaf, "verb=declaration_issued&actor=system") == []
    assert whats(olaf, "to_day=2020-01-01") == []
    assert whats(olaf, f"from_day={clock.today()}&verb=declaration_issued") == ["Selbsterklärung ausgestellt"]


def test_pages_go_on(app: Flask, olaf: User, monkeypatch: pytest.MonkeyPatch) -> None:
    people.declare(people.alma(app))
    everything = whats(olaf)
    monkeypatch.setattr(record.list_events, "__kwdefaults__", {"before": None, "size": 2})
    monkeypatch.setattr("om_selfcheck.services.record_reading.find_events.__kwdefaults__", {"before": None, "size": 2})
    found, address = [], RECORD
    while address:
        page = olaf.client.get(address)
        found += [strong.get_text() for strong in page.soup.select(".task strong")]
        address = next((str(link["href"]) for link in page.soup.select(".pager .btn-quiet")), "")
    assert found == everything
    assert len(found) > 2


@pytest.mark.parametrize(
    "query", ["verb=nothing", "from_day=gestern", "from_day=2026-02-01&to_day=2026-01-31", "before=x", "before=²"]
)
def test_what_cannot_be_meant_is_named(olaf: User, query: str) -> None:
    page = olaf.client.get(f"{RECORD}?{query}")
    assert page.status == 200
    assert page.soup.select_one("#error-summary") is not None


def test_a_person_who_was_named_like_a_formula_is_text_in_both_files(app: Flask, olaf: User) -> None:
    with app.app_context():
        db.session.execute(update(UserRow).values(name="=1+1"))
        db.session.commit()
    nina = people.nina(app)
    form = olaf.client.get(RECORD).values("/record/export")
    for path in ("deactivate", "reactivate"):
        olaf.client.post(f"/staff/users/{nina.user_id}/{path}", form)
    text = olaf.client.post(f"{RECORD}/export", form | {"format": "csv"}).response.get_data().decode("utf-8-sig")
    head, *lines = csv.reader(StringIO(text), delimiter=";")
    assert head[:3] == ["Nummer", "Zeit", "Was"]
    assert {"'=1+1"} == {line[4] for line in lines if line[3] == "user_deactivated"}
    content = olaf.client.post(f"{RECORD}/export", form | {"format": "xlsx"}).response.get_data()
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert "=1+1" in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert sheet["D2"].value == "record_exported", "the newest first: taking the first file along is in the second"


class TestCheckpoint:
    def keep(self, app: Flask) -> None:
        with app.app_context():
            keep_checkpoint(
                db.session,
                instance_dir=settings().instance_dir,
                folder=settings().checkpoint_dir,
                now=clock.now(),
                today=clock.today(),
            )

    @pytest.fixture(autouse=True)
    def _without_others(self, app: Flask) -> None:
        for path in app.extensions["om_settings"].checkpoint_dir.glob("record-*.json"):
            path.unlink()

    def test_without_one_the_page_says_so(self, olaf: User) -> None:
        assert "noch keinen signierten Stand" in olaf.client.get(RECORD).text

    def test_one_that_fits_is_named(self, app: Flask, olaf: User) -> None:
        self.keep(app)
        assert "steht unverändert im Ereignisprotokoll" in olaf.client.get(RECORD).text

    def test_one_that_does_not_fit_is_a_warning(self, app: Flask, olaf: User) -> None:
        self.keep(app)
        with app.app_context():
            db.session.execute(update(EventRow).values(hash="0" * 64))
            db.session.commit()
        assert "passt nicht zum letzten signierten Stand" in olaf.client.get(RECORD).text


@pytest.mark.parametrize(
    "bent",
    [
        *(f"event_payload SET payload = '{one}'" for one in ("x", "[1]", "3", "null", "[" * 3000)),
        "event SET at = 'junk'",
        "event SET at = 5",
        "event SET at = x'ff'",
        "event_payload SET payload = x'ff'",
    ],
)
def test_a_bent_record_is_shown_with_a_word_for_what_cannot_be_read(app: Flask, olaf: User, bent: str) -> None:
    alma = people.alma(app)
    number = people.declare(alma)
    assert "nicht lesbar" not in olaf.client.get(RECORD).text, "the control"
    with app.app_context():
        db.session.execute(text(f"UPDATE {bent}"))
        db.session.commit()
    page = olaf.client.get(RECORD)
    assert page.status == 200
    assert "nicht lesbar; bitten Sie den Betreiber, ./om record verify auszuführen" in page.text
    assert olaf.client.get(f"/staff/declarations/{number}").status == 200
    export = olaf.client.post(f"{RECORD}/export", olaf.client.get(RECORD).values("/export") | {"format": "csv"})
    assert "nicht lesbar" in export.response.get_data(as_text=True)
