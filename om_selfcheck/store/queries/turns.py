"""Whose turn it is: the rows that writers hold until they commit, always in one order (P2, P5).

1. Rounds (`Assessment`), several of them by their ids.
2. Declarations, likewise; whoever holds one holds its round. Cases, findings, openings and reports hang below,
   and so does what networks know of a round (`CountedRound`, `Release`): all of it comes before the head of the record.
3. The company's own row.
4. The head of the record, with which an act ends.

Whoever needs several rows of a kind takes all of them at once, before anything of the next kind; so nobody waits in a
circle. A round that is issued holds the declaration it replaces, not that one's round. What is passed over where
somebody else has it (`skip_locked`) does not wait and stands outside the order; so do accounts and links, which nobody
takes after one of the four, and networks, which a release only keeps from being closed.
A company's row is held without its key: rows that point at it can be added meanwhile. An erasure holds it with its key,
so that nothing new begins.

Below are the statements that only hold. One that reads a single row and holds it stands with the other readings of
that row, as an account's, a claim's, a doer's, a network's or the head's; it keeps to the order as well.

On SQLite a writer holds everything from its first word on, and the statements below find nothing to wait for.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from om_selfcheck.store.models import Assessment, Company, Declaration

LEAVES_KEY = True
_ROUND = select(Assessment.id).where(Assessment.id == bindparam("assessment_id"))
_HOLD_ROUND, _TAKE_ROUND = _ROUND.with_for_update(), _ROUND.with_for_update(skip_locked=True)


def hold_round(session: Session, assessment_id: UUID) -> None:
    """Hold one round, with which most writing begins; so on SQLite the question is not even asked."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(_HOLD_ROUND, {"assessment_id": assessment_id})


def take_round_if_free(session: Session, assessment_id: UUID) -> bool:
    """Hold one round where nobody else does; False where somebody is just writing to it."""
    return session.execute(_TAKE_ROUND, {"assessment_id": assessment_id}).first() is not None


def hold_rounds_beside(session: Session, assessment_id: UUID) -> None:
    """Hold all rounds of the company that a round belongs to."""
    own = select(Assessment.company_id).where(Assessment.id == assessment_id).scalar_subquery()
    _hold(session, Assessment, Assessment.company_id == own)


def hold_declarations(session: Session, declaration_ids: Collection[UUID]) -> None:
    """Hold declarations and the rounds they came from."""
    rounds = select(Declaration.assessment_id).where(Declaration.id.in_(declaration_ids))
    _hold(session, Assessment, Assessment.id.in_(rounds))
    _hold(session, Declaration, Declaration.id.in_(declaration_ids))


def hold_company(session: Session, company_id: UUID) -> None:
    """Hold a company's row, which all its rounds share."""
    session.execute(select(Company.id).where(Company.id == company_id).with_for_update(key_share=LEAVES_KEY))


def hold_all(session: Session, company_id: UUID) -> None:
    """Hold everything of a company: nothing unfinished slips in after this, and nothing new begins."""
    _hold(session, Assessment, Assessment.company_id == company_id)
    _hold(session, Declaration, Declaration.company_id == company_id)
    _hold(session, Company, Company.id == company_id)


def _hold(session: Session, model: type[Assessment | Declaration | Company], condition: ColumnElement[bool]) -> None:
    session.execute(select(model.id).where(condition).order_by(model.id).with_for_update())
