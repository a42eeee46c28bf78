"""The second round on a phone: from the old overview to the new number, with and without scripts."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.factories import DETAILS
from tests.journeys import controls, road
from tests.journeys.conftest import PHONE
from tests.journeys.road import Round
from tests.journeys.visitor import OpenBrowser, Visitor

pytestmark = pytest.mark.journey

FIRST = "1.1.a"  # the first measure of the first topic; `road.rate_all` leaves it green
CONFIRMATIONS = [name for name in DETAILS if name.startswith("confirm_")]
SIGNATORY = ("signatory_name", "signatory_function", "place")


def test_a_firm_renews_on_a_phone_and_the_old_number_says_replaced(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    first, old_number = road.declare(alma)
    page = alma.goto(first.path)
    controls.begin_renewal(page).click()
    expect(page.locator("main")).to_contain_text(f"Selbsterklärung Nummer {old_number}")
    second = Round(page.url.removeprefix(alma.base), first.token)
    assert second.path != first.path
    fits(page)

    rates_beside_the_last_round(alma, second)
    road.rate_all(alma, second)
    takes_one_over(alma.goto(f"{second.path}/plan"))
    road.plan_ten(alma, second)

    page.goto(f"{alma.base}{second.path}/declaration")
    fits(page)
    expect(page.locator("#company_name")).to_have_value(DETAILS["company_name"])
    for name in SIGNATORY:
        expect(page.locator(f"#{name}")).to_have_value("")
        page.locator(f"#{name}").fill(DETAILS[name])
    for name in CONFIRMATIONS:
        expect(page.locator(f"#{name}")).not_to_be_checked()
        page.locator(f"#{name}").check()
    controls.save_form(page).click()
    expect(page.locator("main")).to_contain_text(f"Die Erklärung Nummer {old_number}")
    fits(page)
    controls.issue(page).click()
    expect(page.locator("h1")).to_contain_text("gilt bis")
    new_number = page.locator("#number").inner_text()
    assert new_number != old_number
    fits(page)
    assert alma.get(f"/declarations/{new_number}/changes.pdf").body().startswith(b"%PDF")

    stranger = open_browser().goto(f"/verify/{old_number}")
    expect(stranger.locator("h1")).to_contain_text("durch eine neuere ersetzt")
    stranger.locator(f'a[href="/verify/{new_number}"]').click()
    expect(stranger.locator("h1")).to_contain_text("gilt bis")


def test_the_last_plan_is_gone_on_with_without_javascript(open_browser: OpenBrowser) -> None:
    alma = open_browser(java_script_enabled=False)
    first, _ = road.declare(alma)
    controls.begin_renewal(alma.goto(first.path)).click()
    second = alma.page.url.removeprefix(alma.base)
    page = alma.goto(f"{second}/plan")
    expect(controls.take_over(page)).to_have_count(road.ACTIONS)
    stale = alma.open_tab()
    stale.goto(page.url)
    for place in range(2):
        takes_one_over(page)
        expect(controls.take_over(page)).to_have_count(road.ACTIONS - 1 - place)
    controls.take_over(stale).first.click()  # offered on a page of before; it leads to the same entry
    expect(stale.locator("#due_on")).to_have_value("2099-01-31")


def test_the_pdf_of_the_last_declaration_leads_into_the_next_round(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    first, number = road.declare(alma)
    content = alma.get(f"/declarations/{number}/declaration.pdf").body()
    page = alma.goto("/renew")
    file: FilePayload = {"name": "erklaerung.pdf", "mimeType": "application/pdf", "buffer": content}
    page.locator("[data-look-up] input").set_input_files(file)
    expect(page.locator(".number")).to_contain_text(number)
    controls.begin_renewal(page).click()
    expect(page.locator("main")).to_contain_text(f"Selbsterklärung Nummer {number}")
    assert not page.url.endswith(first.path)


def rates_beside_the_last_round(alma: Visitor, second: Round) -> None:
    page = alma.goto(second.topic())
    measure = page.locator(f'[data-measure="{FIRST}"]')
    expect(measure.locator(".measure-last")).to_contain_text("Zurzeit kein Handlungsbedarf")
    expect(measure.locator("input:checked")).to_have_count(0)
    measure.locator("input[value=none]").click()
    expect(page.locator(f'[data-state-for="{FIRST}"]')).to_have_text(re.compile(r"Gespeichert \d\d:\d\d"))
    fits(page)


def takes_one_over(page: Page) -> None:
    controls.take_over(page).first.click()
    expect(page.locator("#description")).to_have_value(re.compile("Liste . führen"))
    expect(page.locator("#due_on")).to_have_value("")
    expect(page.locator("input[name=urgency]:checked")).to_have_count(0)
    page.locator("input[name=urgency][value=high]").check()
    page.locator("#due_on").fill("2099-01-31")
    page.locator("#follow_up_on").fill("2099-02-28")
    controls.save_form(page).click()
    expect(page.locator("#last-round")).to_contain_text("Im neuen Plan")
    fits(page)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
