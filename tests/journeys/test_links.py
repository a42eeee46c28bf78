"""Who gets in by which link, what it allows, and how it ends."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import controls, road
from tests.journeys.road import Round, start_and_keep
from tests.journeys.visitor import OpenBrowser, Visitor

pytestmark = pytest.mark.journey

NOT_FOUND, FORBIDDEN = "Diese Seite gibt es nicht", "Dazu berechtigt dieser Link nicht"
LINK_ENDED = "Dieser Link öffnet nichts mehr"
NINETY_DAYS = 90 * 24 * 3600
ANY_MINUTE = 120
PUBLIC = ("/", f"/questionnaires/{road.SLUG}", "/verify", "/verify?number=hallo", "/verify/222222-222222-222222")
PUBLIC_TOO = ("/imprint", "/privacy", "/?lang=en")


def test_a_personal_link_opens_by_its_button_only(open_browser: OpenBrowser) -> None:
    alma, opened = starts(open_browser)
    elsewhere = open_browser()
    elsewhere.goto(opened.access)
    elsewhere.page.reload()
    assert elsewhere.context.cookies() == []
    elsewhere.expects(404)
    elsewhere.goto(opened.path)
    expect(elsewhere.page.locator("h1")).to_have_text(NOT_FOUND)
    opens(elsewhere, opened.access)
    expect(controls.right_held(elsewhere.page)).to_contain_text("alles")
    expect(elsewhere.page).to_have_url(re.compile(f"{opened.path}$"))
    assert alma.get(opened.path).ok


def test_a_link_to_work_along_rates_and_plans_and_no_more(open_browser: OpenBrowser) -> None:
    alma, opened = starts(open_browser)
    bente = joins(open_browser, alma, opened, "editor", "Werkstattleitung")
    page = bente.goto(opened.topic())
    page.locator("input[value=urgent]").first.click()
    expect(page.locator("[data-state-for]").first).to_have_text(re.compile(r"Gespeichert \d\d:\d\d"))
    bente.goto(f"{opened.path}/plan/new")
    page.locator("#title").fill("Kassensturz")
    controls.save_form(page).click()
    expect(page.locator(".plan")).to_contain_text("Kassensturz")
    bente.goto(f"{opened.path}/access")
    expect(page.locator(".tasks")).to_contain_text("Werkstattleitung")
    for forbidden in (controls.make_link(page), controls.renew_key(page), controls.end_link(page, "Werkstattleitung")):
        expect(forbidden).to_have_count(0)
    bente.goto(f"{opened.path}/declaration")
    expect(page.locator("main form")).to_have_count(0)
    bente.expects(403)
    bente.goto(f"{opened.path}/link")
    expect(page.locator("h1")).to_have_text(FORBIDDEN)
    alma.goto(f"{opened.path}/plan")
    expect(alma.page.locator(".plan")).to_contain_text("Kassensturz")


def test_a_link_to_read_changes_nothing(open_browser: OpenBrowser) -> None:
    alma, opened = starts(open_browser)
    road.rate_all(alma, opened)
    rolf = joins(open_browser, alma, opened, "reader", "Hausbank")
    page = rolf.goto(opened.topic())
    expect(page.locator("[data-measure]").first).to_contain_text("Zurzeit kein Handlungsbedarf")
    expect(page.locator("main input:not([type=hidden]), main textarea, main button")).to_have_count(0)
    rolf.goto(f"{opened.path}/plan")
    expect(page.locator('main a[href*="/plan/new"]')).to_have_count(0)
    rolf.expects(403)
    rolf.goto(f"{opened.path}/plan/new")
    expect(page.locator("h1")).to_have_text(FORBIDDEN)


def test_ending_a_link_ends_the_other_browser_at_once(open_browser: OpenBrowser) -> None:
    alma, opened = starts(open_browser)
    bente = joins(open_browser, alma, opened, "editor", "Werkstattleitung")
    rolf = joins(open_browser, alma, opened, "reader", "Hausbank")
    controls.end_link(alma.goto(f"{opened.path}/access"), "Werkstattleitung").click()
    expect(alma.page.locator(".notice-success")).to_be_visible()
    bente.expects(404)
    bente.page.reload()
    expect(bente.page.locator("h1")).to_have_text(NOT_FOUND)
    rolf.page.reload()
    expect(controls.right_held(rolf.page)).to_contain_text("lesen")


def test_renewing_the_key_keeps_this_browser_and_ends_the_others(open_browser: OpenBrowser) -> None:
    alma, opened = starts(open_browser)
    lost_phone = open_browser()
    opens(lost_phone, opened.access)
    controls.renew_key(alma.goto(f"{opened.path}/access")).click()
    new_link = alma.page.locator("#secret").inner_text()
    assert opened.token not in new_link
    controls.link_is_kept(alma.page).click()
    expect(alma.page).to_have_url(re.compile(f"{opened.path}$"))
    lost_phone.expects(404)
    lost_phone.page.reload()
    expect(lost_phone.page.locator("h1")).to_have_text(NOT_FOUND)
    lost_phone.goto(opened.access)
    expect(lost_phone.page.locator("h1")).to_have_text(LINK_ENDED)
    new_phone = open_browser()
    opens(new_phone, new_link)
    expect(controls.right_held(new_phone.page)).to_contain_text("alles")


def test_after_leaving_the_back_button_shows_nothing_private(open_browser: OpenBrowser) -> None:
    alma, opened = starts(open_browser)
    road.fill_in(alma, opened, company_name="Geheimrat GmbH")
    alma.goto(f"{opened.path}/declaration")
    alma.goto(opened.path)
    controls.leave(alma.page).click()
    expect(controls.begin(alma.page)).to_be_visible()
    expect(alma.page.locator("body")).not_to_contain_text("Geheimrat")
    alma.expects(404)
    for _ in range(2):
        alma.page.go_back()
        expect(alma.page.locator("h1")).to_have_text(NOT_FOUND)
        expect(alma.page.locator("body")).not_to_contain_text("Geheimrat")
    opens(alma, opened.access)
    expect(alma.page.locator("h1")).to_have_text("Geheimrat GmbH")


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_cookie_lives_as_long_as_was_chosen_when_opening(open_browser: OpenBrowser, *, is_kept: bool) -> None:
    alma, opened = starts(open_browser)
    assert lifetime(alma) is None
    elsewhere = open_browser()
    elsewhere.goto(opened.access)
    if is_kept:
        controls.keep_in(elsewhere.page).check()
    controls.open_link(elsewhere.page).click()
    expect(controls.right_held(elsewhere.page)).to_be_visible()
    assert_lifetime(elsewhere, is_kept=is_kept)


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_cookie_lives_as_long_as_was_chosen_when_starting(open_browser: OpenBrowser, *, is_kept: bool) -> None:
    alma = open_browser()
    page = alma.goto("/")
    controls.begin(page).click()
    if is_kept:
        controls.keep_in(page).check()
    controls.link_is_kept(page).click()
    expect(controls.right_held(page)).to_be_visible()
    assert_lifetime(alma, is_kept=is_kept)


def test_public_pages_set_no_cookie(open_browser: OpenBrowser) -> None:
    stella = open_browser()
    stella.expects(404)
    for path in (*PUBLIC, *PUBLIC_TOO, "/gibt/es/nicht", f"/access/{'x' * 43}"):
        stella.goto(path)
    assert stella.context.cookies() == []


def test_the_link_can_be_copied_and_printed(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    alma.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = road.start(alma)
    page = alma.goto(f"{opened.path}/link")
    page.locator("[data-copy]").click()
    expect(page.locator("#live")).to_have_text("Kopiert")
    assert page.evaluate("navigator.clipboard.readText()") == alma.base + opened.access
    page.locator('a[href*="/link/sheet"]').click()
    expect(page.locator(".secret")).to_have_text(alma.base + opened.access)
    expect(page.locator("svg.qr")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_visible()


def test_a_link_that_the_browser_will_not_copy_is_selected_instead(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    opened = road.start(alma)
    page = alma.goto(f"{opened.path}/link")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('forbidden')); }")
    page.locator("[data-copy]").click()
    expect(page.locator("#live")).to_be_empty()
    assert page.evaluate("getSelection().toString()") == alma.base + opened.access


def starts(open_browser: OpenBrowser) -> tuple[Visitor, Round]:
    alma = open_browser()
    return alma, start_and_keep(alma)


def opens(visitor: Visitor, address: str) -> Page:
    controls.open_link(visitor.goto(address)).click()
    expect(controls.right_held(visitor.page)).to_be_visible()
    return visitor.page


def joins(open_browser: OpenBrowser, owner: Visitor, opened: Round, right: str, label: str) -> Visitor:
    """Let the owner make a link on the page, and open it in another browser."""
    page = owner.goto(f"{opened.path}/access")
    page.locator("#label").fill(label)
    page.locator(f"input[name=right][value={right}]").check()
    controls.make_link(page).click()
    address = page.locator("#secret").inner_text()
    controls.link_is_kept(page).click()
    helper = open_browser()
    opens(helper, address)
    return helper


def lifetime(visitor: Visitor) -> float | None:
    """Return how many seconds the only cookie still lives; None for one that ends with the browser."""
    (cookie,) = visitor.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    return None if cookie["expires"] == -1 else cookie["expires"] - time.time()


def assert_lifetime(visitor: Visitor, *, is_kept: bool) -> None:
    found = lifetime(visitor)
    if is_kept:
        assert found == pytest.approx(NINETY_DAYS, abs=ANY_MINUTE)
    else:
        assert found is None
