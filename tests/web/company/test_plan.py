"""The plan: entries, proposals, hints, conflicts."""

from uuid import uuid4

import pytest
from flask import Flask

from tests import people
from tests.people import Person
from tests.web.client import Page

FULL = {
    "title": "Offene Posten",
    "description": "Jeden Montag durchgehen",
    "urgency": "high",
    "responsible": "Büro",
    "due_on": "2027-01-31",
    "follow_up": "Liste ansehen",
    "follow_up_on": "2027-02-28",
}


READ_ONLY = "Mit Ihrem Link können Sie hier nur lesen."
FROZEN = "Sie lesen hier den Plan, wie er beim Ausstellen war."


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.alma(app)


def add(person: Person, **changes: str | None) -> str:
    """Add an action through the form and return its page's address."""
    saved = person.client.send(f"{person.base}/plan/new", FULL | changes)
    assert saved.status == 303
    return f"{person.base}/plan/{saved.location.rsplit('#action-', 1)[1]}"


def proposed(page: Page) -> list[str]:
    return [str(link["href"]).rsplit("=", 1)[1] for link in page.soup.select(".proposal a")]


def test_an_action_is_shown_with_all_its_fields(alma: Person) -> None:
    address = add(alma)
    page = alma.client.get(f"{alma.base}/plan")
    for shown in ("Offene Posten", "Jeden Montag durchgehen", "hoch", "Büro", "31.01.2027", "Vollständig im Plan: 1."):
        assert shown in page.text
    assert [tag.get_text() for tag in page.soup.select("ol.plan .tag")] == ["Vollständig"]
    assert alma.client.get(address).values()["due_on"] == "2027-01-31"


def test_an_empty_plan_points_to_proposals_only_where_there_are_some(alma: Person) -> None:
    assert "#proposals" not in alma.client.get(f"{alma.base}/plan").links()
    people.rate_everything(alma)
    page = alma.client.get(f"{alma.base}/plan")
    assert "#proposals" in page.links()
    assert page.soup.select("#proposals .proposal")


def test_nothing_is_preselected_in_an_empty_form(alma: Person) -> None:
    values = alma.client.get(f"{alma.base}/plan/new").values()
    assert "urgency" not in values
    assert values["due_on"] == values["follow_up_on"] == values["responsible"] == ""


def test_a_measure_becomes_an_action_with_its_first_step_prefilled(alma: Person) -> None:
    values = alma.client.get(f"{alma.base}/plan/new?measure=1.1.a").values()
    assert values["title"] == "Begin 1.1.a (de)"
    assert values["description"] == "How to begin with 1.1.a (de)"
    assert values["follow_up"] == "How to see that 1.1.a works (de)"
    assert values["measure_refs"] == "1.1.a"
    assert "urgency" not in values
    assert values["due_on"] == ""


def test_proposals_come_by_need_and_leave_out_what_is_planned(alma: Person) -> None:
    choices = {"need-1.1.a": "none", "need-1.1.b": "urgent", "need-1.2.a": "some"}
    alma.client.send(f"{alma.base}/topics/1", choices)
    page = alma.client.get(f"{alma.base}/plan")
    assert proposed(page) == ["1.1.b", "1.2.a", "1.1.a"]
    alma.client.send(f"{alma.base}/plan/new?measure=1.1.b", {"urgency": "high"})
    page = alma.client.get(f"{alma.base}/plan")
    assert proposed(page) == ["1.2.a", "1.1.a"]


def test_unfinished_actions_are_kept_and_the_plan_says_what_is_missing(alma: Person) -> None:
    address = add(alma, urgency=None, responsible="", follow_up_on="")
    page = alma.client.get(f"{alma.base}/plan")
    assert "Es fehlt noch etwas" in page.text
    assert "Vollständig im Plan: 0. Für die Selbsterklärung nötig: mindestens 10." in page.text
    assert [link["href"] for link in alma.client.get(address).soup.select("main p.muted a")] == [
        "#urgency",
        "#responsible",
        "#follow_up_on",
    ]


def test_sending_the_same_form_twice_makes_one_action(alma: Person) -> None:
    form = alma.client.get(f"{alma.base}/plan/new").values() | FULL
    for _ in range(3):
        assert alma.client.post(f"{alma.base}/plan/new", form).status == 303
    assert len(alma.client.get(f"{alma.base}/plan").soup.select("ol.plan > li")) == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("due_on", "bald", "Datum"),
        ("due_on", "2027-02-30", "Datum"),
        ("follow_up_on", "0001-01-01", "Datum"),
        ("due_on", "٢٠٢٧-٠١-٣١", "Datum"),
        ("urgency", "sofort", "Möglichkeiten"),
        ("title", "x" * 201, "200"),
        ("description", "x" * 2001, "2000"),
        ("measure_refs", "9.9.z", "Möglichkeiten"),
    ],
)
def test_bad_input_is_named_and_nothing_typed_is_lost(alma: Person, field: str, typed: str, said: str) -> None:
    refused = alma.client.send(f"{alma.base}/plan/new", FULL | {field: typed})
    assert refused.status == 422
    assert said in refused.soup.select_one(".error-summary").get_text()  # type: ignore[union-attr]
    values = refused.values()
    assert values["responsible"] == "Büro"
    if field != "urgency":
        assert values[field] == typed
    assert "Noch steht keine Maßnahme im Plan" in alma.client.get(f"{alma.base}/plan").text


