"""The browser of the tests: it checks each page once, and again whatever differs in what is checked."""

import pytest

from tests.web.client import find_frame

PAGE = '<p id="a-{id}"></p><input id="{name}" value="{value}"><textarea>{text}</textarea><a href="/access/{token}">'
WORDS = {
    "id": "3f2b8c1e-0000-4000-8000-00000000000a",
    "name": "title",
    "value": "Offene Posten",
    "text": "Liste",
    "token": "k" * 43,
}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "3f2b8c1e-0000-4000-8000-00000000000b"},
        {"token": "-" + "_" * 41 + "x"},
        {"value": "&#34; autofocus", "text": "&lt;script&gt;"},
    ],
)
def test_a_page_with_other_values_ids_and_tokens_is_not_checked_again(changes: dict[str, str]) -> None:
    assert find_frame(PAGE.format(**(WORDS | changes))) == find_frame(PAGE.format(**WORDS))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "heading"},
        {"name": "a-3f2b8c1e-0000-4000-8000-00000000000a"},  # twice now
        {"value": '" autofocus'},
        {"value": "<script>"},
        {"text": "</textarea><script>"},
    ],
)
def test_one_whose_frame_differs_is(changes: dict[str, str]) -> None:
    assert find_frame(PAGE.format(**(WORDS | changes))) != find_frame(PAGE.format(**WORDS))


def test_one_with_the_same_id_twice_is_not_taken_for_one_with_two() -> None:
    first, second = WORDS["id"], "3f2b8c1e-0000-4000-8000-00000000000b"
    pages = [f'<p id="{one}"></p><p id="{other}"></p>' for one, other in ((first, second), (first, first))]
    assert find_frame(pages[0]) != find_frame(pages[1])
