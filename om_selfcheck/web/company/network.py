"""For which network a round counts, and what its company lets it see: on the page *who can see what*."""

from typing import TypeGuard
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import TooOften
from om_selfcheck.domain.limits import WRONG_INVITATION_CODES
from om_selfcheck.domain.merging import Merge, merge_field
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.domain.text import LINE_LENGTH, clean_line
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import participations, releases, stages
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.participations import Choices, InvitationEnded, JoinedNetwork, OtherCheck, UnknownCode
from om_selfcheck.services.releases import NoNetwork
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.sharing import UNPROCESSABLE, render_sharing
from om_selfcheck.web.inputs import NOT_OFFERED
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.throttling import TOO_MANY, describe_wait, network, require_within

CONFLICT = 409
CHOICES = ("is_counted", "may_be_nudged")


@bp.post("/assessments/<uuid:assessment_id>/network")
@require(Task.SHARE)
def join_network(assessment_id: UUID) -> ResponseReturnValue:
    """Let the round count for the network whose code or address was typed."""
    code = clean_line(request.form.get("code", ""))[:LINE_LENGTH]
    try:
        participations.join_network(
            db.session, actor=current_actor(), assessment_id=assessment_id, code_or_link=code, now=clock.now()
        )
        _count_stages(current_actor())
    except UnknownCode:
        return _refuse_code(code)
    except (InvitationEnded, OtherCheck) as refusal:
        return render_sharing({"code": _explain(refusal)}, code=code), UNPROCESSABLE
    commit()
    return _back(assessment_id, "joined")


@bp.post("/assessments/<uuid:assessment_id>/network/again")
@require(Task.SHARE)
def join_again(assessment_id: UUID) -> ResponseReturnValue:
    """Let the renewing round count for the network of the last one."""
    participations.join_again(db.session, actor=current_actor(), now=clock.now())
    _count_stages(current_actor())
    commit()
    return _back(assessment_id, "joined")


@bp.post("/assessments/<uuid:assessment_id>/network/leave")
@require(Task.SHARE)
def leave_network(assessment_id: UUID) -> ResponseReturnValue:
    joined = participations.find_participation(db.session, assessment_id=assessment_id)
    if _is_other(joined):
        return _refuse_other(joined)
    participations.leave_network(db.session, actor=current_actor(), assessment_id=assessment_id, now=clock.now())
    commit()
    return _back(assessment_id, "left")


@bp.post("/assessments/<uuid:assessment_id>/network/choices")
@require(Task.SHARE)
def change_choices(assessment_id: UUID) -> ResponseReturnValue:
    """Agree or no longer agree; of two people at the page, nobody's choice is overwritten unseen (P2)."""
    joined = participations.find_participation(db.session, assessment_id=assessment_id)
    if _is_other(joined):
        return _refuse_other(joined)
    stored = {name: "1" if joined and getattr(joined, name) else "" for name in CHOICES}
    wanted = {name: "1" if name in request.form else "" for name in CHOICES}
    merges = {
        name: merge_field(stored=stored[name], shown=request.form.get(f"was-{name}", ""), wanted=wanted[name])
        for name in CHOICES
    }
    if Merge.CONFLICT in merges.values():
        return render_sharing({"is_counted": _explain_conflict()}), CONFLICT
    after = {name: wanted[name] if merges[name] is Merge.WRITE else stored[name] for name in CHOICES}
    choices = Choices(is_counted=bool(after["is_counted"]), may_be_nudged=bool(after["may_be_nudged"]))
    participations.change_choices(db.session, actor=current_actor(), choices=choices, now=clock.now())
    commit()
    return _back(assessment_id, "chosen")


@bp.post("/assessments/<uuid:assessment_id>/network/release")
@require(Task.SHARE)
def change_release(assessment_id: UUID) -> ResponseReturnValue:
    """Release more, less or nothing to the network."""
    wanted, shown = request.form.get("level", ""), request.form.get("was-level", "")
    if wanted not in list(ReleaseLevel):
        return render_sharing({"level": str(NOT_OFFERED)}), UNPROCESSABLE
    joined = participations.find_participation(db.session, assessment_id=assessment_id)
    if _is_other(joined):
        return _refuse_other(joined)
    running = releases.find_release(db.session, assessment_id)
    stored = running.level if running else ReleaseLevel.NOTHING
    merge = merge_field(stored=stored, shown=shown, wanted=wanted)
    if merge is Merge.CONFLICT:
        return render_sharing({"level": _explain_conflict()}), CONFLICT
    if merge is Merge.KEEP:  # also what an old page shows and nobody touched there
        return _back(assessment_id, "")
    try:
        releases.change_release(
            db.session,
            actor=current_actor(),
            assessment_id=assessment_id,
            level=ReleaseLevel(wanted),
            now=clock.now(),
        )
    except NoNetwork:
        return render_sharing({"code": _("Der Check zählt zurzeit für kein Netzwerk, das offen ist.")}), CONFLICT
    commit()
    return _back(assessment_id, "released" if wanted != ReleaseLevel.NOTHING else "ended")


def _count_stages(actor: Actor) -> None:
    """Let the network count what the round has reached before it joined."""
    measures = pages.questionnaire_of(actor).size
    stages.note_stages(db.session, assessment_id=actor.assessment_id, measures=measures, now=clock.now())


def _refuse_code(code: str) -> ResponseReturnValue:
    """Say that a code is none; nobody tries codes until one fits (P12)."""
    db.session.rollback()
    try:
        require_within(Try(WRONG_INVITATION_CODES, network()))
    except TooOften as refusal:
        return render_sharing({"code": describe_wait(refusal.until)}, code=code), TOO_MANY
    error = _("Diesen Code gibt es nicht. Er hat zehn Zeichen und steht am Ende der Adresse auf dem Aushang.")
    return render_sharing({"code": error}, code=code), UNPROCESSABLE


def _is_other(joined: JoinedNetwork | None) -> TypeGuard[JoinedNetwork]:
    """Say whether a form named another network than the round counts for now: what it says is not for this one (D9)."""
    return joined is not None and request.form.get("was-network", "") != str(joined.network_id)


def _refuse_other(joined: JoinedNetwork) -> ResponseReturnValue:
    error = _(
        "Das galt einem anderen Netzwerk. Der Check zählt jetzt für %(network)s. Geändert ist nichts; unten steht, was "
        "gilt. Wählen Sie bitte noch einmal.",
        network=joined.name,
    )
    return render_sharing({"network": error}), CONFLICT


def _explain(refusal: InvitationEnded | OtherCheck) -> str:
    if isinstance(refusal, OtherCheck):
        return _("Dieser Code lädt zu einem anderen Check ein. Fragen Sie das Netzwerk nach einem für diesen.")
    ended = _("Dieser Code lädt niemanden mehr ein. Fragen Sie das Netzwerk nach einem neuen.")
    return f"{ended} {refusal.contact}".strip()


def _explain_conflict() -> str:
    return _("Das hat inzwischen jemand anderes geändert. Unten steht, was jetzt gilt; wählen Sie bitte noch einmal.")


def _back(assessment_id: UUID, news: str) -> ResponseReturnValue:
    address = url_for("company.sharing", assessment_id=assessment_id, news=news or None, _anchor="network")
    return redirect(address, 303)
