"""What makes an action complete, its order, hints and proposals (R05 to R10, D1, D4)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from om_selfcheck.domain.action_plan import (
    EVERYBODY,
    TITLE_LENGTH,
    Action,
    ActionField,
    Hint,
    Urgency,
    by_urgency,
    count_complete,
    first_steps,
    give_hints,
    propose_measures,
    shorten,
)
from om_selfcheck.domain.questionnaire import Measure
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.text import clean_line, comparison_key
from tests.builders import make_action, make_measure, make_plan

TODAY = date(2026, 10, 5)
DAY = timedelta(days=1)

EMPTY: dict[ActionField, Any] = dict.fromkeys(ActionField) | dict.fromkeys(
    (ActionField.DESCRIPTION, ActionField.RESPONSIBLE, ActionField.FOLLOW_UP), ""
)
TEXTS = (ActionField.DESCRIPTION, ActionField.RESPONSIBLE, ActionField.FOLLOW_UP)
BLANKS = [
    "",
    "   ",
    "\u00a0",
    "\u2800",
    "\u3164",
    "\u115f\u1160",
    "\uffa0",
    "\u200b",
    "—",
    "...",
    "12",
    "1.1.2027",
    "🙂",
]

ACTIONS = st.builds(
    make_action,
    description=st.sampled_from(["", "A", "a ", "B", "b b", "—"]),
    urgency=st.none() | st.sampled_from(Urgency),
    responsible=st.sampled_from(["", "Lager", "alle"]),
    due_on=st.none() | st.dates(),
    follow_up_on=st.none() | st.dates(),
)
PLANS = st.lists(ACTIONS, max_size=15)


def with_field(field: ActionField, value: object) -> Action:
    """Return a complete action but for one field."""
    changes: dict[str, Any] = {field.value: value}
    return replace(make_action(), **changes)


# Complete or not


def test_an_action_with_all_six_fields_is_complete() -> None:
    assert make_action().missing == ()
    assert make_action().is_complete


def test_a_new_action_lacks_all_six_fields_in_the_order_they_are_asked() -> None:
    assert Action().missing == tuple(ActionField)
    assert not Action().is_complete


@pytest.mark.parametrize("given_fields", list(product([True, False], repeat=len(ActionField))))
def test_names_exactly_the_fields_that_are_not_given(given_fields: tuple[bool, ...]) -> None:
    gaps = tuple(field for field, is_given in zip(ActionField, given_fields, strict=True) if not is_given)
    action = replace(make_action(), **{gap.value: EMPTY[gap] for gap in gaps})
    assert action.missing == gaps
    assert action.is_complete is (not gaps)


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("field", TEXTS)
def test_a_text_that_says_nothing_counts_as_missing(field: ActionField, blank: str) -> None:
    assert with_field(field, blank).missing == (field,)


@pytest.mark.parametrize("text", ["a", "1. Liste führen", "— Liste —", "\u2800Liste", "列表", "Список"])
@pytest.mark.parametrize("field", TEXTS)
def test_a_text_with_one_letter_of_any_script_is_given(field: ActionField, text: str) -> None:
    assert with_field(field, text).is_complete


@pytest.mark.parametrize("urgency", Urgency)
def test_any_urgency_will_do(urgency: Urgency) -> None:
    assert make_action(urgency=urgency).is_complete


@pytest.mark.parametrize(
    "action",
    [
        make_action(title=""),
        make_action(measure_refs=()),
        make_action(measure_refs=("1.1.a", "1.1.b", "9.9.z")),
        make_action(due_on=date(2026, 12, 1), follow_up_on=date(2026, 11, 1)),
        make_action(due_on=date.min, follow_up_on=date.min),
        make_action(responsible="alle"),
    ],
)
def test_title_measures_and_clumsy_dates_decide_nothing(action: Action) -> None:
    assert action.is_complete


# Counting


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11])
def test_counts_the_complete_actions(size: int) -> None:
    assert count_complete(make_plan(size=size)) == size


@pytest.mark.parametrize(
    "twin", ["Liste führen", "LISTE  FÜHREN ", "Liste\nfu\u0308hren", "Liste\u00a0führen", "Li\u200bste führen"]
)
def test_the_same_text_twice_counts_once(twin: str) -> None:
    assert count_complete([make_action(description="Liste führen"), make_action(description=twin)]) == 1


def test_the_same_text_counts_if_one_of_the_two_is_complete() -> None:
    assert count_complete([make_action(urgency=None), make_action()]) == 1
    assert count_complete([make_action(urgency=None), make_action(responsible="")]) == 0


def test_the_same_title_and_person_with_another_text_counts_on_its_own() -> None:
    assert count_complete([make_action(title="Neu", description="A"), make_action(title="Neu", description="B")]) == 2


@given(PLANS)
def test_counts_each_text_of_a_complete_action_once_whatever_the_order(plan: list[Action]) -> None:
    expected = len({comparison_key(action.description) for action in plan if not action.missing})
    assert count_complete(iter(plan)) == count_complete(plan[::-1]) == expected
    assert count_complete(plan + plan) == expected


# Heading


@pytest.mark.parametrize(
    ("title", "heading"),
    [("Mahnwesen", "Mahnwesen"), ("", "Liste führen"), ("\u3164", "Liste führen"), ("1.", "Liste führen")],
)
def test_the_heading_is_the_title_or_else_the_beginning_of_the_description(title: str, heading: str) -> None:
    assert make_action(title=title, description="Liste\n führen").heading == heading


def test_a_heading_out_of_a_long_description_is_short() -> None:
    heading = make_action(description="Wort " * 100).heading
    assert heading == "Wort " * 15 + "Wort…"
    assert len(heading) == TITLE_LENGTH


@pytest.mark.parametrize(
    ("text", "length", "short"),
    [
        ("", 5, ""),
        ("eins zwei", 9, "eins zwei"),
        ("eins zwei", 8, "eins…"),
        ("eins zwei", 6, "eins…"),
        ("eins zwei", 5, "eins…"),
        ("eins zwei", 4, "ein…"),
        ("eins zwei drei", 10, "eins zwei…"),
        ("eins zwei drei", 11, "eins zwei…"),
        ("eins zwei drei", 9, "eins…"),
        ("Donaudampfschiff", 6, "Donau…"),
        ("Donaudampfschiff", 1, "…"),
        ("a Donaudampfschiff", 8, "a…"),
        ("  eins \n zwei ", 9, "eins zwei"),
        ("  eins \n zwei ", 7, "eins…"),
    ],
)
def test_shortens_between_words(text: str, length: int, short: str) -> None:
    assert shorten(text, length) == short


def test_shortens_to_the_length_of_a_title_unless_told_otherwise() -> None:
    assert shorten("x" * 80) == "x" * 80
    assert shorten("x" * 81) == "x" * 79 + "…"


WORDS = st.lists(st.text("abä", min_size=1, max_size=12), min_size=1, max_size=12).map(" ".join)


@given(WORDS | st.text(), st.integers(1, 40))
@example("ab", 1)
def test_a_shortened_text_is_its_longest_beginning_of_whole_words(text: str, length: int) -> None:
    line, short = clean_line(text), shorten(text, length)
    assert len(short) <= length
    if len(line) <= length:
        assert short == line
        return
    kept = short.removesuffix("…")
    assert short == kept + "…"
    assert line.startswith(kept)
    words = line.split(" ")
    fitting = [" ".join(words[:count]) for count in range(1, len(words)) if len(" ".join(words[:count])) < length]
    assert kept == (fitting[-1] if fitting else line[: length - 1])


# Order


def test_the_order_is_by_urgency_then_by_date_then_as_entered() -> None:
    high_late = make_action(urgency=Urgency.HIGH, due_on=date(2027, 1, 2))
    high_soon = make_action(urgency=Urgency.HIGH, due_on=date(2027, 1, 1))
    high_open = make_action(urgency=Urgency.HIGH, due_on=None)
    medium = make_action(urgency=Urgency.MEDIUM, due_on=date(2026, 1, 1))
    low_first = make_action(urgency=Urgency.LOW, due_on=date(2026, 1, 1), description="A")
    low_second = make_action(urgency=Urgency.LOW, due_on=date(2026, 1, 1), description="B")
    neither = make_action(urgency=None, due_on=None)
    undecided = make_action(urgency=None, due_on=date(2025, 1, 1))
    plan = [neither, low_first, undecided, medium, high_open, low_second, high_late, high_soon]
    assert by_urgency(plan) == [high_soon, high_late, high_open, medium, low_first, low_second, undecided, neither]


@given(PLANS)
def test_ordering_loses_nothing_and_is_settled(plan: list[Action]) -> None:
    ordered = by_urgency(iter(plan))
    assert sorted(map(repr, ordered)) == sorted(map(repr, plan))
    assert by_urgency(ordered) == ordered


# Hints


@pytest.mark.parametrize(
    ("due_on", "follow_up_on", "hints"),
    [
        (None, None, ()),
        (None, TODAY, ()),
        (None, TODAY - DAY, ()),
        (TODAY + DAY, None, ()),
        (TODAY + DAY, TODAY + DAY, ()),
        (TODAY + DAY, TODAY + 2 * DAY, ()),
        (TODAY + DAY, TODAY, (Hint.FOLLOW_UP_BEFORE_DUE,)),
        (TODAY, None, (Hint.DUE_AT_ONCE,)),
        (TODAY, TODAY, (Hint.DUE_AT_ONCE,)),
        (TODAY, TODAY - DAY, (Hint.DUE_AT_ONCE, Hint.FOLLOW_UP_BEFORE_DUE)),
        (TODAY - DAY, None, (Hint.DUE_IN_THE_PAST,)),
        (TODAY - DAY, TODAY, (Hint.DUE_IN_THE_PAST,)),
        (TODAY - DAY, TODAY - 2 * DAY, (Hint.DUE_IN_THE_PAST, Hint.FOLLOW_UP_BEFORE_DUE)),
    ],
)
def test_hints_on_dates(due_on: date | None, follow_up_on: date | None, hints: tuple[Hint, ...]) -> None:
    assert give_hints([make_action(due_on=due_on, follow_up_on=follow_up_on)], TODAY) == [hints]


@pytest.mark.parametrize(
    "responsible",
    [
        "alle",
        "Alle",
        " ALLE  Mitarbeiter ",
        "alle Mitarbeitenden",
        "jede",
        "jeder",
        "wir",
        "wir alle",
        "niemand",
        "Team",
        "das Team",
        "all",
        "all staff",
        "All employees",
        "everybody",
        "Everyone",
        "anyone",
        "we",
        "nobody",
        "the team",
    ],
)
def test_hints_that_everybody_is_nobody(responsible: str) -> None:
    assert give_hints([make_action(responsible=responsible)], TODAY) == [(Hint.EVERYBODY_RESPONSIBLE,)]


@pytest.mark.parametrize("responsible", ["", "Meister", "Team Lager", "Frau Alle", "wir beide", "Weller"])
def test_a_function_or_a_name_is_responsible(responsible: str) -> None:
    assert give_hints([make_action(responsible=responsible)], TODAY) == [()]


def test_the_words_for_everybody_are_written_as_they_are_compared() -> None:
    assert all(comparison_key(word) == word for word in EVERYBODY)


def test_hints_at_each_action_whose_text_stands_twice() -> None:
    texts = ["Liste führen", "Anders", "LISTE führen ", "", "", "—", "—", "Liste\nführen"]
    hints = give_hints([make_action(description=text) for text in texts], TODAY)
    twice = (Hint.SAME_TEXT_TWICE,)
    assert hints == [twice, (), twice, (), (), (), (), twice]


def test_gives_all_hints_of_an_action_in_a_fixed_order() -> None:
    action = make_action(responsible="alle", due_on=TODAY - DAY, follow_up_on=TODAY - 2 * DAY)
    all_but_due_at_once = tuple(hint for hint in Hint if hint is not Hint.DUE_AT_ONCE)
    assert give_hints([action, action], TODAY) == [all_but_due_at_once] * 2


@given(PLANS, st.dates())
def test_there_is_one_entry_of_hints_for_each_action(plan: list[Action], today: date) -> None:
    hints = give_hints(plan, today)
    assert len(hints) == len(plan)
    assert give_hints(plan[::-1], today) == hints[::-1]


# Proposals

MEASURES = [make_measure(ref=ref) for ref in "abcdefg"]
RATINGS = {
    "a": NeedForAction.NONE,
    "b": NeedForAction.SOME,
    "c": NeedForAction.URGENT,
    "e": NeedForAction.URGENT,
    "f": NeedForAction.SOME,
    "g": NeedForAction.NONE,
    "foreign": NeedForAction.URGENT,
}


def refs(measures: list[Measure]) -> str:
    return "".join(measure.ref for measure in measures)


@pytest.mark.parametrize(
    ("planned", "urgent", "some", "none"),
    [("", "ce", "bf", "ag"), ("c", "e", "bf", "ag"), ("cebfag", "", "", ""), ("dz", "ce", "bf", "ag")],
)
def test_proposes_what_is_rated_and_not_planned_yet_by_need(planned: str, urgent: str, some: str, none: str) -> None:
    proposals = propose_measures(MEASURES, RATINGS, iter(planned))
    assert list(proposals) == list(NeedForAction)
    assert [refs(measures) for measures in proposals.values()] == [urgent, some, none]


def test_proposes_nothing_before_anything_is_rated() -> None:
    assert propose_measures(MEASURES, {}, []) == {need: [] for need in NeedForAction}


@pytest.mark.parametrize(
    ("ratings", "at_most", "steps"),
    [
        (RATINGS, 3, "ceb"),
        (RATINGS, 1, "c"),
        (RATINGS, 4, "cebf"),
        (RATINGS, 9, "cebf"),
        (RATINGS, 0, ""),
        ({"a": NeedForAction.NONE, "g": NeedForAction.NONE}, 3, "ag"),
        ({"a": NeedForAction.NONE, "g": NeedForAction.SOME}, 3, "g"),
        ({"g": NeedForAction.SOME}, 3, "g"),
        (dict.fromkeys("abcdefg", NeedForAction.URGENT), 3, "abc"),
        ({}, 3, ""),
    ],
)
def test_first_steps_are_the_red_then_the_yellow_ones_else_green_to_build_on(
    ratings: dict[str, NeedForAction], at_most: int, steps: str
) -> None:
    assert refs(first_steps(MEASURES, ratings, at_most)) == steps


def test_first_steps_are_three_unless_told_otherwise() -> None:
    assert refs(first_steps(MEASURES, RATINGS)) == "ceb"
