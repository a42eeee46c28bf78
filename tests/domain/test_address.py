"""One plain address, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain.address import EMAIL_LENGTH, is_email

LONG_LABEL = "d" * 63


@pytest.mark.parametrize(
    "text",
    [
        "a@b.de",
        "buero@betrieb.de",
        "o'brien+check=1@sub.betrieb-nord.co.uk",
        "first.last@xn--mller-kva.de",
        "A@B.DE",
        f"{'a' * 64}@b.de",
        f"a@{LONG_LABEL}.{LONG_LABEL}.{LONG_LABEL}.{'d' * 57}.de",
    ],
)
def test_one_plain_address_is_one(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@",
        "a@",
        "@b.de",
        "a@b",
        "a@localhost",
        "a@b.d",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@-b.de",
        "a@b-.de",
        "a@b..de",
        ".a@b.de",
        "a.@b.de",
        "a..c@b.de",
        "a b@c.de",
        "a@b.de, c@d.de",
        "a@b.de;c@d.de",
        "a@b.de c@d.de",
        "a@b@c.de",
        "Eva <eva@betrieb.de>",
        '"a"@b.de',
        "a(comment)@b.de",
        "mailto:a@b.de",
        "a@b.de\r\nBcc: c@d.de",
        "a@b.de\n",
        "\na@b.de",
        "a@b.de\0",
        "a%0d%0aBcc:c@b.de",
        "büro@betrieb.de",
        "buero@büro.de",
        "buero@betrieb。de",
        "buero＠betrieb.de",
        "аlma@betrieb.de",  # a Cyrillic letter
        "a\u200b@b.de",
        "a\u202e@b.de",
        "a@b.de\u2028c@d.de",
        f"{'a' * 65}@b.de",
        f"a@{'d' * 64}.de",
        f"a@{LONG_LABEL}.{LONG_LABEL}.{LONG_LABEL}.{'d' * 58}.de",
        "a" * 1000 + "@b.de",
        "a@" + "b." * 1000 + "de",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_email(text)


@given(st.text(st.sampled_from('a.@\r\n,;<>" é-:'), max_size=12))
def test_what_is_let_in_has_one_at_sign_and_nothing_that_ends_a_header(text: str) -> None:
    if is_email(text):
        assert text.count("@") == 1
        assert text.isascii()
        assert not set(text) & set('\r\n,;<>" :')
        assert len(text) <= EMAIL_LENGTH
