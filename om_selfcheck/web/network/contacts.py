"""Who helps in the region with which topics: the list that companies of the network see, kept by its coordinators."""

from collections.abc import Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.help import (
    OFFER_LENGTH,
    PHONE_LENGTH,
    HelpTopic,
    OrganisationKind,
    is_phone,
    read_page_address,
    read_topics,
    write_topics,
)
from om_selfcheck.domain.network import has_page_address
from om_selfcheck.domain.text import LINE_LENGTH, clean_line, has_letter
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import help_contacts
from om_selfcheck.services.help_contacts import COLUMNS, FIELDS, HelpContact
from om_selfcheck.web.access import current_network, require_person
from om_selfcheck.web.inputs import (
    NOT_OFFERED,
    code_field,
    email_field,
    find_faults,
    line_field,
    shown_values,
    wanted_values,
)
from om_selfcheck.web.network.blueprint import bp
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.surroundings import catalogue

UNPROCESSABLE, CONFLICT = 422, 409
NOT_A_PAGE = lazy_gettext("Bitte die ganze Adresse der Seite eintragen, zum Beispiel https://www.beispiel.de/beratung.")
NOT_A_PHONE = lazy_gettext("Bitte nur die Telefonnummer eintragen, zum Beispiel 05121 123-0.")
WAYS = ("phone", "email", "page")


def page_field() -> StringField:
    """The address of a page, http or https, written out; what is none stays as it was typed."""

    def check(_form: Form, field: StringField) -> None:
        if field.data and read_page_address(field.data) is None:
            raise ValidationError(NOT_A_PAGE)

    def read(raw: str | None) -> str:
        typed = clean_line(raw or "")
        return read_page_address(typed) or typed

    return StringField(filters=[read], validators=[check])


class ContactForm(Form):  # type: ignore[misc]  # WTForms ships no types
    organisation = line_field(LINE_LENGTH)
    kind = code_field(OrganisationKind)
    offer = line_field(OFFER_LENGTH)
    phone = line_field(PHONE_LENGTH)
    email = email_field()
    page = page_field()


