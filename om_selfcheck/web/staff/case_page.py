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
)
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.services import audits, case_letters, cases
from om_selfcheck.services.record import list_timeline
from om_selfcheck.web.access import current_person
from om_selfcheck.web.case_forms import CaseForm
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.surroundings import catalogue

UNPROCESSABLE, CONFLICT = 422, 409


def finish(audit_id: UUID) -> ResponseReturnValue:
    commit()
    return redirect(url_for("staff.audit", audit_id=audit_id, news="saved"), 303)


def refuse_form(audit_id: UUID, move: AuditMove, form: CaseForm, problems: Mapping[str, str]) -> ResponseReturnValue:
    """Show what is wrong beside the form, as long as the case still offers it."""
    cases.get_case(db.session, audit_id=audit_id, today=clock.today()).require(move)
    return render_case(audit_id, form, problems), UNPROCESSABLE


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
        form=form,
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
        letters={
            step.step_id: url_for("staff.letter", audit_id=audit_id, step_id=step.step_id)
            for step in case.steps
            if step.occasion
        },
        person=current_person(),
        events=list_timeline(db.session, f"audit:{audit_id}"),
        news=news or request.args.get("news", ""),
        is_rest_saved=bool(problems) and entries is not None,
    )
