"""What the pages that search have in common: an address says what is asked for, and where a page of it begins."""

from typing import Any
from urllib.parse import urlencode

from flask import url_for
from wtforms import Form


def list_asked(form: Form, place: str) -> dict[str, Any]:
    """Return what a search asks for, without `place`, the field that says where a page begins."""
    return {name: value for name, value in form.data.items() if value and name != place}


def write_address(endpoint: str, form: Form, place: str, begins_at: str | int | None = None) -> str:
    """Return the address of the same search from its beginning, or from somewhere on."""
    asked = list_asked(form, place) | ({place: begins_at} if begins_at else {})
    address = url_for(endpoint)
    return address + ("&" if "?" in address else "?") * bool(asked) + urlencode(asked)
