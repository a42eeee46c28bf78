"""What a mail says, decided at the moment it is sent: is it still wanted, which facts, which fresh link.

One module an occasion, each with a table `PREPARE` from kind to function; `join_tables` makes one of them. A function
returns the facts that the words need, or None where the mail is no longer wanted; links are minted here and only their
hashes stay.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Union
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


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


Facts = Union[Mapping[str, object], "DataclassInstance"]
Prepare = Callable[[Session, Claimed, datetime], Facts | None]


@cache
def join_tables() -> Mapping[MessageKind, Prepare]:
    """Return the tables of all modules in this folder as one; ValueError where two speak for the same kind."""
    joined: dict[MessageKind, Prepare] = {}
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        table: Mapping[MessageKind, Prepare] = import_module(found.name).PREPARE
        if twice := joined.keys() & table.keys():
            raise ValueError(f"{found.name} speaks for {', '.join(sorted(twice))}, which another module does already")
        joined |= table
    return joined
