"""The one place where typed text enters: cleaned, bounded, and closed lists stay closed.

Forms are plain WTForms with these fields; the token against foreign forms is looked at for all of them at once.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, StringField
from wtforms.validators import ValidationError

from om_selfcheck.domain.address import clean_address, is_email
from om_selfcheck.domain.declaration import POSTAL_CODE_LENGTH
from om_selfcheck.domain.text import LINE_LENGTH, TEXT_LENGTH, clean_line, clean_text

EARLIEST, LATEST = date(2020, 1, 1), date(2099, 12, 31)
_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_GERMAN_DAY = re.compile(r"(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})\.\s?(?P<year>[0-9]{4})")

TOO_LONG = _("Bitte kürzen: höchstens %(most)s Zeichen, es sind %(found)s.")
NOT_A_DAY = _("Bitte ein Datum wählen, zum Beispiel 31.01.2027.")
NOT_A_POSTAL_CODE = _("Bitte fünf Ziffern eintragen, zum Beispiel 18439.")
NOT_OFFERED = _("Bitte eine der angebotenen Möglichkeiten wählen.")
NOT_AN_EMAIL = _("Bitte eine einzelne E-Mail-Adresse angeben, zum Beispiel buero@betrieb.de.")


def at_most(length: int) -> Callable[[Form, Field], None]:
    """Return a validator that names both figures."""

    def check(_form: Form, field: Field) -> None:
        if len(field.data or "") > length:
            raise ValidationError(TOO_LONG % {"most": length, "found": len(field.data)})

    return check


def line_field(length: int = LINE_LENGTH) -> StringField:
    return StringField(filters=[lambda raw: clean_line(raw or "")], validators=[at_most(length)])


def text_field(length: int = TEXT_LENGTH) -> StringField:
    return StringField(filters=[lambda raw: clean_text(raw or "")], validators=[at_most(length)])


def code_field(codes: Iterable[str]) -> StringField:
    """A choice out of a closed list, or nothing."""
    allowed = frozenset(codes) | {""}

    def check(_form: Form, field: Field) -> None:
        if field.data not in allowed:
            raise ValidationError(NOT_OFFERED)

    return StringField(filters=[lambda raw: raw or ""], validators=[check])


def day_field() -> StringField:
    """A day, kept as ISO text; also accepted as it is written in Germany."""

    def check(_form: Form, field: Field) -> None:
        if field.data and read_day(field.data) is None:
            raise ValidationError(NOT_A_DAY)

    return StringField(filters=[lambda raw: to_iso(clean_line(raw or ""))], validators=[check])


def postal_code_field() -> StringField:
    """At most five characters; fewer, or other ones than figures, are a gap to be filled later."""

    def check(_form: Form, field: Field) -> None:
        if len(field.data or "") > POSTAL_CODE_LENGTH:
            raise ValidationError(NOT_A_POSTAL_CODE)

    return StringField(filters=[lambda raw: clean_line(raw or "")], validators=[check])


def email_field() -> StringField:
    def check(_form: Form, field: Field) -> None:
        if field.data and not is_email(field.data):
            raise ValidationError(NOT_AN_EMAIL)

    return StringField(filters=[lambda raw: clean_address(raw or "")], validators=[check])


def switch_field() -> BooleanField:
    return BooleanField(false_values=("", "0", "false", False))


def to_iso(text: str) -> str:
    """Return a day as ISO text where it is one, else the text as it was typed.

    >>> to_iso("1.2.2027"), to_iso("2027-02-01"), to_iso("bald")
    ('2027-02-01', '2027-02-01', 'bald')
    """
    on = read_day(text)
    return on.isoformat() if on else text


def read_day(text: str) -> date | None:
    """Return the day a text names, None where it names none between 2020 and 2099."""
    match = _DAY.fullmatch(text) or _GERMAN_DAY.fullmatch(text)
    if match is None:
        return None
    try:
        on = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return on if EARLIEST <= on <= LATEST else None


def find_faults(form: Form) -> dict[str, str]:
    """Return the first complaint about each field that holds something wrong."""
    form.validate()
    return {field.name: str(field.errors[0]) for field in form if field.errors}


_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")  # printable ASCII without backslashes: browsers take one for a slash
PATH_LENGTH = 1000


def read_path(address: str) -> str:
    """Return an address within this server with what hangs on it; "" for one that leads elsewhere or nowhere.

    >>> read_path("/network?x=1"), read_path("//evil.example/"), read_path("javascript:alert(1)")
    ('/network?x=1', '', '')
    """
    is_local = _PATH.fullmatch(address) is not None and len(address) <= PATH_LENGTH
    return address.removesuffix("?") if is_local else ""


def shown_values(form: MultiDict[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return what the page showed beside each field (`was-<field>`), cleaned as the fields are; absent is empty."""
    return {name: clean_text(form.get(f"was-{name}", "")) for name in names}


def wanted_values(form: Form, sent: MultiDict[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return the fields that the form carried, in their written form. A switch sends nothing when it is off."""
    switches = {field.name for field in form if isinstance(field, BooleanField)}
    written: dict[str, Any] = form.data
    return {
        name: ("1" if written[name] else "") if name in switches else written[name]
        for name in names
        if name in sent or name in switches
    }
