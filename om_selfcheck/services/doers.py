"""Responsible persons: a link of their own, sent by mail if the company likes, and reminders only if they say so.

A link follows the text that the plan has as responsible. Where that text is changed before the declaration, the link
opens an empty page until an action has the old text again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.access import Right, Task, doer_link_lifetime, name_scope, reach_of
from om_selfcheck.domain.action_plan import Action
from om_selfcheck.domain.errors import DomainError, NotFound
from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.text import has_letter
from om_selfcheck.services.grants import Actor, ListedLink, NewLink, hand_out, hash_token, list_links
from om_selfcheck.services.messages import queue_message
from om_selfcheck.services.record import append_event
from om_selfcheck.store.models import Doer
from om_selfcheck.store.queries import doers as rows
from om_selfcheck.store.queries import plans

INVITED_A_DAY = 20


class TooManyInvitations(DomainError):
    """A round sends at most so many invitations a day; nobody's post box is to be filled from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """Somebody the plan names, with the links that open their page and, where the company gave one, their address.

    Without actions it is somebody whom the plan named when the link was made.
    """

    name: str
    actions: int = 0
    links: tuple[ListedLink, ...] = ()
    address: str = ""
    confirmed_at: datetime | None = None
    invitation: MessageState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderOffer:
    """To whoever came by the mailed link: the address reminders would go to, and since when they do."""

    address: str
    accepted_at: datetime | None


def list_responsible(session: Session, *, actor: Actor, now: datetime) -> Sequence[Responsible]:
    """List everybody the plan names, in the order of the plan, then those it names no more."""
    actor.require(Task.SHARE)
    links = [link for link in list_links(session, actor=actor, now=now) if link.right is Right.DOER]
    known = {doer.name: doer for doer in rows.list_doers(session, actor.assessment_id) if doer.address}
    kind = MessageKind.DOER_INVITED.value
    sent = rows.list_message_states(session, kind=kind, assessment_id=actor.assessment_id)
    named = [action.responsible for _, action in plans.list_actions(session, actor.assessment_id)]
    left = [reach_of(link.right, link.scope).name for link in links]
    return [
        _describe(name, named.count(name), links, known.get(name), sent)
        for name in dict.fromkeys([*named, *_not_covered(left, named), *known])
        if has_letter(name)
    ]


def create_link(session: Session, *, actor: Actor, name: str, now: datetime) -> NewLink:
    """Make the link of somebody the plan names; earlier ones go on until they end or are ended."""
    actor.require(Task.SHARE)
    mine = _list_actions_of(session, actor.assessment_id, name)
    return hand_out(
        session,
        actor=actor,
        right=Right.DOER,
        label=name,
        scope=name_scope(name),
        ends_at=end_of_link(mine, now),
        now=now,
    )


def invite(session: Session, *, actor: Actor, name: str, address: str, now: datetime, today: date) -> bool:
    """Queue a mail with a link for somebody the plan names; False where one went to that address today already.

    A new address has to be confirmed anew by its holder before reminders go there.

    Raises:
        NotFound: the plan names nobody so.
        TooManyInvitations: the round has sent its share for a day.
    """
    actor.require(Task.SHARE)
    _list_actions_of(session, actor.assessment_id, name)
    kind, a_day_ago = MessageKind.DOER_INVITED, now - timedelta(days=1)
    if (
        rows.count_messages(session, kind=kind.value, assessment_id=actor.assessment_id, since=a_day_ago)
        >= INVITED_A_DAY
    ):
        raise TooManyInvitations
    doer = rows.find_doer(session, assessment_id=actor.assessment_id, name=name)
    if doer is None:
        doer = Doer(id=uuid4(), assessment_id=actor.assessment_id, name=name)
        rows.add_doer(session, doer)
    if doer.address != address:
        doer.address, doer.confirmed_at, doer.grant_id = address, None, None
    return queue_message(
        session,
        kind=kind,
        subject=f"doer:{doer.id}",
        stage=f"{today.isoformat()}:{hash_token(address)[:12]}",
        address=address,
        language=actor.language,
        company_id=actor.company_id,
        assessment_id=actor.assessment_id,
        now=now,
    )


def forget_address(session: Session, *, actor: Actor, name: str, now: datetime) -> None:
    """Let the company take an address out again; the person's links go on."""
    actor.require(Task.SHARE)
    doer = rows.find_doer(session, assessment_id=actor.assessment_id, name=name)
    if doer is None or not doer.address:
        raise NotFound
    _forget(session, doer, actor, now)


