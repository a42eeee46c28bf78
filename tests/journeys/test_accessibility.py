"""Every page for everybody: axe finds nothing in light, dark and forced colours, and 320 pixels are wide enough."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect

from tests.factories import DETAILS
from tests.journeys import controls, road
from tests.journeys.outbox import CONFIRM, wait_for
from tests.journeys.road import Round
from tests.journeys.visitor import OpenBrowser, Visitor

pytestmark = pytest.mark.journey

NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 900}
LONG = "Donaudampfschifffahrtsgesellschaft" * 6
LONG_NAME, LONG_LABEL = LONG[:200], LONG[:80]
AXE: str = Axe().axe_script
EVERYTHING: dict[str, Any] = {"rules": {"target-size": {"enabled": True}}}
COLOURS: dict[str, Any] = {"runOnly": ["color-contrast", "link-in-text-block"]}
RUN_AXE = """async options => (await axe.run(options)).violations.map(
  rule => [rule.id, rule.nodes.map(node => [node.html.slice(0, 200), node.any.map(reason => reason.message)])]
)"""
COUNT_MOVING = "[...document.all].filter(e => parseFloat(getComputedStyle(e).transitionDuration)).length"
UNKNOWN_NUMBER = "222222-222222-222222"


@dataclass(frozen=True)
class Cast:
    """Four rounds that one browser has open: just started, complete, declared, and the one that renews it."""

    state: StorageState
    fresh: Round
    complete: Round
    declared: Round
    second: Round
    number: str
    action_path: str
    helper_link: str
    confirm_link: str
    doer_link: str


Step = Callable[[Page], None]


@dataclass(frozen=True)
class Place:
    """A page: where it is, what is done there first, and with which status it answers."""

    path: Callable[[Cast], str]
    step: Step | None = None
    status: int = 200


def save_declaration(page: Page) -> None:
    controls.save_form(page).click()
    expect(page.locator("#error-summary")).to_be_focused()


def save_overlong_action(page: Page) -> None:
    page.locator("#responsible").fill("x" * 201)
    controls.save_form(page).click()
    expect(page.locator("#error-summary")).to_be_focused()


def make_nameless_link(page: Page) -> None:
    controls.make_link(page).click()
    expect(page.locator("#error-summary")).to_be_focused()


def be_a_stranger(page: Page) -> None:
    page.context.clear_cookies()
    page.reload()


def open_as_doer(page: Page) -> None:
    be_a_stranger(page)
    controls.open_link(page).click()
    expect(page.locator(".report").first).to_be_visible()


def drop_without_a_word(page: Page) -> None:
    open_as_doer(page)
    page.locator(".report summary").first.click()
    controls.step(page, "dropped").click()
    expect(page.locator("#error-summary")).to_be_focused()


def answer_nothing(page: Page) -> None:
    controls.save_form(page).click()
    expect(page.locator("#error-summary")).to_be_focused()


def make_feed(page: Page) -> None:
    page.locator("#label").fill("Outlook")
    page.locator('form[action$="/calendar"] button').click()
    expect(page.locator("#secret")).to_contain_text("/calendar/")


def type_wrong_address(page: Page) -> None:
    page.locator("#email").fill("buero@betrieb")  # a browser lets it pass
    page.locator("#email").press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()


def type_wrong_code(page: Page) -> None:
    page.locator("#code").fill("123")
    controls.confirm_code(page).click()
    expect(page.locator("#error-summary")).to_be_focused()


def open_details(page: Page) -> None:
    closed = page.locator("details:not([open]) > summary")
    for _ in range(min(closed.count(), 3)):
        closed.first.click()


PLACES = {
    "start": Place(lambda _: "/"),
    "questionnaire": Place(lambda _: f"/questionnaires/{road.SLUG}"),
    "lost link": Place(lambda _: "/lost-link"),
    "lost link, mistyped": Place(lambda _: "/lost-link", type_wrong_address, 422),
    "lost link, asked for": Place(lambda _: "/lost-link?sent=1"),
    "confirm address": Place(lambda cast: cast.confirm_link),
    "look up": Place(lambda _: "/verify"),
    "look up, mistyped": Place(lambda _: "/verify?number=hallo"),
    "look up, foreign file": Place(lambda _: f"/verify?sha256={'0' * 64}"),
    "answer": Place(lambda cast: f"/verify/{cast.number}"),
    "answer, unknown": Place(lambda _: f"/verify/{UNKNOWN_NUMBER}"),
    "imprint": Place(lambda _: "/imprint"),
    "privacy": Place(lambda _: "/privacy"),
    "not found": Place(lambda _: "/hier/ist/nichts", status=404),
    "access": Place(lambda cast: cast.helper_link),
    "access, ended": Place(lambda _: f"/access/{'x' * 43}", status=404),
    "link": Place(lambda cast: f"{cast.fresh.path}/link"),
    "link sheet": Place(lambda cast: f"{cast.fresh.path}/link/sheet"),
    "overview, new": Place(lambda cast: cast.fresh.path),
    "overview": Place(lambda cast: cast.complete.path),
    "topic, new": Place(lambda cast: cast.fresh.topic(), open_details),
    "topic": Place(lambda cast: cast.complete.topic("2")),
    "topic, to read": Place(lambda cast: cast.declared.topic("3")),
    "plan, empty": Place(lambda cast: f"{cast.fresh.path}/plan"),
    "plan": Place(lambda cast: f"{cast.complete.path}/plan"),
    "plan, to read": Place(lambda cast: f"{cast.declared.path}/plan"),
    "new action": Place(lambda cast: f"{cast.fresh.path}/plan/new?measure=1.1.a"),
    "action": Place(lambda cast: cast.action_path, open_details),
    "action with errors": Place(lambda cast: f"{cast.fresh.path}/plan/new", save_overlong_action, 422),
    "declaration": Place(lambda cast: f"{cast.complete.path}/declaration"),
    "declaration with errors": Place(lambda cast: f"{cast.fresh.path}/declaration", save_declaration, 422),
    "preview": Place(lambda cast: f"{cast.complete.path}/declaration/preview"),
    "preview, incomplete": Place(lambda cast: f"{cast.fresh.path}/declaration/preview", open_details),
    "renew": Place(lambda _: "/renew"),
    "renew, mistyped": Place(lambda _: "/renew?number=hallo"),
    "renew, open here": Place(lambda cast: f"/renew?number={cast.number}"),
    "renew, a stranger": Place(lambda cast: f"/renew?number={cast.number}", be_a_stranger),
    "overview, second round": Place(lambda cast: cast.second.path),
    "topic, second round": Place(lambda cast: cast.second.topic("4"), open_details),
    "plan, second round": Place(lambda cast: f"{cast.second.path}/plan"),
    "preview, second round": Place(lambda cast: f"{cast.second.path}/declaration/preview"),
    "issued": Place(lambda cast: f"/declarations/{cast.number}", open_details),
    "mails, new": Place(lambda cast: f"{cast.fresh.path}/mails"),
    "mails": Place(lambda cast: f"{cast.complete.path}/mails", open_details),
    "mails with errors": Place(lambda cast: f"{cast.complete.path}/mails", type_wrong_code, 422),
    "follow-up": Place(lambda cast: f"{cast.action_path}/follow-up"),
    "follow-up with errors": Place(lambda cast: f"{cast.action_path}/follow-up", answer_nothing, 422),
    "responsible": Place(lambda cast: f"{cast.complete.path}/responsible", open_details),
    "own data": Place(lambda cast: f"{cast.declared.path}/data"),
    "calendar": Place(lambda cast: f"{cast.complete.path}/calendar"),
    "calendar's address": Place(lambda cast: f"{cast.complete.path}/calendar", make_feed),
    "access, responsible": Place(lambda cast: cast.doer_link),
    "mine": Place(lambda cast: cast.doer_link, open_as_doer),
    "mine with errors": Place(lambda cast: cast.doer_link, drop_without_a_word, 422),
    "sharing": Place(lambda cast: f"{cast.complete.path}/access"),
    "sharing with errors": Place(lambda cast: f"{cast.complete.path}/access", make_nameless_link, 422),
}


@pytest.fixture(scope="module")
def cast(browser: Browser, base: str, instance: Path) -> Iterator[Cast]:
    yield from make_cast(
        browser, base, instance, company=DETAILS["company_name"], title="Liste führen", label="Werkstattleitung"
    )


@pytest.fixture(scope="module")
def long_cast(browser: Browser, base: str, instance: Path) -> Iterator[Cast]:
    yield from make_cast(browser, base, instance, company=LONG_NAME, title=LONG_NAME, label=LONG_LABEL)


def make_cast(browser: Browser, base: str, instance: Path, *, company: str, title: str, label: str) -> Iterator[Cast]:
    context = browser.new_context(locale="de-DE")
    alma = Visitor(context, context.new_page(), base)
    declared, complete = (make_complete(alma, company, title) for _ in range(2))
    number = road.issue(alma, declared)
    second = road.renew(alma, declared)
    helper_link = road.add_link(alma, complete, label=label, right="editor")
    address = f"{'a' * 64}@{title.replace(' ', '-').replace('ü', 'ue')[:63]}.example".lower()
    road.type_address(alma, complete, address)
    alma.goto(f"{complete.path}/plan")
    action_path = alma.page.locator(".plan a").first.get_attribute("href") or ""
    confirm_link = wait_for(instance, to=address, says=CONFIRM)
    doer_link = road.add_doer_link(alma, complete, title)
    fresh = road.start(alma)  # last, because its link is still to be seen
    paths = (helper_link, confirm_link, doer_link)
    yield Cast(context.storage_state(), fresh, complete, declared, second, number, action_path, *paths)
    context.close()


def make_complete(alma: Visitor, company: str, title: str) -> Round:
    opened = road.start_and_keep(alma)
    road.rate_all(alma, opened)
    road.plan_ten(alma, opened, title=title, responsible=title)
    road.fill_in(alma, opened, company_name=company, signatory_name=company, city=company)
    return opened


@pytest.mark.parametrize("name", PLACES)
def test_axe_finds_nothing(name: str, cast: Cast, open_browser: OpenBrowser) -> None:
    look_in_all_colours(go(open_browser, cast, PLACES[name]))


def look_in_all_colours(page: Page) -> None:
    """Hold the page on the screen against the rules: light, dark, forced colours, and 320 pixels wide."""
    page.evaluate(AXE)
    found = {"light": page.evaluate(RUN_AXE, EVERYTHING)}
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="dark")
    found["dark"] = page.evaluate(RUN_AXE, COLOURS)
    page.emulate_media(color_scheme="light", forced_colors="active")
    found["forced colours"] = page.evaluate(RUN_AXE, COLOURS)
    assert not any(found.values()), page.url + json.dumps(found, indent=1, ensure_ascii=False)
    page.emulate_media(forced_colors="none")
    assert width_at_320(page) <= NARROW["width"], page.url


@pytest.mark.parametrize("name", PLACES)
def test_long_names_fit_into_320_pixels(name: str, long_cast: Cast, open_browser: OpenBrowser) -> None:
    page = go(open_browser, long_cast, PLACES[name])
    assert width_at_320(page) <= NARROW["width"]


def go(open_browser: OpenBrowser, cast: Cast, place: Place) -> Page:
    visitor = open_browser(storage_state=cast.state, reduced_motion="reduce")  # else colours are measured on their way
    if place.status != 200:
        visitor.expects(place.status)
    page = visitor.goto(place.path(cast))
    if place.step:
        place.step(page)
    return page


def width_at_320(page: Page) -> int:
    page.set_viewport_size(NARROW)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def test_the_language_switch_speaks_english_and_stays(open_browser: OpenBrowser) -> None:
    page = open_browser().goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator('main a[href*="/verify"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_browser_that_prefers_english_gets_english(open_browser: OpenBrowser) -> None:
    expect(open_browser(locale="en-GB").goto("/").locator("html")).to_have_attribute("lang", "en")


def test_less_motion_where_that_is_wished(open_browser: OpenBrowser) -> None:
    page = open_browser(reduced_motion="reduce").goto("/")
    assert page.evaluate(COUNT_MOVING) == 0
    assert open_browser().goto("/").evaluate(COUNT_MOVING) > 0


def test_the_error_summary_leads_to_the_fields(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    opened = road.start_and_keep(alma)
    alma.expects(422)
    page = alma.goto(f"{opened.path}/declaration")
    save_declaration(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#company_name")).to_be_focused()


def test_a_screen_reader_hears_the_measure_with_its_choices(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    opened = road.start_and_keep(alma)
    measure = alma.goto(opened.topic()).locator("[data-measure]").first
    expect(measure).to_match_aria_snapshot(
        """
        - group /1.1.a .*Tabelle/:
          - radio "Dringender Handlungsbedarf"
          - radio "Handlungsbedarf"
          - radio "Zurzeit kein Handlungsbedarf"
        """
    )


def test_what_has_the_focus_is_not_hidden_behind_the_bar(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    opened = road.start_and_keep(alma)
    page = alma.goto(f"{opened.topic()}#measure-1.1.a")
    for _ in range(40):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => {
              const focused = document.activeElement;
              if (focused.closest(".savebar")) return "";
              const bar = document.querySelector(".savebar").getBoundingClientRect();
              return focused.getBoundingClientRect().top >= bar.top ? focused.outerHTML : "";
            }"""
        )
        assert hidden == ""
