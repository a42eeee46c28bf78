"""Mails as the ledger knows them: what kinds there are, their states, and when a failed one is tried again (P6)."""

from datetime import timedelta
from enum import StrEnum


class MessageKind(StrEnum):
    """Every mail the program sends. A kind is never renamed, because the ledger speaks it for years."""

    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_CHANGED = "address_changed"
    ACCESS_LINK = "access_link"
    LOST_LINK = "lost_link"
    RENEWAL = "renewal"
    ACTION_DUE = "action_due"
    FOLLOW_UP = "follow_up"
    DOER_INVITED = "doer_invited"
    SIGN_IN_LINK = "sign_in_link"
    SET_UP_LINK = "set_up_link"
    ACCOUNT_CHANGED = "account_changed"


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNDELIVERABLE = "undeliverable"
    CANCELLED = "cancelled"


RETRY_AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=27),
)  # two days in all
