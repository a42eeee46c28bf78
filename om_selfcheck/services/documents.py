"""The files of a declaration: one stored file a kind and language, whose first bytes win (P3)."""

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.snapshots import is_erased
from om_selfcheck.store.queries import audits, corrections, declarations

DECLARATION = "declaration"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that was made here of the declaration with this number; an older one was corrected since."""

    number: str
    is_newest: bool


def find_file(session: Session, *, actor: Actor, kind: str, language: str) -> bytes | None:
    """Return the stored bytes of the newest edition of a document, or None before they were made."""
    declaration_id = _declaration_id(session, actor)
    edition = corrections.count_corrections(session, declaration_id)
    return declarations.find_file(session, declaration_id=declaration_id, kind=kind, language=language, edition=edition)


def keep_file(session: Session, *, actor: Actor, kind: str, language: str, edition: int, content: bytes) -> bytes:
    """Store a rendered document if none of its edition is there yet, and return the bytes that are stored.

    The edition is the one that was rendered; meanwhile there may be a newer, whose bytes these are not.

    Raises:
        NotFound: the company was erased while the document was made.
    """
    declaration_id = _declaration_id(session, actor)
    held = audits.lock_declaration(session, declaration_id)
    if held is None or is_erased(held):
        raise NotFound
    declarations.add_file_if_absent(
        session,
        declaration_id=declaration_id,
        kind=kind,
        language=language,
        edition=edition,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )
    stored = declarations.find_file(
        session, declaration_id=declaration_id, kind=kind, language=language, edition=edition
    )
    return stored if stored is not None else content


def find_copy(session: Session, *, sha256: str) -> Copy | None:
    """Return whose PDF has this hash, to the last byte; None for any other file."""
    if not _HASH.fullmatch(sha256.lower()):
        return None
    found = declarations.find_by_file(session, sha256=sha256.lower(), kind=DECLARATION)
    if found is None:
        return None
    declaration_id, number, edition = found
    return Copy(number, is_newest=edition == corrections.count_corrections(session, declaration_id))


def _declaration_id(session: Session, actor: Actor) -> UUID:
    actor.require(Task.READ)
    row = declarations.find_by_assessment(session, actor.assessment_id)
    if row is None:
        raise NotFound
    return row.id
