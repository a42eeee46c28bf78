"""The folder that the server's mails fall into, one .eml file each, as without a mail server."""

import re
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

SEND_LIMIT = 60.0
POLL = 0.2
CONFIRM = re.compile(r"/confirm-address/[\w-]{43}")
ACCESS = re.compile(r"/access/[\w-]{43}")
CODE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$", re.MULTILINE)


def wait_for(instance: Path, *, to: str, says: re.Pattern[str]) -> str:
    """Wait for a mail to an address that says something, and return what it says."""
    end = time.monotonic() + SEND_LIMIT
    while time.monotonic() < end:
        found = [match[0] for mail in _read(instance) if mail["To"] == to and (match := says.search(_text(mail)))]
        if found:
            return found[-1]
        time.sleep(POLL)
    raise AssertionError(f"no mail to {to} says {says.pattern}; there are {[mail['To'] for mail in _read(instance)]}")


def _read(instance: Path) -> list[EmailMessage]:
    files = sorted((instance / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), policy=default) for path in files]


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
