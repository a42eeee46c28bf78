"""What may drift is compared: settings, commands, paths and dependencies that the documentation names."""

import re

from om_selfcheck.cli.__main__ import om
from om_selfcheck.config import ROOT, VARIABLES
from om_selfcheck.domain import limits
from om_selfcheck.domain.throttle import Limit

README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
DECISIONS = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
WINDOWS = {limits.CODE_STEP: "30 seconds", limits.QUARTER: "15 minutes", limits.HOUR: "1 hour", limits.DAY: "1 day"}


def test_the_readme_lists_every_setting_and_no_other() -> None:
    assert set(re.findall(r"^\| `(OM_\w+)`", README, re.MULTILINE)) == set(VARIABLES)


def test_the_readme_names_every_command_and_no_other() -> None:
    shown = set(re.findall(r"\./om ([\w-]+)", README))
    named = shown | set(re.findall(r"`([\w-]+)(?: \w+)?`", _paragraph("./om help")))
    assert named == set(om.commands)


def test_operators_read_of_every_limit_how_many_in_which_time() -> None:
    shown = re.findall(r"^  \| `([\w-]+)` \| (\d+) \| (.+?) \|", OPERATING, re.MULTILINE)
    known = [one for one in vars(limits).values() if isinstance(one, Limit)]
    assert shown == [(one.name, str(one.most), WINDOWS[one.window]) for one in known]


def test_every_path_that_the_documentation_names_exists() -> None:
    text = README + DECISIONS
    paths = set(re.findall(r"\]\(([\w./-]+)\)", text)) | set(
        re.findall(r"`((?:tests|docs|om_selfcheck)/[\w./-]+)`", text)
    )
    missing = [path for path in paths if not ((ROOT / path).exists() or (ROOT / "docs" / path).exists())]
    assert paths
    assert missing == []


def test_every_dependency_earns_its_place_in_a_line() -> None:
    wanted = re.findall(r"^([a-z][\w-]*)", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    table = DECISIONS.lower().replace(".", "-")
    assert [name for name in wanted if name not in table] == []


def test_the_change_log_knows_this_version() -> None:
    from om_selfcheck import __version__

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def _paragraph(start: str) -> str:
    return next(block for block in README.split("\n\n") if block.startswith(f"`{start}`"))
