"""Lists to take along, as CSV and XLSX: what people typed stays text, whatever program opens it.

A cell that begins like a formula gets an apostrophe in CSV, which has no other way to say that it is text. XLSX has:
its cells are strings, never formulas or links.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, Final

from flask import Response, send_file, stream_with_context
from xlsxwriter import Workbook

from om_selfcheck.clock import BERLIN

Cell = str | int | date | datetime | None
Line = Sequence[Cell]
CSV, XLSX = "csv", "xlsx"
FORMATS: Final = (CSV, XLSX)
BOM = "\ufeff"
AT_ONCE = 64 * 1024
MOST_LINES = 1_000_000
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_XLSX_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_PATTERNS: dict[type, str] = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss"}
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def defuse(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula.

    >>> defuse("=1+1"), defuse(" @SUM(A1)"), defuse("Maler-Meier")
    ("'=1+1", "' @SUM(A1)", 'Maler-Meier')
    """
    return f"'{text}" if text.lstrip().startswith(_STARTS_FORMULA) or text.startswith(_STARTS_FORMULA) else text


def send_list(name: str, file_format: str, head: Sequence[str], lines: Iterable[Line]) -> Response:
    """Return a list as a file to download, in one of `FORMATS`; `lines` are read while it is made."""
    if file_format == XLSX:
        return _send_xlsx(f"{name}.xlsx", head, lines)
    response = Response(stream_with_context(write_csv(head, lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return response


def write_csv(head: Sequence[str], lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield the list as CSV as programs in Germany read it: semicolons, a mark of UTF-8 at the beginning."""
    buffer = StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([defuse(title) for title in head])
    for line in lines:
        writer.writerow([_to_text(cell) for cell in line])
        if buffer.tell() > AT_ONCE:
            yield _take(buffer)
    yield _take(buffer)


def write_xlsx(file: IO[bytes], head: Sequence[str], lines: Iterable[Line]) -> None:
    """Write the list as XLSX, row by row; a sheet takes a million lines, then a further one follows."""
    with Workbook(file, _XLSX_OPTIONS) as book:
        bold = book.add_format({"bold": True})
        formats = {kind: book.add_format({"num_format": pattern}) for kind, pattern in _PATTERNS.items()}
        waiting = iter(lines)
        while True:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(head):
                sheet.write_string(0, column, title, bold)
            row = 0
            for row, line in enumerate(islice(waiting, MOST_LINES), start=1):
                for column, cell in enumerate(line):
                    _write_cell(sheet, (row, column), cell, formats)
            if row < MOST_LINES:
                return


def _write_cell(sheet: Any, place: tuple[int, int], cell: Cell, formats: Mapping[type, Any]) -> None:  # noqa: ANN401
    if isinstance(cell, datetime):
        sheet.write_datetime(*place, cell.astimezone(BERLIN).replace(tzinfo=None), formats[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(*place, datetime(cell.year, cell.month, cell.day), formats[date])  # noqa: DTZ001 - a day
    elif isinstance(cell, int):
        sheet.write_number(*place, cell)
    elif cell:
        sheet.write_string(*place, cell)


def _to_text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell) if isinstance(cell, int) else defuse(cell)


def _send_xlsx(name: str, head: Sequence[str], lines: Iterable[Line]) -> Response:
    file = TemporaryFile()  # noqa: SIM115 - closed when it is sent
    write_xlsx(file, head, lines)
    file.seek(0)
    return send_file(file, mimetype=_XLSX_TYPE, as_attachment=True, download_name=name)


def _take(buffer: StringIO) -> bytes:
    taken = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return taken
