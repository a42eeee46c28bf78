"""E-mail of a company: its address, how it is reminded, its key by mail, and every mail sent to it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.address import CodeAnswer, read_code
from om_selfcheck.domain.declaration import ReminderChoice
from om_selfcheck.domain.errors import TooOften
from om_selfcheck.domain.limits import KEYS_MAILED
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.extensions import db
from om_selfcheck.i18n.formats import short_day
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import access_mails, addresses, mail_choices, messages
from om_selfcheck.services.access_mails import NotConfirmed
from om_selfcheck.services.mail_choices import NotAPause
from om_selfcheck.services.throttles import Try
from om_selfcheck.services.undeliverable import list_lost
from om_selfcheck.web.access import current_actor, lock_again, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.addressing import start_claim
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.forms import AddressForm, CodeForm, PauseForm, ReminderForm
from om_selfcheck.web.inputs import NOT_OFFERED, read_day, shown_values
from om_selfcheck.web.sessions import commit, fresh_tokens
from om_selfcheck.web.throttling import TOO_MANY, describe_wait, require_within

UNPROCESSABLE, CONFLICT = 422, 409
DONE = ("claimed", "confirmed", "removed", "reminder", "paused", "resumed", "mailed")


@bp.get("/assessments/<uuid:assessment_id>/mails")
@require(Task.DECLARE)
def mails(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render()


@bp.post("/assessments/<uuid:assessment_id>/mails/address")
@require(Task.DECLARE)
def claim_address(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Write to the address typed; it gets other mail once it is confirmed."""
    form = AddressForm(request.form)
    if not form.validate() or not form.email.data:
        error = form.email.errors[0] if form.email.errors else _("Bitte eine E-Mail-Adresse eintragen.")
        return _render({"email": str(error)}, {"email": form.email.data}), UNPROCESSABLE
    try:
        conflict = start_claim(form.email.data, shown=_shown("email"), wants_link=form.wants_link.data)
    except TooOften as refusal:
        return _render({"email": describe_wait(refusal.until)}, {"email": form.email.data}), TOO_MANY
    return _show_conflict(conflict) if conflict else _go_on("claimed")


@bp.post("/assessments/<uuid:assessment_id>/mails/code")
@require(Task.DECLARE)
def confirm_code(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Confirm by the code in the mail; a wrong one is a try and committed as such."""
    typed = CodeForm(request.form).code.data
    code = read_code(typed)
    if not code:
        words = _("Der Code hat acht Zeichen, zum Beispiel 7CDF-GHJK.")
        return _render({"code": words}, {"code": typed}), UNPROCESSABLE
    answer = addresses.confirm_by_code(
        db.session, actor=current_actor(), code=code, language=current_language(), now=clock.now()
    )
    commit()
    if answer is CodeAnswer.RIGHT:
        return _go_on("confirmed")
    return _render({"code": label(answer)}, {"code": code}), UNPROCESSABLE


@bp.post("/assessments/<uuid:assessment_id>/mails/remove")
@require(Task.DECLARE)
def remove_address(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    conflict = addresses.remove_address(db.session, actor=current_actor(), shown=_shown("email"), now=clock.now())
    commit()
    return _show_conflict(conflict) if conflict else _go_on("removed")


@bp.post("/assessments/<uuid:assessment_id>/mails/reminder")
@require(Task.DECLARE)
def choose_reminder(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Choose how to be reminded, after issuing too."""
    form = ReminderForm(request.form)
    if not form.validate() or not form.reminder.data:
        return _render({"reminder": str(NOT_OFFERED)}), UNPROCESSABLE
    conflicts = mail_choices.choose_reminder(
        db.session, actor=current_actor(), wanted=ReminderChoice(form.reminder.data), shown=_shown("reminder")
    )
    commit()
    return _show_conflict(conflicts[0]) if conflicts else _go_on("reminder")


@bp.post("/assessments/<uuid:assessment_id>/mails/pause")
@require(Task.DECLARE)
def pause_mails(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Let reminders rest until a day."""
    typed = PauseForm(request.form).resume_on.data
    resume_on = read_day(typed)
    try:
        conflicts = _set_pause(resume_on) if resume_on else None
    except NotAPause:
        conflicts = None
    if conflicts is None:
        words = _("Bitte einen Tag ab morgen und innerhalb eines Jahres wählen, zum Beispiel 31.01.2027.")
        return _render({"resume_on": words}, {"resume_on": typed}), UNPROCESSABLE
    return _show_conflict(conflicts[0]) if conflicts else _go_on("paused")


@bp.post("/assessments/<uuid:assessment_id>/mails/resume")
@require(Task.DECLARE)
def resume_mails(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    conflicts = _set_pause(None)
    return _show_conflict(conflicts[0]) if conflicts else _go_on("resumed")


@bp.post("/assessments/<uuid:assessment_id>/mails/link")
@require(Task.SHARE)
def mail_link(assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Have the company's key mailed to its confirmed address."""
    try:
        require_within(Try(KEYS_MAILED, str(current_actor().company_id)))
        access_mails.mail_access_link(db.session, actor=lock_again(), language=current_language(), now=clock.now())
    except TooOften as refusal:
        return _render({"mail_link": describe_wait(refusal.until)}), TOO_MANY
    except NotConfirmed:
        return _render({"email": _("Dafür muss zuerst eine Adresse bestätigt sein.")}), CONFLICT
    commit()
    return _go_on("mailed")


def _set_pause(resume_on: date | None) -> tuple[Conflict, ...]:
    conflicts = mail_choices.pause_mails(
        db.session, actor=current_actor(), resume_on=resume_on, shown=_shown("resume_on"), today=clock.today()
    )
    commit()
    return conflicts


def _shown(name: str) -> str:
    return shown_values(request.form, [name])[name]


def _go_on(done: str) -> ResponseReturnValue:
    return redirect(url_for("company.mails", assessment_id=current_actor().assessment_id, done=done), 303)


def _show_conflict(conflict: Conflict) -> ResponseReturnValue:
    """Show what somebody else saved meanwhile, and keep what was typed in the field."""
    words = _(
        "Inzwischen ist hier gespeichert: %(stored)s (aus einem anderen Fenster oder von jemand anderem).",
        stored=_in_words(conflict) or _("nichts"),
    )
    return _render({conflict.name: words}, {conflict.name: conflict.wanted}), CONFLICT


def _in_words(conflict: Conflict) -> str:
    if conflict.name == "reminder" and conflict.stored:
        return label(ReminderChoice(conflict.stored))
    on = read_day(conflict.stored) if conflict.name == "resume_on" else None
    return short_day(on) if on else conflict.stored


def _render(errors: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    actor, now = current_actor(), clock.now()
    settings = addresses.get_address_settings(db.session, actor=actor)
    sent = messages.list_messages(db.session, actor=actor)
    done = request.args.get("done", "")
    return render_template(
        "company/mails.html",
        actor=actor,
        frame=pages.make_frame(actor, pages.load_standing(actor)),
        settings=settings,
        is_open=bool(settings.claim and settings.claim.is_open_at(now)),
        mails=sent,
        lost=list_lost(sent, settings=settings),
        done=done if done in DONE else "",
        errors=errors or {},
        typed=typed or {},
        today=clock.today(),
        has_fresh_link=actor.grant_id in fresh_tokens(actor.assessment_id),
    )
