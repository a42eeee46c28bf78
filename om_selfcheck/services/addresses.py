"""A company's e-mail address: typing it, confirming it by link or code, removing it. Only a confirmed one gets mail."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, Task
from om_selfcheck.domain.address import CLAIM_LIFETIME, Claim, CodeAnswer, owes_notice
from om_selfcheck.domain.declaration import ReminderChoice
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.domain.record import RECIPIENT, Event, Verb
from om_selfcheck.services.access_mails import queue_access_link
from om_selfcheck.services.grants import Actor, hash_token
from om_selfcheck.services.messages import queue_message
from om_selfcheck.services.record import append_event
from om_selfcheck.store.models import AddressClaim, Company
from om_selfcheck.store.queries import addresses, turns

LINK_AFTERWARDS = {"then": "link"}  # what the mail remembers: the access link is to follow
CLAIM = "claim:"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSettings:
    """Where a company's mail goes, what waits to be confirmed, and what it wants to be told.

    `unconfirmed` was typed and gets no mail but the one that asks; its claim is None where that was never sent.
    `is_reached` is false once the newest mail to the address in use came back.
    """

    confirmed: str
    unconfirmed: str
    is_reached: bool
    claim: Claim | None
    reminder: ReminderChoice | None
    resume_on: date | None

    @property
    def typed(self) -> str:
        """The address that a form shows and changes."""
        return self.unconfirmed or self.confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedAddress:
    """What the page behind the link of a mail shows before its button."""

    address: str
    company_name: str
    started_at: datetime
    is_confirmed: bool
    link_follows: bool


def get_address_settings(session: Session, *, actor: Actor) -> AddressSettings:
    """Return what an owner sees and changes; an address is nobody else's business."""
    actor.require(Task.DECLARE)
    company = addresses.get_company(session, actor.company_id)
    unconfirmed = company.email if company.email != company.confirmed_email else ""
    claim = addresses.find_claim(session, actor.company_id) if unconfirmed else None
    newest = addresses.find_newest_state(session, company_id=company.id, address=unconfirmed or company.confirmed_email)
    return AddressSettings(
        confirmed=company.confirmed_email,
        unconfirmed=unconfirmed,
        is_reached=newest != MessageState.UNDELIVERABLE,
        claim=to_claim(claim) if claim and claim.address == unconfirmed else None,
        reminder=ReminderChoice(company.reminder) if company.reminder else None,
        resume_on=company.mails_resume_on,
    )


def claim_address(
    session: Session,
    *,
    actor: Actor,
    address: str,
    shown: str,
    language: str,
    wants_link: bool = False,
    now: datetime,
) -> Conflict | None:
    """Write to an address and ask its holder to confirm it; the one confirmed before stays until then.

    With `wants_link` the access link is mailed as soon as it is confirmed. Typing the confirmed one again gives up a
    change that waits. Returns what is stored where somebody else changed it meanwhile (P2).
    """
    actor.require(Task.DECLARE)
    company = addresses.lock_company(session, actor.company_id)
    if not _is_as_seen(company, shown) and company.email != address:
        return Conflict("email", company.email or company.confirmed_email, address)
    company.email = address
    before = addresses.find_claim(session, company.id)
    if address == company.confirmed_email:
        addresses.delete_claim(session, company.id)
        return None
    if before is not None and before.address == address:
        had_wish = _wants_link(session, before.id)
        if to_claim(before).was_just_made_at(now) and (had_wish or not wants_link):
            return None
        wants_link = wants_link or had_wish
    _ask(session, actor, address, language=language, wants_link=wants_link, now=now)
    return None


def get_claimed_address(session: Session, *, token: str, now: datetime) -> ClaimedAddress:
    """Return what a link from a mail would confirm; NotFound for unknown, replaced and old ones alike."""
    claim = addresses.find_claim_by_token(session, hash_token(token))
    if claim is None or not to_claim(claim).is_open_at(now):
        raise NotFound
    company = addresses.get_company(session, claim.company_id)
    return ClaimedAddress(
        address=claim.address,
        company_name=company.name,
        started_at=addresses.get_round(session, claim.assessment_id).started_at,
        is_confirmed=company.confirmed_email == claim.address,
        link_follows=_wants_link(session, claim.id),
    )


def confirm_by_token(session: Session, *, token: str, language: str, now: datetime) -> ClaimedAddress:
    """Confirm an address by the link in its mail; pressing twice is harmless.

    Raises:
        NotFound: the link is unknown, a day old, or another address was typed since.
    """
    claim = addresses.find_claim_by_token(session, hash_token(token))
    if claim is None:
        raise NotFound
    turns.hold_round(session, claim.assessment_id)
    company = addresses.lock_company(session, claim.company_id)
    claimed = get_claimed_address(session, token=token, now=now)  # as it is now that nobody else changes it
    _confirm(session, company, claim, by=RECIPIENT, language=language, now=now)
    return claimed


