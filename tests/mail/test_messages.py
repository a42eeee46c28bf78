"""From a message to a mail: one recipient, both parts, the recipient's language, and headers nobody can write into."""

from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from om_selfcheck.domain.address import is_email
from om_selfcheck.domain.message import MessageKind, is_asked_for
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.mail.messages import read_sender, write_mail
from tests.mail.dummies import DUE_FACTS, FACTS, FOLDER, LINK_FACTS
from tests.mail.golden import NOW, check_golden, html_of, make_claimed, sample_letterhead, text_of, write_sample

LINK = make_claimed(MessageKind.ACCESS_LINK)
DUE = make_claimed(MessageKind.ACTION_DUE)
NASTY = "Beck\r\nBcc: alle@example.org\r\n\r\n<script>alert(1)</script> {{ 7*7 }} \u202e \u2028"


def reread(mail: EmailMessage) -> EmailMessage:
    """Return what a mail program makes of the bytes."""
    return message_from_bytes(mail.as_bytes(), policy=default)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FACTS)
def test_says_what_is_written_down(dummy_app: Flask, kind: MessageKind, language: str) -> None:
    check_golden(dummy_app, make_claimed(kind, language), FACTS[kind], folder=FOLDER / "golden")


def test_has_one_recipient_both_parts_and_the_fixed_message_id(dummy_app: Flask) -> None:
    mail = reread(write_sample(dummy_app, LINK, LINK_FACTS))
    assert [one.addr_spec for one in mail["To"].addresses] == ["buero@betrieb.example"]
    assert mail["Message-ID"] == LINK.message_id
    assert mail["Date"].datetime == NOW
    assert mail["From"] == "OM-Selbstcheck <check@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "Malerbetrieb Łucja Beck & Söhne" in text_of(mail)
    assert "Malerbetrieb Łucja Beck &amp; Söhne" in html_of(mail)


def test_a_dataclass_gives_facts_as_a_mapping_does(dummy_app: Flask) -> None:
    @dataclass(frozen=True)
    class LinkFacts:
        company: str
        token: str

    by_class = write_sample(dummy_app, LINK, LinkFacts("Malerbetrieb Łucja Beck & Söhne", "t" * 43))
    assert text_of(by_class) == text_of(write_sample(dummy_app, LINK, LINK_FACTS))


@pytest.mark.parametrize("kind", FACTS)
def test_what_was_not_asked_for_says_how_to_end_it_in_one_click(dummy_app: Flask, kind: MessageKind) -> None:
    written = write_sample(dummy_app, make_claimed(kind), FACTS[kind])
    mail = reread(written)
    if is_asked_for(kind):
        assert mail["List-Unsubscribe"] is mail["List-Unsubscribe-Post"] is None
        return
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: {mail['List-Unsubscribe']}\r\n".encode() in written.as_bytes(), "never folded or encoded"
    address = mail["List-Unsubscribe"].strip("<>")
    assert address.startswith("http://check.example.org/unsubscribe/")
    assert address in text_of(mail)
    assert address in html_of(mail)


def test_a_mail_that_nobody_could_end_is_not_written(dummy_app: Flask) -> None:
    with pytest.raises(ValueError, match="nobody"):
        write_sample(dummy_app, replace(DUE, company_id=None), DUE_FACTS)
    assert write_sample(dummy_app, replace(DUE, company_id=None, subject=f"doer:{UUID(int=9)}"), DUE_FACTS)


def test_typed_text_stays_in_the_bodies_and_is_text_there(dummy_app: Flask) -> None:
    mail = reread(write_sample(dummy_app, LINK, {"company": NASTY, "token": "t"}))
    plain = reread(write_sample(dummy_app, LINK, {"company": "Beck", "token": "t"}))
    assert mail.items() == [(name, plain[name]) if name != "Content-Type" else (name, mail[name]) for name in mail]
    assert "<script>" not in html_of(mail)
    assert "{{ 7*7 }}" in html_of(mail)


def test_a_subject_that_would_say_a_typed_text_is_not_written(dummy_app: Flask) -> None:
    """The control: a day is taken."""
    with pytest.raises(UndefinedError, match="company"):
        write_sample(dummy_app, make_claimed(MessageKind.RENEWAL), LINK_FACTS)
    assert write_sample(dummy_app, DUE, DUE_FACTS)["Subject"] == "Termin: 31. Januar 2027"


def test_a_missing_fact_is_an_error_not_a_gap(dummy_app: Flask) -> None:
    with pytest.raises(UndefinedError, match="token"):
        write_sample(dummy_app, LINK, {"company": "Beck"})


@pytest.mark.parametrize(
    "address",
    ["a@b.de, c@d.de", "a@b.de\r\nBcc: c@d.de", "a@b.de\nc@d.de", "Eva <eva@betrieb.de>", "a", "", "@", "a@b@c.de"],
)
def test_an_address_that_is_not_one_gives_no_mail_with_two(dummy_app: Flask, address: str) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011 - whichever part of the library notices first
        write_sample(dummy_app, replace(LINK, address=address), LINK_FACTS)
    assert not isinstance(refused.value, AssertionError)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.from_regex(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}@([a-z0-9-]{1,12}\.){1,2}[a-z]{1,4}", fullmatch=True))
def test_what_the_door_lets_in_is_one_recipient(dummy_app: Flask, address: str) -> None:
    if not is_email(address):
        return
    mail = reread(write_sample(dummy_app, replace(LINK, address=address), LINK_FACTS))
    assert [one.addr_spec for one in mail["To"].addresses] == [address]


@pytest.mark.parametrize("language", ["fr", "", "de-AT"])
def test_an_unknown_language_is_written_in_german(dummy_app: Flask, language: str) -> None:
    assert write_sample(dummy_app, replace(LINK, language=language), LINK_FACTS)["Subject"] == "Ihr Zugangslink"


def test_addresses_come_from_the_settings_without_a_request(dummy_app: Flask) -> None:
    letterhead = sample_letterhead(dummy_app)
    assert letterhead.link("public.open_access", token="abc") == "http://check.example.org/access/abc"
    assert letterhead.host == "check.example.org"
    assert letterhead.domain == "example.org"
    assert "secret" not in repr(letterhead)
    with dummy_app.test_request_context(base_url="http://evil.example", query_string="lang=en"):
        mail = write_mail(LINK, LINK_FACTS, letterhead=letterhead, now=NOW)
        assert "http://check.example.org/access/" in text_of(mail)
        assert mail["Subject"] == "Ihr Zugangslink", "the recipient's language, not the request's"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("check@example.org", "OM-Selbstcheck <check@example.org>"),
        ("om-selbstcheck@localhost", "OM-Selbstcheck <om-selbstcheck@localhost>"),
        ("Netzwerk Nordharz <check@example.org>", "Netzwerk Nordharz <check@example.org>"),
        (" <check@example.org> ", "OM-Selbstcheck <check@example.org>"),
        ("Büro Süd <check@example.org>", "Büro Süd <check@example.org>"),
    ],
)
def test_the_sender_is_an_address_perhaps_with_a_name(text: str, shown: str) -> None:
    assert str(read_sender(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "check",
        "a@b.de, c@d.de",
        "A <a@b.de>, B <c@d.de>",
        "a@b.de\r\nBcc: c@d.de",
        "@b.de",
        "a@",
        "<>",
        "büro@b.de",
        "a b@c.de",
    ],
)
def test_a_sender_that_is_no_address_names_its_setting(text: str) -> None:
    with pytest.raises(ValueError, match="OM_MAIL_FROM"):
        read_sender(text)
