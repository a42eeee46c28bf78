"""Lists to take along: what people typed stays text in every program that opens them."""

import csv
import errno
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from xlsxwriter import Workbook

from om_selfcheck.config import Settings
from om_selfcheck.extensions import db, is_reading
from om_selfcheck.services import record_reading
from om_selfcheck.services.scratch import FOLDER
from om_selfcheck.store.models import EventRow
from om_selfcheck.store.queries import register as queries
from om_selfcheck.web import long_lists
from om_selfcheck.web.long_lists import Line, write_xlsx
from om_selfcheck.web.spreadsheet import AT_ONCE, stream_csv
from tests import people
from tests.registered import fill

HEAD = ("Text", "Tag", "Zahl")
FORMULAS = (
    '=HYPERLINK("http://evil.example")',
    "+49 30 1234",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\uff1d1+1",
    "=cmd|'/C calc'!A0",
)


def as_csv(*lines: Line) -> list[list[str]]:
    return list(csv.reader(StringIO(b"".join(stream_csv(HEAD, lines)).decode("utf-8-sig")), delimiter=";"))


def as_xlsx(*lines: Line) -> openpyxl.Workbook:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        write_xlsx(path, HEAD, lines)
        return openpyxl.load_workbook(path)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_like_a_formula_gets_an_apostrophe_in_csv(text: str) -> None:
    assert as_csv((text, None, 1))[1] == [f"'{text}", "", "1"]


@pytest.mark.parametrize("text", ["Maler-Meier", "a=b", "Müller; Söhne", 'Meier "Bau"', "", "10%"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert as_csv((text, None, 1))[1][0] == text


@pytest.mark.parametrize(
    "text", [*FORMULAS, "http://evil.example", "mailto:a@b.de", "internal:Sheet1!A1", "0123", "1e5"]
)
def test_a_text_is_text_in_xlsx_whatever_it_looks_like(text: str) -> None:
    sheet = as_xlsx((text, None, 1)).active
    assert sheet is not None
    cell = sheet["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_the_control_xlsxwriter_left_alone_makes_formulas_and_links() -> None:
    import xlsxwriter

    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "=1+1")
        sheet.write(1, 0, "http://evil.example")
    read = openpyxl.load_workbook(file).active
    assert read is not None
    assert read["A1"].data_type == "f"
    assert read["A2"].hyperlink is not None


def test_a_long_list_goes_out_while_it_is_read() -> None:
    read = 0

    def lines() -> Iterator[Line]:
        nonlocal read
        for _ in range(100_000):
            read += 1
            yield ("x" * 80, None, 1)

    chunks = stream_csv(HEAD, lines())
    assert len(next(chunks)) < 2 * AT_ONCE
    assert read < 2000


def test_while_a_table_is_written_its_lines_lie_in_the_folder_and_not_in_memory(tmp_path: Path) -> None:
    written: list[int] = []

    def lines() -> Iterator[Line]:
        for number in range(20_000):
            written.append(sum(path.stat().st_size for path in tmp_path.iterdir()))
            yield ("x" * 80, None, number)

    write_xlsx(tmp_path / "list.xlsx", HEAD, lines())
    assert written[-1] > 1_000_000
    assert written == sorted(written)


def test_a_full_disk_is_said_plainly_while_a_table_is_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    olaf = people.olaf(app)
    page, store = olaf.client.get("/staff/record"), Workbook._store_workbook  # noqa: SLF001
    for code, status in ((errno.ENOSPC, 507), (errno.EACCES, 500)):

        def fail(book: Workbook, code: int = code) -> None:
            store(book)
            raise OSError(code, "no")

        monkeypatch.setattr(Workbook, "_store_workbook", fail)
        answer = olaf.client.post("/staff/record/export", page.values("/export") | {"format": "xlsx"})
        assert answer.status == status
    assert not list((settings_of(app).instance_dir / FOLDER).iterdir())


class TestTooLong:
    """What has more lines than a table may have is refused before anything is written or recorded; CSV is not."""

    @pytest.mark.parametrize(
        ("address", "verb"), [("declarations", "register_exported"), ("record", "record_exported")]
    )
    def test_csv_is_offered_instead(self, app: Flask, monkeypatch: pytest.MonkeyPatch, address: str, verb: str) -> None:
        with app.app_context():
            fill(db.session, 30)
        olaf = people.olaf(app)
        page = olaf.client.get(f"/staff/{address}")
        for most, status in ((1, 422), (10_000, 200)):
            monkeypatch.setattr(long_lists, "MOST_LINES", most)
            answer = olaf.client.post(f"/staff/{address}/export", page.values("/export") | {"format": "xlsx"})
            assert answer.status == status
            assert ("Für eine XLSX-Datei ist die Liste zu lang" in answer.text) is (status == 422)
            assert count(app, verb) == (status == 200), "what did not leave is not on the record"
        monkeypatch.setattr(long_lists, "MOST_LINES", 1)
        answer = olaf.client.post(f"/staff/{address}/export", page.values("/export") | {"format": "csv"})
        assert (answer.status, answer.response.mimetype) == (200, "text/csv")

    @pytest.mark.parametrize("search", [{}, {"status": "valid"}, {"check": "basis"}, {"search": "b"}])
    def test_what_is_counted_is_what_would_be_written(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch, search: dict[str, str]
    ) -> None:
        monkeypatch.setattr(queries, "FEW", 3)
        with app.app_context():
            fill(db.session, 60)
        olaf = people.olaf(app)
        sent = olaf.client.get("/staff/declarations").values("/export") | search
        lines = olaf.client.post("/staff/declarations/export", sent | {"format": "csv"}).response.get_data()
        found = lines.count(b"\r\n") - 1
        assert found > 3, "the control: there is something to count"
        for most, status in ((found - 1, 422), (found, 200)):
            monkeypatch.setattr(long_lists, "MOST_LINES", most)
            answer = olaf.client.post("/staff/declarations/export", sent | {"format": "xlsx"})
            assert answer.status == status


def test_neither_looking_how_long_it_is_nor_writing_it_holds_the_lock_of_writers(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    olaf, seen = people.olaf(app), []
    look, write = record_reading.is_longer, long_lists.write_xlsx

    def note(function: Any) -> Any:
        def noting(*given: Any, **named: Any) -> Any:
            seen.append(is_reading())
            return function(*given, **named)

        return noting

    monkeypatch.setattr(record_reading, "is_longer", note(look))
    monkeypatch.setattr(long_lists, "write_xlsx", note(write))
    page = olaf.client.get("/staff/record")
    olaf.client.post("/staff/record/export", page.values("/export") | {"format": "xlsx"})
    assert seen == [True, True]


def count(app: Flask, verb: str) -> int:
    with app.app_context():
        return len(db.session.scalars(select(EventRow.seq).where(EventRow.verb == verb)).all())


def settings_of(app: Flask) -> Settings:
    settings: Settings = app.extensions["om_settings"]
    return settings
