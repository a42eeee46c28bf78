"""Whether the letter about a step of a case has to go by post."""

import pytest

from om_selfcheck.domain.delivery import Delivery, judge_delivery
from om_selfcheck.domain.message import MessageState


@pytest.mark.parametrize(
    ("state", "is_over", "expected", "needs_post"),
    [
        (None, False, Delivery.NO_ADDRESS, True),
        (MessageState.QUEUED, False, Delivery.UNDER_WAY, False),
        (MessageState.SENDING, False, Delivery.UNDER_WAY, False),
        (MessageState.FAILED, False, Delivery.UNDER_WAY, False),  # it is tried again
        (MessageState.SENT, True, Delivery.SENT, False),
        (MessageState.UNDELIVERABLE, False, Delivery.UNDELIVERABLE, True),
        (MessageState.CANCELLED, True, Delivery.NEEDLESS, False),
        (MessageState.CANCELLED, False, Delivery.ADDRESS_CHANGED, True),
    ],
)
def test_the_ledger_says_whether_the_company_hears(
    *, state: MessageState | None, is_over: bool, expected: Delivery, needs_post: bool
) -> None:
    found = judge_delivery(state, is_over=is_over)
    assert (found, found.needs_post) == (expected, needs_post)
