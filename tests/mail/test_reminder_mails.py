"""The reminders in both languages: what they say, why they come, and how to end them."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.domain.reminders import find_tone
from om_selfcheck.services.letters import Facts
from om_selfcheck.services.letters.reminders import PREPARE, ActionsToday, EndingDeclaration, ListedAction
from tests.mail.golden import check_golden, html_of, make_claimed, text_of, write_sample

COMPANY = f"company:{UUID(int=2)}"
DOER = f"doer:{UUID(int=4)}"
DUE_ON = date(2027, 1, 31)
NASTY = "<b>Beck</b> & Söhne {{ 7*7 }} %(day)s"


def make_ending(days_left: int, *, is_begun: bool = False) -> EndingDeclaration:
    return EndingDeclaration(
        number="7K3MZQ-9P2XWD-4TBVHC",
        company_name="Tischlerei Brandt GmbH",
        valid_until=date(2028, 11, 21),
        days_left=days_left,
        tone=find_tone(days_left),
        is_begun=is_begun,
    )


OFFERS = ListedAction(
    heading="Angebote nachfassen",
    description="Jeden Montag alle Angebote anrufen, die älter als zehn Tage sind",
    responsible="Büro",
    on=DUE_ON,
    follow_up="Liste der offenen Angebote: keines liegt länger als drei Wochen",
    state=ActionState.IN_PROGRESS,
    token="a" * 43,
)
TOOLS = ListedAction(
    heading="Leihwerkzeug in ein Buch eintragen",
    description="",
    responsible="Werkstattleitung",
    on=DUE_ON,
    follow_up="Stichprobe: zehn Werkzeuge suchen",
    state=ActionState.OPEN,
    token="b" * 43,
)


def make_actions(
    *actions: ListedAction, company: str = "Tischlerei Brandt GmbH", to_doer: bool = False
) -> ActionsToday:
    return ActionsToday(
        company_name=company,
        is_for_company=not to_doer,
        count=len(actions),
        on=actions[-1].on,
        is_one_day=actions[0].on == actions[-1].on,
        link_days=90,
        actions=actions,
    )


LATE = replace(OFFERS, on=date(2027, 1, 29))
DONE = replace(OFFERS, state=ActionState.DONE)
SAMPLES: dict[str, tuple[MessageKind, str, Facts]] = {
    "renewal": (MessageKind.RENEWAL, COMPANY, make_ending(90)),
    "renewal-30": (MessageKind.RENEWAL, COMPANY, make_ending(30)),
    "renewal-7": (MessageKind.RENEWAL, COMPANY, make_ending(7)),
    "renewal-0": (MessageKind.RENEWAL, COMPANY, make_ending(0)),
    "renewal-after": (MessageKind.RENEWAL, COMPANY, make_ending(-1)),
    "renewal-begun": (MessageKind.RENEWAL, COMPANY, make_ending(30, is_begun=True)),
    "action_due": (MessageKind.ACTION_DUE, COMPANY, make_actions(OFFERS)),
    "action_due-two": (MessageKind.ACTION_DUE, COMPANY, make_actions(OFFERS, TOOLS)),
    "action_due-late": (MessageKind.ACTION_DUE, COMPANY, make_actions(LATE, TOOLS, company="")),
    "action_due-doer": (MessageKind.ACTION_DUE, DOER, make_actions(OFFERS, to_doer=True)),
    "follow_up": (MessageKind.FOLLOW_UP, COMPANY, make_actions(DONE)),
    "follow_up-two": (MessageKind.FOLLOW_UP, COMPANY, make_actions(DONE, TOOLS, company="")),
    "follow_up-doer": (MessageKind.FOLLOW_UP, DOER, make_actions(TOOLS, to_doer=True)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_says_what_is_written_down(migrated_app: Flask, name: str, language: str) -> None:
    kind, subject, facts = SAMPLES[name]
    check_golden(migrated_app, make_claimed(kind, language, subject=subject), facts, name=name)


def test_every_reminder_has_a_sample() -> None:
    assert {kind for kind, _, _ in SAMPLES.values()} == set(PREPARE)


@pytest.mark.parametrize("days_left", [45, 2, 1, 0, -1, -20])
def test_the_subject_is_true_on_the_day_it_is_sent(migrated_app: Flask, days_left: int) -> None:
    mail = write_sample(migrated_app, make_claimed(MessageKind.RENEWAL), make_ending(days_left))
    expected = {
        45: "Ihre Selbsterklärung gilt noch bis 21. November 2028",
        2: "Ihre Selbsterklärung gilt noch 2 Tage",
        1: "Ihre Selbsterklärung gilt noch 1 Tag",
        0: "Heute ist der letzte Tag Ihrer Selbsterklärung",
        -1: "Ihre Selbsterklärung galt bis 21. November 2028",
        -20: "Ihre Selbsterklärung galt bis 21. November 2028",
    }
    assert mail["Subject"] == expected[days_left]


@pytest.mark.parametrize("kind", PREPARE)
def test_what_people_typed_stays_text_and_out_of_the_subject(migrated_app: Flask, kind: MessageKind) -> None:
    nasty = replace(OFFERS, heading=NASTY, description=NASTY, responsible=NASTY, follow_up=NASTY)
    facts: Any = make_actions(nasty, company=NASTY)
    if kind is MessageKind.RENEWAL:
        facts = replace(make_ending(90), company_name=NASTY)
    mail = write_sample(migrated_app, make_claimed(kind), facts)
    assert "Beck" not in mail["Subject"]
    assert NASTY in text_of(mail)
    assert "<b>" not in html_of(mail)
    assert "&lt;b&gt;Beck&lt;/b&gt; &amp; Söhne {{ 7*7 }} %(day)s" in html_of(mail)


@pytest.mark.parametrize("kind", [MessageKind.ACTION_DUE, MessageKind.FOLLOW_UP])
def test_an_action_without_words_has_a_name_all_the_same(migrated_app: Flask, kind: MessageKind) -> None:
    blank = replace(OFFERS, heading="", description="", responsible="", follow_up="")
    mail = write_sample(migrated_app, make_claimed(kind), make_actions(blank))
    assert "Maßnahme ohne Text" in text_of(mail)
    assert "Maßnahme ohne Text" in html_of(mail)
