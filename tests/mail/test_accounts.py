"""The mails to those who sign in, word by word in both languages."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask

from om_selfcheck.domain.access import Role
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.domain.record import Verb
from om_selfcheck.services.letters.accounts import PREPARE
from tests.mail.golden import NOW, check_golden, make_claimed

SIGN_IN = {"token": "a" * 43, "ends_at": NOW + timedelta(minutes=10), "asked_at": NOW}
SET_UP = {
    "token": "b" * 43,
    "ends_at": NOW + timedelta(hours=72),
    "role": Role.COORDINATOR,
    "networks": ["Netzwerk Łausitz & Umgebung"],
}
CHANGED = {"change": Verb.RECOVERY_CODE_USED, "changed_at": NOW}
SAMPLES: Mapping[str, tuple[MessageKind, Mapping[str, object]]] = {
    "sign_in_link": (MessageKind.SIGN_IN_LINK, SIGN_IN),
    "set_up_link": (MessageKind.SET_UP_LINK, SET_UP),
    "set_up_link_of_staff": (MessageKind.SET_UP_LINK, SET_UP | {"role": Role.STAFF, "networks": []}),
    "account_changed": (MessageKind.ACCOUNT_CHANGED, CHANGED),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_says_what_is_written_down(migrated_app: Flask, name: str, language: str) -> None:
    kind, facts = SAMPLES[name]
    check_golden(migrated_app, make_claimed(kind, language), facts, name=name)


def test_each_kind_of_this_occasion_has_a_sample() -> None:
    assert {kind for kind, _ in SAMPLES.values()} == PREPARE.keys()
