"""The number catches every single wrong character and every swap, and can be read out on the telephone."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from om_selfcheck.domain.declaration_number import (
    ALPHABET,
    RANDOM_BITS,
    NotANumber,
    format_number,
    make_number,
    read_number,
)
from om_selfcheck.domain.errors import DomainError

LENGTH = 18
VALUES = st.integers(0, 2**85 - 1)
SAMPLES = [0, 1, 2**85 - 1, 2**84, 0x0123456789ABCDEF01234, 0x1F2E3D4C5B6A798877665]


def bare(value: int) -> str:
    return make_number(value).replace("-", "")


def is_refused(typed: str) -> bool:
    try:
        read_number(typed)
    except NotANumber:
        return True
    return False


def multiply_by_long_division(left: int, right: int) -> int:
    """Return the oracle for GF(32): multiply as polynomials over GF(2), then divide by x⁵ + x² + 1."""
    product = 0
    for power in range(5):
        if right >> power & 1:
            product ^= left << power
    for power in range(8, 4, -1):
        if product >> power & 1:
            product ^= 0b100101 << power - 5
    return product


def check_character(random_characters: str) -> str:
    """Return the oracle for the last character: the sum of each place times its power of x, the first place x¹."""
    check, weight = 0, 1
    for character in random_characters:
        weight = multiply_by_long_division(weight, 2)
        check ^= multiply_by_long_division(weight, ALPHABET.index(character))
    return ALPHABET[check]


# Making


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, "000000-000000-000000"),
        (1, "000000-000000-00001K"),
        (31, "000000-000000-0000Z2"),
        (2**80, "100000-000000-000002"),
        (2**85 - 1, "ZZZZZZ-ZZZZZZ-ZZZZZP"),
    ],
)
def test_numbers_in_circulation_stay_what_they_are(value: int, number: str) -> None:
    assert make_number(value) == number
    assert read_number(number) == number


@given(VALUES)
def test_a_number_is_three_groups_of_six_out_of_the_alphabet(value: int) -> None:
    assert re.fullmatch(f"([{ALPHABET}]{{6}}-){{2}}[{ALPHABET}]{{6}}", make_number(value))


@given(VALUES)
def test_the_first_seventeen_characters_are_the_random_value(value: int) -> None:
    characters = bare(value)[:17]
    assert sum(ALPHABET.index(character) << 5 * place for place, character in enumerate(reversed(characters))) == value


@given(VALUES)
def test_the_check_character_is_the_sum_that_long_division_gives(value: int) -> None:
    characters = bare(value)
    assert characters[17] == check_character(characters[:17])


@pytest.mark.parametrize("place", range(17))
def test_every_place_and_digit_has_the_share_that_long_division_gives(place: int) -> None:
    for digit in range(32):
        characters = bare(digit << 5 * (16 - place))
        assert characters[17] == check_character(characters[:17]), digit


@given(VALUES)
def test_what_is_made_can_be_read(value: int) -> None:
    assert read_number(make_number(value)) == make_number(value)


@pytest.mark.parametrize("value", [-1, 2**85, 2**90])
def test_needs_exactly_85_random_bits(value: int) -> None:
    assert RANDOM_BITS == 85
    with pytest.raises(ValueError, match=r"^needs exactly 85 bits$"):
        make_number(value)


def test_the_alphabet_has_32_characters_and_none_that_look_alike() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 32
    assert not set(ALPHABET) & set("ILOU")
    assert ALPHABET.isascii()


@pytest.mark.parametrize(("characters", "grouped"), [("", ""), ("123456", "123456"), ("1234567", "123456-7")])
def test_groups_six_by_six(characters: str, grouped: str) -> None:
    assert format_number(characters) == grouped


# Errors that are caught


@pytest.mark.parametrize("value", SAMPLES)
@pytest.mark.parametrize("place", range(LENGTH))
def test_every_single_wrong_character_is_caught(value: int, place: int) -> None:
    right = bare(value)
    for wrong in ALPHABET.replace(right[place], ""):
        assert is_refused(right[:place] + wrong + right[place + 1 :]), wrong


@pytest.mark.parametrize("value", SAMPLES)
@pytest.mark.parametrize("first", range(LENGTH))
def test_every_swap_of_two_characters_is_caught(value: int, first: int) -> None:
    right = bare(value)
    for second in range(first + 1, LENGTH):
        swapped = list(right)
        swapped[first], swapped[second] = right[second], right[first]
        assert is_refused("".join(swapped)) is (right[first] != right[second]), second


@pytest.mark.parametrize("first", range(LENGTH))
def test_every_swap_of_any_two_different_characters_is_caught_at_every_two_places(first: int) -> None:
    # The sum is linear: a swap adds the same difference at two places, whatever stands elsewhere.
    for second in range(first + 1, LENGTH):
        for difference in ALPHABET[1:]:
            pair = ["0"] * LENGTH
            pair[first] = pair[second] = difference
            assert is_refused("".join(pair)), (second, difference)


@given(VALUES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_a_character_left_out_or_typed_once_more_is_caught(value: int, place: int, extra: str) -> None:
    right = bare(value)
    assert is_refused(right[:place] + right[place + 1 :])
    assert is_refused(right[:place] + extra + right[place:])


# Reading

READ = "1A0000-000000-00000F"


@pytest.mark.parametrize(
    "typed",
    [
        "1A0000-000000-00000F",
        "1A000000000000000F",
        "1A0000 000000 00000F",
        "  1A0000-000000-00000F\n",
        "1A0 000 000 000 000 00F",
        "1A0000\u00a0000000\u200900000F",
        "1A0000 - 000000 - 00000F",
        "1A0000.000000.00000F",
        "1A0000\u2010000000\u201100000F",
        "1A0000\u2012000000\u201300000F",
        "1A0000\u2014000000\u201500000F",
        "1A0000\u2212000000--00000F",
        "1a0000-000000-00000f",
        "1AOOOO-oooooo-0O0o0F",
        "IA0000-000000-00000F",
        "iA0000-000000-00000F",
        "LA0000-000000-00000F",
        "lA0000-000000-00000F",
    ],
)
def test_reading_tolerates_blanks_dashes_and_lookalikes(typed: str) -> None:
    assert read_number(typed) == READ


@given(VALUES, st.lists(st.booleans(), min_size=20, max_size=20))
def test_reading_tolerates_lower_case_anywhere(value: int, is_lower: list[bool]) -> None:
    pairs = zip(make_number(value), is_lower, strict=True)
    typed = "".join(character.lower() if lower else character for character, lower in pairs)
    assert read_number(typed) == make_number(value)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "0",
        "0" * 17,
        "0" * 19,
        "000000-000000-00000U",
        "u00000-000000-000000",
        "000000/000000/000000",
        "000000_000000_000000",
        "０" * 18,
        "٠" * 18,
        "⁰" * 18,
        "0" * 17 + "\u0308",
        "0" * 17 + "é",
        "0" * 17 + "\x00",
        "0" * 17 + "\ud800",
    ],
)
def test_refuses_another_length_foreign_characters_and_the_letter_u(typed: str) -> None:
    with pytest.raises(NotANumber):
        read_number(typed)


@pytest.mark.parametrize(
    ("foreign", "ours"), [("ß", "SS"), ("ﬀ", "FF"), ("ﬁ", "F1"), ("ﬆ", "ST"), ("ſ", "S"), ("ı", "1")]
)
def test_refuses_foreign_letters_that_become_ours_in_upper_case(foreign: str, ours: str) -> None:
    random_characters = ours + "0" * (17 - len(ours))
    number = random_characters + check_character(random_characters)
    assert not is_refused(number)
    assert is_refused(number.replace(ours, foreign, 1))


def test_the_letter_u_is_refused_at_every_place() -> None:
    assert all(is_refused("0" * place + letter + "0" * (17 - place)) for place in range(LENGTH) for letter in "Uu")


@given(st.text(st.characters(), max_size=40) | st.text(ALPHABET + "-OIlu ß", min_size=17, max_size=22))
@example("0" * 10_000)
def test_any_text_is_read_or_refused(typed: str) -> None:
    try:
        number = read_number(typed)
    except NotANumber:
        return
    assert read_number(number) == number


def test_a_refusal_is_a_refusal_of_the_field() -> None:
    assert issubclass(NotANumber, DomainError)
