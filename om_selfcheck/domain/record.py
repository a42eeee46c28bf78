"""The record: acts of weight as events in the past tense, chained by hashes so that tampering is found (P13).

A row holds the hash of its salted payload, not the payload itself: payload and salt can be erased and the chain
still verifies. Rows stay for years, so an event never holds a name, an address or anything that somebody typed:

- `actor` is a right held by a link (``owner``, ``editor`` …), ``user:<id>`` for who is signed in, ``recipient`` for who
  holds a mail of ours, or ``system``;
- `subject` is ``<kind>:<id>``: ``assessment:<id>``, ``declaration:<number>``, ``company:<id>``, ``doer:<id>``,
  ``user:<id>``, ``network:<id>``, ``sample:<id>``, ``audit:<id>``, ``report:<id>``,
  ``questionnaire:<slug>/<version>``, ``register:<list>``; whose timeline it appears in;
- `payload` holds ids, codes, hashes, days and numbers.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from json.encoder import encode_basestring as quote
from uuid import UUID

from om_selfcheck.domain.access import Right

GENESIS = "0" * 64
SYSTEM = "system"
RECIPIENT = "recipient"
Payload = Mapping[str, str | int]

_ACTORS = frozenset({SYSTEM, RECIPIENT, *Right})
_USER = re.compile(r"user:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SUBJECT = re.compile(r"(?=.{3,80}\Z)[a-z_]+:[A-Za-z0-9._/-]+")
_KEY = re.compile(r"[a-z_]{1,40}")
_CODE = re.compile(r"[A-Za-z0-9._:/+=-]{0,100}")  # no blank, no @: a sentence, a name or an address does not fit
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Verb(StrEnum):
    """What happened. A verb is never renamed, because rows speak it for years."""

    QUESTIONNAIRE_PUBLISHED = "questionnaire_published"
    ASSESSMENT_STARTED = "assessment_started"
    GRANT_CREATED = "grant_created"
    GRANT_REVOKED = "grant_revoked"
    KEY_RENEWED = "key_renewed"
    DECLARATION_ISSUED = "declaration_issued"
    DECLARATION_REPLACED = "declaration_replaced"
    RENEWAL_STARTED = "renewal_started"
    ADDRESS_CONFIRMED = "address_confirmed"
    ADDRESS_REMOVED = "address_removed"
    REMINDERS_ENDED = "reminders_ended"
    DATA_EXPORTED = "data_exported"
    COMPANY_ERASED = "company_erased"
    GRANT_OPENED = "grant_opened"
    ASSESSMENT_CLEARED = "assessment_cleared"
    PAYLOADS_ERASED = "payloads_erased"
    USER_ADDED = "user_added"
    USER_DEACTIVATED = "user_deactivated"
    USER_REACTIVATED = "user_reactivated"
    USER_RESET = "user_reset"
    ROLE_CHANGED = "role_changed"
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"
    SIGNED_IN = "signed_in"
    PASSWORD_SET = "password_set"  # noqa: S105 - a code
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    NETWORK_ADDED = "network_added"
    NETWORK_CHANGED = "network_changed"
    NETWORK_CLOSED = "network_closed"
    NETWORK_REOPENED = "network_reopened"
    INVITATION_CREATED = "invitation_created"
    INVITATION_CHANGED = "invitation_changed"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    NETWORK_JOINED = "network_joined"
    NETWORK_LEFT = "network_left"
    NETWORK_CHOICE_CHANGED = "network_choice_changed"
    RELEASE_BEGUN = "release_begun"
    RELEASE_ENDED = "release_ended"
    MEMBERS_EXPORTED = "members_exported"
    COMPANIES_NUDGED = "companies_nudged"
    DECLARATION_CORRECTED = "declaration_corrected"
    REGISTER_EXPORTED = "register_exported"
    RECORD_EXPORTED = "record_exported"
    SAMPLE_DRAWN = "sample_drawn"
    AUDIT_STARTED = "audit_started"
    AUDIT_ASKED = "audit_asked"
    SNAPSHOT_OPENED = "snapshot_opened"
    OPENING_ENDED = "opening_ended"
    SNAPSHOT_SEEN = "snapshot_seen"
    FINDINGS_NOTED = "findings_noted"
    FINDINGS_SUBMITTED = "findings_submitted"
    FINDINGS_RETURNED = "findings_returned"
    AUDIT_CLOSED = "audit_closed"
    LETTER_POSTED = "letter_posted"
    WITHDRAWAL_PROPOSED = "withdrawal_proposed"
    HEARING_ANSWERED = "hearing_answered"
    WITHDRAWAL_DROPPED = "withdrawal_dropped"
    DECLARATION_WITHDRAWN = "declaration_withdrawn"
    REPORT_RECEIVED = "report_received"
    REPORT_CLOSED = "report_closed"
    NAME_HIDDEN = "name_hidden"
    NAME_SHOWN = "name_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act of weight; the module says what actor, subject and payload may be, all else is a ValueError."""

    verb: Verb
    actor: str
    subject: str
    at: datetime
    payload: Payload = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.actor in _ACTORS or _USER.fullmatch(self.actor)):
            raise ValueError(f"an event's actor is a right, user:<id>, recipient or system, not {self.actor!r}")
        if not _SUBJECT.fullmatch(self.subject):
            raise ValueError(f"an event's subject is <kind>:<id>, not {self.subject!r}")
        for key, value in self.payload.items():
            if not (_KEY.fullmatch(key) and (isinstance(value, int) or _CODE.fullmatch(value))):
                raise ValueError(f"an event holds ids, codes, hashes, days and numbers; {key!r} is something else")


def may_company_read(verb: str, actor: str) -> bool:
    """Say whether a company reads an event of its record: all but when a responsible person first opened their link.

    Such openings are not recorded any more; those of older versions stay in the chain.
    """
    return (verb, actor) != (Verb.GRANT_OPENED, Right.DOER)


def user_actor(user_id: UUID) -> str:
    """Return how the record names somebody who is signed in.

    >>> user_actor(UUID(int=7))
    'user:00000000-0000-0000-0000-000000000007'
    """
    return f"user:{user_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the chain as stored."""

    seq: int
    at: datetime
    actor: str
    verb: str
    subject: str
    payload_hash: str
    previous_hash: str
    hash: str


def hash_payload(salt: str, payload: str) -> str:
    return _hash(f"{salt}\n{payload}")


def canonical_json(value: object) -> str:
    """Write JSON so that equal values give equal bytes."""
    return _encode(value)


def make_entry(event: Event, *, seq: int, payload_hash: str, previous_hash: str) -> Entry:
    """Return the row that an event becomes at its place in the chain."""
    entry = Entry(
        seq=seq,
        at=event.at,
        actor=event.actor,
        verb=event.verb,
        subject=event.subject,
        payload_hash=payload_hash,
        previous_hash=previous_hash,
        hash="",
    )
    return replace(entry, hash=hash_entry(entry))


def hash_entry(entry: Entry) -> str:
    """Return the hash over a row, all but its own hash; the instant counts in UTC to the microsecond.

    What is hashed is the row's canonical JSON, put together by hand because a million rows are verified in one go.
    """
    instant = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return _hash(
        f'[{entry.seq},"{instant}",{quote(entry.actor)},{quote(entry.verb)},{quote(entry.subject)},'
        f"{quote(entry.payload_hash)},{quote(entry.previous_hash)}]"
    )


def _hash(text: str) -> str:
    """Hash a text; bytes that are none, which only tampering puts into a database, are hashed as they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
