"""Renewing from the last declaration in hand: its number, or its PDF, and then the ways to prove that it is yours."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.text import clean_line
from om_selfcheck.extensions import db
from om_selfcheck.services import documents, numbers
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.access import actors_here, public
from om_selfcheck.web.public.routes import LONGEST_HASH, LONGEST_QUERY, bp
from om_selfcheck.web.surroundings import catalogue


@bp.get("/renew")
@public
def renew() -> ResponseReturnValue:
    """Ask for the last number; of a known one say what its page says (D9), and how to get into its round."""
    if sha256 := clean_line(request.args.get("sha256", ""))[:LONGEST_HASH]:
        return _look_up_file(sha256)
    typed = clean_line(request.args.get("number", ""))[:LONGEST_QUERY]
    answer = numbers.find_public_answer(db.session, typed=typed, today=clock.today())
    if not answer.slug:
        return render_template("public/renew.html", typed=typed)
    return render_template(
        "public/renew_number.html",
        answer=answer,
        questionnaire=catalogue().get(answer.slug, answer.version),
        opened=_find_opened(answer.number),
    )


def _look_up_file(sha256: str) -> ResponseReturnValue:
    """Lead to the number of a PDF whose hash the browser made; the file itself never comes here."""
    copy = documents.find_copy(db.session, sha256=sha256)
    if copy is None:
        return render_template("public/renew.html", typed="", is_foreign_file=True)
    return redirect(url_for("public.renew", number=copy.number))


def _find_opened(number: str) -> Actor | None:
    """Return who may begin the next round in this browser; None where it holds no link that may."""
    assessment_id = numbers.find_assessment_id(db.session, number=number)
    actors = actors_here(assessment_id) if assessment_id else ()
    return next((actor for actor in actors if actor.may(Task.DECLARE)), None)
