from datetime import UTC, date, datetime

import pytest

from om_selfcheck.domain.invitation import TOKEN_BITS, InvitationState, InvitationTerms, make_token, read_token

TODAY = date(2026, 11, 24)
WITHDRAWN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        (InvitationTerms(), InvitationState.OPEN),
        (InvitationTerms(expires_on=date(2026, 11, 25)), InvitationState.OPEN),
        (InvitationTerms(expires_on=TODAY), InvitationState.OPEN),  # the last day still invites
        (InvitationTerms(expires_on=date(2026, 11, 23)), InvitationState.EXPIRED),
        (InvitationTerms(withdrawn_at=WITHDRAWN), InvitationState.WITHDRAWN),
        (InvitationTerms(expires_on=date(2026, 11, 23), withdrawn_at=WITHDRAWN), InvitationState.WITHDRAWN),
    ],
)
def test_a_link_invites_through_its_last_day_until_it_is_withdrawn(
    terms: InvitationTerms, state: InvitationState
) -> None:
    assert terms.state_on(TODAY) is state


@pytest.mark.parametrize("value", [0, 1, 31, 32, 12345678901, (1 << TOKEN_BITS) - 1])
def test_a_token_is_read_as_it_was_made_however_it_is_typed(value: int) -> None:
    token = make_token(value)
    halves = f" {token[:5].lower()}-{token[5:]} "
    assert read_token(token) == read_token(halves) == read_token(token.replace("0", "o").replace("1", "l")) == token


def test_different_bits_are_different_tokens() -> None:
    assert len({make_token(1 << place) for place in range(TOKEN_BITS)}) == TOKEN_BITS


@pytest.mark.parametrize("value", [-1, 1 << TOKEN_BITS])
def test_a_token_needs_exactly_its_bits(value: int) -> None:
    with pytest.raises(ValueError, match="50 bits"):
        make_token(value)


@pytest.mark.parametrize(
    "typed", ["", "K7M2P9QRS", "K7M2P9QRSTX", "K7M2P9QRSU", "K7M2P9QRSß", "ｋ7M2P9QRST", "../../etc"]
)
def test_what_cannot_be_a_token_is_none(typed: str) -> None:
    assert read_token(typed) is None
