"""Who declares: the fields and the words for a gap, the same where it is declared and where it is corrected."""

from wtforms import Form

from om_selfcheck.domain.declaration import DetailField
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.web.inputs import NOT_A_POSTAL_CODE, line_field, postal_code_field


class DetailsForm(Form):  # type: ignore[misc]  # WTForms ships no types
    company_name = line_field()
    street = line_field()
    postal_code = postal_code_field()
    city = line_field()
    signatory_name = line_field()
    signatory_function = line_field()


def describe_gap(gap: DetailField, *, is_typed: bool) -> str:
    """Say what is missing; of a postal code that was typed, what one looks like."""
    if gap is DetailField.POSTAL_CODE and is_typed:
        return str(NOT_A_POSTAL_CODE)
    return _("Bitte ergänzen: %(field)s", field=label(gap))
