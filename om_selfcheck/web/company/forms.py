"""The forms of plan, declaration and links. Names are part of the outside interface."""

from wtforms import Form

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.action_plan import Urgency
from om_selfcheck.domain.declaration import ReminderChoice
from om_selfcheck.domain.text import clean_line
from om_selfcheck.web.details import DetailsForm
from om_selfcheck.web.inputs import (
    code_field,
    day_field,
    email_field,
    line_field,
    switch_field,
    text_field,
)


class ActionForm(Form):  # type: ignore[misc]  # WTForms ships no types
    title = line_field()
    description = text_field()
    urgency = code_field(Urgency)
    responsible = line_field()
    due_on = day_field()
    follow_up = text_field()
    follow_up_on = day_field()


class DeclarationForm(DetailsForm):
    place = line_field()
    confirm_may_declare = switch_field()
    confirm_public_number = switch_field()
    confirm_insight = switch_field()
    has_signature_line = switch_field()
    reminder = code_field(ReminderChoice)
    email = email_field()


class LinkForm(Form):  # type: ignore[misc]
    label = line_field(80)
    right = code_field([Right.EDITOR, Right.READER])


class AddressForm(Form):  # type: ignore[misc]
    email = email_field()
    wants_link = switch_field()


class CodeForm(Form):  # type: ignore[misc]
    code = line_field()


class ReminderForm(Form):  # type: ignore[misc]
    reminder = code_field(ReminderChoice)


class PauseForm(Form):  # type: ignore[misc]
    resume_on = day_field()


def read_measure_refs(sent: list[str]) -> str:
    """Return the refs of however many fields carried them, as the plan's use case writes them."""
    return " ".join(sorted({ref for text in sent for ref in clean_line(text).replace(",", " ").split()}))
