"""Rounds: starting one, rating its measures, clearing up those nobody touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import UNTOUCHED_LIFETIME, Right, Task
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.services.grants import Actor, NewLink, add_owner_grant
from om_selfcheck.services.record import append_event
from om_selfcheck.services.stages import note_stages
from om_selfcheck.store.queries import assessments

CLEARED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Started:
    assessment_id: UUID
    link: NewLink


@dataclass(frozen=True, slots=True)
class RatedMeasures:
    """What a round holds: the traffic lights chosen so far, and the notes."""

    needs: Mapping[str, NeedForAction]
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingChange:
    """One measure as a form sends it back: what was shown and what is wanted now ("" is nothing chosen).

    A field that the form did not carry is None and stays as it is.
    """

    measure_ref: str
    need: str | None = None
    shown_need: str = ""
    note: str | None = None
    shown_note: str = ""


@dataclass(frozen=True, slots=True)
class SavedRatings:
    """Which measures were written, and which fields hold something else than the person saw."""

    written: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


def start_assessment(session: Session, *, questionnaire: Questionnaire, language: str, now: datetime) -> Started:
    """Begin a round for a firm that has no account: a company without a name, a round, its owner's link."""
    company_id, assessment_id = uuid4(), uuid4()
    assessments.add_company(session, company_id)
    assessments.add_assessment(
        session,
        id=assessment_id,
        company_id=company_id,
        questionnaire_slug=questionnaire.slug,
        questionnaire_version=questionnaire.version,
        content_hash=questionnaire.content_hash,
        language=language,
        started_at=now,
    )
    link = add_owner_grant(session, assessment_id=assessment_id, now=now)
    append_event(
        session,
        Event(
            verb=Verb.ASSESSMENT_STARTED,
            actor=Right.OWNER,
            subject=f"assessment:{assessment_id}",
            at=now,
            payload={
                "questionnaire": questionnaire.slug,
                "version": questionnaire.version,
                "grant": str(link.grant_id),
            },
        ),
    )
    return Started(assessment_id, link)


def list_ratings(session: Session, *, actor: Actor) -> RatedMeasures:
    actor.require(Task.READ)
    rows = assessments.list_ratings(session, actor.assessment_id)
    return RatedMeasures(
        needs={row.measure_ref: NeedForAction(row.need) for row in rows if row.need},
        notes={row.measure_ref: row.note for row in rows if row.note},
    )


def save_ratings(
    session: Session, *, actor: Actor, questionnaire: Questionnaire, changes: Sequence[RatingChange], now: datetime
) -> SavedRatings:
    """Save what people chose, field by field; a field changed by somebody else meanwhile is not overwritten (P2).

    Raises:
        NotFound: a measure is not in this questionnaire.
        AlreadyDeclared: the declaration of this round was issued.
    """
    actor.require_open(Task.RATE)
    known = questionnaire.measure_refs
    if any(change.measure_ref not in known for change in changes):
        raise NotFound
    refs = [change.measure_ref for change in changes]
    stored = {
        ref: (need, note) for ref, need, note in assessments.list_some_ratings(session, actor.assessment_id, refs)
    }
    rows: list[dict[str, object]] = []
    merger = FieldMerger()
    for change in changes:
        need, note = stored.get(change.measure_ref, ("", ""))
        new_need = merger.merge(f"need-{change.measure_ref}", stored=need, shown=change.shown_need, wanted=change.need)
        new_note = merger.merge(f"note-{change.measure_ref}", stored=note, shown=change.shown_note, wanted=change.note)
        if (new_need, new_note) != (need, note):
            row = {"measure_ref": change.measure_ref, "need": new_need, "note": new_note}
            rows.append(row | {"assessment_id": actor.assessment_id, "rated_at": now})
    if rows:
        assessments.store_ratings(session, rows)
    if rows and actor.network_id:
        note_stages(session, assessment_id=actor.assessment_id, measures=questionnaire.size, now=now)
    return SavedRatings(tuple(str(row["measure_ref"]) for row in rows), tuple(merger.conflicts))


def change_language(session: Session, *, actor: Actor, language: str) -> None:
    """Let the owner read the check in another language; ratings stay."""
    actor.require_open(Task.DECLARE)
    assessments.change_language(session, actor.assessment_id, language)


def clear_untouched(session: Session, *, now: datetime) -> int:
    """Delete some of the rounds older than seven days in which nobody wrote anything; return how many."""
    found = assessments.list_untouched(session, before=now - UNTOUCHED_LIFETIME, at_most=CLEARED_AT_ONCE)
    if not found:
        return 0
    company_of = assessments.delete_untouched(session, found)
    assessments.delete_companies_without_rounds(session, list(company_of.values()))
    for assessment_id in company_of:
        subject = f"assessment:{assessment_id}"
        append_event(session, Event(verb=Verb.ASSESSMENT_CLEARED, actor=SYSTEM, subject=subject, at=now))
    return len(company_of)
