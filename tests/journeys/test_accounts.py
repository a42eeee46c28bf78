"""Accounts in a real browser: set up, out and in again; by keyboard, without JavaScript, with a passkey."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from om_selfcheck.config import ROOT
from om_selfcheck.services.installation import open_engine
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.outbox import wait_for
from tests.journeys.server import serve
from tests.journeys.test_accessibility import AXE, EVERYTHING, NARROW, RUN_AXE, width_at_320
from tests.journeys.test_keyboard import press, tab_to
from tests.journeys.visitor import OpenBrowser
from tests.totp import STEP, show_code

pytestmark = pytest.mark.journey

SET_UP = re.compile(r"/account/set-up/[\w-]{43}")
SIGN_IN = re.compile(r"/account/sign-in/[\w-]{43}")
SUBMIT = "main form button.btn-primary"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accounts") / "instance"


@pytest.fixture(scope="module")
def base(instance: Path) -> Iterator[str]:
    """A server of its own, under a name that browsers make passkeys for, with a network."""
    with serve(instance, "localhost") as address:
        with Session(open_engine(f"sqlite:///{instance / 'om.db'}")) as session, session.begin():
            factories.add_network(session, slug="lausitz", name="Netzwerk Lausitz")
        yield address


def add_user(instance: Path, email: str, *options: str) -> str:
    """Add an account as an operator does and return the path of its link."""
    command = [sys.executable, "-m", "om_selfcheck.cli", "user", "add", email, *options]
    environment = {"OM_INSTANCE_DIR": str(instance), "PATH": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    link = SET_UP.search(done.stdout)
    assert link is not None, done.stdout
    return link[0]


def code_now(secret: str, *, step: int = 0) -> str:
    """Return the code of now, or of a later half minute that is near enough to be taken."""
    return show_code(secret, datetime.now(UTC) + timedelta(seconds=step * STEP))


def set_up(page: Page) -> str:
    """Fill in the pages of a set-up link up to the recovery codes; return the secret that the app holds now."""
    page.locator("#password").fill(PASSWORD)
    page.locator("#password_again").fill(PASSWORD)
    page.locator(SUBMIT).click()
    if not page.url.partition("?")[0].endswith("/second-factor"):
        page.goto(page.url.partition("/account")[0] + "/account/second-factor")
    secret = page.locator("#secret").inner_text()
    page.locator("#code").fill(code_now(secret))
    page.locator('form[action$="/second-factor"] button').click()
    expect(page.locator("h1")).to_have_text("Ersatzcodes")
    return secret


def sign_in(page: Page, email: str, secret: str) -> None:
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.locator(SUBMIT).first.click()
    page.locator("#code").fill(code_now(secret, step=1))
    page.locator(SUBMIT).click()


def test_staff_set_up_sign_out_and_sign_in_by_keyboard_alone(open_browser: OpenBrowser, instance: Path) -> None:
    link = add_user(instance, "olaf@example.org", "--role", "staff", "--name", "Olaf")
    page = open_browser().goto(link)
    for field in ("#password", "#password_again"):
        tab_to(page, page.locator(field))
        page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Zweiten Faktor einrichten")
    secret = page.locator("#secret").inner_text()
    tab_to(page, page.locator("#code"))
    page.keyboard.type(code_now(secret))
    page.keyboard.press("Enter")
    expect(page.locator("#secret li")).to_have_count(10)
    press(page, page.locator("main a.btn-primary"))
    press(page, page.locator('main a[href*="/staff/users"]'))
    expect(page.locator("h1")).to_have_text("Zugänge")
    press(page, page.locator('.signed-in a[href*="/logout"]'))
    press(page, page.locator(SUBMIT))
    expect(page.locator("h1")).to_have_text("Sie sind abgemeldet")

    press(page, page.locator('.site-foot a[href*="/account/login"]'))
    tab_to(page, page.locator("#email"))
    page.keyboard.type("olaf@example.org")
    tab_to(page, page.locator("#password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#code"))
    page.keyboard.type(code_now(secret, step=1))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Ihr Zugang")
    expect(page.locator("main")).to_contain_text("mit zweitem Faktor")


def test_an_invited_coordinator_comes_in_by_mail_without_javascript(open_browser: OpenBrowser, instance: Path) -> None:
    staff = open_browser()
    set_up(staff.goto(add_user(instance, "office@example.org", "--role", "staff")))
    staff.goto("/staff/users")
    staff.page.locator("#email").fill("nina@example.org")
    staff.page.locator("input[name=role][value=coordinator]").check()
    staff.page.locator("#network").fill("Netzwerk Lausitz")
    staff.page.locator(SUBMIT).click()
    expect(staff.page.locator(".notice-success")).to_contain_text("unterwegs")

    nina = open_browser(java_script_enabled=False)
    page = nina.goto(wait_for(instance, to="nina@example.org", says=SET_UP))
    expect(page.locator("main")).to_contain_text("Netzwerkkoordination")
    secret = set_up(page)
    nina.goto("/account/logout")
    page.locator(SUBMIT).click()
    sign_in(nina.goto("/account/login"), "nina@example.org", secret)
    expect(page.locator("main")).to_contain_text("Netzwerk Lausitz")

    tablet = open_browser(java_script_enabled=False)
    page = tablet.goto("/account/sign-in-link")
    page.locator("#email").fill("Nina@example.org")
    page.locator(SUBMIT).click()
    tablet.goto(wait_for(instance, to="nina@example.org", says=SIGN_IN))
    page.locator(SUBMIT).click()
    expect(page.locator("main")).to_contain_text("mit einem Link per E-Mail")
    tablet.expects(403)
    tablet.goto("/account/password")
    expect(page.locator("h1")).to_have_text("Bitte melden Sie sich noch einmal an")


def test_a_passkey_is_made_and_lets_in_without_a_password(open_browser: OpenBrowser, instance: Path) -> None:
    visitor = open_browser()
    page = visitor.page
    session = visitor.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": key | {"isUserVerified": True}})
    visitor.goto(add_user(instance, "paula@example.org", "--role", "staff"))
    page.locator("#password").fill(PASSWORD)
    page.locator("#password_again").fill(PASSWORD)
    page.locator(SUBMIT).click()
    page.locator("#name").fill("Prüfgerät")
    page.locator("form[data-passkey=create] button").click()
    expect(page.locator("h1")).to_have_text("Ersatzcodes")
    visitor.goto("/account/logout")
    page.locator(SUBMIT).click()
    visitor.goto("/account/login?next=/staff/users")
    page.locator("form[data-passkey=get] button").click()
    expect(page.locator("h1")).to_have_text("Zugänge")
    visitor.goto("/account/")
    expect(page.locator("main")).to_contain_text("Passkey: Prüfgerät")


def test_a_passkey_that_is_not_there_is_said_in_words(open_browser: OpenBrowser) -> None:
    visitor = open_browser()
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    page = visitor.goto("/account/login")
    page.locator("form[data-passkey=get] button").click()
    expect(page.locator("form[data-passkey=get] .field-error")).to_contain_text("Das hat nicht geklappt")


def test_axe_finds_nothing_on_any_page_and_320_pixels_are_enough(open_browser: OpenBrowser, instance: Path) -> None:
    visitor = open_browser(reduced_motion="reduce")
    link = add_user(instance, f"{'a' * 60}@example.org", "--role", "staff", "--name", "Donaudampfschiff" * 12)
    page = visitor.goto(link)
    look(page)
    visitor.expects(422, 404)
    page.locator(SUBMIT).click()
    look(page)
    set_up(page)
    look(page)
    for path in ("/account/", "/account/password", "/account/second-factor", "/account/logout", "/staff/users"):
        visitor.goto(path)
        look(page)
    page.locator(".task-title a").first.click()
    look(page)
    stranger = open_browser(reduced_motion="reduce")
    stranger.expects(404)
    for path in ("/account/login", "/account/sign-in-link", "/account/logout", "/account/sign-in/x"):
        look(stranger.goto(path))


def look(page: Page) -> None:
    """Hold the page on the screen against the rules."""
    before = page.viewport_size
    page.evaluate(AXE)
    found = page.evaluate(RUN_AXE, EVERYTHING)
    assert not found, page.url + json.dumps(found, indent=1, ensure_ascii=False)
    assert width_at_320(page) <= NARROW["width"], page.url
    if before:
        page.set_viewport_size(before)
