"""Starting a check, its personal link, its overview, and leaving it on this device."""

from datetime import datetime
from uuid import UUID

import segno
from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from om_selfcheck import clock
from om_selfcheck.domain.access import Right, Task
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.invitation import InvitationState
from om_selfcheck.domain.questionnaire import LANGUAGES, Questionnaire
from om_selfcheck.extensions import csrf, db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import assessments, cases, grants, participations
from om_selfcheck.services.assessments import Started
from om_selfcheck.services.grants import list_links
from om_selfcheck.services.invitations import Invitation
from om_selfcheck.services.participations import Choices, InvitationEnded, UnknownCode
from om_selfcheck.web.access import actors_here, current_actor, public, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.addressing import settings_of
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.board import make_board
from om_selfcheck.web.company.last_round import load_succession
from om_selfcheck.web.public.invitations import find_or_count, offered_checks, refuse_invitation, render_invitation
from om_selfcheck.web.sessions import (
    commit,
    current_session,
    drop_grants,
    forget_link,
    fresh_tokens,
    hold_grant,
    keep_in,
    show_link_once,
)
from om_selfcheck.web.surroundings import catalogue, printed_address, retention

UNPROCESSABLE = 422


@bp.post("/assessments")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@public
def start() -> ResponseReturnValue:
    """Start a round without an account, for a network where one invited, and show its personal link at once."""
    now, code = clock.now(), request.form.get("invitation", "")
    invitation = find_or_count(code) if code else None
    if code and not (invitation and invitation.state is InvitationState.OPEN):
        return refuse_invitation(invitation)
    choices = Choices(is_counted="is_counted" in request.form, may_be_nudged="may_be_nudged" in request.form)
    if invitation and not request.form.get("questionnaire"):
        page = render_invitation(invitation, choices=choices, error=_("Bitte wählen Sie einen Check."))
        return page, UNPROCESSABLE
    questionnaire = _find_check(invitation)
    language = request.form.get("language", current_language())
    if language not in LANGUAGES:
        abort(UNPROCESSABLE)
    started = assessments.start_assessment(db.session, questionnaire=questionnaire, language=language, now=now)
    if invitation and not _join(started, invitation, choices, now):
        return refuse_invitation(find_or_count(code))
    hold_grant(started.assessment_id, started.link.grant_id)
    show_link_once(started.assessment_id, started.link.grant_id, started.link.token, now)
    commit()
    return redirect(url_for("company.link", assessment_id=started.assessment_id), 303)


def _find_check(invitation: Invitation | None) -> Questionnaire:
    """Return the check that was asked for; NotFound for an unknown one and for one that the invitation is not to."""
    questionnaire = catalogue().newest(request.form.get("questionnaire", ""))
    if invitation and questionnaire not in offered_checks(invitation):
        raise NotFound
    return questionnaire


def _join(started: Started, invitation: Invitation, choices: Choices, now: datetime) -> bool:
    """Count the round for its network; False, and no round, where the link has just been withdrawn."""
    actor = grants.find_actor(
        db.session, assessment_id=started.assessment_id, grant_id=started.link.grant_id, now=now, is_writing=True
    )
    if actor is None:
        return False
    try:
        participations.join_network(
            db.session,
            actor=actor,
            assessment_id=started.assessment_id,
            code_or_link=invitation.token,
            choices=choices,
            now=now,
        )
    except (InvitationEnded, UnknownCode):
        db.session.rollback()
        return False
    return True


