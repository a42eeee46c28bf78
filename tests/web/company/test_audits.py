"""The glass case for its company: opening, declining, who may not; and the way to it."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from om_selfcheck import clock
from om_selfcheck.domain.opening import OPEN_AT_MOST
from tests import people
from tests.people import Person


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.declared_yesterday(app)


@pytest.fixture
def case(app: Flask, alma: Person) -> UUID:
    olaf = people.olaf(app)
    people.draw_all(app, olaf.account)
    found = people.case_of(app, alma)
    olaf.client.send(f"/staff/audits/{found}", form="/ask")
    return found


def address(alma: Person, case: UUID) -> str:
    return f"{alma.base}/audits/{case}"


def day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_the_way_to_it_stands_on_the_overview_and_with_the_declaration(app: Flask, alma: Person, case: UUID) -> None:
    for page in (alma.base, f"/declarations/{people.number_of(app, alma)}"):
        shown = alma.client.get(page)
        assert address(alma, case) in shown.links()
        assert "Zufällig gezogen, kein Verdacht" in shown.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scope": None}, "scope"),
        ({"scope": "topics"}, "topic"),
        ({"scope": "topics", "topic": "9"}, "topic"),
        ({"scope": "plan"}, "scope"),
        ({"until": ""}, "until"),
        ({"until": "bald"}, "until"),
        ({"until": day(-1)}, "until"),
        ({"until": day(OPEN_AT_MOST.days + 1)}, "until"),
    ],
)
def test_what_is_wrong_with_an_opening_is_named_and_nothing_opens(
    alma: Person, case: UUID, changes: dict[str, str | None], field: str
) -> None:
    refused = alma.client.send(address(alma, case), {"scope": "all", "until": day(7)} | changes, form="/open")
    assert refused.status == 422
    assert f'href="#{field}"' in str(refused.soup.select_one(".error-summary"))
    assert refused.soup.select_one(f"#{field}")
    assert "Zurzeit ist nichts geöffnet." in alma.client.get(address(alma, case)).text


def test_single_topics_are_opened_and_ended(alma: Person, case: UUID) -> None:
    page = alma.client.get(address(alma, case))
    form = page.values("/open") | {"scope": "topics", "until": day(7)}
    sent = alma.client.post(f"{address(alma, case)}/open", {**form, "topic": ["1", "2"]})
    assert sent.status == 303
    assert "Geöffnet: Themen 1 Topic 1 (de), 2 Topic 2 (de), bis" in alma.client.get(address(alma, case)).text
    assert alma.client.send(address(alma, case), form="/end").status == 303
    assert "Zurzeit ist nichts geöffnet." in alma.client.get(address(alma, case)).text


def test_saying_no_ends_the_case_without_consequence(app: Flask, alma: Person, case: UUID) -> None:
    number = people.number_of(app, alma)
    before = people.stella(app).client.get(f"/verify/{number}").text
    assert alma.client.send(address(alma, case), {"decline_text": "Keine Zeit."}, form="/decline").status == 303
    assert "ohne Ergebnis beendet" in alma.client.get(address(alma, case)).text
    assert people.stella(app).client.get(f"/verify/{number}").text == before


def test_nobody_else_of_the_firm_sees_it(app: Flask, alma: Person, case: UUID) -> None:
    bente = people.bente(alma)
    assert bente.client.get(address(alma, case)).status == 403
    assert address(alma, case) not in bente.client.get(alma.base).links()
    other = people.declared_yesterday(app)
    assert other.client.get(f"{other.base}/audits/{case}").status == 404
    token = other.client.csrf_token(other.assessment_id)
    for path in ("open", "end", "reply", "decline", "hearing"):
        fields = {"csrf_token": token, "scope": "all", "until": day(3), "message": "x", "answer": "x"}
        assert other.client.post(f"{other.base}/audits/{case}/{path}", fields).status == 404, path


@pytest.mark.parametrize("form", ["/reply"])
def test_an_empty_message_is_not_sent(alma: Person, case: UUID, form: str) -> None:
    assert alma.client.send(address(alma, case), {"message": " "}, form=form).status == 422


def test_what_was_typed_for_something_else_goes_with_no_button(alma: Person, case: UUID) -> None:
    """Without JavaScript one button sends one form, the whole page."""
    typed = {"message": "Eine Frage.", "decline_text": "Vielleicht nicht."}
    opened = alma.client.send(address(alma, case), {"scope": "all", "until": day(7)} | typed, form="/open")
    assert opened.status == 200
    assert "Geöffnet: alles" in opened.text
    assert opened.values("/reply")["message"] == "Eine Frage."
    assert [one.get_text().strip() for one in opened.soup.select("textarea[readonly]")] == ["Vielleicht nicht."]
    ended = alma.client.send(address(alma, case), {"message": "Eine Frage."}, form="/end")
    assert (ended.status, ended.values("/reply")["message"]) == (200, "Eine Frage.")


def test_a_day_that_is_none_keeps_no_message_back_and_stays(alma: Person, case: UUID) -> None:
    typed = {"message": "Eine Frage.", "until": "bald", "decline_text": "Vielleicht nicht."}
    sent = alma.client.send(address(alma, case), typed, form="/reply")
    assert sent.status == 200
    assert sent.values("/open").items() >= (typed | {"message": ""}).items()
    assert alma.client.send(address(alma, case), {"message": "Eine Frage."}, form="/reply").status == 303
    assert alma.client.get(address(alma, case)).text.count("Eine Frage.") == 1, "sent twice, it is one message"


def test_enter_in_a_field_sends_nothing(alma: Person, case: UUID) -> None:
    (form,) = alma.client.get(address(alma, case)).soup.select("main form")
    assert form.select("button")[0].has_attr("disabled")


def test_a_round_without_a_case_says_nothing_of_any(app: Flask) -> None:
    alma = people.alma(app)
    assert "Fall der Geschäftsstelle" not in alma.client.get(alma.base).text
