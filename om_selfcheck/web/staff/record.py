"""The record as staff read it: looked through by code, person, matter and period, and taken along."""

from collections.abc import Iterator, Mapping

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.clock import BERLIN
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.record import Verb
from om_selfcheck.domain.register import IssueDays
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import record_reading
from om_selfcheck.services.record import EventPage
from om_selfcheck.services.record_reading import RecordSearch
from om_selfcheck.web.access import require_person
from om_selfcheck.web.inputs import NOT_OFFERED, find_faults, read_day
from om_selfcheck.web.long_lists import FORMATS, Line, record_taking, send_list
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.events import EventLine, describe_events, name_actors
from om_selfcheck.web.staff.forms import RecordForm
from om_selfcheck.web.staff.searching import find_turned_days, list_asked, write_address
from om_selfcheck.web.surroundings import settings

UNPROCESSABLE = 422
PLACE = "before"


@bp.get("/record", endpoint="record")
@require_person(Office.OVERSEE)
def list_page() -> ResponseReturnValue:
    """Show a page of what the address asks for, the newest first."""
    form = RecordForm(request.args)
    search, errors = _read(form)
    if search is None:  # a page like any other: a search asks for nothing to be done
        return _render(form, errors)
    before = int(form.before.data) if form.before.data else None
    page = record_reading.find_events(db.session, search=search, before=before)
    changed_number = record_reading.find_changed_number(db.session, search=search)
    return _render(form, errors, page, changed_number=changed_number)


@bp.post("/record/export")
@require_person(Office.OVERSEE_FRESH)
def export_record() -> ResponseReturnValue:
    """Hand out all events that the page is about, and put on the record that somebody takes them along."""
    form, file_format = RecordForm(request.form), request.form.get("format", "")
    search, _errors = _read(form)
    if search is None or file_format not in FORMATS:
        abort(UNPROCESSABLE)
    refusal = record_taking(
        file_format,
        is_longer=lambda most: record_reading.is_longer(db.session, search=search, most=most),
        record=lambda person, now: record_reading.record_export(
            db.session, actor=person.actor, file_format=file_format, search=search, now=now
        ),
    )
    if refusal:
        return refusal
    head = (_("Nummer"), _("Zeit"), _("Was"), _("Kennung"), _("Wer"), _("Worum es geht"), _("Einzelheiten"))
    return send_list(f"record-{clock.today()}", file_format, head, _walk(search))


def _read(form: RecordForm) -> tuple[RecordSearch | None, dict[str, str]]:
    """Return what the form asks for, or what is wrong with it."""
    errors = find_faults(form) or find_turned_days(form, "from_day", "to_day")
    if form.before.data and not (form.before.data.isascii() and form.before.data.isdigit()):
        errors["before"] = str(NOT_OFFERED)
    if errors:
        return None, errors
    return RecordSearch(
        verb=Verb(form.verb.data) if form.verb.data else None,
        actor=form.actor.data,
        subject=form.subject.data,
        days=IssueDays(read_day(form.from_day.data), read_day(form.to_day.data)),
    ), {}


def _walk(search: RecordSearch) -> Iterator[Line]:
    """Yield all events, page by page, each in a transaction of its own; what comes in meanwhile stays out."""
    before, is_more = None, True
    while is_more:
        page = record_reading.find_events(db.session, search=search, before=before, size=record_reading.AT_ONCE)
        lines = describe_events(page.events)
        codes = {event.seq: event.code for event in page.events}
        db.session.rollback()
        yield from (_to_line(line, codes[line.seq]) for line in lines)
        before, is_more = page.before, page.before is not None


def _say_unreadable() -> str:
    return _("nicht lesbar; bitten Sie den Betreiber, ./om record verify auszuführen")


def _to_line(line: EventLine, code: str) -> Line:
    return (
        line.seq,
        f"{line.at.astimezone(BERLIN):%d.%m.%Y %H:%M:%S}",
        line.what,
        code,
        line.who,
        line.subject,
        line.details if line.is_readable else _say_unreadable(),
    )


def _render(
    form: RecordForm, errors: Mapping[str, str], page: EventPage | None = None, *, changed_number: str = ""
) -> str:
    return render_template(
        "staff/record.html",
        form=form,
        errors=errors,
        verbs=list(Verb),
        actors=name_actors(),
        asked=list_asked(form, PLACE),
        page=page,
        events=describe_events(page.events) if page else [],
        changed_number=changed_number,
        next_url=write_address("staff.record", form, PLACE, page.before) if page and page.before else "",
        first_url=write_address("staff.record", form, PLACE) if form.before.data else "",
        state=record_reading.find_checkpoint(
            db.session, instance_dir=settings().instance_dir, folder=settings().checkpoint_dir
        ),
    )
