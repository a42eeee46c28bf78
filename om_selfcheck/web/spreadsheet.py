"""Tables as files that a German Excel opens right, and in which typed text stays text.

A cell that begins like a formula would be run by whoever opens the file; in CSV it gets an apostrophe before it, in
XLSX it is written as a string.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Any

from flask import Response, send_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"
AT_ONCE = 64 * 1024
GERMAN_DAY, DAY_FORMAT = "%d.%m.%Y", "dd.mm.yyyy"
WIDEST, NARROWEST = 60, 8
SHEET_NAME_LENGTH = 31
_NOT_IN_SHEET_NAMES = str.maketrans("", "", "[]:*?/\\'")

Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its name and its head."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def write_csv(sheet: Sheet) -> bytes:
    """Return a table as CSV, whole."""
    return b"".join(stream_csv(sheet.head, sheet.rows))


def stream_csv(head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a list as CSV for a German Excel, some kilobytes at a time: semicolons, UTF-8 with its mark, 31.01.2027."""
    text = StringIO(newline="")
    text.write(BOM)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(map(to_csv, head))
    for line in lines:
        writer.writerow(map(to_csv, line))
        if text.tell() > AT_ONCE:
            yield _take(text)
    yield _take(text)


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return tables as one XLSX; every text is a string, never a formula, a number or a link."""
    import xlsxwriter

    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        formats = {
            "head": workbook.add_format({"bold": True}),
            "day": workbook.add_format({"num_format": DAY_FORMAT}),
        }
        for sheet in sheets:
            worksheet = workbook.add_worksheet(sheet.name.translate(_NOT_IN_SHEET_NAMES)[:SHEET_NAME_LENGTH])
            for column, title in enumerate(sheet.head):
                worksheet.write_string(0, column, title, formats["head"])
                worksheet.set_column(column, column, _width(sheet, column))
            for line, row in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(row):
                    write_cell(worksheet, (line, column), cell, formats["day"])
            worksheet.freeze_panes(1, 0)
            worksheet.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.head) - 1)
    return content.getvalue()


def send_table(content: bytes, name: str, mimetype: str) -> Response:
    """Hand a file out under a name."""
    return send_file(BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)


def write_cell(worksheet: Any, place: tuple[int, int], cell: Cell, day_format: object) -> None:  # noqa: ANN401 - xlsxwriter ships no types
    if isinstance(cell, str) and cell:
        worksheet.write_string(*place, cell)
    elif isinstance(cell, date):
        worksheet.write_datetime(*place, cell, day_format)
    elif isinstance(cell, int):
        worksheet.write_number(*place, cell)


def to_csv(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.strftime(GERMAN_DAY)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


def _width(sheet: Sheet, column: int) -> int:
    longest = max((len(str(row[column])) for row in (sheet.head, *sheet.rows) if row[column] is not None), default=0)
    return min(WIDEST, max(NARROWEST, longest + 2))


def _take(text: StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken
