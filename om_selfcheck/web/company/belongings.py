"""What belongs to a company: taking all of it along, and erasing it (P18)."""

import zipfile
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from uuid import UUID

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.declaration_number import NotANumber, read_number
from om_selfcheck.domain.retention import backups_without_on
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.mail.transport import forget_mails
from om_selfcheck.services import erasure, exports, installation, renewals
from om_selfcheck.services.exports import Export
from om_selfcheck.web.access import current_actor, list_actors, lock_again, public, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.documents import make_documents
from om_selfcheck.web.sessions import commit, current_session, drop_grants
from om_selfcheck.web.surroundings import retention, settings

UNPROCESSABLE = 422
MOST_NUMBERS = 20


@bp.get("/assessments/<uuid:assessment_id>/data")
@require(Task.OWN)
def belongings(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render()


@bp.post("/assessments/<uuid:assessment_id>/data/export")
@require(Task.OWN)
def export(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Hand out everything about the company as one archive; documents of any round are made where they are missing."""
    now = clock.now()
    for issued in renewals.list_rounds(db.session, actor=current_actor()):
        db.session.rollback()  # one round at a time is held; making a document lets go of it anyway
        if issued.number and (actors := list_actors(issued.assessment_id, Task.OWN)):
            make_documents(actors[0])
    db.session.rollback()
    taken = exports.export_company(db.session, actor=lock_again(), now=now)
    commit()
    name = f"om-selbstcheck-{clock.day_in_berlin(now).isoformat()}.zip"
    return send_file(_pack(taken), mimetype="application/zip", as_attachment=True, download_name=name)


@bp.post("/assessments/<uuid:assessment_id>/data/erase")
@require(Task.OWN)
def erase(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Erase everything, once the box is ticked; who was in by any link of the company is out."""
    if "confirm_erase" not in request.form:
        return _render(error=_("Bitte das Häkchen setzen, wenn Sie wirklich alles löschen wollen.")), UNPROCESSABLE
    actor, now = current_actor(), clock.now()
    numbers = erasure.list_numbers(db.session, actor=actor)
    erased = erasure.erase_own_company(db.session, actor=actor, today=clock.day_in_berlin(now), now=now)
    drop_grants([actor.grant_id])
    current_session().renew_id()
    commit()
    installation.forget_deleted(db.session)
    forget_mails(settings().mail_url, erased.message_ids)
    return redirect(url_for("company.erased", number=numbers), 303)


@bp.get("/erased")
@public
def erased() -> ResponseReturnValue:
    """Say what is gone and what stays; the address carries the numbers, which are public anyway."""
    return render_template(
        "company/erased.html",
        numbers=_read_numbers(request.args.getlist("number")),
        backups_on=backups_without_on(clock.today(), retention()),
    )


def _read_numbers(typed: Sequence[str]) -> list[str]:
    """Return what are numbers of declarations; anybody can write an address."""
    found = []
    for one in typed[:MOST_NUMBERS]:
        with suppress(NotANumber):
            found.append(read_number(one))
    return found


def _pack(taken: Export) -> BytesIO:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("README.txt", render_template("company/export_readme.txt", changed=taken.changed))
        packed.writestr("export.json", taken.text)
        for file in taken.files:
            packed.writestr(f"documents/{file.name}", file.content)
    archive.seek(0)
    return archive


def _render(error: str = "") -> str:
    actor = current_actor()
    return render_template(
        "company/belongings.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor)),
        numbers=erasure.list_numbers(db.session, actor=actor),
        retention=retention(),
        backups_on=backups_without_on(clock.today(), retention()),
        error=error,
    )