@bp.get("/contacts")
@require_person(Office.COORDINATE)
def contacts(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    network = current_network()
    listed = help_contacts.list_contacts(db.session, network=network, today=clock.today())
    return render_template(
        "network/contacts.html",
        network=network,
        contacts=listed,
        outdated=sum(contact.is_outdated for contact in listed),
        topic_titles=_topic_titles(),
        news=request.args.get("news", ""),
    )


@bp.get("/contacts/new")
@require_person(Office.COORDINATE)
def new_contact(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render(None, {}, {}, {})


@bp.post("/contacts/new")
@require_person(Office.COORDINATE)
def add_contact(slug: str) -> ResponseReturnValue:
    form = ContactForm(request.form)
    values = {**dict.fromkeys(FIELDS, ""), **_read(form)}
    errors = _find_errors(form, values, frozenset())
    if errors:
        return _render(None, values, errors, {}), UNPROCESSABLE
    help_contacts.add_contact(
        db.session, network=current_network(), values=values, today=clock.today(), now=clock.now()
    )
    commit()
    return redirect(url_for("network.contacts", slug=slug, news="added"), 303)


@bp.get("/contacts/<uuid:contact_id>")
@require_person(Office.COORDINATE)
def contact(slug: str, contact_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render(_get(contact_id), {}, {}, {})


@bp.post("/contacts/<uuid:contact_id>")
@require_person(Office.COORDINATE)
def change_contact(slug: str, contact_id: UUID) -> ResponseReturnValue:
    """Save all fields or none: together they make a contact that can be reached."""
    shown_contact, form = _get(contact_id), ContactForm(request.form)
    wanted = _read(form)
    errors = _find_errors(form, help_contacts.write_contact(shown_contact) | wanted, shown_contact.topics)
    if errors:
        return _render(shown_contact, wanted, errors, {}), UNPROCESSABLE
    conflicts = help_contacts.change_contact(
        db.session,
        network=current_network(),
        contact_id=contact_id,
        wanted=wanted,
        shown=shown_values(request.form, FIELDS),
        today=clock.today(),
    )
    commit()
    if conflicts:
        return _render(_get(contact_id), wanted, {}, {one.name: one.stored for one in conflicts}), CONFLICT
    return redirect(url_for("network.contacts", slug=slug, news="saved"), 303)


@bp.post("/contacts/<uuid:contact_id>/confirm")
@require_person(Office.COORDINATE)
def confirm_contact(slug: str, contact_id: UUID) -> ResponseReturnValue:
    help_contacts.confirm_contact(db.session, network=current_network(), contact_id=contact_id, today=clock.today())
    commit()
    return redirect(url_for("network.contacts", slug=slug, news="confirmed"), 303)


@bp.post("/contacts/<uuid:contact_id>/remove")
@require_person(Office.COORDINATE)
def remove_contact(slug: str, contact_id: UUID) -> ResponseReturnValue:
    help_contacts.remove_contact(db.session, network=current_network(), contact_id=contact_id)
    commit()
    return redirect(url_for("network.contacts", slug=slug, news="removed"), 303)


def _get(contact_id: UUID) -> HelpContact:
    return help_contacts.get_contact(db.session, network=current_network(), contact_id=contact_id, today=clock.today())


def _read(form: ContactForm) -> dict[str, str]:
    """Return the fields that the form carried; boxes send nothing when none is ticked, what was shown stands in."""
    wanted = wanted_values(form, request.form, COLUMNS)
    if "topics" in request.form or "was-topics" in request.form:
        wanted["topics"] = write_topics(read_topics(" ".join(request.form.getlist("topics"))))
    return wanted


def _find_errors(form: ContactForm, values: Mapping[str, str], kept: frozenset[HelpTopic]) -> dict[str, str]:
    """Say what a contact lacks, or what belongs into another field."""
    errors = {}
    if not has_letter(values["organisation"]):
        errors["organisation"] = _("Bitte den Namen der Organisation eintragen.")
    if not values["kind"]:
        errors["kind"] = _("Bitte wählen, was für eine Organisation es ist.")
    if not has_letter(values["offer"]):
        errors["offer"] = _("Bitte in einem Satz sagen, womit diese Anlaufstelle kleinen Betrieben hilft.")
    elif has_page_address(values["offer"]):
        errors["offer"] = _("Die Adresse der Seite gehört ins Feld „Internetseite“. Hier steht, womit geholfen wird.")
    if values["phone"] and not is_phone(values["phone"]):
        errors["phone"] = str(NOT_A_PHONE)
    if not any(values[way] for way in WAYS):
        errors["phone"] = _("Bitte wenigstens Telefon, E-Mail-Adresse oder Internetseite eintragen.")
    return errors | _find_topic_errors(read_topics(values["topics"]), kept) | find_faults(form)


def _find_topic_errors(topics: frozenset[HelpTopic], kept: frozenset[HelpTopic]) -> dict[str, str]:
    """Topics that are ticked have to be offered, or to be kept from an earlier version of a check."""
    if topics - kept - _topic_titles().keys():
        return {"topics": str(NOT_OFFERED)}
    return {} if topics else {"topics": _("Bitte wenigstens ein Thema wählen.")}


def _topic_titles() -> dict[HelpTopic, str]:
    """Return the topics of all checks that can be begun here, with their titles in the language of the page."""
    return {
        HelpTopic(check.slug, topic.ref): topic.title.in_language(current_language())
        for check in catalogue().list_newest()
        for topic in check.topics
    }


def _render(
    shown: HelpContact | None, typed: Mapping[str, str], errors: Mapping[str, str], conflicts: Mapping[str, str]
) -> str:
    """Show the form as stored, or as typed where something has to be looked at again."""
    stored = help_contacts.write_contact(shown) if shown else dict.fromkeys(FIELDS, "")
    values, offered, language = {**stored, **typed}, _topic_titles(), current_language()
    chosen = read_topics(values["topics"])
    return render_template(
        "network/contact.html",
        network=current_network(),
        contact=shown,
        stored=stored,
        values=values,
        checks=[(one.title.in_language(language), one.slug, one.topics) for one in catalogue().list_newest()],
        chosen={topic.written for topic in chosen},
        kept=sorted(topic.written for topic in chosen - offered.keys()) if shown else [],
        language=language,
        kinds=OrganisationKind,
        errors=errors,
        conflicts=conflicts,
    )
