"""Who gets reminders, and ending them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Assessment, Company, Doer


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
