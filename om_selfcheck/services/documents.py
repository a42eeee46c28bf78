"""The files of a declaration: one stored file a kind and language, whose first bytes win (P3)."""

import hashlib
import re
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.queries import declarations

DECLARATION = "declaration"
_HASH = re.compile(r"[0-9a-f]{64}")


def find_file(session: Session, *, actor: Actor, kind: str, language: str) -> bytes | None:
    """Return the stored bytes of a document of the actor's declaration, or None before they were made."""
    return declarations.find_file(session, declaration_id=_declaration_id(session, actor), kind=kind, language=language)


def keep_file(session: Session, *, actor: Actor, kind: str, language: str, content: bytes) -> bytes:
    """Store a rendered document if none is there yet, and return the bytes that are stored."""
    declaration_id = _declaration_id(session, actor)
    declarations.add_file_if_absent(
        session,
        declaration_id=declaration_id,
        kind=kind,
        language=language,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )
    stored = declarations.find_file(session, declaration_id=declaration_id, kind=kind, language=language)
    return stored if stored is not None else content


def find_number_by_file(session: Session, *, sha256: str) -> str | None:
    """Return the number of the declaration whose PDF has this hash, to the last byte; None for any other file."""
    if not _HASH.fullmatch(sha256.lower()):
        return None
    return declarations.find_number_by_file(session, sha256=sha256.lower(), kind=DECLARATION)


def _declaration_id(session: Session, actor: Actor) -> UUID:
    actor.require(Task.READ)
    row = declarations.find_by_assessment(session, actor.assessment_id)
    if row is None:
        raise NotFound
    return row.id
