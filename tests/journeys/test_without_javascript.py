"""The whole road where the browser runs no script: the page's own buttons save."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import DETAILS
from tests.journeys import controls
from tests.journeys.road import ACTIONS, questionnaire
from tests.journeys.visitor import OpenBrowser

pytestmark = pytest.mark.journey

URGENT = "Dringender Handlungsbedarf"


def test_a_firm_gets_to_a_verified_number_without_javascript(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False).goto("/")
    controls.begin(page).click()
    expect(page.locator("#secret")).to_contain_text("/access/")
    controls.link_is_kept(page).click()
    controls.start_rating(page).click()
    for topic in questionnaire().topics:
        expect(page.locator("h1")).to_have_text(topic.title.in_language("de"))
        rate_page(page)
    expect(page).to_have_url(re.compile("/plan$"))
    for place in range(ACTIONS):
        plan_one(page, place)
    controls.go_to_declaration(page).click()
    declare(page)
    expect(page.locator("h1")).to_contain_text("gilt bis")
    number = page.locator("#number").inner_text()

    stranger = open_browser(java_script_enabled=False).goto("/verify")
    stranger.locator("#number").fill(number)
    stranger.locator("#number").press("Enter")
    expect(stranger.locator("h1")).to_contain_text("gilt bis")


def test_the_page_button_saves_and_says_so(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False).goto("/")
    controls.begin(page).click()
    controls.link_is_kept(page).click()
    controls.start_rating(page).click()
    first = page.locator("[data-measure]").first
    first.get_by_label(URGENT).check()
    first.locator(".measure-note summary").click()
    first.locator("textarea").fill("Zettel am Brett\nsiehe Ordner 3")
    controls.save_page(page).click()
    expect(page.locator(".notice-success")).to_have_text("Gespeichert")
    expect(first.get_by_label(URGENT)).to_be_checked()
    expect(first.locator("textarea")).to_have_value("Zettel am Brett\nsiehe Ordner 3")


def test_what_needs_javascript_is_not_offered(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False).goto("/")
    controls.begin(page).click()
    for kind in ("data-copy", "data-share"):
        expect(page.locator(f"button[{kind}]")).to_be_hidden()
    page.goto(page.url.replace("/link", "/plan/new"))
    expect(page.locator("button[data-fill]").first).to_be_hidden()


def rate_page(page: Page) -> None:
    for place, measure in enumerate(page.locator("[data-measure]").all()):
        measure.locator("input[type=radio]").nth(place % 3).check()
    controls.save_and_go_on(page).click()


def plan_one(page: Page, place: int) -> None:
    controls.first_proposal(page).click()
    page.locator("input[name=urgency][value=high]").check()
    page.locator("#responsible").fill("Büro")
    page.locator("#due_on").fill("2099-01-31")
    page.locator("#follow_up_on").fill("2099-02-28")
    controls.save_form(page).click()
    expect(controls.complete_actions(page)).to_have_text(re.compile(rf"^{place + 1}\b"))


def declare(page: Page) -> None:
    for name, value in DETAILS.items():
        field = page.locator(f"input[name={name}]")
        if field.get_attribute("type") == "checkbox":
            field.check()
        else:
            field.fill(value)
    controls.save_form(page).click()
    controls.issue(page).click()
