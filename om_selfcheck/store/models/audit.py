"""Audits of issued declarations: samples, cases and what happened in them, withdrawals, reports and corrections."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant

_UNPOSTED = text("message_id IS NULL AND posted_on IS NULL")


class AuditSample(Base):
    """A random sample as it was drawn: the same frame, size and seed draw the same numbers again anywhere."""

    __tablename__ = "audit_sample"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    drawn_at: Mapped[datetime] = mapped_column(Instant)
    frame: Mapped[str] = mapped_column(Text)
    frame_on: Mapped[date]
    frame_size: Mapped[int]
    frame_hash: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))


class Audit(Base):
    """A case: one declaration, looked into by one person, read by a second; with whose its last step was, and when."""

    __tablename__ = "audit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    sample_id: Mapped[UUID | None] = mapped_column(ForeignKey("audit_sample.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    outcome: Mapped[str] = mapped_column(String(30), default="")
    auditor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    second_reader_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    deadline_on: Mapped[date | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_side: Mapped[str] = mapped_column(String(20), default="")
    last_step_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("declaration_id", "sample_id"),)


class AuditStep(Base):
    """What happened in a case, as company and staff both read it; only ever added to."""

    __tablename__ = "audit_step"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text, default="")
    deadline_on: Mapped[date | None]

    __table_args__ = (CheckConstraint("actor IN ('staff', 'company', 'system')", name="actor"),)


class Letter(Base):
    """What a company was written about a step: the mail it went by, if any, and the day it was posted; noted once."""

    __tablename__ = "letter"

    step_id: Mapped[UUID] = mapped_column(ForeignKey("audit_step.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    posted_on: Mapped[date | None]
    posted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    noted_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_letter_unposted", "step_id", sqlite_where=_UNPOSTED, postgresql_where=_UNPOSTED),)


class Finding(Base):
    """A version of an entry of the checklist with its note; the newest counts, and the others stay."""

    __tablename__ = "finding"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    edition: Mapped[int]
    answer: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("audit_id", "code", "edition"),)


class Opening(Base):
    """Which topics of its snapshot a company opened for a case (empty: all of it), and until when."""

    __tablename__ = "opening"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), index=True)
    topics: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Withdrawal(Base):
    """A withdrawal that one person proposed, what the company answered, and what a second person decided (D14)."""

    __tablename__ = "withdrawal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    audit_id: Mapped[UUID | None] = mapped_column(ForeignKey("audit.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    hearing_ends_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision: Mapped[str] = mapped_column(String(20), default="")

    __table_args__ = (CheckConstraint("decision IN ('', 'withdrawn', 'kept')", name="decision"),)


class ForeignReport(Base):
    """Somebody says that a declaration is not from the company it names (D15)."""

    __tablename__ = "foreign_report"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    reported_at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(254), default="")
    audit_id: Mapped[UUID | None] = mapped_column(ForeignKey("audit.id", ondelete="SET NULL"), index=True)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(20), default="")


class Correction(Base):
    """A correction of name, address or signatory after issue; `details` is JSON with the fields as they are now."""

    __tablename__ = "correction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    edition: Mapped[int]
    corrected_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(50))
    details: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("declaration_id", "edition"),)
