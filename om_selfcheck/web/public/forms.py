"""The forms of public pages."""

from wtforms import Form

from om_selfcheck.web.inputs import email_field


class LostLinkForm(Form):  # type: ignore[misc]  # WTForms ships no types
    email = email_field()
