"""What the kernel says of a process and everything below it: CPU time and memory."""

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all its descendants that are alive."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        if not _is_alive(one):
            continue
        found.append(one)
        waiting.extend(_children(one))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """Return user and system time of living processes and of those they have waited for."""
    return sum(sum(int(field) for field in _stat(pid)[11:15]) for pid in pids) / TICKS


def pss_megabytes(pids: list[int]) -> float:
    """Return the memory of processes, pages they share counted once (proportional set size)."""
    kilobytes = 0
    for pid in pids:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in (PROC / str(pid) / "task").glob("*/children"):
        try:
            found.extend(int(child) for child in path.read_text().split())
        except OSError:  # the thread has just ended
            continue
    return found


def _is_alive(pid: int) -> bool:
    try:
        return _stat(pid)[0] not in "ZX"
    except OSError:
        return False


def _stat(pid: int) -> list[str]:
    """Return the fields from the state on; the name before them may hold blanks."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
