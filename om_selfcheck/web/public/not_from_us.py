"""*Not from us*: whoever is named by a number says that the declaration is not theirs; without a cookie (D15)."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from om_selfcheck import clock
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.errors import NotFound, TooOften
from om_selfcheck.domain.limits import REPORTS_OF_NETWORK, REPORTS_OF_NUMBER
from om_selfcheck.domain.text import has_letter
from om_selfcheck.extensions import csrf, db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import foreign_reports, numbers
from om_selfcheck.services.numbers import PublicAnswer
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import public
from om_selfcheck.web.inputs import find_faults, line_field, text_field
from om_selfcheck.web.public.routes import LONGEST_QUERY, bp
from om_selfcheck.web.throttling import TOO_MANY, describe_wait, network, require_within

UNPROCESSABLE = 422
CONTACT_LENGTH = 254


class ReportForm(Form):  # type: ignore[misc]  # WTForms ships no types
    text = text_field()
    contact = line_field(CONTACT_LENGTH)


@bp.get("/verify/<number>/not-from-us")
@public
def not_from_us(number: str) -> ResponseReturnValue:
    answer = _find(number)
    return render_template(
        "public/not_from_us.html", answer=answer, form=ReportForm(), problems={}, was_sent="sent" in request.args
    )


@bp.post("/verify/<number>/not-from-us")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@public
def report_foreign(number: str) -> ResponseReturnValue:
    """Take a report in; the page about the number changes only when the office says so."""
    answer, form = _find(number), ReportForm(request.form)
    problems = find_faults(form)
    if not has_letter(form.text.data) and "text" not in problems:
        problems["text"] = _("Bitte schreiben Sie kurz, warum die Selbsterklärung nicht von Ihrem Unternehmen ist.")
    if problems:
        return _refuse(answer, form, problems), UNPROCESSABLE
    try:
        require_within(Try(REPORTS_OF_NETWORK, network()), Try(REPORTS_OF_NUMBER, answer.number))
    except TooOften as refusal:
        return _refuse(answer, form, {"text": describe_wait(refusal.until)}), TOO_MANY
    foreign_reports.report_foreign(
        db.session, number=answer.number, text=form.text.data, contact=form.contact.data, now=clock.now()
    )
    db.session.commit()
    return redirect(url_for("public.not_from_us", number=answer.number, sent=1), 303)


def _find(number: str) -> PublicAnswer:
    answer = numbers.find_public_answer(db.session, typed=number[:LONGEST_QUERY], today=clock.today())
    if answer.status is DeclarationStatus.UNKNOWN:
        raise NotFound
    return answer


def _refuse(answer: PublicAnswer, form: ReportForm, problems: dict[str, str]) -> str:
    return render_template("public/not_from_us.html", answer=answer, form=form, problems=problems, was_sent=False)
