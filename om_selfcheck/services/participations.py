"""For which network a round counts, and what its company agreed to there. The company decides, and may end it (D9)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import DomainError, NotFound
from om_selfcheck.domain.invitation import InvitationState
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.services.assessments import Started, start_assessment
from om_selfcheck.services.grants import Actor, get_actor_by_token
from om_selfcheck.services.invitations import Invitation, find_invitation
from om_selfcheck.services.record import append_event
from om_selfcheck.services.releases import end_release
from om_selfcheck.services.stages import begin_counting, keep_stages
from om_selfcheck.store.queries import participations

_LINK = re.compile(r".*/i/(?P<code>[^/?#]+)[^/]*", re.DOTALL)


class UnknownCode(DomainError):
    """No link of a network has this code."""


class InvitationEnded(DomainError):
    """The link is expired or withdrawn; `contact` says whom to ask."""

    def __init__(self, contact: str) -> None:
        super().__init__()
        self.contact = contact


class OtherCheck(DomainError):
    """The link invites to another check than the round's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedNetwork:
    """The network a round counts for, since when and by which link ("" where that is gone).

    `is_counted`: its answers go into rounded figures over many companies; `may_be_nudged`: it may be reminded when it
    has stopped.
    """

    network_id: UUID
    slug: str
    name: str
    contact: str
    since: datetime
    link_label: str
    is_counted: bool
    may_be_nudged: bool
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What a company agrees to; nothing is agreed to unless it says so."""

    is_counted: bool = False
    may_be_nudged: bool = False


def find_participation(session: Session, *, assessment_id: UUID) -> JoinedNetwork | None:
    found = participations.find_participation(session, assessment_id)
    return _to_joined(found) if found else None


def find_last_network(session: Session, *, actor: Actor) -> JoinedNetwork | None:
    """Return for which network the company's last round counted, where this round renews it and counts for none."""
    actor.require(Task.READ)
    if participations.find_participation(session, actor.assessment_id):
        return None
    found = participations.find_last_participation(session, actor.assessment_id)
    return _to_joined(found) if found else None


