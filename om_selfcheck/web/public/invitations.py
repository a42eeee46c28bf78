"""The page behind a network's invitation: who invites to what, and who will see what, before anything begins.

It may look at the browser's session, for a second scan of the same code, but sets no cookie.
"""

from http import HTTPStatus

from flask import render_template
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.invitation import InvitationState
from om_selfcheck.domain.limits import WRONG_INVITATION_CODES
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.extensions import begin_writing, db
from om_selfcheck.services import invitations, participations
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.invitations import Invitation
from om_selfcheck.services.participations import Choices
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import public
from om_selfcheck.web.public.pages import opened_here
from om_selfcheck.web.public.routes import bp
from om_selfcheck.web.security import request_id
from om_selfcheck.web.surroundings import catalogue
from om_selfcheck.web.throttling import network, require_within


@bp.get("/i/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """Show who invites; only the button begins, so that a scanner's GET changes nothing."""
    found = find_or_count(token)
    if found is None or found.state is not InvitationState.OPEN:
        return refuse_invitation(found)
    return render_invitation(found)


def find_or_count(code: str) -> Invitation | None:
    """Return what a code invites to. A wrong one counts: nobody tries codes until one fits (P12)."""
    found = invitations.find_invitation(db.session, token=code, today=clock.today())
    if found is None:
        begin_writing()
        require_within(Try(WRONG_INVITATION_CODES, network()))
    return found


def refuse_invitation(found: Invitation | None) -> ResponseReturnValue:
    """Say that a link invites nobody, whom to ask, and that one can go on without a network."""
    page = render_template("public/invitation_ended.html", invitation=found, request_id=request_id())
    return page, HTTPStatus.GONE if found else HTTPStatus.NOT_FOUND


def render_invitation(found: Invitation, *, choices: Choices | None = None, error: str = "") -> str:
    questionnaires = offered_checks(found)
    return render_template(
        "public/invitation.html",
        invitation=found,
        network=found.network,
        questionnaires=questionnaires,
        begun=_find_begun(found),
        choices=choices or Choices(),
        error=error,
    )


def offered_checks(found: Invitation) -> list[Questionnaire]:
    """List the checks to choose from: the one that the link names, else all."""
    checks = catalogue().list_newest()
    return [one for one in checks if found.questionnaire_slug in ("", one.slug)]


def _find_begun(found: Invitation) -> Actor | None:
    """Return the newest round that this browser has open and that counts by this link."""
    opened = [actor for actor in opened_here() if actor.may(Task.READ)]
    if not opened:
        return None
    mine = participations.list_begun_by(
        db.session, invitation=found, assessment_ids=[actor.assessment_id for actor in opened]
    )
    return next((actor for actor in opened if actor.assessment_id in mine), None)
