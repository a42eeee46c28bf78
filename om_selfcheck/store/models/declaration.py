"""Issued declarations: frozen, one an assessment."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant

_EDITION = ("questionnaire_slug", "questionnaire_version")
_ENDED = ("withdrawn_on", "replaced_by_id")


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
    withdrawn_on: Mapped[date | None]
    withdrawal_reason: Mapped[str] = mapped_column(String(20), default="")
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("declaration.id"))
    name_hidden_at: Mapped[datetime | None] = mapped_column(Instant)

    # Each holds all that the register asks for: the snapshot makes the rows themselves long to walk.
    __table_args__ = (
        Index("ix_declaration_register", "issued_on", "id", *_EDITION, "network_id", *_ENDED),
        Index("ix_declaration_edition", *_EDITION, "issued_on", "id", "network_id", *_ENDED),
        Index("ix_declaration_network", "network_id", "issued_on", "id", *_EDITION, *_ENDED),
        Index(
            "ix_declaration_replaced",
            "issued_on",
            "id",
            *_EDITION,
            "network_id",
            *_ENDED,
            sqlite_where=text("replaced_by_id IS NOT NULL"),
            postgresql_where=text("replaced_by_id IS NOT NULL"),
        ),
        Index(
            "ix_declaration_withdrawn",
            "withdrawn_on",
            "id",
            sqlite_where=text("withdrawn_on IS NOT NULL"),
            postgresql_where=text("withdrawn_on IS NOT NULL"),
        ),
    )


class DeclarationWord(Base):
    """A word of a declaration's company name or place, as the register looks for it; ordered by its bytes."""

    __tablename__ = "declaration_word"

    word: Mapped[str] = mapped_column(
        String(80).with_variant(String(80, collation="C"), "postgresql"), primary_key=True
    )
    issued_on: Mapped[date] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index(None, "declaration_id", "word"),)


class Document(Base):
    """A rendered file of a declaration; the bytes stored first win. A correction makes a further edition."""

    __tablename__ = "document"

    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
