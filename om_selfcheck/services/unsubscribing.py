"""Ending reminders from the mail itself (RFC 8058): no sign-in, nothing stored beforehand.

The link carries whose reminders it ends and to which address they went, signed with the installation's key. So the
link in an old mailbox ends nothing for the address that came after it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.declaration import ReminderChoice
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import RECIPIENT, Event, Verb
from om_selfcheck.services.letters import Claimed
from om_selfcheck.services.record import append_event
from om_selfcheck.store.queries import recipients

DOER_SUBJECT = "doer:"
_PURPOSE = b"unsubscribe"
_HASH_BYTES, _SIGNATURE_BYTES = 8, 16
_ID = slice(1, 17)


class Whose(IntEnum):
    """Whose reminders a link ends; the numbers stand in links for years."""

    COMPANY = 1
    DOER = 2
    NUDGED = 3


@dataclass(frozen=True, slots=True)
class Reminded:
    """Somebody who gets reminders, and the address they go to, as its hash."""

    whose: Whose
    id: UUID
    address_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the page says: whose reminders, of which company, and whether they still go to that address."""

    whose: Whose
    company_name: str
    is_reminded: bool


def sign_recipient(claimed: Claimed, secret_key: str) -> str:
    """Return the part of the link that ends the reminders of whoever the mail goes to.

    Raises:
        ValueError: the message names neither a company nor somebody responsible for actions.
    """
    if claimed.subject.startswith(DOER_SUBJECT):
        whose, recipient_id = Whose.DOER, UUID(claimed.subject.removeprefix(DOER_SUBJECT))
    elif claimed.company_id is not None:
        is_nudge = claimed.kind is MessageKind.NUDGE
        whose, recipient_id = Whose.NUDGED if is_nudge else Whose.COMPANY, claimed.company_id
    else:
        raise ValueError("there is nobody whose reminders could end")
    said = bytes([whose]) + recipient_id.bytes + _hash_address(claimed.address)
    return urlsafe_b64encode(said + _sign(said, secret_key)).decode().rstrip("=")


def get_standing(session: Session, *, signed: str, secret_key: str) -> Standing:
    """Return what a link is about; NotFound where it was not made here or was changed."""
    return _load(session, _read(signed, secret_key))


def end_reminders(session: Session, *, signed: str, secret_key: str, now: datetime) -> Standing:
    """End the reminders a link is about, and say whose they were. Ending twice is harmless."""
    reminded = _read(signed, secret_key)
    standing = _load(session, reminded)
    if not standing.is_reminded:
        return standing
    if reminded.whose is Whose.COMPANY:
        recipients.set_reminder(session, company_id=reminded.id, choice=ReminderChoice.NOT_AT_ALL)
    elif reminded.whose is Whose.NUDGED:
        recipients.forbid_nudges(session, company_id=reminded.id)
    else:
        recipients.forget_doer_address(session, doer_id=reminded.id)
    subject = f"{'doer' if reminded.whose is Whose.DOER else 'company'}:{reminded.id}"
    append_event(session, Event(verb=Verb.REMINDERS_ENDED, actor=RECIPIENT, subject=subject, at=now))
    return standing


def _load(session: Session, reminded: Reminded) -> Standing:
    if reminded.whose is Whose.COMPANY:
        row = recipients.find_company(session, reminded.id)
        is_wanted = row is not None and row.reminder == ReminderChoice.EMAIL
    elif reminded.whose is Whose.NUDGED:
        row = recipients.find_company(session, reminded.id)
        is_wanted = row is not None and recipients.may_be_nudged(session, reminded.id)
    else:
        row = recipients.find_doer(session, reminded.id)
        is_wanted = row is not None
    is_reminded = row is not None and is_wanted and _hash_address(row.address) == reminded.address_hash
    return Standing(whose=reminded.whose, company_name=row.company_name if row else "", is_reminded=is_reminded)


def _read(signed: str, secret_key: str) -> Reminded:
    try:
        raw = urlsafe_b64decode(signed.encode("ascii") + b"==")
        said, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _sign(said, secret_key)):
            raise NotFound
        return Reminded(Whose(said[0]), UUID(bytes=said[_ID]), said[_ID.stop :])
    except ValueError as error:  # not base64, not ours
        raise NotFound from error


def _sign(said: bytes, secret_key: str) -> bytes:
    return hmac.digest(secret_key.encode(), _PURPOSE + said, "sha256")[:_SIGNATURE_BYTES]


def _hash_address(address: str) -> bytes:
    return hashlib.sha256(address.casefold().encode()).digest()[:_HASH_BYTES]
