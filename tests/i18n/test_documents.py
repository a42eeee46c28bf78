"""Whoever checks in English is handed English documents."""

from collections.abc import Callable

import pytest
from flask import Flask

from om_selfcheck.pdf.documents import render_changes, render_declaration, render_monday, render_plan, render_topics
from tests.i18n.test_pages import GERMAN
from tests.pdf.samples import CHANGES, DECLARATION, MAKERS, MONDAY, PLAN, RENEWED, TOPICS, read_text, squeeze

ENGLISH: dict[str, Callable[[], bytes]] = {
    "declaration": lambda: render_declaration(DECLARATION, "en"),
    "topics": lambda: render_topics(TOPICS, "en"),
    "plan": lambda: render_plan(PLAN, "en"),
    "renewed": lambda: render_declaration(RENEWED, "en"),
    "changes": lambda: render_changes(CHANGES, "en"),
    "monday": lambda: render_monday(MONDAY, "en"),
}


def find_german(content: bytes) -> list[str]:
    said = squeeze(read_text(content))
    return [sentence for sentence in GERMAN if squeeze(sentence) in said]


@pytest.mark.parametrize("name", ENGLISH)
def test_no_german_sentence_is_in_an_english_document(migrated_app: Flask, name: str) -> None:
    with migrated_app.test_request_context():
        assert find_german(ENGLISH[name]()) == []


@pytest.mark.parametrize("name", MAKERS)
def test_german_sentences_are_found_in_a_german_document(migrated_app: Flask, name: str) -> None:
    """The control."""
    with migrated_app.test_request_context():
        assert find_german(MAKERS[name]())


@pytest.mark.parametrize("name", ENGLISH)
def test_every_english_copy_says_what_it_is_not(migrated_app: Flask, name: str) -> None:
    with migrated_app.test_request_context():
        said = squeeze(read_text(ENGLISH[name]()))
    assert squeeze("not checked by any third party") in said
    assert squeeze("Independent edition, not published by Offensive Mittelstand or INQA.") in said
