"""Tables as files: a German Excel opens them right, and typed text is never run."""

from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest

from om_selfcheck.web.spreadsheet import FORMULA_SIGNS, Sheet, write_csv, write_xlsx

SHEET = Sheet("Betriebe", ("Name", "seit", "Zahl"), [["Müller; „Söhne“", date(2027, 1, 31), 7], ["", None, 0]])


def test_csv_has_its_mark_semicolons_and_days_as_they_are_written_in_germany() -> None:
    content = write_csv(SHEET)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == 'Name;seit;Zahl\r\n"Müller; „Söhne“";31.01.2027;7\r\n;;0\r\n'


def test_xlsx_holds_days_as_days_and_numbers_as_numbers() -> None:
    sheet = openpyxl.load_workbook(BytesIO(write_xlsx([SHEET])))["Betriebe"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows == [("Name", "seit", "Zahl"), ("Müller; „Söhne“", datetime(2027, 1, 31), 7), (None, None, 0)]  # noqa: DTZ001 - as Excel has it
    assert sheet["B2"].number_format == "dd.mm.yyyy"


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_what_looks_like_a_formula_stays_text(sign: str) -> None:
    typed = f"{sign}HYPERLINK(1)"
    sheet = Sheet("A", ("Name",), [[typed]])
    assert write_csv(sheet).decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")
    cell = openpyxl.load_workbook(BytesIO(write_xlsx([sheet])))["A"]["A2"]
    assert cell.data_type == "s"


def test_text_that_looks_like_a_number_or_an_address_stays_text() -> None:
    sheet = Sheet("A", ("Nummer",), [["01067"], ["https://example.org"], ["1e5"]])
    loaded = openpyxl.load_workbook(BytesIO(write_xlsx([sheet])))["A"]
    assert [cell.value for cell in loaded["A"]] == ["Nummer", "01067", "https://example.org", "1e5"]
    assert all(cell.hyperlink is None for cell in loaded["A"])


def test_a_sheet_without_rows_and_with_an_odd_name_is_a_sheet() -> None:
    book = openpyxl.load_workbook(BytesIO(write_xlsx([Sheet("[a]:*?/\\" + "x" * 40, ("Name",), [])])))
    assert book.sheetnames == ["a" + "x" * 30]
