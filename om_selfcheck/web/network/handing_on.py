"""What a network hands on: the poster of a link, and the text for its own letters and newsletters.

We mail no invitations: unasked mail is a risk for the network in law.
"""

from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from flask import render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.invitation import InvitationState
from om_selfcheck.domain.questionnaire import LANGUAGES, Language, Questionnaire
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.pdf import documents as pdf
from om_selfcheck.pdf.documents import Paper
from om_selfcheck.services import invitations
from om_selfcheck.services.invitations import InvitationLink
from om_selfcheck.web.access import current_network, require_person
from om_selfcheck.web.network import pages
from om_selfcheck.web.network.blueprint import bp
from om_selfcheck.web.surroundings import catalogue


@dataclass(frozen=True, slots=True)
class InvitationText:
    """The text in one language, to copy as it is or with its links."""

    language: Language
    plain: str
    formatted: Markup


@bp.get("/links/<uuid:link_id>/poster-<any(a4, a5):paper>.pdf")
@require_person(Office.COORDINATE)
def poster(slug: str, link_id: UUID, paper: str) -> ResponseReturnValue:
    """Print the poster of an open link in the language of the page."""
    link, language = _get_open(link_id), _language()
    document = _make_poster(link, language)
    db.session.rollback()  # no transaction is open while it is printed
    content = pdf.render_poster(document, language, Paper(paper))
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=f"{slug}-{paper}-{language}.pdf")


@bp.get("/links/<uuid:link_id>/text")
@require_person(Office.COORDINATE)
def invitation_text(slug: str, link_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Show the invitation in all languages, the network's own first."""
    network, link = current_network(), _get_open(link_id)
    languages = sorted(LANGUAGES, key=lambda language: language != network.language)
    texts = [_write_text(link, language) for language in languages]
    return render_template("network/invitation_text.html", network=network, link=link, texts=texts)


def _get_open(link_id: UUID) -> InvitationLink:
    """Return a link that invites; one that has ended is nothing to hand on."""
    network = current_network()
    link = invitations.get_link(db.session, network=network, link_id=link_id, today=clock.today())
    if link.state is not InvitationState.OPEN or network.closed_at:
        raise NotFound
    return link


def _find_check(link: InvitationLink) -> Questionnaire | None:
    return next((one for one in catalogue().list_newest() if one.slug == link.questionnaire_slug), None)


def _make_poster(link: InvitationLink, language: Language) -> pdf.PosterDocument:
    network, check = current_network(), _find_check(link)
    publishers = {one.publisher for one in ([check] if check else catalogue().list_newest())}
    return pdf.PosterDocument(
        network_name=network.name,
        contact=network.contact,
        check=_edition(check, language) if check else None,
        minutes=check.minutes if check else 0,
        publisher=", ".join(sorted(publishers)),
        address=pages.link_address(link.token),
        short_address=pages.short_address(link.token),
        expires_on=link.expires_on,
        stated_on=clock.today(),
    )


def _edition(check: Questionnaire, language: Language) -> pdf.CheckEdition:
    title = check.title.in_language(language)
    return pdf.CheckEdition(title=title, version=check.version, publisher=check.publisher)


def _write_text(link: InvitationLink, language: Language) -> InvitationText:
    check, values = _find_check(link), {"network": current_network(), "link": link}
    with force_locale(language):
        values |= {"check_title": check.title.in_language(language) if check else "", "check": check}
        values["address"] = pages.link_address(link.token)
        plain = render_template("network/invitation_text.txt", **values)
        formatted = Markup(render_template("network/_invitation_text.html", **values))  # noqa: S704 - an escaping template
    return InvitationText(language, plain.strip(), formatted)


def _language() -> Language:
    return "en" if current_language() == "en" else "de"
