"""The limits themselves: told apart by name, and no window outlives the clearing up of counters."""

import re
from pathlib import Path

from om_selfcheck.config import ROOT
from om_selfcheck.domain import limits
from om_selfcheck.domain.throttle import LONGEST_WINDOW, Limit

NAMED = {name: value for name, value in vars(limits).items() if isinstance(value, Limit)}


def test_each_has_a_name_of_its_own_and_is_called_by_it() -> None:
    assert NAMED
    assert [one.name.upper().replace("-", "_") for one in NAMED.values()] == list(NAMED)


def test_no_window_is_longer_than_counters_are_kept() -> None:
    assert [name for name, one in NAMED.items() if one.window > LONGEST_WINDOW] == []


def test_no_limit_stands_anywhere_else() -> None:
    paths = (ROOT / "om_selfcheck").rglob("*.py")
    assert [path.name for path in paths if _sets_a_limit(path)] == ["limits.py"]


def _sets_a_limit(path: Path) -> bool:
    return bool(re.search(r"^\w+ = Limit\(", path.read_text(encoding="utf-8"), re.MULTILINE))
