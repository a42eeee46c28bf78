"""Correcting an issued declaration: the company itself, within 24 hours."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.correction import OWN_CORRECTION, TooLateToCorrect, may_correct_itself, read_values
from om_selfcheck.extensions import db
from om_selfcheck.services import corrections, declarations
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.corrections import FIELDS, CorrectionForm, Refused, explain, tell
from om_selfcheck.web.inputs import find_faults, shown_values, wanted_values
from om_selfcheck.web.sessions import commit

CONFLICT = 409


@bp.get("/declarations/<number>/correction")
@require(Task.DECLARE)
def correction(number: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render({}, Refused())


@bp.post("/declarations/<number>/correction")
@require(Task.DECLARE)
def correct(number: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Correct what was sent, all of it or nothing; once the day is over the page says whom to ask."""
    actor, form = current_actor(), CorrectionForm(request.form)
    wanted, shown = wanted_values(form, request.form, FIELDS), shown_values(request.form, FIELDS)
    if errors := find_faults(form):
        return _render(wanted, Refused(errors)), Refused(errors).status
    try:
        outcome = corrections.correct_own(db.session, actor=actor, wanted=wanted, shown=shown, now=clock.now())
    except TooLateToCorrect:
        return _render(wanted, Refused()), CONFLICT
    if not outcome.is_accepted:
        refused = explain(outcome)
        return _render(wanted, refused), refused.status
    commit()
    return redirect(url_for("company.issued", number=actor.declaration_number, corrected=tell(wanted, shown)), 303)


def _render(typed: Mapping[str, str], refused: Refused) -> str:
    actor = current_actor()
    issued = declarations.get_issued(db.session, actor=actor)
    stored = read_values(issued.details)
    return render_template(
        "company/correction.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor), pages.DECLARE),
        number=issued.number,
        stored=stored,
        values=stored | dict(typed),
        refused=refused,
        may_correct=may_correct_itself(issued.issued_at, clock.now()),
        until=issued.issued_at + OWN_CORRECTION,
    )
