import pytest

from om_selfcheck.domain.network import SLUG_LENGTH, has_page_address, is_slug
from om_selfcheck.domain.release import ReleaseLevel


@pytest.mark.parametrize(
    "text",
    [
        "https://beispiel.de",
        "HTTP://beispiel",
        "Mehr auf www.beispiel",
        "Mehr auf beispiel.de",
        "Mehr auf netz.beispiel.co.uk/termine",
        "bei\u00adspiel.de",
        "beispiel.\u200bde",
    ],
)
def test_the_address_of_a_page_is_found(text: str) -> None:
    assert has_page_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kommen Sie am 3.12. um 9.30 Uhr, z.B. mit Ihrer Vertretung.",
        "Das Netzwerk Nordharz e.V. grüßt Sie. Wir freuen uns.",
        "Schreiben Sie an nina.nord@netz-harz.de oder rufen Sie an: 0531.1234",
    ],
)
def test_what_is_no_page_may_stand_in_a_greeting(text: str) -> None:
    assert not has_page_address(text)


@pytest.mark.parametrize(
    "text", ["", "-a", "a-", "a--b", "Nordharz", "nordharz/x", "süd", "a b", "a" * (SLUG_LENGTH + 1)]
)
def test_what_does_not_fit_an_address_is_no_slug(text: str) -> None:
    assert not is_slug(text)


def test_each_level_of_a_release_holds_the_ones_before() -> None:
    levels = list(ReleaseLevel)
    for place, level in enumerate(levels):
        assert [level.covers(other) for other in levels] == [other in levels[: place + 1] for other in levels]
