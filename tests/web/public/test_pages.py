"""Start, reading before starting, legal pages and what machines ask."""

from pathlib import Path

import pytest
from flask import Flask

from om_selfcheck.config import Settings
from tests import people
from tests.web.client import PageClient

ADDRESSES_THAT_STAY = {
    "/",
    "/questionnaires/<slug>",
    "/access/<token>",
    "/unsubscribe/<signed>",
    "/verify",
    "/verify/<number>",
    "/renew",
    "/healthz",
    "/readyz",
    "/.well-known/security.txt",
    "/assessments",
    "/assessments/<uuid:assessment_id>",
    "/assessments/<uuid:assessment_id>/topics/<ref>",
    "/assessments/<uuid:assessment_id>/plan",
    "/assessments/<uuid:assessment_id>/plan/new",
    "/assessments/<uuid:assessment_id>/declaration",
    "/declarations/<number>",
}


def test_printed_addresses_never_vanish(app: Flask) -> None:
    assert {rule.rule for rule in app.url_map.iter_rules()} >= ADDRESSES_THAT_STAY


def test_the_first_screen_says_what_it_takes_and_who_sees_what(client: PageClient) -> None:
    page = client.get("/")
    for said in (
        "Freiwillig",
        "90 Minuten",
        "60 Minuten",
        "niemandem ohne Ihre Freigabe",
        "Testbetrieb",
        "sieben Tagen",
    ):
        assert said in page.text
    assert "nur Sie" not in page.text


def test_the_whole_check_can_be_read_before_starting(client: PageClient) -> None:
    page = client.get("/questionnaires/basis")
    for ref in people.MEASURES:
        assert f"Practice {ref} (de)" in page.text
    assert "nicht von der Offensive Mittelstand oder INQA herausgegeben" in page.text
    assert "Practice 1.1.a (en)" in client.get("/questionnaires/basis?lang=en").text


def test_an_unknown_check_is_a_404_to_read_and_to_start(client: PageClient) -> None:
    assert client.get("/questionnaires/nothing").status == 404
    assert client.post("/assessments", {"questionnaire": "nothing"}).status == 404
    assert client.post("/assessments").status == 404


@pytest.mark.parametrize("page", ["imprint", "privacy"])
def test_the_operator_fills_the_legal_pages(client: PageClient, settings: Settings, page: str) -> None:
    assert "noch nichts eingetragen" in client.get(f"/{page}").text
    path = Path(settings.instance_dir) / "legal" / f"{page}.de.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("Muster GmbH\nHauptstraße 1\n\n<b>Telefon</b> 1234", encoding="utf-8")
    try:
        shown = client.get(f"/{page}")
        assert "Hauptstraße 1" in shown.text
        assert "<b>Telefon</b> 1234" in shown.text
    finally:
        path.unlink()


def test_machines_learn_whether_it_lives_and_is_ready(client: PageClient) -> None:
    assert client.get("/healthz").response.json == {"status": "ok"}
    assert client.get("/readyz").response.json == {"status": "ready"}


def test_the_language_follows_the_address_then_the_browser_then_german(client: PageClient) -> None:
    def language(address: str, **headers: str) -> str:
        return str(client.get(address, headers=headers).soup.html["lang"])  # type: ignore[index]

    assert language("/") == "de"
    assert language("/", **{"Accept-Language": "en-GB"}) == "en"
    assert language("/?lang=de", **{"Accept-Language": "en-GB"}) == "de"
    assert language("/?lang=xx") == "de"
    assert "/verify?lang=en" in client.get("/?lang=en").links()
