"""Looking a declaration's number up: what anybody is told, and which round stands behind it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.correction import CorrectedPart
from om_selfcheck.domain.declaration import DeclarationStatus, SelfDeclaration, WithdrawalReason
from om_selfcheck.domain.declaration_number import NotANumber, read_number
from om_selfcheck.services.corrections import list_corrections
from om_selfcheck.services.snapshots import find_intact, is_erased
from om_selfcheck.store.models import Declaration
from om_selfcheck.store.queries import corrections, declarations


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCorrection:
    """What anybody is told of a correction: of what, and the name that stood there before; no address, no person."""

    at: datetime
    parts: tuple[CorrectedPart, ...]
    former_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAnswer:
    """All that anybody with the number is told (D9); the name is hidden while *not from us* is looked into (D15)."""

    number: str
    status: DeclarationStatus
    company_name: str = ""
    slug: str = ""
    version: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    withdrawn_on: date | None = None
    withdrawal_reason: WithdrawalReason | None = None
    replaced_by: str = ""
    corrections: tuple[PublicCorrection, ...] = ()
    is_name_hidden: bool = False


def find_assessment_id(session: Session, *, number: str) -> UUID | None:
    """Return the round behind a number, written in any way a person types it."""
    try:
        row, _ = declarations.find_by_number(session, read_number(number))
    except NotANumber:
        return None
    return row.assessment_id if row else None


def find_public_answer(session: Session, *, typed: str, today: date) -> PublicAnswer:
    """Answer what anybody asks who has a number: one of five statuses, never an error."""
    try:
        number = read_number(typed)
    except NotANumber:
        return PublicAnswer(number="", status=DeclarationStatus.UNKNOWN)
    row, newer = declarations.find_by_number(session, number)
    if row is None:
        return PublicAnswer(number=number, status=DeclarationStatus.UNKNOWN)
    terms = to_terms(row, newer)
    return PublicAnswer(
        number=number,
        status=terms.status_on(today),
        company_name="" if row.name_hidden_at else row.company_name,
        slug=row.questionnaire_slug,
        version=row.questionnaire_version,
        issued_on=row.issued_on,
        valid_until=terms.valid_until,
        withdrawn_on=row.withdrawn_on,
        withdrawal_reason=WithdrawalReason(row.withdrawal_reason) if row.withdrawal_reason else None,
        replaced_by=newer.number if newer else "",
        corrections=_list_public_corrections(session, row),
        is_name_hidden=row.name_hidden_at is not None,
    )


def _list_public_corrections(session: Session, row: Declaration) -> tuple[PublicCorrection, ...]:
    """Return the corrections, the oldest first; where the name is hidden or erased, so are the ones before it.

    Where the snapshot does not match, the number answers all the same and leaves out what only the snapshot tells.
    """
    if is_erased(row) or not corrections.count_corrections(session, row.id):
        return ()
    shows_name, frozen = row.name_hidden_at is None, find_intact(row)
    return tuple(
        PublicCorrection(at=one.at, parts=one.parts, former_name=one.former_name if shows_name else "")
        for one in list_corrections(session, row, frozen.details if frozen else None)
    )


def to_terms(row: Declaration, newer: Declaration | None) -> SelfDeclaration:
    """Return the facts that a declaration's status is computed from; `newer` is the one that replaced it."""
    return SelfDeclaration(
        issued_on=row.issued_on,
        withdrawn_on=row.withdrawn_on,
        replaced_on=newer.issued_on if newer else None,
    )
