"""The checklist of a case: saved by itself, or on its way to the second reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.audit import AuditOutcome, FindingAnswer
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import audits
from om_selfcheck.services.audits import FindingsIncomplete
from om_selfcheck.web.access import current_person, require_person
from om_selfcheck.web.case_forms import CaseForm, read_case_form, read_findings
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.case_page import CONFLICT, UNPROCESSABLE, finish, render_case


@bp.post("/audits/<uuid:audit_id>/findings")
@require_person(Office.OVERSEE)
def note_findings(audit_id: UUID) -> ResponseReturnValue:
    """Save the checklist; what is wrong or was changed meanwhile is named, the rest is saved."""
    form, _faults = read_case_form()
    noted = _note(audit_id)
    commit()
    if noted.problems:
        return render_case(audit_id, form, noted.problems, entries=noted.wanted), noted.status
    if form.outcome.data or form.outcome_text.data:  # typed beside the checklist, and not handed on yet
        return render_case(audit_id, form, {}, news="saved")
    return redirect(url_for("staff.audit", audit_id=audit_id, news="saved", _anchor="findings"), 303)


@bp.post("/audits/<uuid:audit_id>/submit")
@require_person(Office.OVERSEE)
def submit_findings(audit_id: UUID) -> ResponseReturnValue:
    """Save the checklist as it was sent and hand it on with it; where that is refused, what is right stays saved."""
    form, missing = read_case_form("outcome")
    noted = _note(audit_id)
    problems, status = noted.problems | missing, UNPROCESSABLE if missing else noted.status
    if not problems:
        problems, status = _hand_on(audit_id, form), UNPROCESSABLE
    if problems:
        commit()
        return render_case(audit_id, form, problems, entries=noted.wanted), status
    return finish(audit_id)


@dataclass(frozen=True, slots=True)
class _Noted:
    """What was sent of the checklist, and what of it was not written and why, by field."""

    wanted: Mapping[str, str]
    problems: dict[str, str]
    status: int


def _note(audit_id: UUID) -> _Noted:
    """Write what is right of the checklist; whoever calls commits."""
    wanted, shown, faults = read_findings()
    sound = {name: value for name, value in wanted.items() if name not in faults}
    noted = audits.note_findings(
        db.session, by=current_person(), audit_id=audit_id, wanted=sound, shown=shown, now=clock.now()
    )
    reason = _("Der Grund fehlt, darum ist das nicht gespeichert. Das Unternehmen liest ihn.")
    wrong = faults | {f"{item}-note": reason for item in noted.unreasoned if f"{item}-note" not in faults}
    conflicts = {one.name: _describe(one.name, one.stored) for one in noted.conflicts}
    return _Noted(wanted, wrong | conflicts, UNPROCESSABLE if wrong else CONFLICT)


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


def _describe(name: str, stored: str) -> str:
    word = label(FindingAnswer(stored)) if name.endswith("-answer") and stored else stored
    return _(
        "Inzwischen ist hier gespeichert: %(stored)s (aus einem anderen Fenster oder von jemand anderem).",
        stored=word or _("nichts"),
    )
