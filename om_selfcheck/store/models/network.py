"""Networks, their invitation links and contacts, and what companies let them see."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base, Instant


class Network(Base):
    """A regional network or a specialist group; `area` is its region or theme."""

    __tablename__ = "network"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(200), default="")
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(50), default="")
    greeting: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(2), default="de")
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (CheckConstraint("kind IN ('regional', 'specialist_group')", name="kind"),)


class InvitationLink(Base):
    """A reusable link to begin a check; its token is kept readable, for it opens nothing but a start."""

    __tablename__ = "invitation_link"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(200))
    questionnaire_slug: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    token: Mapped[str] = mapped_column(String(20), unique=True)
    expires_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class Participation(Base):
    """The network that a round counts for, since when, and what its company agreed to."""

    __tablename__ = "participation"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation_link.id", ondelete="SET NULL"), index=True)
    joined_at: Mapped[datetime] = mapped_column(Instant)
    is_counted: Mapped[bool] = mapped_column(default=False)
    may_be_nudged: Mapped[bool] = mapped_column(default=False)


class Release(Base):
    """What a company lets a network see of a round, from when to when (D9); at most one is running."""

    __tablename__ = "release"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), index=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    level: Mapped[str] = mapped_column(String(10))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("level IN ('status', 'topics', 'plan')", name="level"),
        Index(
            "ix_release_running",
            "assessment_id",
            "network_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class HelpContact(Base):
    """An organisation that helps in the region; `confirmed_on` is when somebody last saw that it is still right."""

    __tablename__ = "help_contact"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    organisation: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(30))
    offer: Mapped[str] = mapped_column(String(300))
    phone: Mapped[str] = mapped_column(String(50), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    page: Mapped[str] = mapped_column(String(300), default="")
    confirmed_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(Instant)


class HelpTopic(Base):
    """Which topics of which check a contact helps with."""

    __tablename__ = "help_topic"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("help_contact.id", ondelete="CASCADE"), primary_key=True)
    questionnaire_slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    topic_ref: Mapped[str] = mapped_column(String(10), primary_key=True)


class Nudge(Base):
    """A reminder to those who have stopped, sent without anybody seeing to whom; `queued_at` is when its mails were."""

    __tablename__ = "nudge"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    queued_at: Mapped[datetime | None] = mapped_column(Instant)


class PublishedFigures(Base):
    """Figures of a closed period as they were published, JSON; never computed a second time."""

    __tablename__ = "published_figures"

    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), primary_key=True)
    period_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Instant)
