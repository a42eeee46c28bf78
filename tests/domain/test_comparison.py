"""Two versions of a check: unchanged, changed, new, dropped (D6, P16)."""

from dataclasses import replace

import pytest

from om_selfcheck.domain.comparison import MeasureChange, compare_versions, topic_of
from om_selfcheck.domain.questionnaire import Measure, Questionnaire, Text
from tests.builders import make_measure, make_questionnaire, make_topic, replace_measure

OLD = make_questionnaire()  # 1.1.a 1.1.b 1.2.a, 2.1.a 2.1.b
UNCHANGED, CHANGED, NEW, DROPPED = MeasureChange


def of_refs(*refs: str) -> Questionnaire:
    """Return a questionnaire of just these measures."""
    topics = dict.fromkeys(topic_of(ref) for ref in refs)
    return make_questionnaire(
        topics=[make_topic(ref=topic, measure_refs=[ref for ref in refs if topic_of(ref) == topic]) for topic in topics]
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["1.1.a"], ["1.1.a"], {"1.1.a": UNCHANGED}),
        (["1.1.a"], ["1.1.a", "1.1.b"], {"1.1.a": UNCHANGED, "1.1.b": NEW}),
        (["1.1.a", "1.1.b"], ["1.1.b"], {"1.1.a": DROPPED, "1.1.b": UNCHANGED}),
        (["1.1.a"], ["1.1.b"], {"1.1.a": DROPPED, "1.1.b": NEW}),
        (["1.1.a"], ["1.2.a"], {"1.1.a": DROPPED, "1.2.a": NEW}),
        ([], ["1.1.a"], {"1.1.a": NEW}),
        (["1.1.a"], [], {"1.1.a": DROPPED}),
        (["1.1.a", "1.1.b"], ["1.1.b", "1.1.a"], {"1.1.a": UNCHANGED, "1.1.b": UNCHANGED}),
    ],
)
def test_what_became_of_each_measure(before: list[str], after: list[str], expected: dict[str, MeasureChange]) -> None:
    assert compare_versions(of_refs(*before), of_refs(*after), "de").changes == expected


OTHER = Text(de="Anders", en="Other")
STEP = replace(make_measure().first_step, title=OTHER)


@pytest.mark.parametrize(
    ("measure", "language", "expected"),
    [
        (replace(make_measure(), practice=OTHER), "de", CHANGED),
        (replace(make_measure(), good=OTHER), "de", CHANGED),
        (replace(make_measure(), first_step=STEP), "de", UNCHANGED),
        (replace(make_measure(), practice=replace(make_measure().practice, en="Other")), "de", UNCHANGED),
        (replace(make_measure(), practice=replace(make_measure().practice, en="Other")), "en", CHANGED),
    ],
    ids=["practice", "good", "first step only", "the other language", "this language"],
)
def test_a_measure_has_changed_where_people_read_something_else(
    measure: Measure, language: str, expected: MeasureChange
) -> None:
    comparison = compare_versions(OLD, replace_measure(OLD, measure), language)
    assert comparison.changes["1.1.a"] is expected
    assert comparison.count(CHANGED) == (expected is CHANGED)
    assert comparison.is_any is (expected is CHANGED)


def test_a_version_is_the_same_as_itself() -> None:
    comparison = compare_versions(OLD, OLD, "de")
    assert set(comparison.changes.values()) == {UNCHANGED}
    assert not comparison.is_any
    assert comparison.dropped_topics == ()


def test_the_old_wording_stays_readable() -> None:
    comparison = compare_versions(OLD, replace_measure(OLD, replace(make_measure(), practice=OTHER)), "de")
    assert comparison.before["1.1.a"].practice.de == "Practice 1.1.a (de)"


def test_dropped_measures_are_listed_under_their_topic_in_their_order() -> None:
    comparison = compare_versions(of_refs("1.1.b", "1.1.a", "1.2.a", "2.1.a", "10.1.a"), of_refs("1.2.a"), "de")
    assert [measure.ref for measure in comparison.list_dropped("1")] == ["1.1.b", "1.1.a"]
    assert [measure.ref for measure in comparison.list_dropped("10")] == ["10.1.a"]
    assert comparison.list_dropped("3") == []
    assert [topic.ref for topic in comparison.dropped_topics] == ["2", "10"]
    assert [comparison.count(change) for change in MeasureChange] == [1, 0, 0, 4]


@pytest.mark.parametrize(("ref", "topic"), [("2.3.b", "2"), ("10.1.a", "10"), ("7", "7")])
def test_a_ref_begins_with_its_topic(ref: str, topic: str) -> None:
    assert topic_of(ref) == topic
