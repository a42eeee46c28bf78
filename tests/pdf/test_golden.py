"""What the documents say, so that a reviewer reads their German in the diff."""

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.pdf.samples import ENGLISH, LETTERS, MAKERS, POSTERS, read_text, squeeze

GOLDEN = Path(__file__).parent / "golden"
DOCUMENTS = MAKERS | LETTERS | ENGLISH | POSTERS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_says_what_is_written_down(name: str) -> None:
    """To change a text on purpose, delete its file, run the test twice and look at the diff."""
    said, path = read_text(DOCUMENTS[name]()), GOLDEN / f"{name}.txt"
    if not path.exists():
        path.write_text(said, encoding="utf-8")
        pytest.fail(f"{path} was written; look at it")
    expected = path.read_text(encoding="utf-8")
    if squeeze(said) != squeeze(expected):
        lines = unified_diff(expected.splitlines(), said.splitlines(), str(path), "said now", lineterm="")
        pytest.fail("\n".join(lines), pytrace=False)
