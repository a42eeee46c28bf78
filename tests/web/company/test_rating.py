"""The topic page: what it shows, what it saves, what it refuses."""

from dataclasses import replace
from io import BytesIO

import pytest
from bs4 import Tag
from flask import Flask
from pypdf import PdfReader

from om_selfcheck.catalogue import Catalogue
from tests import people
from tests.people import Person
from tests.web.client import Page

JSON = {"Accept": "application/json"}


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.alma(app)


def save(person: Person, **fields: str) -> Page:
    data = {name.replace("__", "."): value for name, value in fields.items()}
    token = person.client.csrf_token(person.assessment_id)
    return person.client.post(f"{person.base}/topics/1", {"csrf_token": token} | data, headers=JSON)


def chosen(person: Person, ref: str) -> str | None:
    page = person.client.get(f"{person.base}/topics/{ref[0]}")
    radio = page.soup.select_one(f'input[name="need-{ref}"][checked]')
    return str(radio["value"]) if radio else None


def test_each_measure_offers_three_choices_in_the_fixed_order_and_none_is_preselected(alma: Person) -> None:
    page = alma.client.get(f"{alma.base}/topics/1")
    for box in page.soup.select("fieldset.measure"):
        assert [radio["value"] for radio in box.select("input[type=radio]")] == ["urgent", "some", "none"]
        assert not box.select("[checked]")
        assert isinstance(box.legend, Tag)


def test_one_choice_sent_by_the_script_is_one_saved_rating(alma: Person) -> None:
    answer = save(alma, **{"need-1.1.a": "urgent"}).response
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["saved"] == ["1.1.a"]
    assert len(answer.json["at"]) == 5
    assert chosen(alma, "1.1.a") == "urgent"


def test_the_button_saves_the_whole_page(alma: Person) -> None:
    sent = alma.client.send(f"{alma.base}/topics/1", {"need-1.1.a": "some", "note-1.1.a": "Läuft\r\nschon"})
    assert sent.location.endswith("/topics/1?saved=1")
    page = alma.client.get(sent.location)
    assert "Gespeichert" in page.text
    assert page.values()["need-1.1.a"] == "some"
    assert page.values()["note-1.1.a"] == "Läuft\nschon"


def test_another_value_saved_meanwhile_is_shown_beside_ones_own_and_nothing_is_overwritten(alma: Person) -> None:
    save(alma, **{"need-1.1.a": "urgent"})
    late = save(alma, **{"need-1.1.a": "none", "was-need-1.1.a": "some"}).response
    assert late.status_code == 409
    assert late.json is not None
    (conflict,) = late.json["conflicts"]
    assert (conflict["stored"], conflict["wanted"]) == ("urgent", "none")
    assert chosen(alma, "1.1.a") == "urgent"


def test_a_conflict_without_script_shows_both_values_and_saving_again_decides(alma: Person) -> None:
    stale = alma.client.get(f"{alma.base}/topics/1").values() | {"need-1.1.a": "none", "need-1.1.b": "some"}
    save(alma, **{"need-1.1.a": "urgent"})
    conflict = alma.client.post(f"{alma.base}/topics/1", stale)
    assert conflict.status == 409
    assert "Gespeichert ist: Dringender Handlungsbedarf" in conflict.text
    assert chosen(alma, "1.1.b") == "some", "the other field of the same page is saved"
    again = conflict.values()
    assert (again["need-1.1.a"], again["was-need-1.1.a"]) == ("none", "urgent")
    assert alma.client.post(f"{alma.base}/topics/1", again).status == 303
    assert chosen(alma, "1.1.a") == "none"


def test_different_measures_of_two_people_merge(alma: Person) -> None:
    bente = people.bente(alma)
    page = bente.client.get(f"{bente.base}/topics/1").values()
    save(alma, **{"need-1.1.a": "urgent"})
    assert bente.client.post(f"{bente.base}/topics/1", page | {"need-1.1.b": "none"}).status == 303
    assert (chosen(alma, "1.1.a"), chosen(alma, "1.1.b")) == ("urgent", "none")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"need-1.1.a": "green"}, "need-1.1.a"),
        ({"need-9.9.z": "none"}, "need-9.9.z"),
        ({"need-2.1.a": "none"}, "need-2.1.a"),
        ({"note-1.1.a": "x" * 2001}, "note-1.1.a"),
    ],
)
def test_what_cannot_be_understood_is_named_and_nothing_is_saved(
    alma: Person, fields: dict[str, str], named: str
) -> None:
    refused = save(alma, **fields, **{"need-1.1.b": "none"}).response
    assert refused.status_code == 422
    assert refused.json is not None
    assert named in refused.json["errors"]
    assert chosen(alma, "1.1.b") is None


