"""Lists of any length to take along: written while they are read, so that none of them is ever held as a whole.

CSV leaves line by line. XLSX has to be whole before its first byte leaves: it is written into the instance folder, and
a list that would take longer than a browser waits is not begun.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from flask import Response, send_file, stream_with_context
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.extensions import begin_reading, begin_writing
from om_selfcheck.i18n.formats import number
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.scratch import open_scratch
from om_selfcheck.web import spreadsheet
from om_selfcheck.web.access import look_again
from om_selfcheck.web.errors import refuse
from om_selfcheck.web.refusals import Refusal
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.spreadsheet import Cell, stream_csv, write_cell
from om_selfcheck.web.surroundings import settings

CSV, XLSX = "csv", "xlsx"
FORMATS: Final = (CSV, XLSX)
MOST_LINES = 200_000  # of XLSX: about 15 seconds; a sheet ends at 1,048,576
UNPROCESSABLE = 422
Line = Sequence[Cell]


def send_list(name: str, file_format: str, head: Sequence[str], lines: Iterable[Line]) -> Response:
    """Return a list as a file to download, in one of `FORMATS`."""
    if file_format == XLSX:
        with open_scratch(settings().instance_dir) as folder:
            path = folder / "list.xlsx"
            write_xlsx(path, head, lines)
            file = path.open("rb")  # its name goes with the folder, and the rest once it is sent
        return send_file(file, mimetype=spreadsheet.XLSX, as_attachment=True, download_name=f"{name}.xlsx")
    response = Response(stream_with_context(stream_csv(head, lines)), content_type=spreadsheet.CSV)
    response.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    return response


def record_taking(
    file_format: str, *, is_longer: Callable[[int], bool], record: Callable[[Person, datetime], None]
) -> Response | None:
    """Put on the record that the office takes a list along, or return why it does not; what follows only reads.

    Looking how long the list is may take a second, in which nobody waits for this request.
    """
    now = clock.now()
    begin_reading()
    if file_format == XLSX and is_longer(MOST_LINES):
        return _refuse_too_long()
    begin_writing()
    record(look_again(Office.OVERSEE_FRESH, now), now)
    commit()
    begin_reading()
    return None


def _refuse_too_long() -> Response:
    """Say that a list has more than `MOST_LINES` lines, and how to get it all the same."""
    refusal = Refusal(
        _("Für eine XLSX-Datei ist die Liste zu lang"),
        _("Sie hat mehr als %(count)s Zeilen. Solche Tabellen öffnen viele Programme nicht.", count=number(MOST_LINES)),
        _("Es wurde nichts mitgenommen und nichts geändert."),
        _("Gehen Sie zurück und nehmen Sie die Liste als CSV mit, oder grenzen Sie sie ein."),
    )
    return refuse(UNPROCESSABLE, refusal)


def write_xlsx(path: Path, head: Sequence[str], lines: Iterable[Line]) -> None:
    """Write a list as XLSX, row by row; what is not finished lies beside it meanwhile."""
    try:
        _write_book(path, head, lines)
    except FileCreateError as failure:  # the disk is what failed
        raise failure.args[0] from failure


def _write_book(path: Path, head: Sequence[str], lines: Iterable[Line]) -> None:
    with Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        bold, day_format = book.add_format({"bold": True}), book.add_format({"num_format": spreadsheet.DAY_FORMAT})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(head):
            sheet.write_string(0, column, title, bold)
        for row, line in enumerate(lines, start=1):
            for column, cell in enumerate(line):
                write_cell(sheet, (row, column), cell, day_format)
