"""The forms of the coordinating office."""

from wtforms import Form

from om_selfcheck.domain.access import Role
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.web.inputs import code_field, email_field, line_field

SLUG_LENGTH = 40


class InviteForm(Form):  # type: ignore[misc]  # WTForms ships no types
    email = email_field()
    name = line_field()
    role = code_field(Role)
    network = line_field(SLUG_LENGTH)
    language = code_field(LANGUAGES)


class RoleForm(Form):  # type: ignore[misc]
    role = code_field(Role)


class NetworkForm(Form):  # type: ignore[misc]
    network = line_field(SLUG_LENGTH)
