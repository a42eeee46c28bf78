"""Withdrawing at the company's own wish: what it means, once more, and then at once (D14)."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import declarations, withdrawals
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.sessions import commit

UNPROCESSABLE = 422


@bp.get("/declarations/<number>/withdrawal")
@require(Task.DECLARE)
def withdrawal(number: str) -> ResponseReturnValue:
    """Say what it means; only the second page has the button."""
    if declarations.get_terms(db.session, actor=current_actor()).withdrawn_on is not None:
        return redirect(url_for("company.issued", number=number))
    return _render(is_sure="sure" in request.args, problem="")


@bp.post("/declarations/<number>/withdrawal")
@require(Task.DECLARE)
def withdraw(number: str) -> ResponseReturnValue:
    if "confirm" not in request.form:
        return _render(is_sure=True, problem=_("Bitte bestätigen Sie, dass Sie das wollen.")), UNPROCESSABLE
    withdrawals.withdraw_own(db.session, actor=current_actor(), now=clock.now())
    commit()
    return redirect(url_for("company.issued", number=number), 303)


def _render(*, is_sure: bool, problem: str) -> str:
    actor = current_actor()
    terms = declarations.get_terms(db.session, actor=actor)
    return render_template(
        "company/withdrawal.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor), pages.DECLARE),
        number=actor.declaration_number,
        valid_until=terms.valid_until,
        is_valid=terms.status_on(clock.today()) is DeclarationStatus.VALID,
        is_sure=is_sure,
        problem=problem,
    )
