"""What happened: the company's own part of the record, in plain words."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from om_selfcheck.domain.access import Right, Role, Task
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import histories
from om_selfcheck.services.histories import Happening
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp


@bp.get("/assessments/<uuid:assessment_id>/history")
@require(Task.READ)
def history(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    actor = current_actor()
    return render_template(
        "company/history.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor)),
        happenings=[(one, _say_who(one)) for one in histories.list_history(db.session, actor=actor)],
    )


def _say_who(happening: Happening) -> str:
    """Return who it was: by which right of a link, or from which office; never a name."""
    if happening.is_by_program:
        return _("von selbst, oder durch einen Link in einer E-Mail")
    return {
        Right.OWNER: _("mit dem persönlichen Zugangslink"),
        Right.EDITOR: _("mit einem Link zum Mitarbeiten"),
        Right.READER: _("mit einem Link zum Lesen"),
        Right.DOER: _("mit dem Link einer verantwortlichen Person"),
        Right.CALENDAR: _("durch ein Kalenderprogramm"),
        Role.STAFF: _("durch die Geschäftsstelle"),
        Role.COORDINATOR: _("durch jemanden, der ein Netzwerk koordiniert"),
        None: _("durch jemanden, dessen Zugang es nicht mehr gibt"),
    }[happening.by]
