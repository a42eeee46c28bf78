"""The self-declaration: issuing it once, and reading what was issued."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.completeness import Completeness
from om_selfcheck.domain.correction import Correction
from om_selfcheck.domain.declaration import CONDITIONS_VERSION, DeclarationDetails, SelfDeclaration
from om_selfcheck.domain.declaration_number import RANDOM_BITS, make_number
from om_selfcheck.domain.errors import DomainError, NotFound
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.register import register_words
from om_selfcheck.domain.snapshot import Snapshot, hash_content, hash_snapshot, write_snapshot
from om_selfcheck.services.corrections import list_corrections
from om_selfcheck.services.drafts import Standing, get_standing
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.last_rounds import Replaced, find_replaced
from om_selfcheck.services.numbers import to_terms
from om_selfcheck.services.record import append_event
from om_selfcheck.services.snapshots import read_intact
from om_selfcheck.services.stages import note_renewal, note_stages
from om_selfcheck.store.models import Declaration
from om_selfcheck.store.queries import declarations, renewals


class NotComplete(DomainError):
    """The criteria are not met; `completeness` names every gap."""

    def __init__(self, completeness: Completeness) -> None:
        super().__init__(", ".join(completeness.unmet))
        self.completeness = completeness


class PreviewChanged(DomainError):
    """What would be frozen is not what was shown; nothing was issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedDeclaration:
    """A declaration with its frozen snapshot and what was corrected since, for the company itself."""

    number: str
    snapshot: Snapshot
    snapshot_hash: str
    terms: SelfDeclaration
    issued_at: datetime
    corrections: tuple[Correction, ...] = ()

    @property
    def details(self) -> DeclarationDetails:
        """Who declared, as it stands now."""
        return self.corrections[-1].after if self.corrections else self.snapshot.details

    @property
    def edition(self) -> int:
        return len(self.corrections)


def hash_preview(
    session: Session, *, actor: Actor, questionnaire: Questionnaire, standing: Standing, today: date
) -> str:
    """Name what a declaration issued now would freeze, for whoever shows it; issuing asks for it again."""
    replaced = find_replaced(session, actor=actor, today=today, is_locking=False)
    return hash_content(_freeze(standing, replaced, actor=actor, questionnaire=questionnaire, today=today))


def issue_declaration(
    session: Session, *, actor: Actor, questionnaire: Questionnaire, shown: str, now: datetime, today: date
) -> str:
    """Issue the declaration of a round and return its number; asked again it returns the same number (P3).

    `shown` is what `hash_preview` named: nobody declares what they never saw (P2, P16). The declaration of the round
    that this one renews is replaced with it (D8).

    Raises:
        NotComplete: a criterion is not met; every gap is named (R01 to R11).
        PreviewChanged: something of it was changed since it was shown.
    """
    actor.require(Task.DECLARE)
    existing = declarations.find_by_assessment(session, actor.assessment_id)
    if existing is not None:
        return existing.number
    standing = get_standing(session, actor=actor, questionnaire=questionnaire)
    if not standing.completeness.is_met:
        raise NotComplete(standing.completeness)
    replaced = find_replaced(session, actor=actor, today=today, is_locking=True)
    snapshot = _freeze(standing, replaced, actor=actor, questionnaire=questionnaire, today=today)
    if hash_content(snapshot) != shown:
        raise PreviewChanged
    text, declaration_id = write_snapshot(snapshot), uuid4()
    declarations.add_declaration(
        session,
        id=declaration_id,
        assessment_id=actor.assessment_id,
        company_id=actor.company_id,
        number=snapshot.number,
        company_name=snapshot.details.company_name,
        city=snapshot.details.city,
        network_id=declarations.find_network_id(session, actor.assessment_id),
        questionnaire_slug=questionnaire.slug,
        questionnaire_version=questionnaire.version,
        issued_on=today,
        issued_at=now,
        snapshot=text,
        snapshot_hash=hash_snapshot(text),
    )
    words = register_words(snapshot.details.company_name, snapshot.details.city)
    declarations.add_words(session, declaration_id=declaration_id, issued_on=today, words=words)
    note_stages(session, assessment_id=actor.assessment_id, measures=questionnaire.size, now=now)
    note_renewal(session, assessment_id=actor.assessment_id, now=now)
    append_event(session, _issued_event(snapshot, hash_snapshot(text), actor, now))
    if replaced:
        _replace(session, replaced, by_id=declaration_id, by=snapshot.number, actor=actor, now=now)
    return snapshot.number


def get_issued(session: Session, *, actor: Actor) -> IssuedDeclaration:
    """Return the declaration of the actor's round as it was frozen.

    Raises:
        NotFound: none is issued yet.
        SnapshotChanged: what stands there is not what was declared.
    """
    row, newer = _find_own(session, actor)
    snapshot = read_intact(row)
    return IssuedDeclaration(
        number=row.number,
        snapshot=snapshot,
        snapshot_hash=row.snapshot_hash,
        terms=to_terms(row, newer),
        issued_at=row.issued_at,
        corrections=list_corrections(session, row, snapshot.details),
    )


def get_terms(session: Session, *, actor: Actor) -> SelfDeclaration:
    """Return what the status of the declaration of the actor's round follows from; NotFound before it is issued."""
    return to_terms(*_find_own(session, actor))


def _find_own(session: Session, actor: Actor) -> tuple[Declaration, Declaration | None]:
    """Return the declaration of the actor's round, and the one that replaced it."""
    actor.require(Task.READ)
    row = declarations.find_by_assessment(session, actor.assessment_id)
    if row is None:
        raise NotFound
    return row, declarations.find_by_number(session, row.number)[1]


def _replace(session: Session, replaced: Replaced, *, by_id: UUID, by: str, actor: Actor, now: datetime) -> None:
    """Let the older number answer that a newer one took its place."""
    renewals.replace_declaration(session, declaration_id=replaced.declaration_id, by_id=by_id)
    subject = f"declaration:{replaced.number}"
    event = Event(
        verb=Verb.DECLARATION_REPLACED, actor=actor.right, subject=subject, at=now, payload={"by": f"declaration:{by}"}
    )
    append_event(session, event)


def _freeze(
    standing: Standing, replaced: Replaced | None, *, actor: Actor, questionnaire: Questionnaire, today: date
) -> Snapshot:
    return Snapshot(
        number=make_number(secrets.randbits(RANDOM_BITS)),
        issued_on=today,
        slug=questionnaire.slug,
        version=questionnaire.version,
        content_hash=questionnaire.content_hash,
        language=actor.language,
        ratings=dict(standing.ratings.needs),
        notes=dict(standing.ratings.notes),
        plan=tuple((str(entry.id), entry.action) for entry in standing.plan),
        details=standing.draft.details,
        measures=questionnaire.size,
        complete_actions=standing.completeness.complete_actions,
        conditions_version=CONDITIONS_VERSION,
        previous=replaced.previous if replaced else None,
    )


def _issued_event(snapshot: Snapshot, snapshot_hash: str, actor: Actor, now: datetime) -> Event:
    return Event(
        verb=Verb.DECLARATION_ISSUED,
        actor=actor.right,
        subject=f"declaration:{snapshot.number}",
        at=now,
        payload={
            "assessment": str(actor.assessment_id),
            "snapshot": snapshot_hash,
            "conditions": snapshot.conditions_version,
        },
    )
