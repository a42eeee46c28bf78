"""Renewing a declared round (D6): beginning the next one, and finding a company's rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.declaration import SelfDeclaration, find_terms
from om_selfcheck.domain.errors import NotDeclared, NotFound
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event
from om_selfcheck.store.queries import assessments, renewals
from om_selfcheck.store.queries.renewals import FoundRenewal, FoundRound


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The round that renews another one; `number` is there once its declaration was issued."""

    assessment_id: UUID
    started_at: datetime
    number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of a company, as its overview lists it; `terms` are those of its declaration."""

    assessment_id: UUID
    version: str
    started_at: datetime
    number: str | None
    terms: SelfDeclaration | None


def start_renewal(session: Session, *, actor: Actor, questionnaire: Questionnaire, now: datetime) -> UUID:
    """Begin the next round of a declared one and return it; asked again, return the one that was begun.

    It may begin at any time after the issue, because the new declaration runs two years from its own day (D8). Nothing
    is rated and nothing confirmed (D6); the language is kept, and the company's own link opens it. Who signs, where
    and what they confirm is asked again: that is said for this declaration. Name, address and the choice of reminders
    belong to the company and stay; the reminders of the declaration that still holds depend on them.

    Raises:
        NotDeclared: the round itself is not finished.
        NotFound: the questionnaire is another check.
    """
    actor.require(Task.DECLARE)
    if actor.declaration_number is None:
        raise NotDeclared
    if questionnaire.slug != actor.slug:
        raise NotFound
    begun = renewals.find_renewal(session, actor.assessment_id)
    if begun is not None:
        _keep_up(session, actor=actor, begun=begun, questionnaire=questionnaire, now=now)
        return begun.assessment_id
    assessment_id = uuid4()
    assessments.add_assessment(
        session,
        id=assessment_id,
        company_id=actor.company_id,
        questionnaire_slug=questionnaire.slug,
        questionnaire_version=questionnaire.version,
        content_hash=questionnaire.content_hash,
        language=actor.language,
        started_at=now,
        renews_id=actor.assessment_id,
    )
    append_event(session, _started_event(actor, assessment_id, questionnaire, now))
    return assessment_id


def find_renewal(session: Session, *, actor: Actor) -> Renewal | None:
    """Return the round that renews the actor's, if somebody began it."""
    actor.require(Task.READ)
    found = renewals.find_renewal(session, actor.assessment_id)
    if found is None:
        return None
    return Renewal(assessment_id=found.assessment_id, started_at=found.started_at, number=found.number)


def list_rounds(session: Session, *, actor: Actor) -> Sequence[Round]:
    """List all rounds of the company, the newest first; only the company's own link opens them all."""
    actor.require(Task.DECLARE)
    return [_to_round(found) for found in renewals.list_rounds(session, actor.company_id)]


def _keep_up(
    session: Session, *, actor: Actor, begun: FoundRenewal, questionnaire: Questionnaire, now: datetime
) -> None:
    """Let a round that still holds nothing begin anew in the newest version; any other keeps its own (P16)."""
    if begun.number is not None or begun.version == questionnaire.version:
        return
    if not assessments.lock_and_see_if_empty(session, begun.assessment_id):
        return
    renewals.pin_version(
        session,
        assessment_id=begun.assessment_id,
        version=questionnaire.version,
        content_hash=questionnaire.content_hash,
        now=now,
    )
    append_event(session, _started_event(actor, begun.assessment_id, questionnaire, now))


def _to_round(found: FoundRound) -> Round:
    return Round(
        assessment_id=found.assessment_id,
        version=found.version,
        started_at=found.started_at,
        number=found.number,
        terms=find_terms(found.issued_on, withdrawn_on=found.withdrawn_on, replaced_on=found.replaced_on),
    )


def _started_event(actor: Actor, assessment_id: UUID, questionnaire: Questionnaire, now: datetime) -> Event:
    return Event(
        verb=Verb.RENEWAL_STARTED,
        actor=actor.right,
        subject=f"assessment:{assessment_id}",
        at=now,
        payload={
            "renews": str(actor.assessment_id),
            "questionnaire": questionnaire.slug,
            "version": questionnaire.version,
        },
    )
