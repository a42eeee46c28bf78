"""Whether the letter about a step of a case has to go by post."""

from datetime import date

import pytest

from om_selfcheck.domain.delivery import (
    AlreadyPosted,
    Delivery,
    PostingDayNotAllowed,
    judge_delivery,
    note_posting,
)
from om_selfcheck.domain.message import MessageState


@pytest.mark.parametrize(
    ("state", "is_over", "expected", "needs_post"),
    [
        (None, False, Delivery.NO_ADDRESS, True),
        (None, True, Delivery.NEEDLESS, False),
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


WRITTEN, TODAY = date(2026, 3, 2), date(2026, 3, 5)


@pytest.mark.parametrize(
    ("day", "noted", "expected"),
    [
        (1, None, PostingDayNotAllowed),  # before it was written
        (2, None, True),
        (5, None, True),  # today
        (6, None, PostingDayNotAllowed),
        (3, 3, False),  # the form was sent twice
        (3, 4, AlreadyPosted),
        (6, 4, AlreadyPosted),
    ],
)
def test_a_day_of_posting_is_noted_once(day: int, noted: int | None, expected: object) -> None:
    def judge() -> object:
        noted_on = date(2026, 3, noted) if noted else None
        try:
            return note_posting(date(2026, 3, day), noted_on=noted_on, written_on=WRITTEN, today=TODAY)
        except (AlreadyPosted, PostingDayNotAllowed) as refusal:
            return type(refusal)

    assert judge() == expected
