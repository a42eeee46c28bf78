"""What became of the mail about a step of a case, and so whether its letter has to go by post (D14)."""

from enum import StrEnum

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
    """
    if state is None:
        return Delivery.NO_ADDRESS
    if state is MessageState.CANCELLED:
        return Delivery.NEEDLESS if is_over else Delivery.ADDRESS_CHANGED
    ended = {MessageState.SENT: Delivery.SENT, MessageState.UNDELIVERABLE: Delivery.UNDELIVERABLE}
    return ended.get(state, Delivery.UNDER_WAY)
