"""An address on a phone: typed beside the fresh link, confirmed on another device, the link mailed, and lost again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import controls
from tests.journeys.outbox import ACCESS, CODE, CONFIRM, wait_for
from tests.journeys.visitor import OpenBrowser, Visitor

pytestmark = pytest.mark.journey

ACCESS_AFTER_LOSS = re.compile(rf"{ACCESS.pattern}(?=\n\nWer diese E-Mail lesen)")


def test_a_link_is_mailed_to_an_address_confirmed_on_another_device(open_browser: OpenBrowser, instance: Path) -> None:
    address = "alma@betrieb.example"
    alma = open_browser()
    path = start_with(alma, address)
    expect(alma.page.locator(".notice-success")).to_contain_text(address)
    expect(alma.page.locator(".notice-warning")).to_contain_text("noch nicht aufbewahrt")

    elsewhere = open_browser(java_script_enabled=False)
    page = elsewhere.goto(wait_for(instance, to=address, says=CONFIRM))
    expect(page.locator("main")).to_contain_text(address)
    controls.confirm_address(page).click()
    expect(page.locator("h1")).to_have_text("Die Adresse ist bestätigt")
    assert elsewhere.context.cookies() == []
    alma.goto(f"{path}/mails")
    expect(alma.page.locator("#address")).to_contain_text("Bestätigt")

    tablet = open_browser(viewport={"width": 800, "height": 1100})
    tablet.goto(wait_for(instance, to=address, says=ACCESS))
    controls.open_link(tablet.page).click()
    expect(tablet.page).to_have_url(re.compile(f"{path}$"))
    expect(controls.right_held(tablet.page)).to_contain_text("alles")


def test_a_code_confirms_on_the_phone_at_hand_and_a_lost_link_comes_back(
    open_browser: OpenBrowser, instance: Path
) -> None:
    address = "bea@betrieb.example"
    bea = open_browser(java_script_enabled=False)
    path = start_with(bea, address)
    bea.expects(422)
    code = wait_for(instance, to=address, says=CODE)
    bea.page.locator("#code").fill("3333 3333")
    controls.confirm_code(bea.page).click()
    expect(bea.page.locator(".error-summary")).to_contain_text("stimmt nicht")
    bea.page.locator("#code").fill(code.replace("-", " ").lower())
    controls.confirm_code(bea.page).click()
    expect(bea.page.locator(".notice-success")).to_contain_text("Die Adresse ist bestätigt")
    wait_for(instance, to=address, says=ACCESS)
    bea.context.clear_cookies()

    page = bea.goto("/")
    page.locator('aside a[href*="/lost-link"]').click()
    page.locator("#email").fill(address.upper())
    page.locator('form[action*="/lost-link"] button').click()
    expect(page.locator("h1")).to_have_text("Ihre Anfrage ist angekommen")
    bea.goto(wait_for(instance, to=address, says=ACCESS_AFTER_LOSS))
    controls.open_link(page).click()
    expect(page).to_have_url(re.compile(f"{path}$"))


def start_with(visitor: Visitor, address: str) -> str:
    """Start a check, have its link mailed to an address, and return the check's path."""
    page = visitor.goto("/")
    controls.begin(page).click()
    expect(page.locator("#secret")).to_contain_text("/access/")
    path = page.url.removeprefix(visitor.base).partition("/link")[0]
    page.locator("#email").fill(address)
    page.locator('form[action*="/mails/address"] button').click()
    expect(page).to_have_url(re.compile(f"{path}/mails"))
    return path
