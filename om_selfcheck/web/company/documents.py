"""The files to take along: PDFs of a declaration, its calendar, and the Montagszettel of a topic."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from uuid import UUID

from flask import Response, abort, request, send_file
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.action_plan import Action, first_steps
from om_selfcheck.domain.comparison import MeasureChange, compare_versions
from om_selfcheck.domain.errors import DomainError, NotFound
from om_selfcheck.domain.questionnaire import Language, Measure, Questionnaire, Topic
from om_selfcheck.domain.rating import NeedForAction, count_ratings
from om_selfcheck.domain.renewal import list_changes
from om_selfcheck.domain.text import LINE_LENGTH, clean_line
from om_selfcheck.extensions import begin_writing, db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.pdf import documents as pdf
from om_selfcheck.pdf.renderer import PdfNotMade
from om_selfcheck.services import agendas, declarations, documents
from om_selfcheck.services.declarations import IssuedDeclaration
from om_selfcheck.services.drafts import Standing
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.access import current_actor, find_again, require
from om_selfcheck.web.calendar import make_calendar
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp
from om_selfcheck.web.surroundings import catalogue, printed_address, settings


@bp.get("/declarations/<number>/<any(declaration, topics, plan, changes):kind>.pdf")
@require(Task.READ)
def document(number: str, kind: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    actor = current_actor()
    return _send(get_document(actor, kind), f"{actor.declaration_number}-{kind}.pdf")


def make_documents(actor: Actor) -> None:
    """Make and keep what is missing of a declaration's documents; one that cannot be made now holds up no other."""
    for kind in _MAKERS:
        with suppress(DomainError, PdfNotMade):  # no annex, a version that is not here any more, a press that stopped
            get_document(actor, kind)


def get_document(actor: Actor, kind: str) -> bytes:
    """Return a stored document; one that is missing is made now and kept, and the bytes stored first win (P3)."""
    language = current_language()
    stored = documents.find_file(db.session, actor=actor, kind=kind, language=language)
    if stored is None:
        issued = declarations.get_issued(db.session, actor=actor)
        db.session.rollback()  # no transaction is open while the document is made
        made = _MAKERS[kind](actor, issued)
        begin_writing()
        stored = documents.keep_file(
            db.session, actor=find_again(actor), kind=kind, language=language, edition=issued.edition, content=made
        )
        db.session.commit()
    return stored


