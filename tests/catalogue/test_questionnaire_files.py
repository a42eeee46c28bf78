"""A good file becomes the domain's questionnaire, word for word."""

from pathlib import Path
from typing import Any

import pytest

from om_selfcheck.catalogue.loader import load_questionnaire
from om_selfcheck.domain.questionnaire import Aid, Checkpoint, FirstStep, Measure, Questionnaire, Text
from tests.catalogue.samples import at, list_places, make_tree, save, write_down


def load(folder: Path, text: str, file: str = "questionnaires/kurzcheck/1.0.yaml") -> Questionnaire:
    return load_questionnaire(save(folder, text, file))


def text(words: str) -> Text:
    return Text(f"{words} auf Deutsch", f"{words} in English")


@pytest.mark.parametrize("in_one_line", [True, False])
def test_holds_what_the_file_says(tmp_path: Path, *, in_one_line: bool) -> None:
    loaded = load(tmp_path, write_down(make_tree(), in_one_line=in_one_line).text)

    assert (loaded.slug, loaded.version) == ("kurzcheck", "1.0")
    assert (loaded.publisher, loaded.licence) == ("Test publisher", "CC0-1.0")
    assert (loaded.title, loaded.summary) == (text("Check"), text("Summary"))
    assert [(topic.ref, topic.title, topic.benefit, topic.minutes) for topic in loaded.topics] == [
        ("1", text("Topic 1"), text("Benefit 1"), 8),
        ("2", text("Topic 2"), text("Benefit 2"), 8),
    ]
    assert [measure.ref for measure in loaded.measures()] == ["1.1.a", "1.1.b", "2.3.b", "2.4.a"]


def test_holds_checkpoints_with_their_aids_and_measures(tmp_path: Path) -> None:
    loaded = load(tmp_path, write_down(make_tree()).text)

    first_step = FirstStep(text("Begin 2.3.b"), text("Description 2.3.b"), text("Follow-up 2.3.b"))
    assert loaded.topics[1].checkpoints[0] == Checkpoint(
        ref="2.3",
        title=text("Checkpoint 2.3"),
        question=text("Question 2.3"),
        measures=(Measure("2.3.b", text("Practice 2.3.b"), text("Good 2.3.b"), first_step),),
        aids=(Aid(text("Aid 2.3"), "BAuA", "https://www.example.org/2.3?a=1#b"),),
    )


def test_is_as_immutable_as_the_domain_wants_it(tmp_path: Path) -> None:
    loaded = load(tmp_path, write_down(make_tree()).text)

    hash(loaded.topics)  # tuples all the way down


@pytest.mark.parametrize("word", ["NO", "off", "null", "True", "1e3", "0x1F", "2026-11-21 a", "~ a"])
def test_keeps_unquoted_words_as_they_are(tmp_path: Path, word: str) -> None:
    plain = write_down(make_tree()).text.replace('"Test publisher"', word)

    assert load(tmp_path, plain).publisher == word


def test_keeps_the_zero_of_version_1_10(tmp_path: Path) -> None:
    plain = write_down(make_tree()).text.replace('"version": "1.0"', "version: 1.10")

    assert load(tmp_path, plain, "questionnaires/kurzcheck/1.10.yaml").version == "1.10"


@pytest.mark.parametrize("minutes", ["1", "120", '"120"', "'8'"])
def test_reads_minutes_with_or_without_quotes(tmp_path: Path, minutes: str) -> None:
    plain = write_down(make_tree()).text.replace('"minutes": "8"', f"minutes: {minutes}", 1)

    assert load(tmp_path, plain).topics[0].minutes == int(minutes.strip("\"'"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"10\u00a0% „mehr“ – 2\u202f€"', "10\u00a0% „mehr“ – 2\u202f€"),
        (">-\n    Two lines\n    of text", "Two lines of text"),
        (r'"M\u00fcller"', "Müller"),
    ],
    ids=["typographic", "folded", "escaped"],
)
def test_takes_typographic_and_folded_texts(tmp_path: Path, written: str, meant: str) -> None:
    plain = write_down(make_tree()).text.replace('"Test publisher"', written)

    assert load(tmp_path, plain).publisher == meant


@pytest.mark.parametrize(("old", "length"), [("Test publisher", 200), ("Practice 2.3.b auf Deutsch", 2000)])
def test_takes_texts_up_to_their_limit(tmp_path: Path, old: str, length: int) -> None:
    assert load(tmp_path, write_down(make_tree()).text.replace(old, "ß" * length)).size == 4


def test_takes_windows_line_ends(tmp_path: Path) -> None:
    written = write_down(make_tree()).text

    assert load(tmp_path, written.replace("\n", "\r\n")) == load(tmp_path, written)


def test_hash_ignores_comments_layout_and_the_order_of_keys(tmp_path: Path) -> None:
    tree = make_tree()
    wanted = load(tmp_path, write_down(tree).text).content_hash
    turned = {key: tree[key] for key in reversed(tree)}
    layouts = [
        write_down(tree).text + "# another comment\n",
        write_down(tree, in_one_line=False).text,
        write_down(turned).text,
        write_down(tree).text.replace('"minutes": "8"', "minutes: 8"),
    ]

    assert [load(tmp_path, layout).content_hash for layout in layouts] == [wanted] * len(layouts)
    assert len(wanted) == 64


def is_free_text(tree: Any, place: tuple[str | int, ...]) -> bool:
    return isinstance(at(tree, place), str) and place[-1] not in {"ref", "slug", "version", "minutes"}


@pytest.mark.parametrize("place", [place for place in list_places(make_tree()) if is_free_text(make_tree(), place)])
def test_hash_changes_with_any_text(tmp_path: Path, place: tuple[str | int, ...]) -> None:
    tree = make_tree()
    before = load(tmp_path, write_down(tree).text).content_hash

    at(tree, place[:-1])[place[-1]] += "x"

    assert load(tmp_path, write_down(tree).text).content_hash != before


def test_hash_changes_with_minutes_refs_and_version(tmp_path: Path) -> None:
    written = write_down(make_tree()).text
    hashes = {
        load(tmp_path, written).content_hash,
        load(tmp_path, written.replace('"minutes": "8"', '"minutes": "9"', 1)).content_hash,
        load(tmp_path, written.replace('"ref": "2.3.b"', '"ref": "2.3.c"')).content_hash,
        load(tmp_path, write_down(make_tree(version="1.1")).text, "questionnaires/kurzcheck/1.1.yaml").content_hash,
    }

    assert len(hashes) == 4
