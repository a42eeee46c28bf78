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
    wanted = [templates / kind / part for kind in kinds for part in PARTS]
    wanted += [golden / f"{kind}.{language}.txt" for kind in kinds for language in LANGUAGES]
    silent = [
        f"{path.relative_to(templates)} gives no reason"
        for path in wanted
        if path.name.startswith("body") and path.exists() and "block reason" not in path.read_text(encoding="utf-8")
    ]
    return [
        str(path.name if path.is_relative_to(golden) else path.relative_to(templates))
        for path in wanted
        if not path.exists()
    ] + silent


def test_every_letter_is_complete() -> None:
    assert find_gaps(list(join_tables()), ROOT / "templates" / "email", GOLDEN) == []


def test_no_words_are_left_of_a_letter_that_went() -> None:
    folders = {path.name for path in (ROOT / "templates" / "email").iterdir() if path.is_dir()}
    assert folders <= set(join_tables())
    assert {path.name.partition(".")[0] for path in GOLDEN.glob("*.txt")} >= folders


def test_control_what_is_missing_is_named() -> None:
    kinds = [MessageKind.ACCESS_LINK, MessageKind.RENEWAL]
    assert find_gaps(kinds, FOLDER / "email", FOLDER / "golden") == [
        "renewal/body.txt",
        "renewal/body.html",
        "renewal.de.txt",
        "renewal.en.txt",
    ]
