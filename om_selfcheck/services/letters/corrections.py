"""The mail that tells a company that its declaration was corrected, by whom and in what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from om_selfcheck.domain.correction import CorrectedPart
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.corrections import list_corrections
from om_selfcheck.services.letters import Claimed, Prepare
from om_selfcheck.services.snapshots import find_intact, is_erased
from om_selfcheck.store.queries import declarations


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedDeclaration:
    """Which declaration, when, what of it, and whether the coordinating office did it."""

    number: str
    company_name: str
    corrected_at: datetime
    parts: tuple[CorrectedPart, ...]
    is_by_office: bool
    note: str


def prepare_correction(session: Session, claimed: Claimed, _now: datetime) -> CorrectedDeclaration | None:
    """Tell of the very edition that the mail was queued for; None once the company was erased."""
    row, _ = declarations.find_by_number(session, claimed.subject.removeprefix("declaration:"))
    if row is None or is_erased(row):
        return None
    frozen = find_intact(row)
    for one in list_corrections(session, row, frozen.details if frozen else None):
        if str(one.edition) == claimed.stage:
            return CorrectedDeclaration(
                number=row.number,
                company_name=one.after.company_name,
                corrected_at=one.at,
                parts=one.parts,
                is_by_office=one.is_by_office,
                note=one.note,
            )
    return None


PREPARE: dict[MessageKind, Prepare] = {MessageKind.DECLARATION_CORRECTED: prepare_correction}