def find_reminder_offer(session: Session, *, actor: Actor) -> ReminderOffer | None:
    """Return what may be offered: only by the very link that was mailed to the address it is proven whose it is."""
    doer = _find_own(session, actor)
    return ReminderOffer(address=doer.address, accepted_at=doer.confirmed_at) if doer else None


def accept_reminders(session: Session, *, actor: Actor, now: datetime) -> None:
    """Note that the holder of the address wants to be reminded."""
    doer = _get_own(session, actor)
    if doer.confirmed_at is None:
        doer.confirmed_at = now
        session.flush()
        append_event(session, _event(Verb.ADDRESS_CONFIRMED, doer, actor, now))


def decline_reminders(session: Session, *, actor: Actor, now: datetime) -> None:
    """Forget the address of somebody who does not want mail from here (any more)."""
    _forget(session, _get_own(session, actor), actor, now)


def end_of_link(actions: Sequence[Action], now: datetime) -> datetime:
    """Return when the link of somebody with these actions ends."""
    days = [day for action in actions for day in (action.due_on, action.follow_up_on) if day]
    today = day_in_berlin(now)
    return now + doer_link_lifetime(max(days, default=today) - today)


def _list_actions_of(session: Session, assessment_id: UUID, name: str) -> list[Action]:
    """Return the actions of somebody the plan names; NotFound where it does not."""
    mine = [action for _, action in plans.list_actions(session, assessment_id) if action.responsible == name]
    if not mine or not has_letter(name):
        raise NotFound
    return mine


def _not_covered(left: Sequence[str], named: Sequence[str]) -> list[str]:
    scopes = {name_scope(name) for name in named}
    return [name for name in left if name_scope(name) not in scopes]


def _describe(
    name: str, actions: int, links: Sequence[ListedLink], doer: Doer | None, sent: dict[str, str]
) -> Responsible:
    state = sent.get(f"doer:{doer.id}") if doer else None
    return Responsible(
        name=name,
        actions=actions,
        links=tuple(link for link in links if link.scope == name_scope(name)),
        address=doer.address if doer else "",
        confirmed_at=doer.confirmed_at if doer else None,
        invitation=MessageState(state) if state else None,
    )


def _find_own(session: Session, actor: Actor) -> Doer | None:
    name = reach_of(actor.right, actor.scope).name
    doer = rows.find_doer(session, assessment_id=actor.assessment_id, name=name) if name else None
    return doer if doer and doer.address and doer.grant_id == actor.grant_id else None


def _get_own(session: Session, actor: Actor) -> Doer:
    actor.require(Task.DO)
    doer = _find_own(session, actor)
    if doer is None:
        raise NotFound
    return doer


def _forget(session: Session, doer: Doer, actor: Actor, now: datetime) -> None:
    doer.address, doer.confirmed_at, doer.grant_id = "", None, None
    session.flush()
    append_event(session, _event(Verb.ADDRESS_REMOVED, doer, actor, now))


def _event(verb: Verb, doer: Doer, actor: Actor, now: datetime) -> Event:
    payload: dict[str, str | int] = {"assessment": str(doer.assessment_id)}
    return Event(verb=verb, actor=actor.right, subject=f"doer:{doer.id}", at=now, payload=payload)
