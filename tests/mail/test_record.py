"""The mail that carries the checkpoint of the day: whole, so that it can be compared years later."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from om_selfcheck.domain.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.letters.record import CheckpointFacts, prepare_checkpoint
from tests.mail.golden import NOW, check_golden, make_claimed, read_html, text_of, write_sample

KNOWN = Checkpoint(
    seq=1204,
    hash="0123456789abcdef" * 4,
    at=datetime(2026, 11, 24, 5, 0, tzinfo=UTC),
    count=1204,
    key="a2V5",
    signature="c2ln+/=",
)
FACTS = CheckpointFacts(
    taken_on=date(2026, 11, 24),
    command="./om record verify --checkpoint record-2026-11-24.json",
    text=write_checkpoint(KNOWN),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_says_what_is_written_down(migrated_app: Flask, language: str) -> None:
    claimed = make_claimed(MessageKind.CHECKPOINT, language, subject="record", company_id=None, assessment_id=None)
    check_golden(migrated_app, claimed, FACTS)


def test_the_checkpoint_is_read_back_from_either_part(migrated_app: Flask) -> None:
    mail = write_sample(migrated_app, make_claimed(MessageKind.CHECKPOINT), FACTS)
    text, preformatted = text_of(mail), read_html(mail).pre
    assert preformatted is not None
    assert read_checkpoint(text[text.index("{") : text.rindex("}") + 1]) == KNOWN
    assert read_checkpoint(preformatted.get_text()) == KNOWN


def test_the_facts_are_those_that_were_queued(session: Session) -> None:
    claimed = make_claimed(MessageKind.CHECKPOINT, stage="2026-11-24", facts={"text": FACTS.text})
    assert prepare_checkpoint(session, claimed, NOW) == FACTS
