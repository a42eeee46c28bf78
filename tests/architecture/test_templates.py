"""Templates ask for what they use and for nothing else."""

import re
from pathlib import Path

import pytest

from om_selfcheck.config import ROOT

TEMPLATES = ROOT / "templates"
INCLUDE = re.compile(r"{%-?\s*include\s+['\"]([^'\"]+)['\"]")
IMPORT = re.compile(r"{%-?\s*from\s+\S+\s+import\s+(.+?)\s*-?%}")


def unused_names(template: str) -> list[str]:
    """Return the names that a template imports and uses neither itself nor in what it includes."""
    rest = IMPORT.sub("", template)
    rest += "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in INCLUDE.findall(rest))
    names = [name.split(" as ")[-1].strip() for listed in IMPORT.findall(template) for name in listed.split(",")]
    names = [name.removesuffix(" with context").removesuffix(" without context") for name in names]
    return [name for name in names if not re.search(rf"\b{name}\b", rest)]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_name_is_imported_for_nothing(path: Path) -> None:
    assert unused_names(path.read_text(encoding="utf-8")) == []


def test_the_control_an_unused_name_is_seen() -> None:
    assert unused_names('{% from "a.html" import one, two as three %}{{ one() }} two') == ["three"]
