"""A checkpoint: what the record was at one time, signed, and kept where nobody can bend it together with the record.

The chain alone shows every change but two: rows cut off its end together with the head, and a rewrite of everything
from some row on. Both contradict a checkpoint that lies where whoever bends the database cannot reach it (P13).
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime

from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.record import canonical_json

FORMAT = "om-selbstcheck-record-1"  # also keeps a signature from being taken for one of something else
UNREADABLE = "it is not written as a checkpoint is"
_HASH = re.compile(r"[0-9a-f]{64}")


class NoCheckpoint(DomainError):
    """A file is no checkpoint of ours, or its signature does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The record went up to number `seq` with this hash, in `count` rows; `key` and `signature` are base64."""

    seq: int
    hash: str
    at: datetime
    count: int
    key: str
    signature: str = ""


def text_to_sign(checkpoint: Checkpoint) -> bytes:
    """Return the bytes that are signed: all fields but the signature as canonical JSON."""
    return canonical_json({name: value for name, value in _fields(checkpoint).items() if name != "signature"}).encode()


def write_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the text of the file."""
    return json.dumps(_fields(checkpoint), indent=2) + "\n"


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a file back; NoCheckpoint where anything is missing, strange or too much."""
    try:
        fields = json.loads(text)
        at = datetime.fromisoformat(fields["at"])
        found = Checkpoint(**{name: fields[name] for name in Checkpoint.__slots__} | {"at": at})
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NoCheckpoint(UNREADABLE) from error
    if not (_fields(found) == fields and _is_sound(found)):
        raise NoCheckpoint(UNREADABLE)
    return found


def _is_sound(found: Checkpoint) -> bool:
    texts = (found.hash, found.key, found.signature)
    return (
        all(isinstance(text, str) for text in texts)
        and bool(_HASH.fullmatch(found.hash))
        and type(found.seq) is type(found.count) is int
        and 0 <= found.count <= found.seq
        and found.at.tzinfo is not None
    )


def _fields(checkpoint: Checkpoint) -> dict[str, object]:
    return {"format": FORMAT} | asdict(checkpoint) | {"at": checkpoint.at.isoformat()}