@bp.post("/declarations/<number>/plan.pdf")
@require(Task.READ)
def plan_with_functions(number: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Make the plan with functions instead of names, as typed just now; nothing of it is kept."""
    names, functions = request.form.getlist("name"), request.form.getlist("function")
    if len(names) != len(functions):
        abort(422)
    printed = {name: clean_line(function)[:LINE_LENGTH] for name, function in zip(names, functions, strict=True)}
    actor = current_actor()
    issued = declarations.get_issued(db.session, actor=actor)
    db.session.rollback()
    return _send(_make_plan(actor, issued, printed), f"{issued.number}-plan.pdf")


@bp.get("/declarations/<number>/calendar.ics")
@require(Task.READ)
def calendar(number: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    dates = agendas.get_dates(db.session, actor=current_actor(), today=clock.today())
    return _send(make_calendar(dates, settings().base_url), f"{dates.number}.ics", "text/calendar; charset=utf-8")


@bp.get("/assessments/<uuid:assessment_id>/topics/<ref>/monday.pdf")
@require(Task.READ)
def monday(assessment_id: UUID, ref: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Make the Montagszettel of a topic from what is rated and planned now."""
    actor = current_actor()
    topic = pages.questionnaire_of(actor).find_topic(ref)
    if topic is None:
        raise NotFound
    standing = pages.load_standing(actor)
    db.session.rollback()
    return _send(_make_monday(actor, topic, standing), f"montagszettel-{ref}.pdf")


def _make_declaration(actor: Actor, issued: IssuedDeclaration) -> bytes:
    snapshot, language = issued.snapshot, _language()
    return pdf.render_declaration(
        pdf.DeclarationDocument(
            check=_edition(pages.questionnaire_of(actor), language),
            content_hash=snapshot.content_hash,
            details=issued.details,
            corrections=issued.corrections,
            measures=snapshot.measures,
            complete_actions=snapshot.complete_actions,
            number=issued.number,
            address=printed_address("public.answer", number=issued.number),
            issued_on=snapshot.issued_on,
            valid_until=issued.terms.valid_until,
            replaced_number=snapshot.previous.number if snapshot.previous else "",
            replaced_on=snapshot.previous.issued_on if snapshot.previous else None,
        ),
        language,
    )


def _make_topics(actor: Actor, issued: IssuedDeclaration) -> bytes:
    snapshot, language = issued.snapshot, _language()
    questionnaire = pages.questionnaire_of(actor)
    return pdf.render_topics(
        pdf.TopicsDocument(
            check=_edition(questionnaire, language),
            company_name=issued.details.company_name,
            stated_on=snapshot.issued_on,
            topics=tuple(_count_topic(topic, snapshot.ratings, language) for topic in questionnaire.topics),
            number=issued.number,
        ),
        language,
    )


def _make_changes(actor: Actor, issued: IssuedDeclaration) -> bytes:
    """Make the annex of a renewal; NotFound where the declaration replaces no other."""
    snapshot, language = issued.snapshot, _language()
    previous = snapshot.previous
    if previous is None:
        raise NotFound
    before, after = catalogue().get(snapshot.slug, previous.version), pages.questionnaire_of(actor)
    titles = {topic.ref: topic.title.in_language(language) for topic in (*before.topics, *after.topics)}
    comparison = compare_versions(before, after, language)
    return pdf.render_changes(
        pdf.ChangesDocument(
            check=_edition(after, language),
            company_name=issued.details.company_name,
            stated_on=snapshot.issued_on,
            number=issued.number,
            previous_number=previous.number,
            previous_on=previous.issued_on,
            previous_version=previous.version,
            topics=tuple(
                pdf.TopicThenAndNow(ref=change.ref, title=titles[change.ref], then=change.then, now=change.now)
                for change in list_changes(previous, after, snapshot.ratings)
            ),
            actions=previous.actions,
            measures={change: comparison.count(change) for change in MeasureChange},
        ),
        language,
    )


def _make_plan(actor: Actor, issued: IssuedDeclaration, printed: dict[str, str] | None = None) -> bytes:
    """Make the plan; `printed` says what stands instead of a responsible person's name."""
    snapshot, language = issued.snapshot, _language()
    questionnaire = pages.questionnaire_of(actor)
    actions = tuple(_print_function(action, printed or {}) for action in snapshot.actions)
    refs = {ref for action in actions for ref in action.measure_refs}
    return pdf.render_plan(
        pdf.PlanDocument(
            check=_edition(questionnaire, language),
            company_name=issued.details.company_name,
            stated_on=snapshot.issued_on,
            actions=actions,
            practices={
                one.ref: one.practice.in_language(language) for one in questionnaire.measures() if one.ref in refs
            },
            number=issued.number,
        ),
        language,
    )


def _make_monday(actor: Actor, topic: Topic, standing: Standing) -> bytes:
    language: Language = "en" if actor.language == "en" else "de"
    needs = standing.ratings.needs
    steps = first_steps(topic.measures(), needs)
    planned = {ref: entry.action for entry in standing.plan for ref in entry.action.measure_refs}
    return pdf.render_monday(
        pdf.MondayDocument(
            check=_edition(pages.questionnaire_of(actor), language),
            topic=_count_topic(topic, needs, language),
            steps=tuple(
                _make_step(measure, needs[measure.ref], planned.get(measure.ref, Action()), language)
                for measure in steps
            ),
            stated_on=clock.today(),
            company_name=actor.company_name,
        ),
        language,
    )


def _make_step(measure: Measure, need: NeedForAction, action: Action, language: Language) -> pdf.MondayStep:
    """Return what the company has planned for a measure; the first step the check proposes where it has not."""
    title = measure.first_step.title.in_language(language)
    description = measure.first_step.description.in_language(language)
    if action.heading:
        title = action.heading
        description = "" if action.description == title else action.description
    return pdf.MondayStep(
        title=title,
        description=description,
        need=need,
        is_planned=bool(action.heading),
        responsible=action.responsible,
        due_on=action.due_on,
    )


_MAKERS: dict[str, Callable[[Actor, IssuedDeclaration], bytes]] = {
    "declaration": _make_declaration,
    "topics": _make_topics,
    "plan": _make_plan,
    "changes": _make_changes,
}


def _edition(questionnaire: Questionnaire, language: Language) -> pdf.CheckEdition:
    return pdf.CheckEdition(
        title=questionnaire.title.in_language(language),
        version=questionnaire.version,
        publisher=questionnaire.publisher,
    )


def _count_topic(topic: Topic, needs: Mapping[str, NeedForAction], language: Language) -> pdf.TopicCounts:
    counts = count_ratings([measure.ref for measure in topic.measures()], needs)
    return pdf.TopicCounts(ref=topic.ref, title=topic.title.in_language(language), counts=counts)


def _print_function(action: Action, printed: dict[str, str]) -> Action:
    return replace(action, responsible=printed.get(action.responsible) or action.responsible)


def _language() -> Language:
    return "en" if current_language() == "en" else "de"


def _send(content: bytes, name: str, mimetype: str = "application/pdf") -> Response:
    response = send_file(BytesIO(content), mimetype=mimetype, as_attachment=False, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response
