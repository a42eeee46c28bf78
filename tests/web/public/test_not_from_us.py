"""*Not from us*: anybody may say so, without a cookie, and the page about the number does not change by it."""

import pytest
from flask import Flask

from om_selfcheck.domain.limits import REPORTS_OF_NETWORK
from tests import people
from tests.people import Person
from tests.web.client import PageClient


@pytest.fixture
def alma(app: Flask) -> Person:
    return people.declared_yesterday(app)


@pytest.fixture
def address(app: Flask, alma: Person) -> str:
    return f"/verify/{people.number_of(app, alma)}"


def test_the_number_s_page_leads_there_and_neither_sets_a_cookie(client: PageClient, address: str) -> None:
    page = client.get(address)
    assert f"{address}/not-from-us" in page.links()
    form = client.get(f"{address}/not-from-us")
    sent = client.send(f"{address}/not-from-us", {"text": "Wir waren es nicht.", "contact": "0511 1"})
    assert sent.location == f"{address}/not-from-us?sent=1"
    assert "Ihr Hinweis ist angekommen" in client.get(sent.location).text
    for answer in (page, form, sent):
        assert "Set-Cookie" not in answer.response.headers
    assert client.get(address).text == page.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " – "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "Wir nicht.", "contact": "x" * 255}, "contact"),
    ],
)
def test_what_is_wrong_is_named(client: PageClient, address: str, fields: dict[str, str], field: str) -> None:
    refused = client.send(f"{address}/not-from-us", fields)
    assert refused.status == 422
    assert f'href="#{field}"' in str(refused.soup.select_one(".error-summary"))


@pytest.mark.parametrize("number", ["000000-000000-000000", "abc"])
def test_an_unknown_number_has_no_such_page(client: PageClient, number: str) -> None:
    assert client.get(f"/verify/{number}/not-from-us").status == 404
    assert client.post(f"/verify/{number}/not-from-us", {"text": "Wir nicht."}).status == 404


def test_who_reports_too_often_has_to_wait(client: PageClient, address: str) -> None:
    statuses = [
        client.send(f"{address}/not-from-us", {"text": "Wir nicht."}).status for _ in range(REPORTS_OF_NETWORK.most + 1)
    ]
    assert statuses == [303] * REPORTS_OF_NETWORK.most + [429]


def test_another_site_s_form_is_refused(client: PageClient, address: str) -> None:
    refused = client.post(f"{address}/not-from-us", {"text": "x"}, headers={"Origin": "https://evil.example"})
    assert refused.status in (400, 403)
