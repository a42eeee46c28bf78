"""Who can see what: further links, ending them, renewing the company's own key."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Right, Task
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.domain.text import LINE_LENGTH, clean_line
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import grants, participations, releases
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.addressing import settings_of
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.forms import LinkForm
from om_selfcheck.web.company.last_round import load_last_round
from om_selfcheck.web.inputs import find_faults
from om_selfcheck.web.sessions import commit, hold_grant, show_link_once

UNPROCESSABLE = 422


@bp.get("/assessments/<uuid:assessment_id>/access")
@require(Task.READ)
def sharing(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return render_sharing({})


@bp.post("/assessments/<uuid:assessment_id>/access/links")
@require(Task.SHARE)
def create_link(assessment_id: UUID) -> ResponseReturnValue:
    """Make a link with a label; it is shown once and ends by itself."""
    form, now = LinkForm(request.form), clock.now()
    errors = find_faults(form)
    if not form.label.data:
        errors["label"] = _("Bitte eintragen, für wen oder wofür der Link ist.")
    if not form.right.data:
        errors["right"] = _("Bitte wählen, was der Link erlaubt.")
    if errors:
        return render_sharing(errors, form), UNPROCESSABLE
    link = grants.create_link(
        db.session, actor=current_actor(), right=Right(form.right.data), label=form.label.data, now=now
    )
    show_link_once(assessment_id, link.grant_id, link.token, now)
    commit()
    return redirect(url_for("company.link", assessment_id=assessment_id), 303)


@bp.post("/assessments/<uuid:assessment_id>/access/help")
@require(Task.SHARE)
def create_help_link(assessment_id: UUID) -> ResponseReturnValue:
    """Make a link for the coordinating office, to read along for a day; the company hands it on itself."""
    now = clock.now()
    link = grants.create_help_link(db.session, actor=current_actor(), label=_("Hilfe der Geschäftsstelle"), now=now)
    show_link_once(assessment_id, link.grant_id, link.token, now)
    commit()
    return redirect(url_for("company.link", assessment_id=assessment_id), 303)


@bp.post("/assessments/<uuid:assessment_id>/access/<uuid:grant_id>/revoke")
@require(Task.SHARE)
def revoke_link(assessment_id: UUID, grant_id: UUID) -> ResponseReturnValue:
    grants.revoke_link(db.session, actor=current_actor(), grant_id=grant_id, now=clock.now())
    commit()
    return redirect(url_for("company.sharing", assessment_id=assessment_id, ended=1), 303)


@bp.post("/assessments/<uuid:assessment_id>/access/renew")
@require(Task.SHARE)
def renew_key(assessment_id: UUID) -> ResponseReturnValue:
    """End the old personal link and every session that came in by it; this browser stays in with the new one."""
    now = clock.now()
    link = grants.renew_key(db.session, actor=current_actor(), now=now)
    hold_grant(assessment_id, link.grant_id, is_renewal=True)
    show_link_once(assessment_id, link.grant_id, link.token, now)
    commit()
    return redirect(url_for("company.link", assessment_id=assessment_id), 303)


def render_sharing(errors: dict[str, str], form: LinkForm | None = None, *, code: str = "") -> str:
    """Show who can see what; `code` is a network's, as it was typed."""
    actor = current_actor()
    return render_template(
        "company/sharing.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor)),
        links=grants.list_links(db.session, actor=actor, now=clock.now()),
        last=load_last_round(actor),
        may_share=actor.may(Task.SHARE),
        mails=settings_of(actor),
        joined=participations.find_participation(db.session, assessment_id=actor.assessment_id),
        last_network=participations.find_last_network(db.session, actor=actor),
        release=releases.find_release(db.session, actor.assessment_id),
        levels=tuple(ReleaseLevel),
        code=code or clean_line(request.args.get("code", ""))[:LINE_LENGTH],
        errors=errors,
        form=form or LinkForm(),
        was_ended="ended" in request.args,
        news=request.args.get("news", ""),
    )
