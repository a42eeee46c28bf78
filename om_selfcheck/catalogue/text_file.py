"""From the bytes of a file to text that is safe to parse."""

import codecs
import re
from pathlib import Path

from om_selfcheck.catalogue.complaints import NotReadable, Remark

MAX_BYTES = 2 * 1024 * 1024

_UNWANTED = re.compile(
    "\r(?!\n)|[^\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def read_text(path: Path) -> str:
    """Return the text of a file, or raise NotReadable."""
    content = _read_bytes(path)
    if content.startswith(codecs.BOM_UTF8):
        raise NotReadable(Remark(1, "begins with a byte order mark; save it as UTF-8 without one"))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotReadable(Remark(line, "is not UTF-8; save it in that encoding")) from error
    _refuse_unwanted(text)
    return text


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotReadable(Remark(1, f"cannot be read: {error.strerror}")) from error
    if len(content) > MAX_BYTES:
        raise NotReadable(Remark(1, f"is too large: more than {MAX_BYTES // 1024} KiB"))
    return content


def _refuse_unwanted(text: str) -> None:
    """Refuse what a text editor hides: tabs, control characters, line ends that editors count differently."""
    remarks = [
        Remark(number, _name_unwanted(found.group()))
        for number, line in enumerate(text.split("\n"), start=1)
        if (found := _UNWANTED.search(line + "\n"))
    ]
    if remarks:
        raise NotReadable(*remarks)


def _name_unwanted(sign: str) -> str:
    return "contains a tab; use blanks" if sign == "\t" else f"contains the control character U+{ord(sign):04X}"
