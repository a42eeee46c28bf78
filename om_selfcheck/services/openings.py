"""Insight into a frozen snapshot for one case: opened by the company, looked at by the office, ending by itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin, end_of_day
from om_selfcheck.domain.audit import AuditMove, AuditState, Side, StepKind
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.opening import Insight, is_until_allowed, look_into
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import Verb
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_steps import add_step, lock_case, lock_own_case, record_case, require_standing, take_on
from om_selfcheck.services.cases import to_terms
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.snapshots import read_intact
from om_selfcheck.store.queries import audits

WHOLE = "all"
LONGEST_PAYLOAD = 100


class NothingOpened(DomainError):
    """No topic was named, or none that the check has."""


class UntilNotAllowed(DomainError):
    """The day is past or too far away."""


class NotOpen(DomainError):
    """The company has not opened anything, or has ended it, or its end has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen, and until when it may be looked at again."""

    insight: Insight
    ends_at: datetime


def open_snapshot(
    session: Session,
    *,
    actor: Actor,
    audit_id: UUID,
    questionnaire: Questionnaire,
    topics: Collection[str],
    is_whole: bool,
    until: date,
    now: datetime,
) -> None:
    """Open the snapshot, or single topics of it, through the end of a day; what was open before ends.

    Raises:
        NothingOpened: no topic of the check was named.
        UntilNotAllowed: the day is past, or more than ninety days away.
        AlreadyWithdrawn: there is no declaration left to look into.
    """
    audit, declaration = lock_own_case(session, actor=actor, audit_id=audit_id)
    require_standing(declaration)
    chosen = [] if is_whole else [topic.ref for topic in questionnaire.topics if topic.ref in topics]
    if not (is_whole or chosen):
        raise NothingOpened
    if not is_until_allowed(until, day_in_berlin(now)):
        raise UntilNotAllowed
    deadline_on = audit.deadline_on if audit.state in (AuditState.HEARING, AuditState.SECOND_READING) else until
    take_on(session, audit, AuditMove.OPEN, deadline_on=deadline_on, now=now)
    audits.end_openings(session, audit_id=audit.id, now=now)
    audits.add_opening(
        session, id=uuid4(), audit_id=audit.id, topics=" ".join(chosen), opened_at=now, ends_at=end_of_day(until)
    )
    add_step(session, audit, StepKind.OPENED, side=Side.COMPANY, text=", ".join(chosen), deadline_on=until, now=now)
    record_case(
        session,
        audit,
        Verb.SNAPSHOT_OPENED,
        actor=actor.right,
        now=now,
        topics=_write_topics(chosen),
        until=until.isoformat(),
        snapshot=declaration.snapshot_hash,
    )


def end_opening(session: Session, *, actor: Actor, audit_id: UUID, now: datetime) -> None:
    """End the insight before its day; ending twice is harmless."""
    audit, _ = lock_own_case(session, actor=actor, audit_id=audit_id)
    if audits.end_openings(session, audit_id=audit.id, now=now):
        add_step(session, audit, StepKind.OPENING_ENDED, side=Side.COMPANY, now=now)
        record_case(session, audit, Verb.OPENING_ENDED, actor=actor.right, now=now)


def look(session: Session, *, by: Person, audit_id: UUID, questionnaire: Questionnaire, now: datetime) -> Look:
    """Look into what is open; each look is a step in the case and an event.

    Raises:
        NotOpen: nothing is open, or not any more.
        SnapshotChanged: the snapshot is not the one that was declared; nothing of it is shown.
    """
    audit, declaration = lock_case(session, audit_id)
    row = audits.find_newest_opening(session, audit.id)
    terms = to_terms(row) if row else None
    if terms is None or audit.state == AuditState.CLOSED or not terms.is_open_at(now):
        raise NotOpen
    insight = look_into(read_intact(declaration), questionnaire, terms)
    add_step(session, audit, StepKind.LOOKED, side=Side.STAFF, by=by, text=", ".join(terms.topics), now=now)
    record_case(
        session,
        audit,
        Verb.SNAPSHOT_SEEN,
        actor=by.actor,
        now=now,
        topics=_write_topics(terms.topics),
        snapshot=declaration.snapshot_hash,
    )
    return Look(insight=insight, ends_at=terms.ends_at)


def _write_topics(refs: Collection[str]) -> str:
    return "+".join(refs)[:LONGEST_PAYLOAD] or WHOLE
