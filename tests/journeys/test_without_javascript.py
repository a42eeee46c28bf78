"""The whole road where the browser runs no script: the page's own buttons save."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import DETAILS
from tests.journeys.road import ACTIONS, questionnaire
from tests.journeys.visitor import OpenBrowser

pytestmark = pytest.mark.journey

URGENT = "Dringender Handlungsbedarf"


def test_a_firm_gets_to_a_verified_number_without_javascript(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False).goto("/")
    page.get_by_role("button", name="Check beginnen").first.click()
    expect(page.locator("#secret")).to_contain_text("/access/")
    page.get_by_role("button", name="Ich habe den Link aufbewahrt").click()
    page.get_by_role("link", name="Mit dem Bewerten beginnen").click()
    for topic in questionnaire().topics:
        expect(page.locator("h1")).to_have_text(topic.title.in_language("de"))
        rate_page(page)
    expect(page.locator("h1")).to_have_text("Maßnahmenplan")
    for place in range(ACTIONS):
        plan_one(page, place)
    page.get_by_role("link", name="Weiter zur Selbsterklärung").click()
    declare(page)
    expect(page.locator("h1")).to_contain_text("gilt bis")
    number = page.locator("#number").inner_text()

    stranger = open_browser(java_script_enabled=False).goto("/verify")
    stranger.get_by_label("Nummer").fill(number)
    stranger.get_by_role("button", name="Nachschlagen").click()
    expect(stranger.locator("h1")).to_contain_text("gilt bis")


def test_the_page_button_saves_and_says_so(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False).goto("/")
    page.get_by_role("button", name="Check beginnen").first.click()
    page.get_by_role("button", name="Ich habe den Link aufbewahrt").click()
    page.get_by_role("link", name="Mit dem Bewerten beginnen").click()
    first = page.locator("[data-measure]").first
    first.get_by_label(URGENT).check()
    first.locator(".measure-note summary").click()
    first.locator("textarea").fill("Zettel am Brett\nsiehe Ordner 3")
    page.get_by_role("button", name="Seite speichern").click()
    expect(page.locator(".notice-success")).to_have_text("Gespeichert")
    expect(first.get_by_label(URGENT)).to_be_checked()
    expect(first.locator("textarea")).to_have_value("Zettel am Brett\nsiehe Ordner 3")


def test_what_needs_javascript_is_not_offered(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False).goto("/")
    page.get_by_role("button", name="Check beginnen").first.click()
    for words in ("Kopieren", "Teilen"):
        expect(page.get_by_role("button", name=words)).to_be_hidden()
    page.goto(page.url.replace("/link", "/plan/new"))
    expect(page.get_by_role("button", name="in 4 Wochen").first).to_be_hidden()


def rate_page(page: Page) -> None:
    for place, measure in enumerate(page.locator("[data-measure]").all()):
        measure.locator("input[type=radio]").nth(place % 3).check()
    page.get_by_role("button", name="Speichern, dann nächste offene").click()


def plan_one(page: Page, place: int) -> None:
    page.locator("#proposals details[open] a").first.click()
    page.get_by_label("hoch").check()
    page.get_by_label("Wer ist verantwortlich?").fill("Büro")
    page.get_by_label("Bis wann?").fill("2099-01-31")
    page.get_by_label("Wann sehen Sie nach?").fill("2099-02-28")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(".lead")).to_contain_text(f"{place + 1} von 10 Maßnahmen sind vollständig")


def declare(page: Page) -> None:
    for name, value in DETAILS.items():
        field = page.locator(f"input[name={name}]")
        if field.get_attribute("type") == "checkbox":
            field.check()
        else:
            field.fill(value)
    page.get_by_role("button", name="Speichern und Vorschau ansehen").click()
    page.get_by_role("button", name="Selbsterklärung ausstellen").click()
