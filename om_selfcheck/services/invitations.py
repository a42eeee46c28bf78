"""Invitation links: making them, what a visitor learns from one, and ending them."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.invitation import TOKEN_BITS, InvitationState, InvitationTerms, make_token, read_token
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.record import Verb
from om_selfcheck.services.networks import Network, network_event, to_network
from om_selfcheck.services.record import append_event
from om_selfcheck.store import models
from om_selfcheck.store.queries import invitations

FIELDS = ("label", "note", "expires_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLink:
    """A link as its network sees it."""

    link_id: UUID
    label: str
    questionnaire_slug: str
    note: str
    token: str
    expires_on: date | None
    created_at: datetime
    state: InvitationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a visitor learns: who invites to what. `questionnaire_slug` is empty where the choice is free.

    A closed network invites nobody; its links answer like withdrawn ones.
    """

    link_id: UUID
    network: Network
    questionnaire_slug: str
    token: str
    state: InvitationState


def list_links(session: Session, *, network: Network, today: date) -> Sequence[InvitationLink]:
    """List a network's links, the newest first."""
    return [_to_link(row, today) for row in invitations.list_links(session, network.network_id)]


def get_link(session: Session, *, network: Network, link_id: UUID, today: date) -> InvitationLink:
    """Return one link of a network; NotFound for unknown ones and those of others."""
    return _to_link(_get_row(session, network, link_id), today)


def find_invitation(session: Session, *, token: str, today: date) -> Invitation | None:
    """Return what a token, in any way a person types it, invites to; None where no link has it."""
    read = read_token(token)
    found = invitations.find_by_token(session, read) if read else None
    if found is None:
        return None
    link, row = found
    network = to_network(row)
    return Invitation(
        link_id=link.id,
        network=network,
        questionnaire_slug=link.questionnaire_slug,
        token=link.token,
        state=InvitationState.WITHDRAWN if network.closed_at else _terms(link).state_on(today),
    )


def create_link(
    session: Session,
    *,
    network: Network,
    label: str,
    questionnaire_slug: str,
    note: str,
    expires_on: date | None,
    by: str,
    now: datetime,
) -> UUID:
    """Make a link; it may be used any number of times."""
    link_id = uuid4()
    invitations.add_link(
        session,
        id=link_id,
        network_id=network.network_id,
        label=label,
        questionnaire_slug=questionnaire_slug,
        note=note,
        token=make_token(secrets.randbits(TOKEN_BITS)),
        expires_on=expires_on,
        created_at=now,
    )
    append_event(session, network_event(Verb.INVITATION_CREATED, network.network_id, by, now, link=str(link_id)))
    return link_id


def change_link(
    session: Session,
    *,
    network: Network,
    link_id: UUID,
    wanted: Mapping[str, str],
    shown: Mapping[str, str],
    by: str,
    now: datetime,
) -> tuple[Conflict, ...]:
    """Change label, note and last day (ISO, or empty), field by field (P2); a link withdrawn stays so."""
    before = write_link(_get_row(session, network, link_id, is_locking=True))
    merger = FieldMerger()
    after = {
        name: merger.merge(name, stored=before[name], shown=shown.get(name, ""), wanted=wanted.get(name))
        for name in FIELDS
    }
    if after != before:
        day = after["expires_on"]
        invitations.change_link(session, link_id, after | {"expires_on": date.fromisoformat(day) if day else None})
        append_event(session, network_event(Verb.INVITATION_CHANGED, network.network_id, by, now, link=str(link_id)))
    return tuple(merger.conflicts)


def write_link(link: InvitationLink | models.InvitationLink) -> dict[str, str]:
    """Return a link's fields as a form writes them."""
    day = link.expires_on.isoformat() if link.expires_on else ""
    return {"label": link.label, "note": link.note, "expires_on": day}


def duplicate_link(session: Session, *, network: Network, link_id: UUID, by: str, now: datetime) -> UUID:
    """Make another link for the same check and note, without an end and under the same label."""
    row = _get_row(session, network, link_id)
    return create_link(
        session,
        network=network,
        label=row.label,
        questionnaire_slug=row.questionnaire_slug,
        note=row.note,
        expires_on=None,
        by=by,
        now=now,
    )


def withdraw_link(session: Session, *, network: Network, link_id: UUID, by: str, now: datetime) -> None:
    """Let a link invite nobody any more; rounds begun by it go on. Twice is harmless."""
    _get_row(session, network, link_id)
    if invitations.withdraw_link(session, link_id=link_id, now=now):
        append_event(session, network_event(Verb.INVITATION_WITHDRAWN, network.network_id, by, now, link=str(link_id)))


def _get_row(session: Session, network: Network, link_id: UUID, *, is_locking: bool = False) -> models.InvitationLink:
    row = invitations.find_link(session, network_id=network.network_id, link_id=link_id, is_locking=is_locking)
    if row is None:
        raise NotFound
    return row


def _to_link(row: models.InvitationLink, today: date) -> InvitationLink:
    return InvitationLink(
        link_id=row.id,
        label=row.label,
        questionnaire_slug=row.questionnaire_slug,
        note=row.note,
        token=row.token,
        expires_on=row.expires_on,
        created_at=row.created_at,
        state=_terms(row).state_on(today),
    )


def _terms(row: models.InvitationLink) -> InvitationTerms:
    return InvitationTerms(expires_on=row.expires_on, withdrawn_at=row.withdrawn_at)
