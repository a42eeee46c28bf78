"""Frozen snapshots have one door, which holds them against the hash kept at issue (D7)."""

import ast
from pathlib import Path

import pytest

from om_selfcheck.config import ROOT

PACKAGE = ROOT / "om_selfcheck"
DOOR = "services/snapshots.py"
HASHED = "store/queries/reconciliation.py"  # what verifies the register hashes whatever lies there
# Above the use cases a snapshot is a value that came through the door; no table is in reach there.
LAYERS_WITH_ROWS = ("services", "store")


def find_readers(root: Path) -> set[str]:
    """Return where a snapshot's text is read: by the rule that reads it, or off a declaration's row."""
    found = set()
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        has_rows = name.split("/")[0] in LAYERS_WITH_ROWS
        if any(_reads(node, has_rows=has_rows) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
            found.add(name)
    return found


def _reads(node: ast.AST, *, has_rows: bool) -> bool:
    """Say whether a piece of code reads one; `self.snapshot` is a value's own field."""
    match node:
        case ast.Name(id="read_snapshot") | ast.Attribute(attr="read_snapshot"):
            return True
        case ast.alias(name="read_snapshot"):
            return True
        case ast.Attribute(value=ast.Name(id="self"), attr="snapshot"):
            return False
        case ast.Attribute(attr="snapshot", ctx=ast.Load()):
            return has_rows
    return False


def test_only_the_door_reads_a_snapshot() -> None:
    assert find_readers(PACKAGE) == {DOOR, HASHED}


@pytest.mark.parametrize(
    ("module", "line", "is_found"),
    [
        ("services/numbers.py", "text = row.snapshot", True),
        ("services/numbers.py", "erased = not row.snapshot", True),
        ("store/queries/audits.py", "columns = select(Declaration.snapshot)", True),
        ("web/staff/register.py", "from om_selfcheck.domain.snapshot import read_snapshot", True),
        ("cli/record.py", "seen = snapshot.read_snapshot(text)", True),
        ("services/declarations.py", "row.snapshot = text", False),
        ("services/declarations.py", "language = self.snapshot.language", False),
        ("web/company/documents.py", "plan = issued.snapshot.actions", False),
    ],
)
def test_another_reader_is_noticed(tmp_path: Path, module: str, line: str, *, is_found: bool) -> None:
    path = tmp_path / module
    path.parent.mkdir(parents=True)
    path.write_text(line, encoding="utf-8")
    assert find_readers(tmp_path) == ({module} if is_found else set())
