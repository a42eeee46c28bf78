"""Lists to take along: what people typed stays text in every program that opens them."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import openpyxl
import pytest

from om_selfcheck.web import long_lists
from om_selfcheck.web.long_lists import Line, write_xlsx
from om_selfcheck.web.spreadsheet import AT_ONCE, stream_csv

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
    file = BytesIO()
    write_xlsx(file, HEAD, lines)
    return openpyxl.load_workbook(file)


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


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_lists, "MOST_LINES", 3)
    book = as_xlsx(*[(str(number), None, number) for number in range(7)])
    assert [sheet.max_row for sheet in book.worksheets] == [4, 4, 2]
    assert [sheet["A1"].value for sheet in book.worksheets] == ["Text"] * 3
