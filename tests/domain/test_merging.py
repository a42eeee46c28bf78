"""Two people at one form: nobody overwrites another unseen (P2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.merging import Conflict, FieldMerger, Merge, merge_field

VALUES = st.sampled_from(["", "a", "b", "c"])


@pytest.mark.parametrize(
    ("stored", "shown", "wanted", "merge"),
    [
        ("a", "a", "a", Merge.KEEP),
        ("a", "a", "b", Merge.WRITE),
        ("b", "a", "a", Merge.KEEP),
        ("b", "a", "b", Merge.KEEP),
        ("b", "a", "c", Merge.CONFLICT),
        ("", "", "b", Merge.WRITE),
        ("a", "a", "", Merge.WRITE),
        ("b", "a", "", Merge.CONFLICT),
        ("b", "", "c", Merge.CONFLICT),
    ],
)
def test_decides_over_a_field_by_what_the_person_saw(stored: str, shown: str, wanted: str, merge: Merge) -> None:
    assert merge_field(stored=stored, shown=shown, wanted=wanted) is merge


@given(VALUES, VALUES, VALUES)
def test_only_a_value_that_was_seen_is_overwritten(stored: str, shown: str, wanted: str) -> None:
    merger = FieldMerger()
    after = merger.merge("title", stored=stored, shown=shown, wanted=wanted)
    assert after == stored or (after == wanted and stored == shown)
    is_lost = wanted not in (after, shown)
    assert merger.conflicts == ([Conflict("title", stored, wanted)] if is_lost else [])


@pytest.mark.parametrize(("stored", "shown"), [("a", "a"), ("b", "a")])
def test_a_field_that_the_form_did_not_carry_stays_as_it_is(stored: str, shown: str) -> None:
    merger = FieldMerger()
    assert merger.merge("title", stored=stored, shown=shown, wanted=None) == stored
    assert merger.conflicts == []


def test_collects_what_the_person_has_to_choose() -> None:
    merger = FieldMerger()
    values = [
        merger.merge("title", stored="b", shown="a", wanted="c"),
        merger.merge("description", stored="a", shown="a", wanted="c"),
        merger.merge("responsible", stored="y", shown="x", wanted="z"),
    ]
    assert values == ["b", "c", "y"]
    assert merger.conflicts == [Conflict("title", "b", "c"), Conflict("responsible", "y", "z")]


def test_each_form_collects_its_own() -> None:
    FieldMerger().merge("title", stored="b", shown="a", wanted="c")
    assert FieldMerger().conflicts == []
