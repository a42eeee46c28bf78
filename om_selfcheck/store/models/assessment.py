"""A company and its round: ratings and plan."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant


class Company(Base):
    """The firm as it writes itself; empty until it fills in the declaration.

    `email` is what somebody typed; mail goes to `confirmed_email` only, which is empty until its holder confirmed it.
    """

    __tablename__ = "company"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    city: Mapped[str] = mapped_column(String(200), default="")
    reminder: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    confirmed_email: Mapped[str] = mapped_column(String(254), default="", index=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    mails_resume_on: Mapped[date | None]
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class Assessment(Base):
    """One round, pinned to a questionnaire's version and content (P16), with the draft of its declaration."""

    __tablename__ = "assessment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    questionnaire_slug: Mapped[str] = mapped_column(String(40))
    questionnaire_version: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    started_at: Mapped[datetime] = mapped_column(Instant, index=True)
    last_opened_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    renews_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment.id", ondelete="SET NULL"), index=True)
    signatory_name: Mapped[str] = mapped_column(String(200), default="")
    signatory_function: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    confirmations: Mapped[str] = mapped_column(String(200), default="")
    has_signature_line: Mapped[bool] = mapped_column(default=False)


class Rating(Base):
    """The traffic light of one measure and a note; a note may stand before the light is chosen."""

    __tablename__ = "rating"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True)
    measure_ref: Mapped[str] = mapped_column(String(20), primary_key=True)
    need: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    rated_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (CheckConstraint("need IN ('', 'urgent', 'some', 'none')", name="need"),)


class Action(Base):
    """An entry of the action plan; empty strings and NULL dates are what is not filled in yet."""

    __tablename__ = "action"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    urgency: Mapped[str] = mapped_column(String(10), default="")
    responsible: Mapped[str] = mapped_column(String(200), default="")
    due_on: Mapped[date | None] = mapped_column(index=True)
    follow_up: Mapped[str] = mapped_column(Text, default="")
    follow_up_on: Mapped[date | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(20), default="open")
    taken_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("action.id", ondelete="SET NULL"), index=True)

    __table_args__ = (
        CheckConstraint("urgency IN ('', 'high', 'medium', 'low')", name="urgency"),
        CheckConstraint("state IN ('open', 'in_progress', 'done', 'dropped')", name="state"),
        Index(None, "assessment_id", "created_at"),
    )


class ActionMeasure(Base):
    """Which measures an action belongs to."""

    __tablename__ = "action_measure"

    action_id: Mapped[UUID] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), primary_key=True)
    measure_ref: Mapped[str] = mapped_column(String(20), primary_key=True)