def test_a_refused_page_still_shows_what_was_typed(alma: Person) -> None:
    refused = alma.client.send(f"{alma.base}/topics/1", {"note-1.1.a": "y" * 2001, "need-1.1.b": "some"})
    assert refused.status == 422
    assert refused.values()["note-1.1.a"] == "y" * 2001
    assert refused.values()["need-1.1.b"] == "some"
    assert "noch nichts gespeichert" in refused.text


def test_a_reader_sees_values_without_fields(alma: Person) -> None:
    save(alma, **{"need-1.1.a": "urgent"})
    page = people.rolf(alma).client.get(f"{alma.base}/topics/1")
    assert not page.soup.select("main input[type=radio], main textarea, main button")
    assert "Dringender Handlungsbedarf" in page.text


def test_after_issuing_the_page_only_reads_and_refuses_changes(alma: Person) -> None:
    people.declare(alma)
    assert not alma.client.get(f"{alma.base}/topics/1").soup.select("main input[type=radio]")
    assert save(alma, **{"need-1.1.a": "urgent", "was-need-1.1.a": "none"}).response.status_code == 409


def test_next_leads_to_the_first_open_measure_then_to_the_plan(alma: Person) -> None:
    save(alma, **{"need-1.1.a": "none"})
    assert alma.client.get(f"{alma.base}/next").location.endswith("/topics/1#measure-1.1.b")
    people.rate_everything(alma)
    assert alma.client.get(f"{alma.base}/next").location.endswith("/plan")


def test_an_edited_questionnaire_is_never_shown_in_the_place_of_the_pinned_one(app: Flask, alma: Person) -> None:
    pinned = app.extensions["om_catalogue"]
    edited = replace(pinned.get("basis", "1.0"), content_hash="f" * 64)
    app.extensions["om_catalogue"] = Catalogue({("basis", "1.0"): edited})
    try:
        page = alma.client.get(f"{alma.base}/topics/1")
    finally:
        app.extensions["om_catalogue"] = pinned
    assert page.status == 503
    assert "gespeichert und unverändert" in page.text
    assert alma.client.get(f"{alma.base}/topics/1").status == 200


def test_a_topic_that_does_not_exist_is_a_404(alma: Person) -> None:
    assert alma.client.get(f"{alma.base}/topics/99").status == 404


def test_markup_in_a_note_stays_text(alma: Person) -> None:
    alma.client.send(f"{alma.base}/topics/1", {"note-1.1.a": "</textarea><script>alert(1)</script>{{7*7}}"})
    page = alma.client.get(f"{alma.base}/topics/1")
    assert page.values()["note-1.1.a"] == "</textarea><script>alert(1)</script>{{7*7}}"
    assert not page.soup.select("script:not([src])")


def test_the_montagszettel_is_a_pdf_of_one_page(alma: Person) -> None:
    save(alma, **{"need-1.1.a": "urgent"})
    assert "Begin 1.1.a" in read_monday(alma)


def test_the_montagszettel_prints_the_plans_own_words_where_there_is_a_plan(alma: Person) -> None:
    save(alma, **{"need-1.1.a": "urgent", "need-1.1.b": "some"})
    own = {"title": "Unser Weg", "description": "Wir fragen drei Kunden", "responsible": "Büro"}
    alma.client.send(f"{alma.base}/plan/new?measure=1.1.a", own)
    said = read_monday(alma)
    assert all(words in said for words in own.values())
    assert "Begin 1.1.a" not in said
    assert "Begin 1.1.b" in said
    assert "Geplantes und Vorschläge" in said


def test_a_planned_measure_without_a_title_is_not_printed_twice(alma: Person) -> None:
    save(alma, **{"need-1.1.a": "urgent"})
    alma.client.send(f"{alma.base}/plan/new?measure=1.1.a", {"title": "", "description": "Kunden fragen"})
    assert read_monday(alma).count("Kunden fragen") == 1


def read_monday(person: Person) -> str:
    answer = person.client.get(f"{person.base}/topics/1/monday.pdf").response
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(answer.data))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())
