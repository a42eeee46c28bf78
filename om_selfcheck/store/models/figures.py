"""What is counted for networks: stages that stay counted, pools of ended links, who was counted when."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from om_selfcheck.store.base import Base


class CountedRound(Base):
    """How far a round got that takes part in a network; each day is the Monday of the week in which it got there.

    The row outlives the round: once the company has left or was erased it counts on, and names neither any more.
    """

    __tablename__ = "counted_round"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation_link.id", ondelete="SET NULL"), index=True)
    assessment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment.id", ondelete="SET NULL"), unique=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id", ondelete="SET NULL"), index=True)
    started_on: Mapped[date]
    half_rated_on: Mapped[date | None]
    all_rated_on: Mapped[date | None]
    plan_complete_on: Mapped[date | None]
    declared_on: Mapped[date | None]
    renewed_on: Mapped[date | None]


class PooledLink(Base):
    """An ended link whose companies are counted together with those of the other links of its pool, for good."""

    __tablename__ = "pooled_link"

    link_id: Mapped[UUID] = mapped_column(ForeignKey("invitation_link.id", ondelete="CASCADE"), primary_key=True)
    pool_id: Mapped[UUID]


class CountedCompany(Base):
    """When a company was last counted with its answers, or with its actions, for a check."""

    __tablename__ = "counted_company"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), primary_key=True)
    questionnaire_slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    counted_on: Mapped[date]
