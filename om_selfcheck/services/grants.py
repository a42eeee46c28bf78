"""Secret links: opening a round with one, handing out further ones, ending them, renewing the company's key."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import HELP_LIFETIME, LINK_LIFETIME, GrantTerms, Right, Task, may, reach_of
from om_selfcheck.domain.errors import AlreadyDeclared, NotAllowed, NotFound
from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.services.record import append_event, append_once
from om_selfcheck.store.models import Grant
from om_selfcheck.store.queries import addresses, assessments, grants, turns

TOKEN_BYTES = 32
MAILED = "mail:"  # begins the scope of an owner's link that went out by mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, by which link, on which round: what every use case below an assessment asks for first.

    `renews_id` is the round that this one renews, `network_id` the network that it counts for.
    """

    grant_id: UUID
    right: Right
    label: str
    scope: str
    assessment_id: UUID
    company_id: UUID
    company_name: str
    slug: str
    version: str
    content_hash: str
    language: str
    started_at: datetime
    renews_id: UUID | None
    network_id: UUID | None
    declaration_number: str | None

    def may(self, task: Task) -> bool:
        return may(self.right, task)

    def covers(self, right: Right) -> bool:
        """Say whether this actor may do all that a link with the right could."""
        return all(self.may(task) for task in Task if may(right, task))

    def require(self, task: Task) -> None:
        """Raise NotAllowed where the right does not cover the task."""
        if not self.may(task):
            raise NotAllowed

    def require_open(self, task: Task) -> None:
        """Raise NotAllowed as above, and AlreadyDeclared where the round is frozen (D7)."""
        self.require(task)
        if self.declaration_number is not None:
            raise AlreadyDeclared


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link just made; its token is known here and nowhere else."""

    grant_id: UUID
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLink:
    """A link as the page *who can see what* shows it."""

    grant_id: UUID
    right: Right
    label: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    is_usable: bool
    is_own: bool
    is_mailed: bool

    @property
    def is_for_one_action(self) -> bool:
        """Say whether it came with a reminder and opens a single action only."""
        return bool(reach_of(self.right, self.scope).action_key)

    @property
    def is_for_a_day(self) -> bool:
        """Say whether it lives so short a time that the hour of its end matters."""
        return self.expires_at is not None and self.expires_at - self.created_at <= HELP_LIFETIME


def find_actor(
    session: Session, *, assessment_id: UUID, grant_id: UUID, now: datetime, is_writing: bool = False
) -> Actor | None:
    """Return the actor behind a grant, or None where it opens nothing any more. A writer locks the round."""
    found = list_actors(session, assessment_id=assessment_id, grant_ids=[grant_id], now=now, is_writing=is_writing)
    return found[0] if found else None


def list_actors(
    session: Session, *, assessment_id: UUID, grant_ids: Sequence[UUID], now: datetime, is_writing: bool = False
) -> Sequence[Actor]:
    """Return who somebody is that holds some grants: an actor for each that opens the round, the mightiest first."""
    rows = grants.list_opening(session, grant_ids=grant_ids, assessment_id=assessment_id, is_locking=is_writing)
    actors = [actor for row in rows if (actor := _to_actor(row, now))]
    return sorted(actors, key=lambda actor: (-sum(map(actor.may, Task)), grant_ids.index(actor.grant_id)))


def hold_rounds(session: Session, *, assessment_id: UUID) -> None:
    """Hold all rounds of a company at once, for what concerns all of them; a single one is held by who acts in it."""
    turns.hold_rounds_beside(session, assessment_id)


def find_newest_actor(session: Session, *, grant_id: UUID, now: datetime) -> Actor | None:
    """Return the actor behind a grant in the newest round it opens; the company's key opens all, other links one."""
    return _to_actor(grants.find_newest(session, grant_id), now)


def get_actor_by_token(session: Session, *, token: str, now: datetime) -> Actor:
    """Return the actor a link would make of its holder; NotFound for unknown, ended and revoked links alike."""
    actor = _to_actor(grants.find_opened_by_token(session, hash_token(token)), now)
    if actor is None:
        raise NotFound
    return actor


def record_opening(session: Session, *, actor: Actor, now: datetime) -> None:
    """Note that a round was opened (retention counts from there); record a link's first opening, never another.

    Whoever is responsible for actions is told that nobody sees when they look: their link leaves nothing at all.
    """
    if actor.right is Right.DOER:
        return
    assessments.note_opening(session, actor.assessment_id, now)
    append_once(session, _event(Verb.GRANT_OPENED, actor, actor.grant_id, now, {}))


def list_links(session: Session, *, actor: Actor, now: datetime) -> Sequence[ListedLink]:
    """List the links of the round that still open something, oldest first."""
    actor.require(Task.READ)
    rows = _list_rows(session, actor)
    newest = {row.scope: row.id for row in rows if row.scope.startswith(MAILED)}  # a mail tried again has a key each
    listed = [_to_listed(row, actor, now) for row in rows if newest.get(row.scope, row.id) == row.id]
    return [link for link in listed if link.is_usable]


def create_link(session: Session, *, actor: Actor, right: Right, label: str, now: datetime) -> NewLink:
    """Make a link to work along or to read; it ends by itself after 14 days."""
    if right not in (Right.EDITOR, Right.READER):
        raise NotAllowed
    return hand_out(session, actor=actor, right=right, label=label, ends_at=now + LINK_LIFETIME, now=now)


