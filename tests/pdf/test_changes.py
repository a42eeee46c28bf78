"""The annex of a renewal: then and now in words, figures and shapes, in grey too."""

from dataclasses import replace

import pytest

from om_selfcheck.domain.text import LINE_LENGTH
from om_selfcheck.pdf.documents import render_changes
from tests.pdf.samples import CHANGES, DECLARATION, MAKERS, fill_changes, open_pdf, read_text, squeeze


def test_the_totals_are_those_of_each_side() -> None:
    assert (CHANGES.total_then.urgent, CHANGES.total_then.some, CHANGES.total_then.none) == (5, 6, 6)
    assert (CHANGES.total_now.urgent, CHANGES.total_now.some, CHANGES.total_now.none) == (2, 8, 18)
    assert (CHANGES.total_then.total, CHANGES.total_now.total) == (17, 28)


def test_the_same_version_is_not_spoken_of() -> None:
    said = read_text(render_changes(replace(CHANGES, previous_version="1.1"), "de"))
    assert "entfallen" not in said
    assert "damals Version" not in said


def test_states_nobody_is_in_are_left_out() -> None:
    said = read_text(render_changes(replace(CHANGES, actions=CHANGES.actions[:1]), "de"))
    assert "1 erledigt" in said
    assert "offen" not in said


def test_what_was_done_comes_first() -> None:
    said = read_text(MAKERS["changes"]())
    places = [said.index(state) for state in ("2 erledigt", "1 in Arbeit", "1 offen", "1 verworfen")]
    assert places == sorted(places)


@pytest.mark.parametrize("text", ["Beck und Söhne ", "W"])
def test_long_names_are_there_in_full(text: str) -> None:
    long = (text * LINE_LENGTH)[:LINE_LENGTH].strip()
    assert squeeze(read_text(render_changes(fill_changes(long), "de"))).count(squeeze(long)) >= 1 + 3 + 5


def test_many_topics_go_on_over_pages_with_their_head() -> None:
    topics = tuple(replace(CHANGES.topics[0], ref=str(place), title=f"Thema {place}") for place in range(1, 31))
    pages = [page.extract_text() for page in open_pdf(render_changes(replace(CHANGES, topics=topics), "de")).pages]
    assert len(pages) > 2
    assert all("Stand" in page for page in pages[:2])
    assert squeeze("Thema 30") in squeeze("".join(pages))


def test_a_declaration_that_replaces_none_says_nothing_of_it() -> None:
    assert DECLARATION.replaced_number == ""
    assert "Ersetzt" not in read_text(MAKERS["declaration"]())
    assert "Ersetzt" in read_text(MAKERS["renewed"]())
