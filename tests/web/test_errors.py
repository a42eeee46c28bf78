"""Every refusal says what happened, what is safe and what to do next, in the reader's language."""

import sqlite3
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.test import TestResponse

from om_selfcheck.web.access import public
from tests import people
from tests.web.client import PageClient


@pytest.mark.parametrize(
    ("language", "title"), [("de", "Diese Seite gibt es nicht"), ("en", "This page does not exist")]
)
def test_an_unknown_address_gets_a_page_in_the_readers_language(client: PageClient, language: str, title: str) -> None:
    page = client.get(f"/nowhere?lang={language}")
    assert page.status == 404
    assert title in page.text
    assert page.response.headers["X-Request-Id"] in page.text


def test_what_is_refused_before_anything_else_has_its_number_too(app: Flask) -> None:
    alma = people.alma(app)
    page = alma.client.post(f"{alma.base}/declaration", {"company_name": "Brandt"})
    assert page.status == 400
    number = page.response.headers["X-Request-Id"]
    assert len(number) == 12
    assert number in page.text


def test_what_the_office_does_not_have_leads_back_to_the_office(app: Flask) -> None:
    olaf = people.olaf(app)
    for path in ("/staff/nowhere", f"/staff/audits/{UUID(int=7)}", "/staff/declarations/OM-0000-0000"):
        page = olaf.client.get(path)
        assert page.status == 404
        assert "/staff" in [link.rstrip("/") for link in page.links()]
        assert "mit Ihrem Zugangslink" not in page.text
    assert "mit Ihrem Zugangslink" in olaf.client.get("/nowhere").text


def test_a_wrong_method_names_the_right_ones(client: PageClient) -> None:
    page = client.post("/privacy")
    assert page.status == 405
    assert "GET" in page.response.headers["Allow"]


def test_our_scripts_get_their_refusals_as_json(client: PageClient) -> None:
    refused = client.get("/nowhere", headers={"Accept": "application/json"}).response
    assert refused.status_code == 404
    assert refused.json is not None
    assert refused.json["error"] == "Diese Seite gibt es nicht"
    assert refused.json["next"]


@pytest.mark.parametrize(
    ("message", "status"),
    [("database is locked", 503), ("database or disk is full", 507), ("attempt to write a readonly database", 503)],
)
def test_a_database_that_cannot_is_said_plainly(app: Flask, message: str, status: int) -> None:
    page = _fail_with(app, OperationalError("INSERT", {}, sqlite3.OperationalError(message)))
    assert page.status_code == status
    assert ("Retry-After" in page.headers) is (status == 503)
    assert "ist gespeichert" in page.get_data(as_text=True)


def test_a_mistake_of_ours_in_the_database_is_not_told_as_a_short_wait(app: Flask) -> None:
    page = _fail_with(app, IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")))
    assert page.status_code == 500
    assert "Retry-After" not in page.headers


def test_an_unforeseen_failure_is_a_page_with_its_number_and_a_log_line_without_values(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    page = _fail_with(app, ValueError("Katrin Brandt"))
    assert page.status_code == 500
    assert "Das hat nicht geklappt" in page.get_data(as_text=True)
    written = capsys.readouterr().err
    assert '"kind": "ValueError"' in written
    assert "Katrin" not in written
    assert page.headers["X-Request-Id"] in written


def test_who_may_only_read_is_told_so(app: Flask) -> None:
    rolf = people.rolf(people.alma(app))
    token = rolf.client.csrf_token(rolf.assessment_id)
    page = rolf.client.post(f"{rolf.base}/topics/1", {"csrf_token": token, "need-1.1.a": "urgent"})
    assert page.status == 403
    assert "Dazu berechtigt dieser Link nicht" in page.text


def _fail_with(app: Flask, error: Exception) -> TestResponse:
    """Answer a request whose view raises, by putting the failure into a known view for one call."""

    @public
    def failing() -> str:
        raise error

    known = app.view_functions["public.healthz"]
    app.view_functions["public.healthz"] = failing
    try:
        return app.test_client().get("/healthz")
    finally:
        app.view_functions["public.healthz"] = known
