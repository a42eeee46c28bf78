"""What is written only for a while: gone with its block, and after a kill with the next start."""

import signal
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE

import pytest

from om_selfcheck.config import ROOT
from om_selfcheck.services.scratch import FOLDER, clear_scratch, open_scratch

WRITE_AND_WAIT = """
import sys
from pathlib import Path
from om_selfcheck.services.scratch import open_scratch
with open_scratch(Path(sys.argv[1])) as folder:
    (folder / "list").write_text("Zitronenfalter GmbH")
    print("written", flush=True)
    input()
"""


def list_files(instance: Path) -> list[str]:
    return [path.name for path in (instance / FOLDER).rglob("*") if path.is_file()]


def test_it_is_nobody_elses_and_gone_with_its_block(tmp_path: Path) -> None:
    with open_scratch(tmp_path) as folder, open_scratch(tmp_path) as other:
        assert folder != other
        assert S_IMODE(folder.stat().st_mode) == S_IMODE(folder.parent.stat().st_mode) == 0o700
        (folder / "list").write_text("x")
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_it_is_gone_too_where_something_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_scratch(tmp_path) as folder:
        (folder / "list").write_text(str(1 / 0))
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_start(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_AND_WAIT, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert list_files(tmp_path) == ["list"], "the control: a kill leaves it"
    clear_scratch(tmp_path)
    assert list(tmp_path.iterdir()) == []
    clear_scratch(tmp_path)
