"""What a mail says, decided at the moment it is sent: is it still wanted, which facts, which fresh link.

One module an occasion, each with a table `PREPARE` from kind to function. A function returns the facts that the words
need, or None where the mail is no longer wanted; links are minted here and only their hashes stay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that one sender has claimed."""

    id: UUID
    kind: MessageKind
    subject: str
    stage: str
    company_id: UUID | None
    assessment_id: UUID | None
    address: str
    language: str
    facts: Mapping[str, str]
    message_id: str


Facts = Mapping[str, object]
Prepare = Callable[[Session, Claimed, datetime], Facts | None]
