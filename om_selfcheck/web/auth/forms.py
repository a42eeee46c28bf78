"""The forms of accounts. A password is read like any line, so that blanks around a pasted one do no harm."""

from wtforms import Form

from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.web.inputs import code_field, email_field, line_field

ADDRESS_LENGTH, CODE_LENGTH, PASSKEY_NAME_LENGTH = 254, 40, 64


class SignInForm(Form):  # type: ignore[misc]  # WTForms ships no types
    email = line_field(ADDRESS_LENGTH)
    password = line_field()


class AddressForm(Form):  # type: ignore[misc]
    email = email_field()


class CodeForm(Form):  # type: ignore[misc]
    code = line_field(CODE_LENGTH)


class NewPasswordForm(Form):  # type: ignore[misc]
    password = line_field()
    password_again = line_field()


class ChangePasswordForm(NewPasswordForm):
    current_password = line_field()


class DetailsForm(Form):  # type: ignore[misc]
    name = line_field()
    language = code_field(LANGUAGES)


class PasskeyForm(Form):  # type: ignore[misc]
    name = line_field(PASSKEY_NAME_LENGTH)
