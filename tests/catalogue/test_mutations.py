"""Whatever is dropped, added or replaced in a good file is refused, and the right line is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from om_selfcheck.catalogue import CatalogueError, Complaint
from om_selfcheck.catalogue.loader import load_questionnaire
from tests.catalogue.samples import (
    FILE,
    Place,
    Tree,
    at,
    complaints_about,
    list_places,
    make_tree,
    ref_around,
    save,
    write_down,
)

PLACES = list_places(make_tree())
KEYS = [place for place in PLACES if isinstance(place[-1], str)]
MAPPINGS: list[Place] = [(), *(place for place in PLACES if isinstance(at(make_tree(), place), dict))]
LISTS = [place for place in KEYS if isinstance(at(make_tree(), place), list) and place[-1] != "aids"]
LAYOUT = st.booleans()

known_keys = st.sampled_from(sorted({str(place[-1]) for place in KEYS}))
any_words = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60)
any_damage = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(["&a ", "*a", "!!x ", "{", "}", "[", "]", "? ", "|", ">-", "\n", "---\n", "...\n", '"', "'"]).map(
        str.encode
    ),
    st.sampled_from(["%YAML 1.1\n---\n", "<<: ", "\\U", '"\\UFFFFFFFF"', ": ", "- ", "#", "\r", "\u2028", "!h!x "]).map(
        str.encode
    ),
)


@contextmanager
def saved(content: str | bytes) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield save(Path(folder), content)


def complain(tree: Tree, *, in_one_line: bool) -> tuple[Complaint, ...]:
    with saved(write_down(tree, in_one_line=in_one_line).text) as path:
        return complaints_about(path)


@settings(deadline=None)
@given(place=st.sampled_from(KEYS), in_one_line=LAYOUT)
def test_a_dropped_key_is_named_where_it_is_missing(place: Place, *, in_one_line: bool) -> None:
    tree = make_tree()
    del at(tree, place[:-1])[place[-1]]

    (complaint,) = complain(tree, in_one_line=in_one_line)

    assert complaint.line == write_down(tree, in_one_line=in_one_line).lines[place[:-1]]
    assert complaint.ref == ref_around(tree, place[:-1])
    assert complaint.message.endswith(f"{place[-1]} is missing")


@settings(deadline=None)
@given(place=st.sampled_from(MAPPINGS), key=known_keys | any_words, value=any_words, in_one_line=LAYOUT)
@example(place=(), key="<<", value="a", in_one_line=False)
@example(place=("topics", 0, "title"), key="ref", value="5", in_one_line=True)
@example(place=("topics", 1, "checkpoints", 0, "aids", 0), key="ref", value="5", in_one_line=True)
def test_an_added_key_is_named_where_it_stands(place: Place, key: str, value: str, *, in_one_line: bool) -> None:
    tree = make_tree()
    ref = ref_around(tree, place)
    mapping = at(tree, place)
    if key in mapping:
        key += "x"
    mapping[key] = value

    (complaint,) = complain(tree, in_one_line=in_one_line)

    assert complaint.line == write_down(tree, in_one_line=in_one_line).lines[*place, key]
    assert complaint.ref == ref
    assert complaint.message.endswith("is not a key known here")


@settings(deadline=None)
@given(place=st.sampled_from(PLACES), in_one_line=LAYOUT)
def test_a_value_of_another_kind_is_named(place: Place, *, in_one_line: bool) -> None:
    tree = make_tree()
    value = at(tree, place)
    other: Any = ["Text"] if isinstance(value, str) else "Text"
    at(tree, place[:-1])[place[-1]] = other

    (complaint,) = complain(tree, in_one_line=in_one_line)

    assert complaint.line == write_down(tree, in_one_line=in_one_line).lines[place]
    assert complaint.ref == ref_around(tree, place[:-1])


@settings(deadline=None)
@given(place=st.sampled_from([place for place in PLACES if isinstance(at(make_tree(), place), str)]))
def test_an_emptied_value_is_named(place: Place) -> None:
    tree = make_tree()
    at(tree, place[:-1])[place[-1]] = ""

    complaints = complain(tree, in_one_line=True)

    assert {complaint.line for complaint in complaints} == {write_down(tree).lines[place]}


@settings(deadline=None)
@given(place=st.sampled_from(LISTS))
def test_an_emptied_list_is_named(place: Place) -> None:
    tree = make_tree()
    at(tree, place[:-1])[place[-1]] = []

    (complaint,) = complain(tree, in_one_line=True)

    assert complaint.line == write_down(tree).lines[place]
    assert complaint.message == f"{place[-1]} must have at least one entry"


@settings(deadline=None, max_examples=150)
@given(start=st.integers(0, 3000), length=st.integers(0, 40), damage=any_damage)
def test_damage_of_any_kind_is_harmless_or_a_complaint_that_can_be_printed(
    start: int, length: int, damage: bytes
) -> None:
    content = write_down(make_tree()).text.encode()
    damaged = content[:start] + damage + content[start + length :]

    with saved(damaged) as path:
        complaints = try_to_load(path)

    for complaint in complaints:
        assert complaint.file == FILE
        assert 1 <= complaint.line <= damaged.count(b"\n") + 1
        assert complaint.message.isprintable()


def try_to_load(path: Path) -> tuple[Complaint, ...]:
    """Return what is complained about, which may be nothing; any other exception ends the test."""
    try:
        load_questionnaire(path)
    except CatalogueError as error:
        return error.complaints
    return ()
