"""What is wrong with a questionnaire file, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

SHOWN_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend; `ref` is the measure, checkpoint or topic concerned, or empty."""

    file: str
    line: int
    ref: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where} ({self.ref}): {self.message}" if self.ref else f"{where}: {self.message}"


class CatalogueError(Exception):
    """The files cannot be used; `complaints` names everything that was found."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__(self.complaints)

    def __str__(self) -> str:
        return "\n".join(str(complaint) for complaint in self.complaints)


class Remark(NamedTuple):
    """A complaint as long as it does not matter in which file."""

    line: int
    message: str
    ref: str = ""


class NotReadable(Exception):
    """The file is no YAML that could be looked into."""

    def __init__(self, *remarks: Remark) -> None:
        self.remarks = remarks
        super().__init__(*remarks)


def show(text: str) -> str:
    r"""Return a text from a file so that it can be printed: quoted, short, without control characters.

    >>> show("a\x1bb")
    '"a\\u001bb"'
    """
    short = text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"
    printable = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in short)
    return f'"{printable}"'
