"""The lists of cases and of reports *not from us*."""

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.waiting import CaseWait
from om_selfcheck.extensions import db
from om_selfcheck.services import case_lists, foreign_reports
from om_selfcheck.web.access import require_person
from om_selfcheck.web.inputs import find_faults
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.forms import CasesForm
from om_selfcheck.web.staff.searching import write_address

PLACE = "after"


@bp.get("/audits", endpoint="audits")
@require_person(Office.OVERSEE)
def list_all() -> ResponseReturnValue:
    """Show a page of the open cases that the address asks for; all else only where it asks for nothing."""
    form = CasesForm(request.args)
    errors = find_faults(form)
    if errors:  # a page like any other: a search asks for nothing to be done
        return _render(form, errors)
    page = case_lists.list_open(
        db.session,
        state=AuditState(form.state.data) if form.state.data else None,
        waits=CaseWait(form.waits.data) if form.waits.data else None,
        after=form.after.data,
        today=clock.today(),
    )
    next_url = write_address("staff.audits", form, PLACE, page.after) if page.after else ""
    others = {} if any(form.data.values()) else _list_others()
    return _render(form, errors, page=page, next_url=next_url, **others)


def _list_others() -> dict[str, object]:
    return {
        "open_reports": foreign_reports.list_reports(db.session, is_open=True),
        "closed_reports": foreign_reports.list_reports(db.session, is_open=False),
        "closed_cases": case_lists.list_closed(db.session, today=clock.today()),
    }


def _render(form: CasesForm, errors: Mapping[str, str], **found: object) -> str:
    return render_template(
        "staff/audits.html",
        form=form,
        errors=errors,
        states=[state for state in AuditState if state is not AuditState.CLOSED],
        waits=list(CaseWait),
        is_asked=bool(form.state.data or form.waits.data),
        first_url=write_address("staff.audits", form, PLACE),
        **found,
    )
