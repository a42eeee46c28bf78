"""One declaration as staff see it: what was declared and what became of it, never ratings or plan (D9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.correction import Correction
from om_selfcheck.domain.declaration import DeclarationDetails, DeclarationStatus, SelfDeclaration, WithdrawalReason
from om_selfcheck.domain.declaration_number import NotANumber, read_number
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.message import MessageKind, Problem
from om_selfcheck.services.corrections import list_corrections
from om_selfcheck.services.numbers import to_terms
from om_selfcheck.services.record import ListedEvent, list_timeline
from om_selfcheck.services.snapshots import find_intact, is_erased
from om_selfcheck.store.models import Declaration
from om_selfcheck.store.queries import declarations, entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What staff may read of the snapshot, as it stands after all corrections."""

    details: DeclarationDetails
    language: str
    corrections: tuple[Correction, ...]
    measures: int
    complete_actions: int
    content_hash: str
    previous_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMail:
    """A mail that did not arrive, without the address."""

    kind: MessageKind
    created_at: datetime
    problem: Problem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAudit:
    """An audit of the declaration, as far as the register shows it."""

    audit_id: UUID
    state: AuditState
    created_at: datetime
    deadline_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was made of the declaration."""

    kind: str
    language: str
    edition: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A declaration in the register.

    `declared` is None once its company was erased, or where the snapshot is not the one that was declared.
    """

    number: str
    company_name: str
    slug: str
    version: str
    network_name: str
    terms: SelfDeclaration
    status: DeclarationStatus
    withdrawal_reason: WithdrawalReason | None
    issued_at: datetime
    replaced_by: str
    snapshot_hash: str
    is_name_hidden: bool
    is_erased: bool
    declared: Declared | None
    files: Sequence[File]
    failed_mails: Sequence[FailedMail]
    audits: Sequence[EntryAudit]
    timeline: Sequence[ListedEvent]


def get_entry(session: Session, *, number: str, today: date) -> Entry:
    """Return a declaration by its number, however it was typed; NotFound where there is none."""
    row, newer = _find(session, number)
    if row is None:
        raise NotFound
    terms = to_terms(row, newer)
    return Entry(
        number=row.number,
        company_name=row.company_name,
        slug=row.questionnaire_slug,
        version=row.questionnaire_version,
        network_name=entries.find_network_name(session, row.network_id) if row.network_id else "",
        terms=terms,
        status=terms.status_on(today),
        withdrawal_reason=WithdrawalReason(row.withdrawal_reason) if row.withdrawal_reason else None,
        issued_at=row.issued_at,
        replaced_by=newer.number if newer else "",
        snapshot_hash=row.snapshot_hash,
        is_name_hidden=row.name_hidden_at is not None,
        is_erased=is_erased(row),
        declared=_read_declared(session, row),
        files=[File(**one) for one in entries.list_files(session, row.id)],
        failed_mails=[
            FailedMail(
                kind=MessageKind(mail["kind"]),
                created_at=mail["created_at"],
                problem=Problem(mail["problem"]) if mail["problem"] else None,
            )
            for mail in entries.list_undeliverable(session, company_id=row.company_id)
        ],
        audits=[
            EntryAudit(
                audit_id=one["id"],
                state=AuditState(one["state"]),
                created_at=one["created_at"],
                deadline_on=one["deadline_on"],
            )
            for one in entries.list_audits(session, row.id)
        ],
        timeline=list_timeline(session, f"declaration:{row.number}"),
    )


def _find(session: Session, number: str) -> tuple[Declaration | None, Declaration | None]:
    try:
        return declarations.find_by_number(session, read_number(number))
    except NotANumber:
        return None, None


def _read_declared(session: Session, row: Declaration) -> Declared | None:
    snapshot = find_intact(row)
    if snapshot is None:
        return None
    corrections = list_corrections(session, row, snapshot.details)
    return Declared(
        details=corrections[-1].after if corrections else snapshot.details,
        corrections=corrections,
        language=snapshot.language,
        measures=snapshot.measures,
        complete_actions=snapshot.complete_actions,
        content_hash=snapshot.content_hash,
        previous_number=snapshot.previous.number if snapshot.previous else "",
    )
