"""Every letter has its words in both parts and golden texts in both languages."""

from collections.abc import Iterable
from pathlib import Path

from om_selfcheck.config import ROOT
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.services.letters import join_tables
from tests.mail.dummies import FOLDER
from tests.mail.golden import GOLDEN

PARTS = ("subject.txt", "body.txt", "body.html")


def find_gaps(kinds: Iterable[MessageKind], templates: Path, golden: Path) -> list[str]:
    gaps = []
    for kind in kinds:
        parts = {part: templates / kind / part for part in PARTS}
        gaps += [f"{kind}/{part}" for part, path in parts.items() if not path.exists()]
        gaps += [f"{kind} in {language}" for language in LANGUAGES if not _find_golden(kind, language, golden)]
        bodies = [path for part, path in parts.items() if part.startswith("body") and path.exists()]
        gaps += [f"a reason in {kind}/{path.name}" for path in bodies if "block reason" not in path.read_text("utf-8")]
    return gaps


def _find_golden(kind: MessageKind, language: str, golden: Path) -> list[Path]:
    """Return the texts of a kind, of which some have several: `renewal-90`, `renewal-30`."""
    return [*golden.glob(f"{kind}.{language}.txt"), *golden.glob(f"{kind}-*.{language}.txt")]


def test_every_letter_is_complete() -> None:
    assert find_gaps(list(join_tables()), ROOT / "templates" / "email", GOLDEN) == []


def test_no_words_are_left_of_a_letter_that_went() -> None:
    folders = {path.name for path in (ROOT / "templates" / "email").iterdir() if path.is_dir()}
    assert folders <= set(join_tables())


def test_control_what_is_missing_is_named() -> None:
    kinds = [MessageKind.ACCESS_LINK, MessageKind.RENEWAL]
    assert find_gaps(kinds, FOLDER / "email", FOLDER / "golden") == [
        "renewal/body.txt",
        "renewal/body.html",
        "renewal in de",
        "renewal in en",
    ]
