"""Who gets reminders, and ending them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Assessment, Company, Doer, Participation


class FoundRecipient(NamedTuple):
    company_name: str
    address: str
    reminder: str


def find_company(session: Session, company_id: UUID) -> FoundRecipient | None:
    statement = select(Company.name, Company.confirmed_email, Company.reminder).where(Company.id == company_id)
    row = session.execute(statement).first()
    return FoundRecipient(*row) if row else None


def find_doer(session: Session, doer_id: UUID) -> FoundRecipient | None:
    """Return somebody responsible for actions, with the name of the company whose plan says so."""
    statement = (
        select(Company.name, Doer.address, Company.reminder)
        .join_from(Doer, Assessment, Assessment.id == Doer.assessment_id)
        .join(Company, Company.id == Assessment.company_id)
        .where(Doer.id == doer_id)
    )
    row = session.execute(statement).first()
    return FoundRecipient(*row) if row else None


def set_reminder(session: Session, *, company_id: UUID, choice: str) -> None:
    session.execute(update(Company).where(Company.id == company_id).values(reminder=choice))


def forget_doer_address(session: Session, *, doer_id: UUID) -> None:
    session.execute(update(Doer).where(Doer.id == doer_id).values(address="", confirmed_at=None))


def may_be_nudged(session: Session, company_id: UUID) -> bool:
    """Say whether a company agreed to be reminded of a round that has stopped."""
    statement = _participations(company_id).where(Participation.may_be_nudged.is_(True))
    return session.execute(statement).first() is not None


def forbid_nudges(session: Session, *, company_id: UUID) -> None:
    rounds = Participation.assessment_id.in_(_participations(company_id))
    session.execute(update(Participation).where(rounds).values(may_be_nudged=False))


def _participations(company_id: UUID) -> Select[UUID]:
    joined = select(Participation.assessment_id).join(Assessment, Assessment.id == Participation.assessment_id)
    return joined.where(Assessment.company_id == company_id)
