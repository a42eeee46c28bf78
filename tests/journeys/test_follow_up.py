"""The last mile: somebody responsible reports with one tap and no account; a follow-up's mail leads to a new colour."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from om_selfcheck import clock
from om_selfcheck.config import ROOT
from tests.journeys import controls, road
from tests.journeys.outbox import ACCESS, CONFIRM, wait_for
from tests.journeys.road import Round
from tests.journeys.visitor import OpenBrowser, Visitor

pytestmark = pytest.mark.journey

SAVED = "Gespeichert"
MEASURE = "1.1.a"


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_responsible_reports_on_a_phone_without_an_account(
    open_browser: OpenBrowser, *, has_scripts: bool
) -> None:
    alma = open_browser()
    opened = road.start_and_keep(alma)
    road.plan_one(alma, opened, title="Leiter tauschen", responsible="Werkstatt")
    road.plan_one(alma, opened, title="Kassensturz", responsible="Büro")
    link = makes_link_for(alma, opened, "Werkstatt")

    dora = open_browser(java_script_enabled=has_scripts)
    page = dora.goto(link)
    expect(page.locator("main")).to_contain_text("Der Link ist für")
    assert dora.context.cookies() == []
    controls.open_link(page).click()
    expect(page).to_have_url(re.compile(f"{opened.path}/mine$"))
    expect(page.locator("main h2.h3")).to_have_text(["Leiter tauschen"])
    fits(page)

    controls.step(page, "done").click()
    expect(page.locator(".notice-success")).to_have_text(SAVED)
    expect(page.locator(".tag").first).to_have_text("erledigt")
    controls.step(page, "in_progress").click()
    expect(page.locator(".tag").first).to_have_text("in Arbeit")

    dora.expects(422)
    page.locator(".report summary").click()
    controls.step(page, "dropped").click()
    expect(page.locator(".error-summary")).to_contain_text("warum die Maßnahme verworfen wird")
    fits(page)
    page.locator("textarea[name=note]").fill("Wir mieten die Leiter\nab Januar")
    controls.step(page, "dropped").click()
    expect(page.locator(".tag").first).to_have_text("verworfen")

    dora.expects(403)
    dora.goto(f"{opened.path}/plan")
    expect(page.locator("h1")).to_have_text("Dazu berechtigt dieser Link nicht")
    alma.goto(f"{opened.path}/plan")
    expect(alma.page.locator(".plan")).to_contain_text("Wir mieten die Leiter")
    expect(alma.page.locator("main")).to_contain_text("0 von 2 erledigt, 1 verworfen, 1 offen")


def test_one_tap_on_the_overview_is_enough_for_the_company(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    opened = road.start_and_keep(alma)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    road.plan_one(alma, opened, title="Kassensturz", responsible="Büro", due_on=yesterday)
    page = alma.goto(opened.path)
    expect(page.locator("#progress")).to_contain_text("1 Termin überschritten")
    controls.step(page, "done").click()
    expect(page).to_have_url(re.compile("#progress$"))
    expect(page.locator("#progress .notice-success")).to_have_text(SAVED)
    expect(page.locator("#progress .lead")).to_have_text("1 von 1 erledigt")
    fits(page)


def test_from_the_mail_on_the_day_of_the_follow_up_to_a_new_colour(
    open_browser: OpenBrowser, instance: Path, base: str
) -> None:
    address = "kontrolle@betrieb.example"
    alma = open_browser()
    opened, measure = road.start_and_keep(alma), road.questionnaire().find_measure(MEASURE)
    assert measure is not None
    token = {"csrf_token": road.csrf_token(alma, opened)}
    alma.post(opened.topic(), token | {f"need-{MEASURE}": "urgent"})
    wants_mail(alma, opened, address, instance)
    days = [(clock.today() - timedelta(days=ago)).isoformat() for ago in (2, 1)]
    road.plan_one(alma, opened, title="Preise rechnen", due_on=days[0], follow_up_on=days[1], measure_refs=MEASURE)
    let_a_month_pass(instance, opened)
    remind(instance, base)

    link = wait_for(instance, to=address, says=ACCESS)
    helper = open_browser(java_script_enabled=False)
    page = helper.goto(link)
    expect(page.locator("main")).to_contain_text("Preise rechnen")
    controls.open_link(page).click()
    expect(page).to_have_url(re.compile(f"{opened.path}/mine$"))
    expect(page.locator("main h2.h3")).to_have_text(["Preise rechnen"])
    fits(page)
    page.locator("input[name=state][value=done]").check()
    page.locator("input[name=effect][value=partly]").check()
    page.locator(f'input[name="need-{MEASURE}"][value=some]').check()
    page.locator("form[data-guard] button").click()
    expect(page.locator(".notice-success")).to_have_text(SAVED)

    alma.goto(opened.topic())
    path = alma.page.locator(f'[data-measure="{MEASURE}"] .path li')
    expect(path).to_have_count(2)
    expect(path.first).to_contain_text("Dringender Handlungsbedarf")
    expect(path.last).to_contain_text("Kontrolle „Preise rechnen“")
    expect(path.last.locator("svg.shape-some")).to_be_visible()


def makes_link_for(alma: Visitor, opened: Round, name: str) -> str:
    """Make somebody's link on the page for it, and return its path."""
    page = alma.goto(f"{opened.path}/responsible")
    page.locator("ol.plan > li", has_text=name).locator('form[action*="/responsible/link"] button').click()
    expect(page.locator("h1")).to_contain_text(name)
    return page.locator("#secret").inner_text().removeprefix(alma.base)


def wants_mail(alma: Visitor, opened: Round, address: str, instance: Path) -> None:
    road.type_address(alma, opened, address)
    page = alma.open_tab()
    page.goto(alma.base + wait_for(instance, to=address, says=CONFIRM))
    controls.confirm_address(page).click()
    expect(page.locator("h1")).to_have_text("Die Adresse ist bestätigt")
    page.close()
    chosen = {"csrf_token": road.csrf_token(alma, opened), "reminder": "email", "was-reminder": ""}
    alma.post(f"{opened.path}/mails/reminder", chosen)


def let_a_month_pass(instance: Path, opened: Round) -> None:
    """Move the day on which a plan was written back; what was due before it was planned reminds of nothing."""
    with closing(sqlite3.connect(instance / "om.db", timeout=30)) as database, database:
        moved = database.execute(
            "UPDATE action SET created_at = datetime(created_at, '-30 days') WHERE assessment_id = ?",
            [UUID(opened.path.rsplit("/", 1)[1]).hex],
        )
        assert moved.rowcount == 1


def remind(instance: Path, base: str) -> None:
    """Run ./om remind as a timer would."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OM_")}
    own = {"OM_INSTANCE_DIR": str(instance), "OM_BASE_URL": base}
    subprocess.run(
        [sys.executable, "-m", "om_selfcheck.cli", "remind"], cwd=ROOT, env=kept | own, check=True, timeout=120
    )


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
