"""The forms of a network's pages."""

from collections.abc import Mapping

from wtforms import Form

from om_selfcheck.domain.network import GREETING_LENGTH, SLUG_LENGTH, NetworkKind, has_page_address, is_slug
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.web.inputs import code_field, day_field, email_field, line_field, text_field

PHONE_LENGTH = 50
NOTE_LENGTH = 500


class NetworkForm(Form):  # type: ignore[misc]  # WTForms ships no types
    name = line_field()
    area = line_field()
    kind = code_field(NetworkKind)
    contact_name = line_field()
    contact_email = email_field()
    contact_phone = line_field(PHONE_LENGTH)
    greeting = text_field(GREETING_LENGTH)
    language = code_field(LANGUAGES)


class NewNetworkForm(NetworkForm):
    slug = line_field(SLUG_LENGTH)


class LinkForm(Form):  # type: ignore[misc]
    label = line_field()
    note = text_field(NOTE_LENGTH)
    expires_on = day_field()


class NewLinkForm(LinkForm):
    questionnaire = line_field(SLUG_LENGTH)


class CoordinatorForm(Form):  # type: ignore[misc]
    email = email_field()
    name = line_field()
    language = code_field(LANGUAGES)


def find_network_gaps(values: Mapping[str, str]) -> dict[str, str]:
    """Say what a network lacks or tells too much; `values` are the fields that the form carried."""
    gaps = {}
    if values.get("name") == "":
        gaps["name"] = _("Bitte den Namen des Netzwerks eintragen.")
    if values.get("kind") == "":
        gaps["kind"] = _("Bitte wählen, ob es ein Netzwerk oder eine Fachgruppe ist.")
    if has_page_address(values.get("greeting", "")):
        gaps["greeting"] = _("Bitte ohne Adressen von Internetseiten: Der Gruß soll niemanden woandershin führen.")
    return gaps


def find_slug_gaps(slug: str) -> dict[str, str]:
    if is_slug(slug):
        return {}
    return {"slug": _("Bitte nur Kleinbuchstaben ohne Umlaute, Ziffern und einzelne Bindestriche, etwa „nordharz“.")}
