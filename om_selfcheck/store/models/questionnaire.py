"""Which questionnaires were published, and with which content."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant


class PublishedQuestionnaire(Base):
    """A version seen for the first time; its content must not change any more (P16)."""

    __tablename__ = "questionnaire"

    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(Instant)
