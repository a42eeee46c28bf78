"""Lists of any length to take along: written while they are read, so that none of them is ever held as a whole."""

from collections.abc import Iterable, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Final

from flask import Response, send_file, stream_with_context
from xlsxwriter import Workbook

from om_selfcheck.web import spreadsheet
from om_selfcheck.web.spreadsheet import Cell, stream_csv, write_cell

CSV, XLSX = "csv", "xlsx"
FORMATS: Final = (CSV, XLSX)
MOST_LINES = 1_000_000
Line = Sequence[Cell]


def send_list(name: str, file_format: str, head: Sequence[str], lines: Iterable[Line]) -> Response:
    """Return a list as a file to download, in one of `FORMATS`."""
    if file_format == XLSX:
        file = TemporaryFile()  # noqa: SIM115 - closed once it is sent
        write_xlsx(file, head, lines)
        file.seek(0)
        return send_file(file, mimetype=spreadsheet.XLSX, as_attachment=True, download_name=f"{name}.xlsx")
    response = Response(stream_with_context(stream_csv(head, lines)), content_type=spreadsheet.CSV)
    response.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return response


def write_xlsx(file: IO[bytes], head: Sequence[str], lines: Iterable[Line]) -> None:
    """Write a list as XLSX, row by row; a sheet takes a million lines, then a further one follows."""
    with Workbook(file, {"constant_memory": True}) as book:
        bold, day_format = book.add_format({"bold": True}), book.add_format({"num_format": spreadsheet.DAY_FORMAT})
        waiting, row = iter(lines), MOST_LINES
        while row == MOST_LINES:
            sheet, row = book.add_worksheet(), 0
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(head):
                sheet.write_string(0, column, title, bold)
            for row, line in enumerate(islice(waiting, MOST_LINES), start=1):
                for column, cell in enumerate(line):
                    write_cell(sheet, (row, column), cell, day_format)
