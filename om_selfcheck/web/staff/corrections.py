"""Correcting an issued declaration at a company's wish, at any time."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.correction import read_values
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.snapshot import SnapshotChanged
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import corrections, register_entries
from om_selfcheck.web.access import current_person, require_person
from om_selfcheck.web.corrections import FIELDS, CorrectionForm, Refused, explain, tell
from om_selfcheck.web.inputs import find_faults, shown_values, wanted_values
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff.blueprint import bp

NUMBER_LENGTH = 60


@bp.get("/declarations/<number>/correction")
@require_person(Office.OVERSEE)
def correction(number: str) -> ResponseReturnValue:
    return _render(number, {}, Refused())


@bp.post("/declarations/<number>/correction")
@require_person(Office.OVERSEE_FRESH)
def correct(number: str) -> ResponseReturnValue:
    """Correct what was sent, all of it or nothing; whose wish it was is asked for and shown to the company."""
    form = CorrectionForm(request.form)
    wanted, shown = wanted_values(form, request.form, FIELDS), shown_values(request.form, FIELDS)
    errors = find_faults(form)
    if not form.note.data:
        errors["note"] = _("Bitte eintragen, wer darum gebeten hat und woran Sie das erkannt haben.")
    typed = wanted | {"note": form.note.data}
    if errors:
        return _render(number, typed, Refused(errors)), Refused(errors).status
    outcome = corrections.correct_for_company(
        db.session,
        number=number[:NUMBER_LENGTH],
        by=current_person().actor,
        wanted=wanted,
        shown=shown,
        note=form.note.data,
        now=clock.now(),
    )
    if not outcome.is_accepted:
        refused = explain(outcome)
        return _render(number, typed, refused), refused.status
    commit()
    return redirect(url_for("staff.declaration", number=number, corrected=tell(wanted, shown)), 303)


def _render(number: str, typed: Mapping[str, str], refused: Refused) -> str:
    entry = register_entries.get_entry(db.session, number=number[:NUMBER_LENGTH], today=clock.today())
    if entry.is_erased:
        raise NotFound
    if entry.declared is None:
        raise SnapshotChanged
    stored = read_values(entry.declared.details)
    return render_template(
        "staff/correction.html", entry=entry, stored=stored, values=stored | dict(typed), refused=refused
    )