def test_a_german_date_is_understood(alma: Person) -> None:
    address = add(alma, due_on="1.2.2027")
    assert alma.client.get(address).values()["due_on"] == "2027-02-01"


def test_two_people_at_one_action_merge_by_field_and_conflict_only_in_the_same(alma: Person) -> None:
    address = add(alma)
    bente = people.bente(alma)
    seen = bente.client.get(address).values()
    alma.client.send(address, {"responsible": "Werkstatt", "title": "Neuer Titel"})
    conflict = bente.client.post(address, seen | {"responsible": "Lager", "due_on": "2027-03-31"})
    assert conflict.status == 409
    assert "gespeichert: Werkstatt (aus einem anderen Fenster" in conflict.text
    now = alma.client.get(address).values()
    assert (now["responsible"], now["due_on"], now["title"]) == ("Werkstatt", "2027-03-31", "Neuer Titel")
    again = conflict.values()
    assert again["responsible"] == "Lager"
    assert bente.client.post(address, again).status == 303
    assert alma.client.get(address).values()["responsible"] == "Lager"


def test_hints_are_shown_and_block_nothing(alma: Person) -> None:
    add(alma, due_on="2021-01-01", responsible="Alle")
    add(alma)
    page = alma.client.get(f"{alma.base}/plan")
    assert "liegt in der Vergangenheit" in page.text
    assert "ist es oft niemand" in page.text
    assert "steht zweimal im Plan" in page.text


def test_a_removed_action_is_gone_and_removing_it_again_is_a_404(alma: Person) -> None:
    address = add(alma)
    token = alma.client.csrf_token(alma.assessment_id)
    assert alma.client.send(address, form="/remove").status == 303
    assert alma.client.post(f"{address}/remove", {"csrf_token": token}).status == 404
    assert "Aus dem Plan genommen" in alma.client.get(f"{alma.base}/plan?removed=1").text


def test_an_action_of_another_round_is_a_404_and_its_id_cannot_be_taken(app: Flask, alma: Person) -> None:
    theirs = add(people.alma(app)).rsplit("/", 1)[1]
    assert alma.client.get(f"{alma.base}/plan/{theirs}").status == 404
    form = alma.client.get(f"{alma.base}/plan/new").values() | FULL
    assert alma.client.post(f"{alma.base}/plan/new", form | {"action_id": theirs}).status == 404
    assert alma.client.get(f"{alma.base}/plan/{uuid4()}").status == 404


def test_functions_used_before_are_offered(alma: Person) -> None:
    add(alma, responsible="Werkstattleitung")
    options = alma.client.get(f"{alma.base}/plan/new").soup.select("datalist option")
    assert [option["value"] for option in options] == ["Werkstattleitung"]


def test_a_reader_sees_the_plan_and_no_form(alma: Person) -> None:
    address = add(alma)
    rolf = people.rolf(alma)
    assert not rolf.client.get(f"{alma.base}/plan").soup.select("main form, .proposal")
    page = rolf.client.get(address)
    assert not page.soup.select("main form")
    for shown in (READ_ONLY, "Jeden Montag durchgehen", "hoch", "31.01.2027", "28.02.2027"):
        assert shown in page.text
    assert "31/01/2027" in rolf.client.get(f"{address}?lang=en").text


def test_the_plan_can_be_printed_by_who_may_only_read_it(alma: Person) -> None:
    add(alma)
    page = people.rolf(alma).client.get(f"{alma.base}/plan")
    assert READ_ONLY in page.text
    assert page.soup.select("[data-print]")


def test_a_frozen_plan_says_so_and_leads_to_the_files(alma: Person) -> None:
    number = people.declare(alma)
    page = alma.client.get(f"{alma.base}/plan")
    assert FROZEN in page.text
    assert page.soup.select("main [data-print]")
    assert page.soup.select(f'main a[href="/declarations/{number}"]')
    action = next(link for link in page.links() if "/plan/" in link)
    assert FROZEN in alma.client.get(action).text


def test_a_conflict_says_what_is_stored_in_words(alma: Person) -> None:
    address = add(alma)
    seen = alma.client.get(address).values()
    alma.client.send(address, {"urgency": "low", "due_on": "2027-03-31", "responsible": ""})
    changed = {"urgency": "medium", "due_on": "2027-04-30", "responsible": "Lager"}
    errors = people_read(alma.client.post(address, seen | changed))
    assert "gespeichert: niedrig (aus" in errors
    assert "gespeichert: 31.03.2027 (aus" in errors
    assert "gespeichert: nichts (aus" in errors


def people_read(page: Page) -> str:
    assert page.status == 409
    summary = page.soup.select_one(".error-summary")
    assert summary is not None
    return summary.get_text()
