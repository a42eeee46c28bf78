"""The layers: import-linter's contracts hold, and each would notice what it forbids."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from om_selfcheck.config import ROOT

INWARD = "Dependencies point inward, to the domain"
DOMAIN = "The domain knows no framework, no storage and no clock"
NO_WEB = "Use cases do not know that the web exists"
NO_STORE = "Pages and commands reach the database only through use cases"
NO_CIRCLE = "Modules of a package never import each other in a circle, not even late"
CONTRACTS = (INWARD, DOMAIN, NO_WEB, NO_STORE, NO_CIRCLE)
VERDICT = re.compile(r"^(.+?) (KEPT|BROKEN)\b", re.MULTILINE)


def check_contracts(folder: Path) -> dict[str, str]:
    """Return what import-linter says about each contract of the tree in a folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    verdicts = dict(VERDICT.findall(done.stdout))
    assert verdicts, done.stdout + done.stderr
    assert (done.returncode == 0) == (set(verdicts.values()) == {"KEPT"})
    return verdicts


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the tree to spoil."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "om_selfcheck",
        tmp_path / "om_selfcheck",
        ignore=lambda folder, names: [
            name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()
        ],
    )
    return tmp_path


def spoil(copy: Path, module: str, line: str) -> None:
    path = copy / "om_selfcheck" / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n" if path.exists() else f"{line}\n", encoding="utf-8")


def test_every_contract_holds() -> None:
    assert check_contracts(ROOT) == dict.fromkeys(CONTRACTS, "KEPT")


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("store/base.py", "from om_selfcheck.services import grants", {INWARD}),
        ("stray.py", "", {INWARD}),
        ("domain/text.py", "import sqlalchemy", {DOMAIN}),
        ("services/grants.py", "import flask", {NO_WEB}),
        ("pdf/documents.py", "from om_selfcheck.store import engine", {NO_STORE}),
        ("cli/jobs.py", "def late() -> None:\n    import om_selfcheck.cli.remind", {NO_CIRCLE}),
    ],
)
def test_control_a_forbidden_import_turns_its_contract_red(
    copy: Path, module: str, line: str, broken: set[str]
) -> None:
    spoil(copy, module, line)
    verdicts = check_contracts(copy)
    assert {name for name, verdict in verdicts.items() if verdict == "BROKEN"} == broken
