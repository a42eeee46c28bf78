"""Which questionnaires were published."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from om_selfcheck.store.models import PublishedQuestionnaire


def list_published(session: Session) -> dict[tuple[str, str], str]:
    """Return the content hash of each (slug, version) ever published."""
    rows = session.execute(
        select(PublishedQuestionnaire.slug, PublishedQuestionnaire.version, PublishedQuestionnaire.content_hash)
    )
    return {(row.slug, row.version): row.content_hash for row in rows}


def add_published(session: Session, *, slug: str, version: str, content_hash: str, now: datetime) -> None:
    session.execute(
        insert(PublishedQuestionnaire).values(slug=slug, version=version, content_hash=content_hash, published_at=now)
    )
