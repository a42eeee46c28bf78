"""An address of a company: what one is, how it is claimed, what its code answers, what a change means."""

import doctest
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from om_selfcheck.domain import address
from om_selfcheck.domain.address import (
    CODE_ALPHABET,
    CODE_TRIES,
    CODES,
    EMAIL_LENGTH,
    Claim,
    CodeAnswer,
    clean_address,
    is_email,
    is_pause,
    make_code,
    owes_notice,
    read_code,
)
from om_selfcheck.domain.limits import CLAIMS_OF_COMPANY

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TINY = timedelta(microseconds=1)
LONGEST = "a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 57 + ".de"


@pytest.mark.parametrize(
    "text",
    [
        "buero@betrieb.de",
        "a@b.de",
        "k.brandt+om@post.tischlerei-brandt.example",
        "o'neill@betrieb.de",
        "1@2.info",
        "BUERO@BETRIEB.DE",
        "a@xn--mller-kva.de",
        LONGEST,
    ],
)
def test_a_plain_address_is_one(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "buero",
        "@betrieb.de",
        "buero@",
        "buero@betrieb",
        "buero@betrieb.",
        "buero@.de",
        "buero@betrieb..de",
        "bu..ero@betrieb.de",
        ".buero@betrieb.de",
        "buero.@betrieb.de",
        "buero@-betrieb.de",
        "buero@betrieb-.de",
        "buero@betrieb.d",
        "buero@192.0.2.1",
        "buero@[192.0.2.1]",
        "buero@@betrieb.de",
        "a@b.de, c@d.de",
        "a@b.de;c@d.de",
        "a@b.de c@d.de",
        "Büro <buero@betrieb.de>",
        "<buero@betrieb.de>",
        '"bu ero"@betrieb.de',
        "buero@betrieb.de\n",
        "buero@betrieb.de\r\nBcc: c@d.de",
        "buero\0@betrieb.de",
        "buero@betrieb.de\u2028",
        "mailto:a@b.de",
        "a(comment)@b.de",
        "a%0d%0aBcc:c@b.de",
        "a\u202e@b.de",
        "a@localhost",
        "büro@betrieb.de",
        "buero@bäckerei.de",
        "buеro@betrieb.de",  # a Cyrillic е
        "ｂuero@betrieb.de",
        "buero＠betrieb.de",
        "buero@betrieb。de",
        "a" * 65 + "@betrieb.de",
        "e" + LONGEST,
        "a@" + "b" * 64 + ".de",
        "x" * 1000,
        "x" * 1000 + "@betrieb.de",
        "a@" + "b." * 500 + "de",
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


@given(st.text())
def test_no_text_at_all_becomes_two_addresses_or_two_lines(text: str) -> None:
    cleaned = clean_address(f"a@b.de{text}")
    if is_email(cleaned):
        assert cleaned.isascii()
        assert cleaned.isprintable()
        assert cleaned.count("@") == 1
        assert not set(cleaned) & set(' ,;:<>()[]\\"')


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        (" Buero@Betrieb.DE ", "buero@betrieb.de"),
        ("buero@betrieb.de\r\n", "buero@betrieb.de"),
        ("buero@\u200bbetrieb.de", "buero@betrieb.de"),
        ("a@b.de\nBcc: c@d.de", "a@b.de Bcc: c@d.de"),
        ("BÜRO@betrieb.de", "BÜRO@betrieb.de"),
        ("", ""),
    ],
)
def test_the_same_address_is_one_text_however_it_is_typed(typed: str, cleaned: str) -> None:
    assert clean_address(typed) == cleaned


# The code


def test_no_character_of_a_code_is_taken_for_another() -> None:
    assert not set(CODE_ALPHABET) & set("0O1IL2Z5S8BAEU")
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET)
    assert "".join(sorted(CODE_ALPHABET)) == CODE_ALPHABET


def test_guessing_within_all_limits_for_a_year_stays_hopeless() -> None:
    tries_a_year = CODE_TRIES * CLAIMS_OF_COMPANY.most * 24 * 366
    assert tries_a_year / CODES < 1e-4


@given(st.integers(0, CODES - 1))
def test_a_code_is_read_as_it_was_made(chance: int) -> None:
    code = make_code(chance)
    assert len(code) == 9
    assert read_code(code) == read_code(f" {code.lower().replace('-', ' – ')} ") == code


