"""The mails about addresses and the access link, word by word in both languages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.letters.addresses import PREPARE, MailedKey
from tests.mail.golden import NOW, check_golden, make_claimed, text_of, write_sample

STARTED = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
CONFIRM = {
    "token": "c" * 43,
    "code": "7CDF-GHJK",
    "code_minutes": 10,
    "ends_at": NOW + timedelta(hours=24),
    "typed_at": NOW,
    "link_follows": False,
}
CHANGED = {"company_name": "Malerbetrieb Łucja Beck & Söhne", "started_at": STARTED, "is_removed": False}
LINK = {"company_name": "Malerbetrieb Łucja Beck & Söhne", "started_at": STARTED, "token": "a" * 43}
LOST = {
    "keys": [
        MailedKey(company_name="Malerbetrieb Łucja Beck & Söhne", started_at=STARTED, token="b" * 43),
        MailedKey(company_name="", started_at=NOW, token="d" * 43),
    ]
}
SAMPLES: Mapping[str, tuple[MessageKind, Mapping[str, object]]] = {
    "confirm_address": (MessageKind.CONFIRM_ADDRESS, CONFIRM),
    "confirm_address_and_link": (MessageKind.CONFIRM_ADDRESS, CONFIRM | {"link_follows": True}),
    "address_changed": (MessageKind.ADDRESS_CHANGED, CHANGED),
    "address_removed": (MessageKind.ADDRESS_CHANGED, CHANGED | {"company_name": "", "is_removed": True}),
    "access_link": (MessageKind.ACCESS_LINK, LINK),
    "lost_link": (MessageKind.LOST_LINK, LOST),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_says_what_is_written_down(migrated_app: Flask, name: str, language: str) -> None:
    kind, facts = SAMPLES[name]
    check_golden(migrated_app, make_claimed(kind, language), facts, name=name)


def test_each_kind_of_this_occasion_has_a_sample() -> None:
    assert {kind for kind, _ in SAMPLES.values()} == PREPARE.keys()


def test_a_mail_to_an_address_that_nobody_confirmed_carries_no_text_of_ours_or_theirs(migrated_app: Flask) -> None:
    """Else anybody could send anybody a sentence of their own in our name."""
    nasty = CONFIRM | {"company_name": "Gewinnen Sie auf http://evil.example"}
    assert "evil" not in text_of(write_sample(migrated_app, make_claimed(MessageKind.CONFIRM_ADDRESS), nasty))
