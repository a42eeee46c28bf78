"""Issued declarations: frozen, one an assessment."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant


class Declaration(Base):
    """The snapshot and the few facts its status is computed from (D8)."""

    __tablename__ = "declaration"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"), unique=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    company_name: Mapped[str] = mapped_column(String(200))
    city: Mapped[str] = mapped_column(String(200), default="")
    network_id: Mapped[UUID | None] = mapped_column(ForeignKey("network.id", ondelete="SET NULL"))
    questionnaire_slug: Mapped[str] = mapped_column(String(40))
    questionnaire_version: Mapped[str] = mapped_column(String(20))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime] = mapped_column(Instant)
    snapshot: Mapped[str] = mapped_column(Text)
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    withdrawn_on: Mapped[date | None] = mapped_column(index=True)
    withdrawal_reason: Mapped[str] = mapped_column(String(20), default="")
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("declaration.id"))
    name_hidden_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index(None, "issued_on", "id"),
        Index(None, "questionnaire_slug", "issued_on"),
        Index(None, "network_id", "issued_on"),
    )


class DeclarationWord(Base):
    """A word of a declaration's company name or place, as the register looks for it; ordered by day."""

    __tablename__ = "declaration_word"

    word: Mapped[str] = mapped_column(String(80), primary_key=True)
    issued_on: Mapped[date] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(
        ForeignKey("declaration.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Document(Base):
    """A rendered file of a declaration; the bytes stored first win. A correction makes a further edition."""

    __tablename__ = "document"

    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
