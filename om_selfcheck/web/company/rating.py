"""The topic page: rate, note, and the Montagszettel afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.questionnaire import Topic
from om_selfcheck.domain.rating import NeedForAction, count_ratings
from om_selfcheck.domain.text import TEXT_LENGTH, clean_text
from om_selfcheck.extensions import db
from om_selfcheck.i18n.formats import clock_time
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import assessments
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.drafts import Standing
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.progress import list_paths
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.company.help import help_address
from om_selfcheck.web.company.last_round import load_last_round
from om_selfcheck.web.company.plain_measures import plain_writer
from om_selfcheck.web.errors import wants_json
from om_selfcheck.web.inputs import NOT_OFFERED, TOO_LONG
from om_selfcheck.web.sessions import commit

NEEDS = frozenset(NeedForAction) | {""}
UNPROCESSABLE, CONFLICT = 422, 409
NAMED_AT_MOST = 5  # fields that are none of this topic's


@dataclass(frozen=True, slots=True)
class SentPage:
    """What a topic's form brought: changes to save, and what could not be understood, by field."""

    changes: tuple[RatingChange, ...]
    errors: dict[str, str]


@bp.get("/assessments/<uuid:assessment_id>/topics/<ref>")
@require(Task.READ)
def topic(assessment_id: UUID, ref: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render(current_actor(), _find_topic(ref))


@bp.post("/assessments/<uuid:assessment_id>/topics/<ref>")
@require(Task.RATE)
def rate(assessment_id: UUID, ref: str) -> ResponseReturnValue:
    """Save what the form carries: one choice sent by the script, or the whole page."""
    actor, shown_topic, now = current_actor(), _find_topic(ref), clock.now()
    sent = _read_page(shown_topic)
    if sent.errors:
        return _refuse(actor, shown_topic, sent)
    saved = assessments.save_ratings(
        db.session, actor=actor, questionnaire=pages.questionnaire_of(actor), changes=sent.changes, now=now
    )
    commit()
    if wants_json():
        status = CONFLICT if saved.conflicts else 200
        described = [_describe(conflict) for conflict in saved.conflicts]
        return jsonify(saved=saved.written, at=clock_time(now), conflicts=described), status
    if saved.conflicts:
        return _render(actor, shown_topic, sent=sent, conflicts=saved.conflicts), CONFLICT
    return redirect(_next_address(assessment_id, shown_topic), 303)


def _find_topic(ref: str) -> Topic:
    found = pages.questionnaire_of(current_actor()).find_topic(ref)
    if found is None:
        raise NotFound
    return found


def _read_page(shown_topic: Topic) -> SentPage:
    """Read the ratings and notes of a topic's measures; anything else that looks like one is named."""
    changes, errors = [], {}
    known = {measure.ref for measure in shown_topic.measures()}
    sent_refs = {name.partition("-")[2] for name in request.form if name.startswith(("need-", "note-"))}
    for ref in sorted(sent_refs - known)[:NAMED_AT_MOST]:
        errors[f"need-{ref}"] = str(NOT_OFFERED)
    for ref in sorted(sent_refs & known):
        change = _read_measure(ref)
        if change.need not in NEEDS | {None}:
            errors[f"need-{ref}"] = str(NOT_OFFERED)
        if change.note is not None and len(change.note) > TEXT_LENGTH:
            errors[f"note-{ref}"] = str(TOO_LONG % {"most": TEXT_LENGTH, "found": len(change.note)})
        changes.append(change)
    return SentPage(tuple(changes), errors)


def _read_measure(ref: str) -> RatingChange:
    form = request.form
    note = form.get(f"note-{ref}")
    return RatingChange(
        measure_ref=ref,
        need=form.get(f"need-{ref}"),
        shown_need=form.get(f"was-need-{ref}", ""),
        note=None if note is None else clean_text(note),
        shown_note=clean_text(form.get(f"was-note-{ref}", "")),
    )


def _refuse(actor: Actor, shown_topic: Topic, sent: SentPage) -> ResponseReturnValue:
    if wants_json():
        message = _("Nicht gespeichert. Bitte die genannten Felder ansehen.")
        return jsonify(error=message, message=message, errors=sent.errors), UNPROCESSABLE
    return _render(actor, shown_topic, sent=sent), UNPROCESSABLE


def _describe(conflict: Conflict) -> dict[str, str]:
    kind = conflict.name.partition("-")[0]
    return {
        "field": conflict.name,
        "stored": conflict.stored,
        "wanted": conflict.wanted,
        "stored_text": _in_words(kind, conflict.stored),
        "wanted_text": _in_words(kind, conflict.wanted),
    }


def _in_words(kind: str, value: str) -> str:
    if not value:
        return _("nichts")
    return label(NeedForAction(value)) if kind == "need" else value


def _next_address(assessment_id: UUID, shown_topic: Topic) -> str:
    """Stay on the topic, or go on where the person pressed the button for it."""
    if request.form.get("then") == "next":
        return url_for("company.next_open", assessment_id=assessment_id)
    return url_for("company.topic", assessment_id=assessment_id, ref=shown_topic.ref, saved=1)


def _render(
    actor: Actor, shown_topic: Topic, *, sent: SentPage | None = None, conflicts: Sequence[Conflict] = ()
) -> str:
    """Show the page as stored; after a refusal with what the person typed, so that nothing is lost."""
    standing = pages.load_standing(actor)
    questionnaire = pages.questionnaire_of(actor)
    place = questionnaire.topics.index(shown_topic)
    return render_template(
        "company/topic.html",
        actor=actor,
        frame=pages.make_frame(actor, standing, pages.RATE),
        topic=shown_topic,
        previous_topic=questionnaire.topics[place - 1] if place else None,
        next_topic=questionnaire.topics[place + 1] if place + 1 < len(questionnaire.topics) else None,
        place=place + 1,
        topics=len(questionnaire.topics),
        ratings=standing.ratings,
        counts=count_ratings([measure.ref for measure in shown_topic.measures()], standing.ratings.needs),
        conflicts={conflict.name: _describe(conflict) for conflict in conflicts},
        need_labels=pages.need_labels(),
        was_saved="saved" in request.args,
        **_describe_measures(actor, shown_topic, standing, sent),
    )


def _describe_measures(actor: Actor, shown_topic: Topic, standing: Standing, sent: SentPage | None) -> dict[str, Any]:
    """Return what the page says beside the measures; `has_more` are those with more than a colour."""
    paths, last = list_paths(db.session, actor=actor), load_last_round(actor)
    is_readonly = not actor.may(Task.RATE) or pages.is_frozen(actor)
    plan_url = _plan_url(actor) if actor.may(Task.PLAN) else ""
    help_url = help_address(actor, shown_topic.ref)
    all_refs = {measure.ref for measure in shown_topic.measures()}
    return {
        "paths": paths,
        "last": last,
        "is_readonly": is_readonly,
        "plan_url": plan_url,
        "help_url": help_url,
        "planned": {ref for entry in standing.plan for ref in entry.action.measure_refs},
        "typed": {change.measure_ref: change for change in sent.changes} if sent else {},
        "errors": sent.errors if sent else {},
        "has_more": all_refs if sent or last else {*standing.ratings.notes, *paths},
        "write_plain": plain_writer(actor, is_readonly=is_readonly, plan_url=plan_url, help_url=help_url),
    }


def _plan_url(actor: Actor) -> str:
    """Return where a measure goes into the plan; REF stands for it."""
    return url_for("company.new_action", assessment_id=actor.assessment_id, measure="REF")
