"""The register: looking for declarations, taking the list along, and the page of one."""

from collections.abc import Iterator, Mapping

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.register import AuditStanding, IssueDays, RegisterOrder
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import register, register_entries
from om_selfcheck.services.register import ListedDeclaration, Search
from om_selfcheck.web.access import require_person
from om_selfcheck.web.inputs import NOT_OFFERED, find_faults, read_day
from om_selfcheck.web.long_lists import FORMATS, Line, record_taking, send_list
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.events import describe_events
from om_selfcheck.web.staff.forms import RegisterForm
from om_selfcheck.web.staff.network_field import read_network, suggest_networks
from om_selfcheck.web.staff.searching import list_asked, write_address
from om_selfcheck.web.surroundings import catalogue

UNPROCESSABLE = 422
PLACE = "after"
STATUSES = tuple(status for status in DeclarationStatus if status is not DeclarationStatus.UNKNOWN)


@bp.get("/declarations", endpoint="register")
@require_person(Office.OVERSEE)
def list_page() -> ResponseReturnValue:
    """Show a page of what the address asks for."""
    form = RegisterForm(request.args)
    search, errors = _read(form)
    if search is None:  # a page like any other: a search asks for nothing to be done
        return _render(form, errors)
    today = clock.today()
    page = register.list_declarations(db.session, search=search, after=form.after.data, today=today)
    count = register.count_declarations(db.session, search=search, today=today)
    next_url = write_address("staff.register", form, PLACE, page.after) if page.after else ""
    return _render(form, errors, page=page, count=count, next_url=next_url)


@bp.post("/declarations/export")
@require_person(Office.OVERSEE_FRESH)
def export_register() -> ResponseReturnValue:
    """Hand out the whole list that the page shows, and put on the record that somebody takes it along."""
    form, file_format = RegisterForm(request.form), request.form.get("format", "")
    search, _errors = _read(form)
    if search is None or file_format not in FORMATS:
        abort(UNPROCESSABLE)
    refusal = record_taking(
        file_format,
        is_longer=lambda most: register.is_longer(db.session, search=search, most=most, today=clock.today()),
        record=lambda person, now: register.record_export(
            db.session, actor=person.actor, file_format=file_format, search=search, now=now
        ),
    )
    if refusal:
        return refusal
    head = (
        _("Nummer"),
        _("Unternehmen"),
        _("Ort"),
        _("Check"),
        _("Version"),
        _("Netzwerk"),
        _("Ausgestellt am"),
        _("Letzter Tag der Gültigkeit"),
        _("Status"),
    )
    return send_list(f"register-{clock.today()}", file_format, head, _walk(search))


@bp.get("/declarations/<number>")
@require_person(Office.OVERSEE)
def declaration(number: str) -> ResponseReturnValue:
    """Show a declaration and what became of it; never ratings or plan (D9)."""
    entry = register_entries.get_entry(db.session, number=number[:60], today=clock.today())
    return render_template(
        "staff/declaration.html",
        entry=entry,
        check=_name_check(entry.slug, entry.version),
        file_names={
            "declaration": _("Selbsterklärung"),
            "topics": _("Themenüberblick"),
            "plan": _("Maßnahmenplan"),
            "changes": _("Anhang: Was sich geändert hat"),
        },
        timeline=describe_events(entry.timeline),
        was_corrected="corrected" in request.args,
    )


def _read(form: RegisterForm) -> tuple[Search | None, dict[str, str]]:
    """Return what the form asks for, or what is wrong with it."""
    errors = find_faults(form)
    network = read_network(form.network, errors)
    if form.check.data and form.check.data not in _list_checks():
        errors["check"] = str(NOT_OFFERED)
    if errors:
        return None, errors
    slug, _slash, version = form.check.data.partition("/")
    return Search(
        typed=form.search.data,
        slug=slug,
        version=version,
        network_id=network.network_id if network else None,
        issued=IssueDays(read_day(form.issued_from.data), read_day(form.issued_to.data)),
        status=DeclarationStatus(form.status.data) if form.status.data else None,
        audit=AuditStanding(form.audit.data) if form.audit.data else None,
        order=RegisterOrder(form.order.data) if form.order.data else RegisterOrder.NEWEST,
    ), {}


def _list_checks() -> Mapping[str, str]:
    """Return what the register can be narrowed down to: each check, and each of its versions where there are more."""
    checks: dict[str, str] = {}
    for one in catalogue().list_all():
        title = one.title.in_language("en" if current_language() == "en" else "de")
        checks.setdefault(one.slug, title)
        checks[f"{one.slug}/{one.version}"] = _("%(title)s, Version %(version)s", title=title, version=one.version)
    return checks


def _name_check(slug: str, version: str) -> str:
    """Return the title of a check; its code where this server has no such file any more."""
    return _list_checks().get(f"{slug}/{version}", f"{slug}/{version}")


def _walk(search: Search) -> Iterator[Line]:
    """Yield the whole list, page by page, each in a transaction of its own."""
    after: str | None = ""
    while after is not None:
        page = register.list_declarations(
            db.session, search=search, after=after, today=clock.today(), size=register.AT_ONCE
        )
        db.session.rollback()
        yield from map(_to_line, page.lines)
        after = page.after


def _to_line(line: ListedDeclaration) -> Line:
    return (
        line.number,
        line.company_name,
        line.city,
        line.slug,
        line.version,
        line.network_name,
        line.terms.issued_on,
        line.terms.valid_until,
        label(line.status),
    )


def _render(form: RegisterForm, errors: Mapping[str, str], **found: object) -> str:
    return render_template(
        "staff/register.html",
        form=form,
        errors=errors,
        checks=_list_checks(),
        networks=suggest_networks(form.network.data),
        statuses=STATUSES,
        standings=list(AuditStanding),
        orders=list(RegisterOrder),
        is_asked=any(value for name, value in form.data.items() if name not in ("after", "order")),
        is_first=not form.after.data,
        first_url=write_address("staff.register", form, PLACE),
        asked=list_asked(form, PLACE),
        **found,
    )
