"""The whole road on a phone-wide screen with nothing but a keyboard, from the first page to a number that answers."""

import re
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories import DETAILS
from tests.journeys import controls
from tests.journeys.road import ACTIONS, questionnaire
from tests.journeys.visitor import OpenBrowser

pytestmark = pytest.mark.journey

MOST_TABS = 250
STOPS_OF_A_MEASURE = 4  # its choices, the example, the note, the way into the plan
SAVED = re.compile(r"Gespeichert \d\d:\d\d")
HAS_FOCUS = "element => element === document.activeElement && element.matches(':focus-visible')"
FIELD_WITH_FOCUS = "() => document.activeElement.name ?? ''"


def test_a_firm_gets_to_a_verified_number_by_keyboard_alone(open_browser: OpenBrowser) -> None:
    page = open_browser().goto("/")
    press(page, controls.begin(page))
    expect(page.locator("#secret")).to_contain_text("/access/")
    press(page, controls.link_is_kept(page))
    press(page, controls.start_rating(page))
    rate_everything(page)
    for place in range(ACTIONS):
        plan_one(page, place)
    press(page, controls.go_to_declaration(page))
    declare(page)
    expect(page.locator("h1")).to_contain_text("gilt bis")
    number = page.locator("#number").inner_text()

    stranger = open_browser().goto("/")
    press(stranger, stranger.locator('main a[href$="/verify"]'))
    tab_to(stranger, stranger.locator("#number"))
    stranger.keyboard.type(number.lower().replace("-", " "))
    stranger.keyboard.press("Enter")
    expect(stranger.locator("h1")).to_contain_text("gilt bis")
    expect(stranger.locator("main")).to_contain_text(DETAILS["company_name"])


def test_the_first_tab_offers_to_skip_the_head(open_browser: OpenBrowser) -> None:
    page = open_browser().goto("/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main a").first).to_be_focused()


def rate_everything(page: Page) -> None:
    """Go from measure to measure with Tab, choose with 1, 2 and 3, and see each saved."""
    keys, done = count(), 0
    for topic in questionnaire().topics:
        expect(page.locator("h1")).to_have_text(topic.title.in_language("de"))
        for place, measure in enumerate(topic.measures()):
            tab_into(page, f"need-{measure.ref}", at_least=STOPS_OF_A_MEASURE if place else 1)
            page.keyboard.press("123"[next(keys) % 3])
        states = page.locator("[data-state-for]")
        expect(states).to_have_text([SAVED] * states.count())
        done += len(list(topic.measures()))
        expect(page.locator(".step [data-progress]")).to_have_text(f"{done} von {questionnaire().size}")
        press(page, controls.save_and_go_on(page))
    assert done == questionnaire().size
    expect(page).to_have_url(re.compile("/plan$"))


def plan_one(page: Page, place: int) -> None:
    """Take the first proposal; urgency, person and days are the firm's own to give."""
    press(page, controls.first_proposal(page))
    tab_to(page, page.locator("input[name=urgency][value=high]"))
    page.keyboard.press("Space")
    for _ in range(place % 3):
        page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("#responsible"))
    page.keyboard.type("Werkstattleitung")
    for field in ("due_on", "follow_up_on"):
        press(page, page.locator(f"button[data-fill={field}]").nth(1))
        expect(page.locator(f"#{field}")).to_have_value(re.compile(r"\d{4}-\d\d-\d\d"))
    press(page, controls.save_form(page))
    expect(controls.complete_actions(page)).to_have_text(re.compile(rf"^{place + 1}\b"))


def declare(page: Page) -> None:
    """Fill in the declaration, look at the preview, issue."""
    for name, value in DETAILS.items():
        field = page.locator(f"input[name={name}]").first
        if field.get_attribute("type") == "checkbox":
            tab_to(page, field)
            page.keyboard.press("Space")
        elif field.get_attribute("type") != "radio":
            tab_to(page, field)
            page.keyboard.type(value)
    press(page, controls.save_form(page))
    expect(page.locator("article")).to_contain_text(DETAILS["company_name"])
    press(page, controls.issue(page))


def press(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, and shows it."""
    expect(target).to_be_visible()
    element = target.element_handle()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if element.evaluate(HAS_FOCUS):
            return
    raise AssertionError(f"Tab never came to {target}")


def tab_into(page: Page, name: str, *, at_least: int) -> None:
    """Press Tab until one of the choices of this name has the focus."""
    for _ in range(at_least - 1):
        page.keyboard.press("Tab")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(FIELD_WITH_FOCUS) == name:
            return
    raise AssertionError(f"Tab never came to {name}")
