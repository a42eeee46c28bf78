"""The questionnaire: the single measure is what is rated (D3, R03)."""

import pytest

from om_selfcheck.domain.questionnaire import LANGUAGES, Questionnaire, Text
from tests.builders import make_questionnaire, make_topic

THREE_TOPICS = make_questionnaire(
    topics=[
        make_topic(ref="2", minutes=7, measure_refs=["2.2.b", "2.2.a", "2.1.a"]),
        make_topic(ref="1", minutes=8, measure_refs=["1.1.a"]),
        make_topic(ref="10", minutes=0, measure_refs=[]),
    ]
)
EMPTY = make_questionnaire(topics=[])


@pytest.mark.parametrize(
    ("language", "expected"), [("de", "Lager"), ("en", "Storage"), ("fr", "Lager"), ("", "Lager"), ("EN", "Lager")]
)
def test_a_text_speaks_german_unless_english_is_asked_for(language: str, expected: str) -> None:
    assert Text(de="Lager", en="Storage").in_language(language) == expected


def test_every_language_of_the_product_has_its_own_text() -> None:
    text = Text(de="Lager", en="Storage")
    assert LANGUAGES == ("de", "en")
    assert [text.in_language(language) for language in LANGUAGES] == ["Lager", "Storage"]


def test_measures_come_in_the_order_of_topics_and_checkpoints() -> None:
    assert [measure.ref for measure in THREE_TOPICS.measures()] == ["2.2.b", "2.2.a", "2.1.a", "1.1.a"]


def test_a_topic_knows_the_measures_of_all_its_checkpoints() -> None:
    assert [measure.ref for measure in THREE_TOPICS.topics[0].measures()] == ["2.2.b", "2.2.a", "2.1.a"]
    assert [len(checkpoint.measures) for checkpoint in THREE_TOPICS.topics[0].checkpoints] == [2, 1]


@pytest.mark.parametrize(("questionnaire", "size", "minutes"), [(THREE_TOPICS, 4, 15), (EMPTY, 0, 0)])
def test_size_and_time_are_sums_over_the_topics(questionnaire: Questionnaire, size: int, minutes: int) -> None:
    assert (questionnaire.size, questionnaire.minutes) == (size, minutes)


def test_knows_the_refs_of_all_its_measures() -> None:
    assert THREE_TOPICS.measure_refs == {"2.2.b", "2.2.a", "2.1.a", "1.1.a"}
    assert EMPTY.measure_refs == set()


@pytest.mark.parametrize("ref", ["2", "1", "10"])
def test_finds_a_topic_by_its_ref(ref: str) -> None:
    topic = THREE_TOPICS.find_topic(ref)
    assert topic is not None
    assert topic.ref == ref


@pytest.mark.parametrize("ref", ["2.2.b", "2.1.a", "1.1.a"])
def test_finds_a_measure_by_its_ref(ref: str) -> None:
    measure = THREE_TOPICS.find_measure(ref)
    assert measure is not None
    assert measure.ref == ref


@pytest.mark.parametrize("ref", ["", "3", "2.2", "2.2.c", "1.1.A"])
def test_finds_nothing_under_a_foreign_ref(ref: str) -> None:
    assert THREE_TOPICS.find_topic(ref) is None
    assert THREE_TOPICS.find_measure(ref) is None


@pytest.mark.parametrize(("measure_ref", "topic_ref"), [("2.2.b", "2"), ("2.1.a", "2"), ("1.1.a", "1")])
def test_names_the_topic_of_a_measure(measure_ref: str, topic_ref: str) -> None:
    assert THREE_TOPICS.topic_of(measure_ref).ref == topic_ref


def test_a_foreign_measure_has_no_topic() -> None:
    with pytest.raises(KeyError, match=r"9\.9\.z"):
        THREE_TOPICS.topic_of("9.9.z")
