"""The checklist of a case: saved by itself, or on its way to the second reader."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.audit import AuditOutcome
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import audits
from om_selfcheck.services.audits import FindingsIncomplete
from om_selfcheck.web.access import current_person, require_person
from om_selfcheck.web.case_forms import CaseForm, read_case_form
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff import checklist
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.case_page import UNPROCESSABLE, finish, render_case


@bp.post("/audits/<uuid:audit_id>/findings")
@require_person(Office.OVERSEE)
def note_findings(audit_id: UUID) -> ResponseReturnValue:
    """Save the checklist; what is wrong or was changed meanwhile is named, the rest is saved."""
    form, _faults = read_case_form()
    noted = checklist.note(audit_id)
    if noted.problems:
        commit()
        return render_case(audit_id, form, noted.problems, entries=noted.wanted), noted.status
    return finish(audit_id, form, anchor="findings")


@bp.post("/audits/<uuid:audit_id>/submit")
@require_person(Office.OVERSEE)
def submit_findings(audit_id: UUID) -> ResponseReturnValue:
    """Save the checklist as it was sent and hand it on with it; where that is refused, what is right stays saved."""
    form, missing = read_case_form("outcome", own=("outcome_text",))
    noted = checklist.note(audit_id)
    problems, status = noted.problems | missing, UNPROCESSABLE if missing else noted.status
    if not problems:
        problems, status = _hand_on(audit_id, form), UNPROCESSABLE
    if problems:
        commit()
        return render_case(audit_id, form, problems, entries=noted.wanted), status
    return finish(audit_id, form, "outcome", "outcome_text")


def _hand_on(audit_id: UUID, form: CaseForm) -> dict[str, str]:
    """Hand the findings to a second reader; return the gaps that keep them from one, by field."""
    try:
        audits.submit_findings(
            db.session,
            by=current_person(),
            audit_id=audit_id,
            outcome=AuditOutcome(form.outcome.data),
            text=form.outcome_text.data,
            now=clock.now(),
        )
    except FindingsIncomplete as refusal:
        return {
            f"{item}-answer": _("Fehlt noch, oder der Grund fehlt: %(item)s", item=label(item)) for item in refusal.gaps
        }
    return {}
