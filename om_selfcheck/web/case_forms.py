"""What is typed in a case, by the company and by the office: each form of a page has fields of its own names."""

from collections.abc import Iterable
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import Form

from om_selfcheck.domain.audit import CheckItem, Decision, FindingAnswer, list_outcomes, list_reasons
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.domain.text import has_letter
from om_selfcheck.i18n.labels import label
from om_selfcheck.web.inputs import code_field, day_field, find_faults, shown_values, text_field

WHOLE, TOPICS = "all", "topics"
TYPED = _("Was Sie geschrieben haben")
MISSING = {
    "message": _("Bitte schreiben Sie eine Nachricht."),
    "return_text": _("Bitte schreiben Sie, was noch einmal anzusehen ist."),
    "reason": _("Bitte wählen Sie einen Grund."),
    "proposal_text": _("Bitte schreiben Sie dem Unternehmen, worauf sich der Vorschlag stützt."),
    "decision": _("Bitte entscheiden Sie."),
    "decision_text": _("Bitte begründen Sie die Entscheidung; das Unternehmen liest sie."),
    "outcome": _("Bitte wählen Sie ein Ergebnis."),
    "answer": _("Bitte schreiben Sie Ihre Antwort."),
    "report_outcome": _("Bitte wählen Sie, wie der Hinweis ausging."),
    "scope": _("Bitte wählen Sie, was Sie öffnen."),
    "until": _("Bitte wählen Sie den letzten Tag."),
    "posted_on": _("Bitte wählen Sie den Tag, an dem das Schreiben zur Post ging."),
}


class CaseForm(Form):  # type: ignore[misc]  # WTForms ships no types
    message = text_field()
    outcome = code_field(list_outcomes())
    outcome_text = text_field()
    return_text = text_field()
    leave_text = text_field()
    reason = code_field(list_reasons(is_about_report=False))
    proposal_text = text_field()
    decision = code_field(Decision)
    decision_text = text_field()
    report_outcome = code_field(list(ReportOutcome))
    answer = text_field()
    decline_text = text_field()
    scope = code_field((WHOLE, TOPICS))
    until = day_field()


class EntryForm(Form):  # type: ignore[misc]
    """One entry of the checklist; its fields begin with the item's code."""

    answer = code_field(FindingAnswer)
    note = text_field()


def read_case_form(*needed: str, own: tuple[str, ...] = ()) -> tuple[CaseForm, dict[str, str]]:
    """Read what was sent and return it with what is wrong or missing, by field; words without a letter say nothing.

    The whole page is sent with every button: `needed` and `own` are the fields of this one, the rest may be half done.
    """
    form = CaseForm(request.form)
    problems = {name: fault for name, fault in find_faults(form).items() if name in (*needed, *own)}
    for name in needed:
        typed = form[name].data
        if name not in problems and not (has_letter(typed) if _is_text(name) else typed):
            problems[name] = str(MISSING[name])
    return form, problems


def pick_typed(form: CaseForm, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return which of some texts were typed, to be copied (label, text)."""
    return [(str(TYPED), form[name].data) for name in names if form[name].data]


class PostingForm(Form):  # type: ignore[misc]
    """The day a letter was posted; its field begins with the step the letter is about."""

    on = day_field()


def read_posting(step_id: UUID) -> tuple[str, dict[str, str]]:
    """Return the day as it was typed, in its written form where it is one, and what is wrong with it, by field."""
    form = PostingForm(request.form, prefix=name_posting(step_id, ""))
    faults = find_faults(form)
    if not form.on.data:
        faults = {name_posting(step_id): str(MISSING["posted_on"])}
    return form.on.data, faults


def name_posting(step_id: UUID, field: str = "on") -> str:
    return f"posted-{step_id}-{field}"


def read_findings() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return what the form wants of the checklist, what the page showed, and what is wrong, by field."""
    wanted: dict[str, str] = {}
    problems: dict[str, str] = {}
    for item in CheckItem:
        form = EntryForm(request.form, prefix=f"{item}-")
        problems |= find_faults(form)
        wanted |= {field.name: field.data for field in form if field.name in request.form}
    return wanted, shown_values(request.form, list(wanted)), problems


def list_typed() -> list[tuple[str, str]]:
    """Return the texts that somebody typed in a case, each with its name, to be copied where the case refuses them."""
    wanted, shown, _faults = read_findings()
    names = {f"{item}-note": item for item in CheckItem}
    notes = [
        (label(item), wanted[name]) for name, item in names.items() if wanted.get(name) and wanted[name] != shown[name]
    ]
    form = CaseForm(request.form)
    texts = [field.data for field in form if _is_text(field.name) and field.data]
    return [*notes, *((str(TYPED), text) for text in texts)]


def _is_text(name: str) -> bool:
    return name not in ("reason", "decision", "outcome", "report_outcome", "scope", "until")
