"""Taking reports and answers in, on the company's pages and on those of responsible persons alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import request
from wtforms import Form

from om_selfcheck import clock
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.progress import ActionState, Effect, NoSuchStep, NothingSaid, ReasonMissing, Report
from om_selfcheck.domain.questionnaire import Measure
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.text import clean_line
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import progress
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.progress import Answer, FollowUp
from om_selfcheck.web.company import pages
from om_selfcheck.web.inputs import NOT_OFFERED, code_field, text_field

CONFLICT, UNPROCESSABLE = 409, 422
NEED = "need-"


class ReportForm(Form):  # type: ignore[misc]  # WTForms ships no types
    state = code_field(ActionState)
    effect = code_field(Effect)
    note = text_field()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was sent and not taken, to be shown again, and what is wrong with it, by field."""

    state: str
    effect: str
    note: str
    needs: Mapping[str, str]
    problems: Mapping[str, str]
    status: int = UNPROCESSABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What the form of a follow-up asks with."""

    measures: Sequence[Measure]
    paths: Mapping[str, Sequence[object]]


def take_report(actor: Actor, action_id: UUID) -> Refused | None:
    """Note what the form says of an action; return what to show again where it could not be."""
    progress.get_progress(db.session, actor=actor, action_id=action_id)
    form = ReportForm(request.form)
    problems = _read_problems(form)
    if problems:
        return _refuse(form, problems)
    try:
        conflicts = progress.report_progress(
            db.session,
            actor=actor,
            action_id=action_id,
            report=_read_report(form),
            shown_state=clean_line(request.form.get("was-state", "")),
            now=clock.now(),
        )
    except (NoSuchStep, NothingSaid, ReasonMissing) as refusal:
        return _refuse(form, _explain(refusal))
    return _refuse_conflicts(form, conflicts)


def take_answer(actor: Actor, action_id: UUID) -> Refused | None:
    """Note the answers of a follow-up; return what to show again where they could not be."""
    asked = progress.get_follow_up(db.session, actor=actor, action_id=action_id).progress.action.measure_refs
    form, needs = ReportForm(request.form), _read_needs()
    problems = _read_problems(form) | {
        f"{NEED}{ref}": str(NOT_OFFERED)
        for ref, need in needs.items()
        if ref not in asked or need not in frozenset(NeedForAction)
    }
    if problems:
        return _refuse(form, problems)
    shown = {name.removeprefix("was-"): value for name, value in request.form.items() if name.startswith("was-")}
    try:
        conflicts = progress.answer_follow_up(
            db.session,
            actor=actor,
            action_id=action_id,
            answer=Answer(report=_read_report(form), needs={ref: NeedForAction(need) for ref, need in needs.items()}),
            shown=shown,
            now=clock.now(),
        )
    except (NoSuchStep, NothingSaid, ReasonMissing) as refusal:
        return _refuse(form, _explain(refusal))
    return _refuse_conflicts(form, conflicts)


def ask(actor: Actor, follow_up: FollowUp) -> Questions:
    questionnaire = pages.questionnaire_of(actor)
    found = [questionnaire.find_measure(ref) for ref in follow_up.progress.action.measure_refs]
    return Questions(measures=[measure for measure in found if measure], paths=follow_up.paths)


def list_problems(refused: Refused, key: str) -> list[tuple[str, str]]:
    """Return the problems for a summary: the id of each field, and what is wrong."""
    return [(f"{name}-{key}", message) for name, message in refused.problems.items()]


def _read_report(form: ReportForm) -> Report:
    return Report(
        state=ActionState(form.state.data),
        effect=Effect(form.effect.data) if form.effect.data else None,
        note=form.note.data,
    )


def _read_needs() -> dict[str, str]:
    """Return the colours that were chosen; a measure left alone has none."""
    sent = {name.removeprefix(NEED): value for name, value in request.form.items() if name.startswith(NEED)}
    return {ref: value for ref, value in sent.items() if value}


def _read_problems(form: ReportForm) -> dict[str, str]:
    problems = {} if form.validate() else {name: str(found[0]) for name, found in form.errors.items() if name}
    if not form.state.data:
        problems.setdefault("state", _("Bitte wählen Sie, wie es steht."))
    return problems


def _explain(refusal: NoSuchStep | NothingSaid | ReasonMissing) -> dict[str, str]:
    if isinstance(refusal, ReasonMissing):
        return {"note": _("Bitte schreiben Sie kurz, warum die Maßnahme verworfen wird.")}
    if isinstance(refusal, NoSuchStep):
        return {
            "state": _(
                "Diese Maßnahme ist schon erledigt oder verworfen."
                " Wählen Sie zuerst „Wieder in Arbeit“ oder „Wieder offen“."
            )
        }
    return {"note": _("Bitte beantworten Sie eine Frage oder schreiben Sie eine Notiz.")}


def _refuse(form: ReportForm, problems: Mapping[str, str], status: int = UNPROCESSABLE) -> Refused:
    return Refused(
        state=form.state.data,
        effect=form.effect.data,
        note=form.note.data,
        needs=_read_needs(),
        problems=problems,
        status=status,
    )


def _refuse_conflicts(form: ReportForm, conflicts: Sequence[Conflict]) -> Refused | None:
    if not conflicts:
        return None
    return _refuse(form, {conflict.name: _describe(conflict) for conflict in conflicts}, CONFLICT)


def _describe(conflict: Conflict) -> str:
    codes = ActionState if conflict.name == "state" else NeedForAction
    return _(
        "Inzwischen hat jemand anderes „%(stored)s“ gemeldet. Sie wollten „%(wanted)s“. Bitte wählen Sie noch einmal.",
        stored=label(codes(conflict.stored)),
        wanted=label(codes(conflict.wanted)),
    )
