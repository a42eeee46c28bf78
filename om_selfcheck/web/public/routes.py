"""Every public address on one screen."""

from datetime import UTC, timedelta

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from om_selfcheck import clock
from om_selfcheck.domain.access import Right, Task, reach_of
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.domain.text import clean_line
from om_selfcheck.extensions import csrf, db
from om_selfcheck.services import agendas, documents, grants, installation, numbers
from om_selfcheck.web.access import actors_here, public
from om_selfcheck.web.calendar import make_calendar
from om_selfcheck.web.errors import refuse
from om_selfcheck.web.public import pages
from om_selfcheck.web.refusals import explain_ended_link
from om_selfcheck.web.sessions import commit, hold_grant, keep_in
from om_selfcheck.web.surroundings import catalogue, settings

bp = Blueprint("public", __name__)

SECURITY_TXT_DAYS = timedelta(days=180)
LONGEST_QUERY = 60
LONGEST_HASH = 64


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    questionnaires = catalogue().list_newest()
    return render_template("public/start.html", questionnaires=questionnaires, opened=pages.opened_here())


@bp.get("/questionnaires/<slug>")
@public
def questionnaire(slug: str) -> ResponseReturnValue:
    return render_template("public/questionnaire.html", questionnaire=catalogue().newest(slug))


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """Ask for a number; a GET form, so that no cookie is needed and an answer can be linked to."""
    if sha256 := _asked_hash():
        return _look_up_file(sha256)
    typed = clean_line(request.args.get("number", ""))[:LONGEST_QUERY]
    if not typed:
        return render_template("public/look_up.html", typed="")
    answer = numbers.find_public_answer(db.session, typed=typed, today=clock.today())
    if answer.number:
        return redirect(url_for("public.answer", number=answer.number))
    return render_template("public/look_up.html", typed=typed)


def _look_up_file(sha256: str) -> ResponseReturnValue:
    """Lead to the number of a PDF whose hash the browser made; the file itself never comes here."""
    copy = documents.find_copy(db.session, sha256=sha256)
    if copy is None:
        return render_template("public/look_up.html", typed="", is_foreign_file=True)
    return redirect(url_for("public.answer", number=copy.number, sha256=sha256))


@bp.get("/verify/<number>")
@public
def answer(number: str) -> ResponseReturnValue:
    """Give one of five clear answers; nothing about the round behind the number."""
    found = numbers.find_public_answer(db.session, typed=number[:LONGEST_QUERY], today=clock.today())
    questionnaire = None if found.status is DeclarationStatus.UNKNOWN else catalogue().get(found.slug, found.version)
    return render_template(
        "public/answer.html",
        answer=found,
        typed=clean_line(number)[:LONGEST_QUERY],
        questionnaire=questionnaire,
        copy=_find_copy_of(found.number),
    )


def _asked_hash() -> str:
    return clean_line(request.args.get("sha256", ""))[:LONGEST_HASH]


def _find_copy_of(number: str) -> documents.Copy | None:
    """Return the copy whose hash the address carries, if it is one of this number; anybody can write an address."""
    sha256 = _asked_hash()
    copy = documents.find_copy(db.session, sha256=sha256) if number and sha256 else None
    return copy if copy and copy.number == number else None


@bp.route("/access/<token>", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@public
def open_access(token: str) -> ResponseReturnValue:
    """Show what a link opens; only the button opens it, so that a mail scanner's GET changes nothing."""
    now = clock.now()
    try:
        actor = grants.get_actor_by_token(db.session, token=token, now=now)
    except NotFound:
        return refuse(404, explain_ended_link())
    if request.method != "POST":  # a HEAD changes nothing either
        links = grants.list_links(db.session, actor=actor, now=now) if actor.may(Task.READ) else []
        return render_template("public/access.html", actor=actor, links=links, token=token)
    if actor.right is Right.CALENDAR:  # no browser holds it
        return redirect(url_for("public.feed", token=token), 303)
    grants.record_opening(db.session, actor=actor, now=now)
    holds_as_much = _holds_as_much(actor)
    if not holds_as_much:
        hold_grant(actor.assessment_id, actor.grant_id, is_beside=actor.right is Right.DOER)
    keep_in(is_kept="keep_in" in request.form)
    commit()
    return redirect(_landing(actor, holds_as_much=holds_as_much), 303)


def _holds_as_much(actor: grants.Actor) -> bool:
    """Say whether this browser already has the whole round open with a right that covers the link's."""
    return any(held.may(Task.READ) and held.covers(actor.right) for held in actors_here(actor.assessment_id))


def _landing(actor: grants.Actor, *, holds_as_much: bool) -> str:
    """Return the first page behind a link; for who has the whole round open, the action that the link is about."""
    if actor.right is not Right.DOER:
        return url_for("company.overview", assessment_id=actor.assessment_id)
    action_key = reach_of(actor.right, actor.scope).action_key
    if holds_as_much and action_key:
        return url_for("company.follow_up", assessment_id=actor.assessment_id, action_id=action_key)
    return url_for("company.mine", assessment_id=actor.assessment_id)


@bp.get("/calendar/<token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """Give a calendar program the dates: no cookie, in the language of the check unless the address names another."""
    actor = agendas.get_subscriber(db.session, token=token, now=clock.now())
    language = request.args.get("lang", actor.language)
    with force_locale(language if language in LANGUAGES else actor.language):
        content = make_calendar(agendas.get_dates(db.session, actor=actor, today=clock.today()), settings().base_url)
    response = Response(content, mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/imprint")
@public
def imprint() -> ResponseReturnValue:
    return render_template("public/imprint.html", paragraphs=pages.operator_text("imprint"))


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("public/privacy.html", paragraphs=pages.operator_text("privacy"))


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether the database answers and has the newest tables."""
    is_ready = installation.is_ready(db.session)
    return jsonify(status="ready" if is_ready else "not ready"), 200 if is_ready else 503


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> ResponseReturnValue:
    base = settings().base_url
    expires = (clock.now() + SECURITY_TXT_DAYS).astimezone(UTC).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {base}/imprint",
        f"Expires: {expires}",
        "Preferred-Languages: de, en",
        f"Canonical: {base}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@bp.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    hidden = (
        "/access/",
        "/assessments/",
        "/calendar/",
        "/confirm-address/",
        "/declarations/",
        "/unsubscribe/",
        "/verify/",
    )
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in hidden)]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
