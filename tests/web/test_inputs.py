"""What would spoil a mail is refused at the door with a message, so that nothing has to be refused when it is sent."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form

from om_selfcheck.domain.address import is_email
from om_selfcheck.web.company.forms import DeclarationForm
from om_selfcheck.web.inputs import email_field
from tests import people

ONE_ADDRESS = "Bitte eine einzelne E-Mail-Adresse angeben"
NOT_ONE_ADDRESS = (
    "a@b.de, c@d.de",
    "a@b.de; c@d.de",
    "a@b.de c@d.de",
    "a@b.de\r\nBcc: c@d.de",
    "a@b.de\nSubject: neu",
    "a@b.de\u2028c@d.de",
    "a@b.de%0d%0aBcc:c@d.de",
    "Eva <eva@betrieb.de>",
    "büro@betrieb.de",
    "buero@büro.de",
    "buero＠betrieb.de",
    "аlma@betrieb.de",
    "buero@betrieb",
    "a" * 1000 + "@betrieb.de",
    "buero@" + "b" * 1000 + ".de",
)
FORGIVEN = {  # what a keyboard or a copy brings along and nobody means
    " buero@betrieb.de ": "buero@betrieb.de",
    "buero@betrieb.de\r\n": "buero@betrieb.de",
    "\u200bbuero@betrieb.de\u202e": "buero@betrieb.de",
    "": "",
}


class AddressForm(Form):  # type: ignore[misc]  # WTForms ships no types
    email = email_field()


@pytest.mark.parametrize("typed", NOT_ONE_ADDRESS)
def test_what_is_not_one_address_is_refused_with_a_message_and_kept_in_the_field(app: Flask, typed: str) -> None:
    with app.test_request_context():
        form = AddressForm(MultiDict({"email": typed}))
        assert not form.validate()
        assert str(form.errors["email"][0]).startswith(ONE_ADDRESS)
        assert form.email.data.split() == typed.split()


@pytest.mark.parametrize(("typed", "kept"), FORGIVEN.items())
def test_what_nobody_means_is_cleaned_away(app: Flask, typed: str, kept: str) -> None:
    with app.test_request_context():
        form = AddressForm(MultiDict({"email": typed}))
        assert form.validate()
        assert form.email.data == kept
    assert not kept or is_email(kept)


@pytest.mark.parametrize("name", ["company_name", "signatory_name", "signatory_function", "street", "city", "place"])
def test_a_name_of_a_thousand_characters_is_refused_with_both_figures(app: Flask, name: str) -> None:
    alma = people.alma(app)
    refused = alma.client.send(f"{alma.base}/declaration", {name: "Ł" * 1000})
    assert refused.status == 422
    assert "höchstens 200 Zeichen, es sind 1000" in refused.text
    assert "Ł" * 1000 in refused.response.get_data(as_text=True), "nothing typed is lost"


@pytest.mark.parametrize("typed", ["Beck\r\nBcc: alle@example.org", "Beck\u2028Bcc: x", "Beck\0\x1b[31m", "Be\u202eck"])
def test_a_name_is_one_line_whatever_is_typed(app: Flask, typed: str) -> None:
    with app.test_request_context():
        form = DeclarationForm(MultiDict({"company_name": typed}))
        assert form.validate()
        assert form.company_name.data.isprintable()
