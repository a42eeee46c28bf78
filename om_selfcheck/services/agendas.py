"""The dates of a round for calendars: a file to take along, or a feed that a program fetches by a secret link."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, Task
from om_selfcheck.domain.deadlines import Deadline, list_deadlines
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.services.grants import Actor, NewLink, get_actor_by_token, hand_out
from om_selfcheck.services.numbers import to_terms
from om_selfcheck.services.progress import list_progress
from om_selfcheck.store.queries import declarations


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """All dates that a link reaches; `since` is when they were first set down, as far as anybody knows."""

    company_name: str
    number: str
    since: datetime
    deadlines: tuple[Deadline, ...]


def get_dates(session: Session, *, actor: Actor, today: date) -> Dates:
    """Return due dates and follow-ups with what became of them.

    The end of the two years is among them for whoever sees the whole round, as long as the declaration has an end: one
    withdrawn or replaced has none any more.
    """
    plan = list_progress(session, actor=actor)
    since, valid_until = actor.started_at, None
    if actor.declaration_number and actor.right is not Right.DOER:
        row, newer = declarations.find_by_number(session, actor.declaration_number)
        if row is not None:
            since, terms = row.issued_at, to_terms(row, newer)
            has_end = terms.status_on(today) in (DeclarationStatus.VALID, DeclarationStatus.EXPIRED)
            valid_until = terms.valid_until if has_end else None
    return Dates(
        company_name=actor.company_name,
        number=actor.declaration_number or "",
        since=since,
        deadlines=tuple(list_deadlines(plan, valid_until)),
    )


def create_feed(session: Session, *, actor: Actor, label: str, now: datetime) -> NewLink:
    """Make a link for a calendar program. It does not end by itself, because a calendar would not say so."""
    return hand_out(session, actor=actor, right=Right.CALENDAR, label=label, now=now)


def get_subscriber(session: Session, *, token: str, now: datetime) -> Actor:
    """Return the actor behind a calendar's link; NotFound for a link of any other kind, as for one that has ended."""
    actor = get_actor_by_token(session, token=token, now=now)
    if not actor.may(Task.SUBSCRIBE):
        raise NotFound
    return actor


def join_dates(found: Sequence[Dates]) -> Dates:
    """Return the dates of several links to one round as one, each date once."""
    deadlines = {deadline.key: deadline for dates in found for deadline in dates.deadlines}
    return replace(found[0], deadlines=tuple(sorted(deadlines.values(), key=lambda one: (one.on, one.key))))
