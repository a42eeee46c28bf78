"""What every response carries and every request has to pass."""

import pytest
from flask import Flask

from om_selfcheck.web.security import CONTENT_SECURITY_POLICY
from tests import people
from tests.web.client import PageClient

PUBLIC_PAGES = ("/", "/questionnaires/basis", "/verify", "/verify/000000-000000-000000", "/imprint", "/privacy")


@pytest.mark.parametrize("address", [*PUBLIC_PAGES, "/nowhere", "/healthz", "/access/unknown"])
def test_every_response_carries_the_headers_errors_too(client: PageClient, address: str) -> None:
    headers = client.get(address).response.headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Request-Id"]) == 12


def test_static_files_carry_the_headers_and_stay_for_years(client: PageClient) -> None:
    stylesheet = client.get("/").soup.select("link[rel=stylesheet]")[-1]["href"]
    headers = client.get(str(stylesheet), headers={"Accept-Encoding": "br"}).response.headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "immutable" in headers["Cache-Control"]
    assert headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_public_pages_set_no_cookie(client: PageClient, address: str) -> None:
    assert "Set-Cookie" not in client.get(address).response.headers


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(client: PageClient) -> None:
    cookie = client.post("/assessments", {"questionnaire": "basis"}).response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age" not in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_that_another_site_sends_is_refused(client: PageClient, headers: dict[str, str]) -> None:
    assert client.post("/assessments", {"questionnaire": "basis"}, headers=headers).status == 403


def test_a_form_from_our_own_page_is_taken(client: PageClient) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/assessments", {"questionnaire": "basis"}, headers=headers).status == 303


def test_a_form_without_its_token_is_refused_and_nothing_is_saved(app: Flask) -> None:
    alma = people.alma(app)
    refused = alma.client.post(f"{alma.base}/topics/1", {"need-1.1.a": "urgent"})
    assert refused.status == 400
    assert "nicht mehr gültig" in refused.text
    assert "0 von 5" in alma.client.get(alma.base).text


def test_addresses_come_from_the_settings_never_from_the_request(app: Flask) -> None:
    client = PageClient(app)
    started = client.post("/assessments", {"questionnaire": "basis"}, headers={"Host": "evil.example"})
    shown = client.get(started.location, headers={"Host": "evil.example"})
    assert "http://check.example.org/access/" in shown.text
    assert "evil.example" not in shown.response.get_data(as_text=True)


def test_a_session_ends_at_leaving_whoever_still_has_its_cookie(app: Flask) -> None:
    alma = people.alma(app)
    cookie = alma.client.flask_client.get_cookie("om_session")
    assert cookie is not None
    alma.client.send(alma.base, form="/leave")
    thief = PageClient(app)
    thief.flask_client.set_cookie("om_session", cookie.value)
    assert thief.get(alma.base).status == 404


def test_opening_a_link_changes_the_session_id(app: Flask) -> None:
    owner = people.alma(app)
    known = people.alma(app)
    before = known.client.flask_client.get_cookie("om_session")
    known.client.post(f"/access/{owner.token}")
    after = known.client.flask_client.get_cookie("om_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert known.client.get(known.base).status == 200, "several opened rounds stay apart"
    assert known.client.get(owner.base).status == 200


def test_bodies_above_a_megabyte_are_refused_with_a_page(client: PageClient) -> None:
    refused = client.post("/assessments", {"questionnaire": "x" * 1_100_000})
    assert refused.status == 413
    assert "zu viel auf einmal" in refused.text


def test_security_txt_names_a_contact_and_an_end(client: PageClient) -> None:
    lines = client.get("/.well-known/security.txt").response.get_data(as_text=True).splitlines()
    assert "Contact: http://check.example.org/imprint" in lines
    assert any(line.startswith("Expires: 20") for line in lines)


def test_the_log_holds_no_address_token_or_name(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    alma = people.alma(app)
    alma.client.get(
        f"/access/{alma.token}", headers={"User-Agent": "Firefox 99"}, environ_base={"REMOTE_ADDR": "1.2.3.4"}
    )
    written = capsys.readouterr().err
    assert '"endpoint": "public.open_access"' in written
    assert alma.token not in written
    assert "1.2.3.4" not in written
    assert alma.assessment_id not in written
