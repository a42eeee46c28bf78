"""Mails about addresses and the access link: everything secret in them is made when they are about to be sent."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from om_selfcheck.domain.address import CODE_LIFETIME, CODES, make_code
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.addresses import LINK_AFTERWARDS, hash_code, read_claim_id, to_claim
from om_selfcheck.services.grants import TOKEN_BYTES, hash_token, mail_owner_grant
from om_selfcheck.services.letters import Claimed, Facts, Prepare
from om_selfcheck.store.queries import addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedKey:
    """A company's key in a mail, with what its reader knows the company by: its name, if any, and the first day."""

    company_name: str
    started_at: datetime
    token: str


def prepare_confirmation(session: Session, claimed: Claimed, now: datetime) -> Facts | None:
    """Make link and code for an address that still waits.

    Nothing that somebody typed is in this mail: its reader may be anybody.
    """
    claim = addresses.lock_claim(session, read_claim_id(claimed.subject))
    if claim is None or not to_claim(claim).is_open_at(now):
        return None
    if addresses.get_company(session, claim.company_id).confirmed_email == claim.address:
        return None
    token, code = secrets.token_urlsafe(TOKEN_BYTES), make_code(secrets.randbelow(CODES))
    claim.token_hash, claim.code_hash = hash_token(token), hash_code(claim.id, code)
    claim.code_expires_at, claim.tries = now + CODE_LIFETIME, 0
    session.flush()
    return {
        "token": token,
        "code": code,
        "code_minutes": CODE_LIFETIME // timedelta(minutes=1),
        "ends_at": claim.expires_at,
        "typed_at": claim.created_at,
        "link_follows": dict(claimed.facts) == LINK_AFTERWARDS,
    }


def prepare_change(session: Session, claimed: Claimed, now: datetime) -> Facts | None:  # noqa: ARG001 - as all letters
    """Tell the old address; it happened, so it is always said."""
    if claimed.assessment_id is None:
        return None
    about = addresses.get_round(session, claimed.assessment_id)
    is_removed = claimed.facts.get("change") == "removed"
    return {"company_name": about.name, "started_at": about.started_at, "is_removed": is_removed}


def prepare_access_link(session: Session, claimed: Claimed, now: datetime) -> Facts | None:
    """Make a key, if the address is still the company's."""
    if claimed.assessment_id is None or claimed.company_id is None:
        return None
    if addresses.get_company(session, claimed.company_id).confirmed_email != claimed.address:
        return None
    about = addresses.get_round(session, claimed.assessment_id)
    token = mail_owner_grant(session, assessment_id=claimed.assessment_id, message_id=claimed.id, now=now).token
    return {"company_name": about.name, "started_at": about.started_at, "token": token}


def prepare_lost_link(session: Session, claimed: Claimed, now: datetime) -> Facts | None:
    """Make a key for each company that confirmed the address, which opens all its rounds; most often there is none."""
    newest = {row[0]: row for row in addresses.list_rounds_of(session, claimed.address)}
    keys = []
    for _, name, assessment_id, started_at in newest.values():
        link = mail_owner_grant(session, assessment_id=assessment_id, message_id=claimed.id, now=now)
        keys.append(MailedKey(company_name=name, started_at=started_at, token=link.token))
    return {"keys": keys} if keys else None


PREPARE: dict[MessageKind, Prepare] = {
    MessageKind.CONFIRM_ADDRESS: prepare_confirmation,
    MessageKind.ADDRESS_CHANGED: prepare_change,
    MessageKind.ACCESS_LINK: prepare_access_link,
    MessageKind.LOST_LINK: prepare_lost_link,
}
