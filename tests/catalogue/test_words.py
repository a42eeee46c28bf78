"""The rule about words catches what it is meant to catch, and lets pass what a sound text needs."""

import pytest

from tests.catalogue.words import find_claim, find_praise


@pytest.mark.parametrize(
    "text",
    [
        "Der zertifizierte Check",
        "Ein geprüfter Weg",
        "Wer alles ausfüllt, hat bestanden.",
        "Ein ausgezeichneter Betrieb",
        "Mit Gütesiegel",
        "Das Siegel für Betriebe",
        "Fünf Sterne",
        "A certificate for your firm",
        "Win an award",
        "With a badge",
        "Nicht lang, und doch gut. Am Ende sind Sie zertifiziert.",
        "Der INQA-Unternehmenscheck",
        "Mit CE-Zeichen",
    ],
)
def test_a_check_does_not_praise_itself(text: str) -> None:
    assert find_praise(text)


@pytest.mark.parametrize(
    "text",
    [
        "Niemand von außen hat die Antworten geprüft.",
        "Nobody outside has tested the answers; it is no certificate.",
        "Der Boden wird neu versiegelt",
        "Ein Startpunkt für Betriebe, der sich sehen lassen kann",
        "A start for firms that want to stay ahead",
    ],
)
def test_a_check_may_say_what_it_is_not(text: str) -> None:
    assert not find_praise(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wir werden extern geprüft.",
        "Ein zertifizierter Betrieb wie unserer",
        "Auf der Website steht das Qualitätssiegel.",
        "We are a certified company.",
        "Our books are independently audited.",
        "Wie im INQA-Unternehmenscheck",
        "Nach Art der Offensive Mittelstand",
    ],
)
def test_a_measure_gives_no_verdict_on_the_firm(text: str) -> None:
    assert find_claim(text)


@pytest.mark.parametrize(
    "text",
    [
        "Leitern und Elektrogeräte werden jedes Jahr geprüft.",
        "Die Gesellenprüfung hat sie im Juli bestanden.",
        "Im Laden ist jede Ware mit ihrem Preis ausgezeichnet.",
        "Zwei Lieferanten sind nach ISO 14001 zertifiziert.",
        "The workshop accepts new machines only with CE mark and certificates from health funds.",
        "Der Estrich ist versiegelt.",
        "Every ladder is tested once a year.",
    ],
)
def test_a_measure_may_speak_of_equipment_exams_prices_and_suppliers(text: str) -> None:
    assert not find_claim(text)
