"""What the public pages show."""

from pathlib import Path
from uuid import UUID

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.text import clean_text
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import SOURCE_LANGUAGE, current_language
from om_selfcheck.services import grants
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.sessions import held_grants
from om_selfcheck.web.surroundings import settings

LEGAL_FOLDER = "legal"


def opened_here() -> list[Actor]:
    """List the newest round of each link that this browser holds, so that its people find back; the newest first.

    Where one link opens the whole round and another only actions of it, the mightier counts.
    """
    now = clock.now()
    found = (grants.find_newest_actor(db.session, grant_id=grant_id, now=now) for grant_id in held_grants())
    opened: dict[UUID, Actor] = {}
    for actor in found:
        if actor and (actor.may(Task.READ) or actor.assessment_id not in opened):
            opened[actor.assessment_id] = actor
    return sorted(opened.values(), key=lambda actor: actor.started_at, reverse=True)


def operator_text(name: str, language: str = "") -> list[str]:
    """Return the paragraphs of a text that the operator put into the instance folder; none where there is none."""
    folder = settings().instance_dir / LEGAL_FOLDER
    for wanted in (language or current_language(), SOURCE_LANGUAGE):
        path = folder / f"{name}.{wanted}.txt"
        if path.is_file():
            return _paragraphs(path)
    return []


def _paragraphs(path: Path) -> list[str]:
    blocks = clean_text(path.read_text(encoding="utf-8", errors="replace")).split("\n\n")
    return [block.strip() for block in blocks if block.strip()]