@bp.get("/assessments/<uuid:assessment_id>")
@require(Task.READ)
def overview(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    actor = current_actor()
    standing = pages.load_standing(actor)
    return render_template(
        "company/overview.html",
        actor=actor,
        frame=pages.make_frame(actor, standing),
        standing=standing,
        questionnaire=pages.questionnaire_of(actor),
        topics=pages.list_topics(actor, standing),
        counts=pages.count_all(actor, standing),
        need_labels=pages.need_labels(),
        required=REQUIRED_ACTIONS,
        is_begun=pages.is_begun(standing),
        succession=load_succession(actor),
        board=make_board(actor),
        has_fresh_link=actor.grant_id in fresh_tokens(actor.assessment_id),
        mails=settings_of(actor),
        cases=cases.list_own_cases(db.session, actor=actor, today=clock.today()),
    )


@bp.get("/assessments/<uuid:assessment_id>/next")
@require(Task.READ)
def next_open(assessment_id: UUID) -> ResponseReturnValue:
    """Lead to the first measure that is not rated, else on to the plan."""
    actor = current_actor()
    unrated = pages.load_standing(actor).completeness.unrated
    if not unrated:
        return redirect(url_for("company.plan", assessment_id=assessment_id))
    topic = pages.questionnaire_of(actor).topic_of(unrated[0])
    address = url_for("company.topic", assessment_id=assessment_id, ref=topic.ref, _anchor=f"measure-{unrated[0]}")
    return redirect(address)


@bp.get("/assessments/<uuid:assessment_id>/link")
@require(Task.SHARE)
def link(assessment_id: UUID) -> ResponseReturnValue:
    """Show a link that was just made, once, until it is confirmed as kept."""
    return _show_link(assessment_id, "company/link.html")


@bp.get("/assessments/<uuid:assessment_id>/link/sheet")
@require(Task.SHARE)
def link_sheet(assessment_id: UUID) -> ResponseReturnValue:
    """Show the same link as a small sheet to print."""
    return _show_link(assessment_id, "company/link_sheet.html")


@bp.post("/assessments/<uuid:assessment_id>/link")
@require(Task.SHARE)
def keep_link(assessment_id: UUID) -> ResponseReturnValue:
    """Note that the link is kept; from now on nobody can read it here."""
    grant_id = _asked_grant(assessment_id, request.form.get("grant", ""))
    is_own = grant_id == current_actor().grant_id
    if grant_id:
        forget_link(grant_id)
    if is_own:
        keep_in(is_kept="keep_in" in request.form)
    commit()
    return redirect(url_for("company.overview" if is_own else "company.sharing", assessment_id=assessment_id), 303)


@bp.post("/assessments/<uuid:assessment_id>/language")
@require(Task.DECLARE)
def change_language(assessment_id: UUID) -> ResponseReturnValue:
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(UNPROCESSABLE)
    assessments.change_language(db.session, actor=current_actor(), language=language)
    commit()
    return redirect(url_for("company.overview", assessment_id=assessment_id), 303)


@bp.post("/assessments/<uuid:assessment_id>/leave")
@require(Task.READ)
def leave(assessment_id: UUID) -> ResponseReturnValue:
    """End the access on this device, by every link that opens the round here; the links themselves go on working."""
    drop_grants([actor.grant_id for actor in actors_here(assessment_id)])
    current_session().renew_id()
    commit()
    return redirect(url_for("public.start"), 303)


def _show_link(assessment_id: UUID, template: str) -> ResponseReturnValue:
    actor = current_actor()
    grant_id = _asked_grant(assessment_id, request.args.get("grant", ""))
    links = {one.grant_id: one for one in list_links(db.session, actor=actor, now=clock.now())}
    shown = links.get(grant_id) if grant_id else None
    if grant_id is None or shown is None:
        return redirect(url_for("company.sharing", assessment_id=assessment_id))
    token = fresh_tokens(assessment_id)[grant_id]
    address = printed_address("public.feed" if shown.right is Right.CALENDAR else "public.open_access", token=token)
    return make_response(
        render_template(
            template,
            actor=actor,
            frame=pages.make_frame(actor, pages.load_standing(actor)),
            shown=shown,
            address=address,
            mails=settings_of(actor),
            retention=retention(),
            qr=Markup(segno.make(address, error="m").svg_inline(scale=4, border=2, svgclass="qr", lineclass=None)),  # noqa: S704 - drawn by segno from our own address
            title=pages.questionnaire_of(actor).title.in_language(current_language()),
        )
    )


def _asked_grant(assessment_id: UUID, asked: str) -> UUID | None:
    """Return the link to be shown or confirmed: the one asked for, else the newest; None where none waits any more."""
    waiting = list(fresh_tokens(assessment_id))
    return next((grant_id for grant_id in waiting if str(grant_id) == asked), waiting[-1] if waiting else None)
