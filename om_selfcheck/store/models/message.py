"""The mail ledger, addresses that wait to be confirmed, and counters against guessing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant

HAS_ADDRESS = text("address <> ''")  # word for word in a query, or no database takes the index


class Message(Base):
    """A mail to one address, at most one for kind, subject and stage (P6). It holds no token: each sending mints one.

    `facts` is JSON with what the words need and no other table says; `lease` is the claim of the sender at work.
    """

    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(80))
    stage: Mapped[str] = mapped_column(String(40), default="")
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    assessment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    facts: Mapped[str] = mapped_column(Text, default="{}")
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[str] = mapped_column(String(20), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    lease: Mapped[UUID | None]
    lease_ends_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (
        UniqueConstraint("kind", "subject", "stage"),
        Index(None, "state", "next_try_at"),
        Index("ix_message_with_address", "state", "created_at", sqlite_where=HAS_ADDRESS, postgresql_where=HAS_ADDRESS),
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'undeliverable', 'cancelled')", name="state"),
    )


class AddressClaim(Base):
    """An address that somebody typed for a company and that its holder has not confirmed yet; one a company."""

    __tablename__ = "address_claim"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), unique=True)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    code_expires_at: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class Throttle(Base):
    """How often something was tried in a window of time; `key` is hashed where it holds a person's data."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    window_starts_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    count: Mapped[int]
