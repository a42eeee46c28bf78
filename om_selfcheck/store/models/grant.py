"""Secret links and the sessions that hold them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant


class Grant(Base):
    """What a secret link may do with one assessment; only the hash of its token is kept.

    The owner's link is the company's key: it opens every round of the company. `scope` narrows a right down, such as
    to the actions that name a person.
    """

    __tablename__ = "grant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), index=True)
    right: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(200), default="")
    scope: Mapped[str] = mapped_column(String(200), default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (CheckConstraint("\"right\" IN ('owner', 'editor', 'reader', 'doer', 'calendar')", name="right"),)


class WebSession(Base):
    """A browser's session: the hash of its id and what it holds, as JSON.

    Links just made wait in `fresh_links` to be kept, until `clear_links_at`; then they are cleared.
    """

    __tablename__ = "session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[str] = mapped_column(Text)
    is_kept: Mapped[bool] = mapped_column(default=False)
    fresh_links: Mapped[str] = mapped_column(Text, default="")
    clear_links_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    used_at: Mapped[datetime] = mapped_column(Instant, index=True)
