"""Files that are needed only while a list is written: in the instance folder, for nobody else to read, and soon gone.

Where a process is killed meanwhile they stay until the next start, or until the hourly clearing-up finds them old.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = "scratch"
LEFT_BEHIND_AFTER = 3600.0  # seconds; no list takes that long


@contextmanager
def open_scratch(instance_dir: Path) -> Iterator[Path]:
    """Give a folder of its own, which is gone when the block ends."""
    parent = instance_dir / FOLDER
    parent.mkdir(mode=0o700, exist_ok=True)
    with TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def clear_scratch(instance_dir: Path) -> None:
    """Clear away what killed processes left; whoever calls holds the instance folder."""
    shutil.rmtree(instance_dir / FOLDER, ignore_errors=True)


def clear_left_behind(instance_dir: Path) -> None:
    """Clear away what killed processes left, beside others that are writing."""
    folders = (instance_dir / FOLDER).glob("*")
    for folder in folders:
        with suppress(FileNotFoundError):  # it was just finished
            if folder.stat().st_mtime < time.time() - LEFT_BEHIND_AFTER:
                shutil.rmtree(folder, ignore_errors=True)
