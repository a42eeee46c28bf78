"""The page of a case as the office reads it, whichever form of it was sent."""

from collections.abc import Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.audit import (
    AuditMove,
    CheckItem,
    Decision,
    FindingAnswer,
    list_moves,
    list_outcomes,
    list_reasons,
    may_write,
)
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.services import audits, case_letters, cases
from om_selfcheck.services.cases import Case
from om_selfcheck.services.record import list_timeline
from om_selfcheck.web.access import current_person
from om_selfcheck.web.case_forms import CaseForm, pick_typed, read_posting
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.surroundings import catalogue

UNPROCESSABLE, CONFLICT = 422, 409
_PLACES = {
    "outcome_text": AuditMove.SUBMIT,
    "return_text": AuditMove.RETURN,
    "proposal_text": AuditMove.PROPOSE,
    "leave_text": AuditMove.LEAVE,
    "decision_text": AuditMove.DECIDE,
}


def finish(
    audit_id: UUID,
    form: CaseForm,
    *own: str,
    entries: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    anchor: str | None = None,
) -> ResponseReturnValue:
    """Commit what was asked for and show the case anew; what was typed for something else stays on the page."""
    commit()
    for name in own:
        form[name].data = ""
    if problems or any(form.data.values()):
        return render_case(audit_id, form, problems or {}, entries=entries, news="saved")
    return redirect(url_for("staff.audit", audit_id=audit_id, news="saved", _anchor=anchor), 303)


def render_case(
    audit_id: UUID,
    form: CaseForm,
    problems: Mapping[str, str],
    *,
    entries: Mapping[str, str] | None = None,
    news: str = "",
) -> str:
    case = cases.get_case(db.session, audit_id=audit_id, today=clock.today())
    stored, now = audits.write_findings(case.findings), clock.now()
    questionnaire = catalogue().get(case.slug, case.version)
    return render_template(
        "staff/audit.html",
        case=case,
        criteria=cases.run_criteria(db.session, audit_id=audit_id, questionnaire=questionnaire),
        topics={topic.ref: topic.title.in_language(current_language()) for topic in questionnaire.topics},
        deliveries=case_letters.list_deliveries(db.session, case),
        required=REQUIRED_ACTIONS,
        moves=list_moves(case.state),
        can_write=_can_write(case),
        form=form,
        homeless=_list_homeless(case, form),
        problems=problems,
        items=list(CheckItem),
        answers=[(one.value, label(one)) for one in FindingAnswer],
        stored=stored,
        entries=stored | dict(entries or {}),
        outcomes=[(one.value, label(one)) for one in list_outcomes()],
        reasons=[(one.value, label(one)) for one in list_reasons(is_about_report=case.sample_id is None)],
        decisions=[(one.value, label(one)) for one in Decision],
        is_open=case.opening is not None and not case.is_closed and case.opening.is_open_at(now),
        is_hearing_over=case.proposal is not None and case.proposal.hearing_ends_on < clock.today(),
        posted=_read_days(case),
        letters={
            step.step_id: url_for("staff.letter", audit_id=audit_id, step_id=step.step_id)
            for step in case.steps
            if step.occasion
        },
        person=current_person(),
        events=list_timeline(db.session, f"audit:{audit_id}"),
        news=news or request.args.get("news", ""),
        is_rest_saved=bool(problems and entries) and not news,
    )


def _read_days(case: Case) -> dict[UUID, str]:
    """Return the days of posting as they were typed, else today."""
    return {step.step_id: read_posting(step.step_id)[0] or clock.today().isoformat() for step in case.steps}


def _can_write(case: Case) -> bool:
    return not case.is_erased and may_write(case.state)


def _list_homeless(case: Case, form: CaseForm) -> list[tuple[str, str]]:
    """Return the texts that were typed for what the case no longer offers, to be copied (label, text)."""
    moves = list_moves(case.state)
    left = [name for name, move in _PLACES.items() if move not in moves] + ([] if _can_write(case) else ["message"])
    return pick_typed(form, left)
