"""What happened to a company's round, for the company itself: its own part of the record, without anybody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, Role, Task
from om_selfcheck.domain.declaration import DetailField
from om_selfcheck.domain.record import RECIPIENT, SYSTEM, Verb, may_company_read
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import ListedEvent, list_timeline
from om_selfcheck.store.queries import accounts, entries, grants

_USER = "user:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event of the round. `by` is the right of a link, the role of somebody who signs in, or neither of them.

    `link` is the name and the right of the link that it is about, where there is one; `fields` are what was corrected.
    """

    at: datetime
    verb: Verb | None
    code: str
    by: Right | Role | None
    is_by_program: bool
    link: tuple[str, Right] | None
    fields: tuple[DetailField, ...]


def list_history(session: Session, *, actor: Actor) -> Sequence[Happening]:
    """List what happened to the round, its declaration and its company, for the owner also to its audits, in order."""
    actor.require(Task.READ)
    subjects = [f"assessment:{actor.assessment_id}", f"company:{actor.company_id}"]
    if actor.declaration_number:
        subjects.append(f"declaration:{actor.declaration_number}")
    if actor.may(Task.DECLARE):  # nobody who only works along or reads is told of a case
        subjects += [f"audit:{audit_id}" for audit_id in entries.list_audit_ids(session, actor.assessment_id)]
    events = [event for event in list_timeline(session, *subjects) if may_company_read(event.code, event.actor)]
    roles = _find_roles(session, events)
    rows = grants.list_grants(session, company_id=actor.company_id, assessment_id=actor.assessment_id)
    links = {str(row.id): (row.label, Right(row.right)) for row in rows}
    return [_to_happening(event, roles, links) for event in events]


def _to_happening(event: ListedEvent, roles: dict[str, Role], links: dict[str, tuple[str, Right]]) -> Happening:
    payload = event.payload or {}
    return Happening(
        at=event.at,
        verb=event.verb,
        code=event.code,
        by=roles.get(event.actor) or (Right(event.actor) if event.actor in set(Right) else None),
        is_by_program=event.actor in (SYSTEM, RECIPIENT),
        link=links.get(str(payload.get("grant", ""))),
        fields=tuple(field for field in DetailField if field in str(payload.get("fields", "")).split("+")),
    )


def _find_roles(session: Session, events: Sequence[ListedEvent]) -> dict[str, Role]:
    """Return what those who sign in are; who has no account any more is of staff or of a network, nobody knows."""
    ids = {UUID(event.actor.removeprefix(_USER)) for event in events if event.actor.startswith(_USER)}
    return {f"{_USER}{user_id}": Role(role) for user_id, role in accounts.list_roles(session, ids)}
