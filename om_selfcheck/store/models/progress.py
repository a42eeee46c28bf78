"""What becomes of the planned actions: history, later ratings, and who is responsible for what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant


class ActionProgress(Base):
    """One step in the history of an action: the state it took, whether it helped, and by whose hand."""

    __tablename__ = "action_progress"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action_id: Mapped[UUID] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(20))
    effect: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (CheckConstraint("state IN ('open', 'in_progress', 'done', 'dropped')", name="state"),)


class LaterRating(Base):
    """The colour a measure got after the declaration; the frozen one stays as it is (D7)."""

    __tablename__ = "later_rating"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), index=True)
    measure_ref: Mapped[str] = mapped_column(String(20))
    need: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Instant)
    action_id: Mapped[UUID | None] = mapped_column(ForeignKey("action.id", ondelete="SET NULL"), index=True)

    __table_args__ = (CheckConstraint("need IN ('urgent', 'some', 'none')", name="need"),)


class Doer(Base):
    """Somebody the plan names as responsible, with a link of their own and perhaps an address to be reminded at."""

    __tablename__ = "doer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    grant_id: Mapped[UUID | None] = mapped_column(ForeignKey("grant.id", ondelete="SET NULL"), index=True)
    address: Mapped[str] = mapped_column(String(254), default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("assessment_id", "name"),)