@given(st.integers(0, CODES - 1), st.integers(0, CODES - 1))
def test_two_numbers_give_two_codes(one: int, other: int) -> None:
    assert (make_code(one) == make_code(other)) is (one == other)


@pytest.mark.parametrize("chance", [-1, CODES])
def test_no_code_beyond_all_codes(chance: int) -> None:
    with pytest.raises(ValueError, match="no code"):
        make_code(chance)


@pytest.mark.parametrize(
    "typed", ["", "7CDF-GHJ", "7CDF-GHJKM", "7CDF-GHJ0", "7CDF-GHJO", "ﬀDF-GHJK", "７CDFGHJK", "x" * 5000]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) == ""


# The claim


def claim(**changes: object) -> Claim:
    facts: dict[str, object] = {
        "address": "buero@betrieb.de",
        "created_at": NOW,
        "expires_at": NOW + timedelta(hours=24),
        "code_expires_at": NOW + timedelta(minutes=10),
    }
    return Claim(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tries", "is_same", "after", "answer"),
    [
        (1, True, timedelta(0), CodeAnswer.RIGHT),
        (1, False, timedelta(0), CodeAnswer.WRONG),
        (5, True, timedelta(0), CodeAnswer.RIGHT),
        (5, False, timedelta(0), CodeAnswer.WRONG),
        (6, True, timedelta(0), CodeAnswer.USED_UP),
        (6, False, timedelta(0), CodeAnswer.USED_UP),
        (1, True, timedelta(minutes=10) - TINY, CodeAnswer.RIGHT),
        (1, True, timedelta(minutes=10), CodeAnswer.EXPIRED),
        (1, False, timedelta(minutes=10), CodeAnswer.EXPIRED),
        (6, True, timedelta(minutes=10), CodeAnswer.USED_UP),
        (1, True, timedelta(hours=24), CodeAnswer.EXPIRED),
    ],
)
def test_a_code_is_right_five_times_within_ten_minutes(
    tries: int, after: timedelta, answer: CodeAnswer, *, is_same: bool
) -> None:
    assert claim(tries=tries).judge_code(is_same=is_same, now=NOW + after) is answer


def test_before_its_mail_is_sent_no_code_is_right() -> None:
    assert claim(code_expires_at=None).judge_code(is_same=True, now=NOW) is CodeAnswer.EXPIRED


def test_a_code_ends_with_its_claim_at_the_latest() -> None:
    late = claim(expires_at=NOW + timedelta(minutes=5))
    assert late.judge_code(is_same=True, now=NOW + timedelta(minutes=5)) is CodeAnswer.EXPIRED


@pytest.mark.parametrize(("tries", "left"), [(0, 5), (1, 4), (5, 0), (6, 0)])
def test_tries_are_counted_down(tries: int, left: int) -> None:
    assert claim(tries=tries).tries_left == left


def test_a_link_confirms_for_a_day() -> None:
    assert claim().is_open_at(NOW + timedelta(hours=24) - TINY)
    assert not claim().is_open_at(NOW + timedelta(hours=24))


@pytest.mark.parametrize(("after", "is_second_click"), [(0, True), (59, True), (60, False)])
def test_the_same_wish_within_a_minute_is_a_second_click(after: int, *, is_second_click: bool) -> None:
    assert claim().was_just_made_at(NOW + timedelta(seconds=after)) is is_second_click


# What a change means


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "neu@betrieb.de", ""),
        ("alt@betrieb.de", "neu@betrieb.de", "alt@betrieb.de"),
        ("alt@betrieb.de", "alt@betrieb.de", ""),
        ("alt@betrieb.de", "", "alt@betrieb.de"),
        ("", "", ""),
    ],
)
def test_the_old_address_is_told_when_another_or_none_takes_its_place(before: str, after: str, told: str) -> None:
    assert owes_notice(before=before, after=after) == told


@pytest.mark.parametrize(
    ("resume_on", "may"),
    [
        (date(2026, 11, 23), False),
        (date(2026, 11, 24), False),
        (date(2026, 11, 25), True),
        (date(2027, 11, 25), True),
        (date(2027, 11, 26), False),
    ],
)
def test_mails_rest_from_tomorrow_for_a_year_at_most(resume_on: date, *, may: bool) -> None:
    assert is_pause(resume_on, date(2026, 11, 24)) is may


def test_the_examples_in_the_docstrings_are_right() -> None:
    assert doctest.testmod(address).failed == 0
