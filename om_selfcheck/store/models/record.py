"""The append-only record: rows chained by hashes, payloads beside them so that they can be erased (P13, P18)."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant


class EventRow(Base):
    __tablename__ = "event"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(50), index=True)
    verb: Mapped[str] = mapped_column(String(50), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    payload_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class EventPayload(Base):
    __tablename__ = "event_payload"

    seq: Mapped[int] = mapped_column(ForeignKey("event.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)


class RecordHead(Base):
    """The one row that appending locks, so that the chain never forks."""

    __tablename__ = "record_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
