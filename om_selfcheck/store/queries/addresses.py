"""A company's address: the one confirmed, the one that waits, and who confirmed which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.store.models import AddressClaim, Assessment, Company, Message
from om_selfcheck.store.queries.turns import hold_company

_FRESH = {"populate_existing": True}


def get_company(session: Session, company_id: UUID) -> Company:
    return session.scalars(select(Company).where(Company.id == company_id)).one()


def lock_company(session: Session, company_id: UUID) -> Company:
    """Return a company as it is now and hold its row, so that changes of its address take turns."""
    hold_company(session, company_id)
    return session.scalars(select(Company).where(Company.id == company_id).execution_options(**_FRESH)).one()


def find_claim(session: Session, company_id: UUID) -> AddressClaim | None:
    found = select(AddressClaim).where(AddressClaim.company_id == company_id).execution_options(**_FRESH)
    return session.scalar(found)


def find_claim_by_token(session: Session, token_hash: str) -> AddressClaim | None:
    found = select(AddressClaim).where(AddressClaim.token_hash == token_hash).execution_options(**_FRESH)
    return session.scalar(found)


def lock_claim(session: Session, claim_id: UUID) -> AddressClaim | None:
    """Return a claim and hold its row; None where another has taken its place."""
    held = select(AddressClaim).where(AddressClaim.id == claim_id).with_for_update().execution_options(**_FRESH)
    return session.scalar(held)


def replace_claim(session: Session, *, company_id: UUID, **columns: Any) -> None:  # noqa: ANN401 - the table's columns
    """Let a new claim take the place of a company's old one."""
    delete_claim(session, company_id)
    session.add(AddressClaim(company_id=company_id, **columns))
    session.flush()


def delete_claim(session: Session, company_id: UUID) -> None:
    session.execute(delete(AddressClaim).where(AddressClaim.company_id == company_id))


def count_code_try(session: Session, company_id: UUID) -> AddressClaim | None:
    """Count one try of a code and return the claim with it; the database adds, so that no parallel try is lost."""
    counted = (
        update(AddressClaim)
        .where(AddressClaim.company_id == company_id)
        .values(tries=AddressClaim.tries + 1)
        .returning(AddressClaim)
        .execution_options(**_FRESH)
    )
    return session.scalars(counted).one_or_none()


def find_facts(session: Session, *, kind: MessageKind, subject: str) -> str | None:
    """Return the facts that a mail was queued with."""
    return session.scalar(select(Message.facts).where(Message.kind == kind.value, Message.subject == subject))


def find_newest_state(session: Session, *, company_id: UUID, address: str) -> str | None:
    """Return whether the newest mail to an address of a company arrived, as far as that is settled."""
    is_settled = Message.state.in_((MessageState.SENT.value, MessageState.UNDELIVERABLE.value))
    found = (
        select(Message.state)
        .where(Message.company_id == company_id, Message.address == address, is_settled)
        .order_by(Message.created_at.desc())
        .limit(1)
    )
    return session.scalar(found)


def get_round(session: Session, assessment_id: UUID) -> Row[str, datetime, str]:
    """Return (name of the company, start, language) of a round."""
    found = (
        select(Company.name, Assessment.started_at, Assessment.language)
        .join(Assessment, Assessment.company_id == Company.id)
        .where(Assessment.id == assessment_id)
    )
    return session.execute(found).one()


def list_rounds_of(session: Session, address: str) -> Sequence[Row[UUID, str, UUID, datetime]]:
    """Return (company, its name, round, its start) for all rounds of those that confirmed an address, oldest first."""
    found = (
        select(Company.id, Company.name, Assessment.id, Assessment.started_at)
        .join(Assessment, Assessment.company_id == Company.id)
        .where(Company.confirmed_email == address)
        .order_by(Assessment.started_at, Assessment.id)
    )
    return session.execute(found).all()


def delete_unknown_requests(session: Session, *, before: datetime) -> None:
    """Forget the addresses that somebody asked a lost link for and that nobody ever confirmed."""
    is_unknown = (Message.kind == MessageKind.LOST_LINK.value) & (Message.state == MessageState.CANCELLED.value)
    session.execute(delete(Message).where(is_unknown, Message.created_at < before))
