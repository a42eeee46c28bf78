"""Reports *not from us*: hiding the name at once, closing, or leading to a hearing (D15)."""

from collections.abc import Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.audit import MoveNotAllowed
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.services import foreign_reports
from om_selfcheck.web.access import current_person, require_person
from om_selfcheck.web.case_forms import CaseForm, read_case_form
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff.blueprint import bp

UNPROCESSABLE = 422


@bp.get("/reports/<uuid:report_id>")
@require_person(Office.OVERSEE)
def report(report_id: UUID) -> ResponseReturnValue:
    return _render(report_id, CaseForm(), {})


@bp.post("/reports/<uuid:report_id>/hide")
@require_person(Office.OVERSEE)
def hide_name(report_id: UUID) -> ResponseReturnValue:
    foreign_reports.hide_name(db.session, by=current_person(), report_id=report_id, now=clock.now())
    return _done(report_id)


@bp.post("/reports/<uuid:report_id>/show")
@require_person(Office.OVERSEE)
def show_name(report_id: UUID) -> ResponseReturnValue:
    foreign_reports.show_name(db.session, by=current_person(), report_id=report_id, now=clock.now())
    return _done(report_id)


@bp.post("/reports/<uuid:report_id>/close")
@require_person(Office.OVERSEE)
def close_report(report_id: UUID) -> ResponseReturnValue:
    form, problems = read_case_form("report_outcome")
    if problems:
        return _refuse(report_id, form, problems)
    foreign_reports.close_report(
        db.session,
        by=current_person(),
        report_id=report_id,
        outcome=ReportOutcome(form.report_outcome.data),
        now=clock.now(),
    )
    return _done(report_id)


@bp.post("/reports/<uuid:report_id>/hearing")
@require_person(Office.OVERSEE)
def lead_to_hearing(report_id: UUID) -> ResponseReturnValue:
    """Propose to withdraw over a report; on to the case in which the holder of the key is heard."""
    form, problems = read_case_form("proposal_text")
    if problems:
        return _refuse(report_id, form, problems)
    audit_id = foreign_reports.lead_to_hearing(
        db.session, by=current_person(), report_id=report_id, text=form.proposal_text.data, now=clock.now()
    )
    commit()
    return redirect(url_for("staff.audit", audit_id=audit_id, news="saved"), 303)


def _done(report_id: UUID) -> ResponseReturnValue:
    commit()
    return redirect(url_for("staff.report", report_id=report_id, news="saved"), 303)


def _refuse(report_id: UUID, form: CaseForm, problems: Mapping[str, str]) -> ResponseReturnValue:
    """Show what is wrong beside the form, as long as the report still offers it."""
    found = foreign_reports.get_report(db.session, report_id=report_id)
    if found.outcome is not None or found.audit_id is not None:
        raise MoveNotAllowed
    return _render(report_id, form, problems), UNPROCESSABLE


def _render(report_id: UUID, form: CaseForm, problems: Mapping[str, str]) -> str:
    found = foreign_reports.get_report(db.session, report_id=report_id)
    return render_template(
        "staff/report.html",
        report=found,
        outcomes=[
            (one.value, label(one)) for one in ReportOutcome if found.is_withdrawn or one is not ReportOutcome.WITHDRAWN
        ],
        form=form,
        problems=problems,
        news=request.args.get("news", ""),
    )
