"""What the pages that search have in common: an address says what is asked for, and where a page of it begins."""

from typing import Any
from urllib.parse import urlencode

from flask import url_for
from wtforms import Form

from om_selfcheck.i18n.translation import gettext as _


def list_asked(form: Form, place: str) -> dict[str, Any]:
    """Return what a search asks for, without `place`, the field that says where a page begins."""
    return {name: value for name, value in form.data.items() if value and name != place}


def write_address(endpoint: str, form: Form, place: str, begins_at: str | int | None = None) -> str:
    """Return the address of the same search from its beginning, or from somewhere on."""
    asked = list_asked(form, place) | ({place: begins_at} if begins_at else {})
    address = url_for(endpoint)
    return address + ("&" if "?" in address else "?") * bool(asked) + urlencode(asked)


def find_turned_days(form: Form, first: str, last: str) -> dict[str, str]:
    """Return what to say of a last day that lies before the first: nothing can be found between them."""
    begins, ends = form[first].data, form[last].data
    if begins and ends and ends < begins:
        return {last: _("Der letzte Tag liegt vor dem ersten. Bitte die beiden tauschen oder einen ändern.")}
    return {}