def create_help_link(session: Session, *, actor: Actor, label: str, now: datetime) -> NewLink:
    """Make a link with which the coordinating office reads along for 24 hours; it sees nothing otherwise (D9)."""
    return hand_out(session, actor=actor, right=Right.READER, label=label, ends_at=now + HELP_LIFETIME, now=now)


def hand_out(
    session: Session,
    *,
    actor: Actor,
    right: Right,
    label: str,
    scope: str = "",
    ends_at: datetime | None = None,
    now: datetime,
) -> NewLink:
    """Make a further link in the name of an actor who may, and put it on the record."""
    actor.require(Task.SHARE)
    link = add_grant(session, actor.assessment_id, right=right, label=label, scope=scope, ends_at=ends_at, now=now)
    append_event(session, _event(Verb.GRANT_CREATED, actor, link.grant_id, now, {"right": right.value}))
    return link


def revoke_link(session: Session, *, actor: Actor, grant_id: UUID, now: datetime) -> None:
    """End a further link and with it every session that came in by it. Ending twice is harmless."""
    actor.require(Task.SHARE)
    rows = {row.id: row for row in _list_rows(session, actor)}
    if grant_id not in rows or rows[grant_id].right == Right.OWNER:
        raise NotFound
    if grants.revoke_grants(session, grant_ids=[grant_id], now=now):
        append_event(session, _event(Verb.GRANT_REVOKED, actor, grant_id, now, {}))


def renew_key(session: Session, *, actor: Actor, now: datetime) -> NewLink:
    """Replace the company's own link: the old ones, mailed ones too, and all their sessions end, a new one opens all.

    An address that waits to be confirmed is forgotten: whoever had the old link may have typed it. Two who do it from
    different rounds take turns at the company; who comes second holds the old link and is out.
    """
    actor.require(Task.SHARE)
    turns.hold_company(session, actor.company_id)
    owners = [row for row in _list_rows(session, actor) if row.right == Right.OWNER]
    if not any(row.id == actor.grant_id and _is_usable(row, now) for row in owners):
        raise NotFound
    addresses.delete_claim(session, actor.company_id)
    grants.revoke_grants(session, grant_ids=[row.id for row in owners], now=now)
    link = add_owner_grant(session, assessment_id=actor.assessment_id, now=now)
    append_event(session, _event(Verb.KEY_RENEWED, actor, link.grant_id, now, {}))
    return link


def add_owner_grant(session: Session, *, assessment_id: UUID, now: datetime) -> NewLink:
    """Make the link that is the company's own; it has no end."""
    return add_grant(session, assessment_id, right=Right.OWNER, now=now)


def mail_owner_grant(session: Session, *, assessment_id: UUID, message_id: UUID, now: datetime) -> NewLink:
    """Make a key for a mail that is about to be sent; each attempt makes one, and `scope` says which mail it is in."""
    link = add_grant(session, assessment_id, right=Right.OWNER, scope=f"{MAILED}{message_id}", now=now)
    payload = {"grant": str(link.grant_id), "right": Right.OWNER.value, "message": str(message_id)}
    subject = f"assessment:{assessment_id}"
    append_event(session, Event(verb=Verb.GRANT_CREATED, actor=SYSTEM, subject=subject, at=now, payload=payload))
    return link


def hash_token(token: str) -> str:
    """Tokens carry 256 random bits, so a plain hash hides them."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def add_grant(
    session: Session,
    assessment_id: UUID,
    *,
    right: Right,
    now: datetime,
    label: str = "",
    scope: str = "",
    ends_at: datetime | None = None,
) -> NewLink:
    """Make a link of any kind; whoever calls has asked whether the actor may, and appends the event."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    grant = grants.NewGrant(
        id=uuid4(),
        assessment_id=assessment_id,
        right=right,
        label=label,
        scope=scope,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=ends_at,
    )
    grants.add_grant(session, grant)
    return NewLink(grant_id=grant.id, token=token)


def _list_rows(session: Session, actor: Actor) -> Sequence[Grant]:
    return grants.list_grants(session, company_id=actor.company_id, assessment_id=actor.assessment_id)


def _to_actor(row: RowMapping | None, now: datetime) -> Actor | None:
    if row is None or not GrantTerms(expires_at=row["expires_at"], revoked_at=row["revoked_at"]).is_usable_at(now):
        return None
    facts = {name: row[name] for name in Actor.__slots__ if name != "right"}
    return Actor(**facts, right=Right(row["right"]))


def _is_usable(row: Grant, now: datetime) -> bool:
    return GrantTerms(expires_at=row.expires_at, revoked_at=row.revoked_at).is_usable_at(now)


def _to_listed(row: Grant, actor: Actor, now: datetime) -> ListedLink:
    return ListedLink(
        grant_id=row.id,
        right=Right(row.right),
        label=row.label,
        scope=row.scope,
        created_at=row.created_at,
        expires_at=row.expires_at,
        is_usable=_is_usable(row, now),
        is_own=row.id == actor.grant_id,
        is_mailed=row.right == Right.OWNER and row.scope.startswith(MAILED),
    )


def _event(verb: Verb, actor: Actor, grant_id: UUID, now: datetime, extra: dict[str, str]) -> Event:
    subject = f"assessment:{actor.assessment_id}"
    return Event(verb=verb, actor=actor.right, subject=subject, at=now, payload={"grant": str(grant_id), **extra})
