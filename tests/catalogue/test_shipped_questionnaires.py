"""The questionnaires that ship: every file loads, and the Unternehmenscheck is what it is meant to be."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from om_selfcheck.catalogue.loader import load_catalogue, load_questionnaire
from om_selfcheck.domain.questionnaire import Measure, Questionnaire, Text
from om_selfcheck.domain.text import comparison_key
from tests.catalogue.words import find_claim, find_praise

FOLDER = Path(__file__).parents[2] / "questionnaires"
FILES = sorted(FOLDER.glob("*/*.yaml"))
UNTERNEHMENSCHECK = FOLDER / "unternehmenscheck" / "1.0.yaml"
TOPICS = [
    "Strategie",
    "Liquidität",
    "Risikobewertung",
    "Führung",
    "Kundenpflege",
    "Organisation",
    "Unternehmenskultur",
    "Personalentwicklung",
    "Prozesse",
    "Beschaffung",
    "Innovation",
]

load = cache(load_questionnaire)

of_every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")


@pytest.fixture
def check() -> Questionnaire:
    return load(UNTERNEHMENSCHECK)


def words_about_itself(questionnaire: Questionnaire) -> Iterator[str]:
    yield from (questionnaire.publisher, questionnaire.licence)
    texts = [questionnaire.title, questionnaire.summary]
    for topic in questionnaire.topics:
        texts += [topic.title, topic.benefit]
        texts += [checkpoint.title for checkpoint in topic.checkpoints]
    yield from both_languages(texts)


def words_of(measure: Measure) -> Iterator[str]:
    step = measure.first_step
    yield from both_languages([measure.practice, measure.good, step.title, step.description, step.follow_up])


def both_languages(texts: list[Text]) -> Iterator[str]:
    for text in texts:
        yield from (text.de, text.en)


def list_repeated(texts: Iterator[str]) -> list[str]:
    return [text for text, times in Counter(comparison_key(text) for text in texts).items() if times > 1]


def test_every_file_can_be_loaded() -> None:
    assert len(load_catalogue(FOLDER).list_all()) == len(FILES)


@of_every_file
def test_names_its_publisher(path: Path) -> None:
    publisher = load(path).publisher

    assert publisher.casefold() not in {"offensive mittelstand", "inqa", "bmas"}  # D16


@of_every_file
def test_uses_no_word_of_testing_or_awards(path: Path) -> None:
    questionnaire = load(path)
    praise = [found for text in words_about_itself(questionnaire) if (found := find_praise(text))]
    claims = [
        (measure.ref, found)
        for measure in questionnaire.measures()
        for text in words_of(measure)
        if (found := find_claim(text))
    ]

    assert (praise, claims) == ([], [])


@of_every_file
def test_no_practice_stands_twice(path: Path) -> None:
    practices = [measure.practice for measure in load(path).measures()]

    assert list_repeated(practice.de for practice in practices) == []
    assert list_repeated(practice.en for practice in practices) == []


@of_every_file
def test_no_first_step_stands_twice(path: Path) -> None:
    assert list_repeated(measure.first_step.description.de for measure in load(path).measures()) == []


@of_every_file
def test_the_english_is_not_the_german(path: Path) -> None:
    untranslated = [
        measure.ref
        for measure in load(path).measures()
        for text in (measure.practice, measure.good, measure.first_step.description, measure.first_step.follow_up)
        if comparison_key(text.de) == comparison_key(text.en)
    ]

    assert untranslated == []


def test_unternehmenscheck_has_the_eleven_topics_in_order(check: Questionnaire) -> None:
    assert [topic.ref for topic in check.topics] == [str(number) for number in range(1, 12)]
    assert [topic.title.de for topic in check.topics] == TOPICS


def test_unternehmenscheck_has_140_to_180_measures(check: Questionnaire) -> None:
    assert 140 <= check.size <= 180


def test_unternehmenscheck_topics_have_4_to_6_checkpoints(check: Questionnaire) -> None:
    assert [topic.ref for topic in check.topics if not 4 <= len(topic.checkpoints) <= 6] == []


def test_unternehmenscheck_checkpoints_have_2_to_4_measures(check: Questionnaire) -> None:
    checkpoints = [checkpoint for topic in check.topics for checkpoint in topic.checkpoints]

    assert [checkpoint.ref for checkpoint in checkpoints if not 2 <= len(checkpoint.measures) <= 4] == []


def test_unternehmenscheck_refs_have_no_gaps(check: Questionnaire) -> None:
    for topic in check.topics:
        assert [one.ref for one in topic.checkpoints] == [
            f"{topic.ref}.{n}" for n in range(1, len(topic.checkpoints) + 1)
        ]
        for checkpoint in topic.checkpoints:
            letters = "abcd"[: len(checkpoint.measures)]
            assert [one.ref for one in checkpoint.measures] == [f"{checkpoint.ref}.{letter}" for letter in letters]
