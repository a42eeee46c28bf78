"""Files that are needed only while a list is written: in the instance folder, for nobody else to read, and soon gone.

Where a process is killed meanwhile they stay until the next start, which clears them away.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = "scratch"


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
