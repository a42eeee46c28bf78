"""One line of JSON at a time on standard error, without personal data: kinds and places, never values."""

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime


def write_line(event: str, level: str, **facts: str | float | None) -> None:
    """Write a line as one piece; a log that takes nothing, such as one on a full disk, stops nothing else (P4)."""
    head = {"timestamp": datetime.now(UTC).isoformat(), "level": level, "event": event}
    with suppress(OSError, ValueError):
        sys.stderr.write(json.dumps(head | facts) + "\n")
        sys.stderr.flush()


def describe(error: BaseException) -> dict[str, str]:
    """Return the kind of a failure and its place, not its values, which may be a person's."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    return {"kind": type(error).__name__, "where": where}
