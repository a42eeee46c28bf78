"""Measures kept ready read like all others, and nothing of a round stays in them."""

import pytest
from flask import Flask

from om_selfcheck.web.company import rating
from tests import people
from tests.people import ACTION, MEASURES, Person
from tests.web.client import Page

ALL_COLOURS = {"need-1.1.a": "urgent", "need-1.1.b": "some", "need-1.2.a": "none"}


def measures_of(page: Page) -> list[str]:
    return [" ".join(str(box).split()) for box in page.soup.select("fieldset.measure")]


def look(person: Person, language: str = "de") -> Page:
    return person.client.get(f"{person.base}/topics/1", headers={"Accept-Language": language})


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("is_reading", [False, True])
def test_a_measure_kept_ready_reads_like_one_written_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch, *, is_reading: bool, language: str
) -> None:
    alma = people.alma(app)
    alma.client.send(f"{alma.base}/topics/1", ALL_COLOURS)
    alma.client.send(f"{alma.base}/plan/new?measure=1.1.a", ACTION)
    person = people.rolf(alma) if is_reading else alma
    kept = [measures_of(look(person, language)) for _ in range(2)]
    monkeypatch.setattr(rating, "list_paths", lambda *_, **__: dict.fromkeys(MEASURES, ()))
    anew = measures_of(look(person, language))
    assert kept == [anew, anew]


def test_of_two_companies_neither_page_leads_into_the_others_round(app: Flask) -> None:
    first, second = people.alma(app), people.alma(app)
    for person in (first, second, first):
        links = [link for link in look(person).links() if "measure=" in link]
        assert links
        assert all(link.startswith(f"{person.base}/") for link in links)


def test_a_note_is_never_kept(app: Flask) -> None:
    first, second = people.alma(app), people.alma(app)
    first.client.send(f"{first.base}/topics/1", {"note-1.1.a": "Nur für uns"})
    assert "Nur für uns" in str(look(first).soup), "the control"
    assert "Nur für uns" not in str(look(second).soup)