def confirm_by_code(session: Session, *, actor: Actor, code: str, language: str, now: datetime) -> CodeAnswer:
    """Confirm an address by the code in its mail. Whoever calls commits in any case: the try counts (P12)."""
    actor.require(Task.DECLARE)
    company = addresses.lock_company(session, actor.company_id)
    claim = addresses.count_code_try(session, actor.company_id)
    if claim is None:
        return CodeAnswer.NOTHING_WAITS
    is_same = claim.code_hash == hash_code(claim.id, code)
    answer = to_claim(claim).judge_code(is_same=is_same, now=now)
    if answer is CodeAnswer.RIGHT:
        _confirm(session, company, claim, by=actor.right, language=language, now=now)
    return answer


def remove_address(session: Session, *, actor: Actor, shown: str, now: datetime) -> Conflict | None:
    """Forget the address, confirmed or not; the confirmed one is told. How to be reminded stays as chosen."""
    actor.require(Task.DECLARE)
    company = addresses.lock_company(session, actor.company_id)
    if not _is_as_seen(company, shown) and (company.email or company.confirmed_email):
        return Conflict("email", company.email or company.confirmed_email, "")
    told = owes_notice(before=company.confirmed_email, after="")
    company.email = company.confirmed_email = ""
    company.email_confirmed_at = company.mails_resume_on = None
    addresses.delete_claim(session, company.id)
    if told:
        _tell(session, told, company, actor.assessment_id, now)
        append_event(session, _event(Verb.ADDRESS_REMOVED, actor.assessment_id, actor.right, now))
    return None


def to_claim(row: AddressClaim) -> Claim:
    return Claim(
        address=row.address,
        created_at=row.created_at,
        expires_at=row.expires_at,
        code_expires_at=row.code_expires_at,
        tries=row.tries,
    )


def name_claim(claim_id: UUID) -> str:
    """Return the subject of the mail that asks for a confirmation."""
    return f"{CLAIM}{claim_id}"


def read_claim_id(subject: str) -> UUID:
    return UUID(subject.removeprefix(CLAIM))


def hash_code(claim_id: UUID, code: str) -> str:
    return hashlib.sha256(f"{claim_id}:{code}".encode()).hexdigest()


def _is_as_seen(company: Company, shown: str) -> bool:
    """Say whether a form showed what is stored; the confirmed address where no other was typed."""
    return shown == company.email or (not company.email and shown == company.confirmed_email)


def _ask(session: Session, actor: Actor, address: str, *, language: str, wants_link: bool, now: datetime) -> None:
    """Let a new claim take the place of the old one, and queue the mail that its holder confirms it with."""
    claim_id = uuid4()
    addresses.replace_claim(
        session,
        id=claim_id,
        company_id=actor.company_id,
        assessment_id=actor.assessment_id,
        address=address,
        created_at=now,
        expires_at=now + CLAIM_LIFETIME,
    )
    queue_message(
        session,
        kind=MessageKind.CONFIRM_ADDRESS,
        subject=name_claim(claim_id),
        address=address,
        language=language,
        facts=LINK_AFTERWARDS if wants_link else {},
        company_id=actor.company_id,
        assessment_id=actor.assessment_id,
        now=now,
    )


def _confirm(session: Session, company: Company, claim: AddressClaim, *, by: str, language: str, now: datetime) -> None:
    """Let an address take the place of the one before; nothing where it has it already."""
    if company.confirmed_email == claim.address:
        return
    told = owes_notice(before=company.confirmed_email, after=claim.address)
    company.confirmed_email = company.email = claim.address
    company.email_confirmed_at = now
    session.flush()
    if told:
        _tell(session, told, company, claim.assessment_id, now)
    if _wants_link(session, claim.id):
        queue_access_link(
            session,
            company_id=company.id,
            assessment_id=claim.assessment_id,
            address=claim.address,
            language=language,
            now=now,
        )
    append_event(session, _event(Verb.ADDRESS_CONFIRMED, claim.assessment_id, by, now))


def _tell(session: Session, address: str, company: Company, assessment_id: UUID, now: datetime) -> None:
    """Tell the old address that it is no longer the company's; which one is, is not for its reader."""
    queue_message(
        session,
        kind=MessageKind.ADDRESS_CHANGED,
        subject=f"company:{company.id}",
        stage=now.isoformat(),
        address=address,
        language=addresses.get_round(session, assessment_id).language,
        facts={"change": "changed" if company.confirmed_email else "removed"},
        company_id=company.id,
        assessment_id=assessment_id,
        now=now,
    )


def _wants_link(session: Session, claim_id: UUID) -> bool:
    facts = addresses.find_facts(session, kind=MessageKind.CONFIRM_ADDRESS, subject=name_claim(claim_id))
    return bool(facts) and json.loads(str(facts)) == LINK_AFTERWARDS


def _event(verb: Verb, assessment_id: UUID, actor: Right | str, now: datetime) -> Event:
    return Event(verb=verb, actor=actor, subject=f"assessment:{assessment_id}", at=now)