def list_begun_by(session: Session, *, invitation: Invitation, assessment_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Return which of some rounds were begun or joined by an invitation."""
    return participations.list_begun_by(session, link_id=invitation.link_id, assessment_ids=assessment_ids)


def read_code(code_or_link: str) -> str:
    """Return the code out of an address that was pasted, else the text itself.

    >>> read_code("https://check.example/i/K7M2P9QRST?lang=en"), read_code("k7m2p-9qrst")
    ('K7M2P9QRST', 'k7m2p-9qrst')
    """
    match = _LINK.fullmatch(code_or_link.strip())
    return match["code"] if match else code_or_link


def start_for_network(
    session: Session,
    *,
    questionnaire: Questionnaire,
    language: str,
    invitation: Invitation,
    choices: Choices,
    now: datetime,
) -> Started:
    """Begin a round that counts for the network which invited to it. Where that is refused, roll the round back.

    Raises:
        UnknownCode, InvitationEnded, OtherCheck: the link has been withdrawn or changed since it was looked up.
    """
    started = start_assessment(session, questionnaire=questionnaire, language=language, now=now)
    join_network(
        session,
        actor=get_actor_by_token(session, token=started.link.token, now=now),
        assessment_id=started.assessment_id,
        code_or_link=invitation.token,
        choices=choices,
        now=now,
    )
    return started


def join_network(
    session: Session,
    *,
    actor: Actor,
    assessment_id: UUID,
    code_or_link: str,
    now: datetime,
    choices: Choices | None = None,
) -> JoinedNetwork:
    """Let a round count for the network whose code was typed, in place of another one, whose release ends.

    Who is in that network already stays as it is.

    Raises:
        UnknownCode, InvitationEnded, OtherCheck: the code invites nobody, no longer, or to another check.
    """
    _require(actor, assessment_id)
    invitation = find_invitation(session, token=read_code(code_or_link), today=day_in_berlin(now))
    if invitation is None:
        raise UnknownCode
    if invitation.state is not InvitationState.OPEN:
        raise InvitationEnded(invitation.network.contact)
    if invitation.questionnaire_slug not in ("", actor.slug):
        raise OtherCheck
    network_id, link_id = invitation.network.network_id, invitation.link_id
    return _join(session, actor=actor, network_id=network_id, link_id=link_id, choices=choices or Choices(), now=now)


def join_again(session: Session, *, actor: Actor, now: datetime) -> JoinedNetwork:
    """Let a renewing round count where the last one did; what was agreed to or released then does not carry over."""
    actor.require(Task.SHARE)
    last = participations.find_last_participation(session, actor.assessment_id)
    if last is None:
        raise NotFound
    return _join(
        session, actor=actor, network_id=last["network_id"], link_id=last["link_id"], choices=Choices(), now=now
    )


def leave_network(session: Session, *, actor: Actor, assessment_id: UUID, now: datetime) -> None:
    """Let a round count for no network any more; what was released ends. Leaving twice is harmless."""
    _require(actor, assessment_id)
    found = participations.find_participation(session, assessment_id)
    if found and participations.leave(session, assessment_id):
        keep_stages(session, assessment_id=assessment_id)
        end_release(session, actor=actor, now=now)
        append_event(session, _event(Verb.NETWORK_LEFT, actor, found["network_id"], now))


def change_choices(session: Session, *, actor: Actor, choices: Choices, now: datetime) -> None:
    """Agree, or no longer agree, to be counted in figures over answers and to be reminded."""
    actor.require(Task.SHARE)
    joined = _get_row(session, actor)
    if choices != Choices(joined["is_counted"], joined["may_be_nudged"]):
        values = {"is_counted": choices.is_counted, "may_be_nudged": choices.may_be_nudged}
        participations.choose(session, actor.assessment_id, values)
        append_event(session, _event(Verb.NETWORK_CHOICE_CHANGED, actor, joined["network_id"], now, **values))


def _join(
    session: Session, *, actor: Actor, network_id: UUID, link_id: UUID | None, choices: Choices, now: datetime
) -> JoinedNetwork:
    before = participations.find_participation(session, actor.assessment_id)
    if before is None or before["network_id"] != network_id:
        if before:
            leave_network(session, actor=actor, assessment_id=actor.assessment_id, now=now)
        participations.join(
            session,
            assessment_id=actor.assessment_id,
            network_id=network_id,
            link_id=link_id,
            joined_at=now,
            is_counted=choices.is_counted,
            may_be_nudged=choices.may_be_nudged,
        )
        begin_counting(session, assessment_id=actor.assessment_id, network_id=network_id, link_id=link_id, now=now)
        append_event(session, _event(Verb.NETWORK_JOINED, actor, network_id, now, link=str(link_id or "")))
    return _to_joined(_get_row(session, actor))


def _get_row(session: Session, actor: Actor) -> RowMapping:
    row = participations.find_participation(session, actor.assessment_id)
    if row is None:
        raise NotFound
    return row


def _require(actor: Actor, assessment_id: UUID) -> None:
    actor.require(Task.SHARE)
    if actor.assessment_id != assessment_id:
        raise NotFound


def _to_joined(row: RowMapping) -> JoinedNetwork:
    contact = (row["contact_name"], row["contact_email"], row["contact_phone"])
    return JoinedNetwork(
        network_id=row["network_id"],
        slug=row["slug"],
        name=row["name"],
        contact=", ".join(part for part in contact if part),
        since=row["joined_at"],
        link_label=row["link_label"] or "",
        is_counted=row["is_counted"],
        may_be_nudged=row["may_be_nudged"],
        is_closed=row["closed_at"] is not None,
    )


def _event(verb: Verb, actor: Actor, network_id: UUID, now: datetime, **payload: str | int) -> Event:
    about = {"network": str(network_id), **payload}
    return Event(verb=verb, actor=actor.right, subject=f"assessment:{actor.assessment_id}", at=now, payload=about)
