"""What became of the mail about a step of a case, and so whether its letter has to go by post (D14)."""

from datetime import date
from enum import StrEnum

from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.message import MessageState


class Delivery(StrEnum):
    """From the office's side: whether the company hears by mail."""

    SENT = "sent"
    UNDER_WAY = "under_way"
    NEEDLESS = "needless"
    NO_ADDRESS = "no_address"
    ADDRESS_CHANGED = "address_changed"
    UNDELIVERABLE = "undeliverable"

    @property
    def needs_post(self) -> bool:
        return self in (Delivery.NO_ADDRESS, Delivery.ADDRESS_CHANGED, Delivery.UNDELIVERABLE)


def judge_delivery(state: MessageState | None, *, is_over: bool) -> Delivery:
    """Return what the ledger says about a letter's mail; None: there was no confirmed address to queue one for.

    A mail is called off where its case was closed over the question (`is_over`), or the address is another by now.
    What was not written before that need not be posted either.
    """
    if state is None:
        return Delivery.NEEDLESS if is_over else Delivery.NO_ADDRESS
    if state is MessageState.CANCELLED:
        return Delivery.NEEDLESS if is_over else Delivery.ADDRESS_CHANGED
    ended = {MessageState.SENT: Delivery.SENT, MessageState.UNDELIVERABLE: Delivery.UNDELIVERABLE}
    return ended.get(state, Delivery.UNDER_WAY)


class PostingDayNotAllowed(DomainError):
    """A letter is posted on a day from the one it was written to today."""


class AlreadyPosted(DomainError):
    """It was noted before, with another day; what was noted stays."""

    def __init__(self, posted_on: date) -> None:
        super().__init__()
        self.posted_on = posted_on


def note_posting(posted_on: date, *, noted_on: date | None, written_on: date, today: date) -> bool:
    """Say whether a day of posting is news; the same day noted twice is none.

    Raises:
        PostingDayNotAllowed: nobody posts a letter before it is written, nor notes it before.
        AlreadyPosted: another day was noted already.
    """
    if noted_on is not None:
        if noted_on != posted_on:
            raise AlreadyPosted(noted_on)
        return False
    if not written_on <= posted_on <= today:
        raise PostingDayNotAllowed
    return True
