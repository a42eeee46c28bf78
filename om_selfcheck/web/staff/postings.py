"""Letters that went by post: the day, noted beside the step that the letter is about."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from om_selfcheck.domain.access import Office
from om_selfcheck.domain.delivery import AlreadyPosted, PostingDayNotAllowed
from om_selfcheck.extensions import db
from om_selfcheck.i18n.formats import day
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import postings
from om_selfcheck.web.access import require_person
from om_selfcheck.web.case_forms import CaseForm, name_posting, read_case_form, read_posting
from om_selfcheck.web.inputs import read_day
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff import checklist
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.case_page import UNPROCESSABLE, render_case
from om_selfcheck.web.staff.checklist import Acting


@bp.post("/audits/<uuid:audit_id>/letters/<uuid:step_id>/posted")
@require_person(Office.OVERSEE)
def note_posting(audit_id: UUID, step_id: UUID) -> ResponseReturnValue:
    def note(_form: CaseForm, acting: Acting) -> None:
        posted_on = read_day(typed)
        if posted_on is not None:
            postings.note_posting(db.session, step_id=step_id, posted_on=posted_on, **acting)

    typed, faults = read_posting(step_id)
    try:
        return checklist.act(audit_id, None, note, faults=faults)
    except PostingDayNotAllowed:
        problem = _("Bitte einen Tag wählen, vom Tag des Schreibens bis heute.")
    except AlreadyPosted as refusal:
        problem = _("Dazu ist schon ein anderer Tag notiert: %(day)s.", day=day(refusal.posted_on))
    commit()  # the findings that came along
    return render_case(audit_id, read_case_form()[0], {name_posting(step_id): problem}), UNPROCESSABLE
