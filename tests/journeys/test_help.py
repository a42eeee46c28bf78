"""Help nearby in a real browser: a coordinator enters it, a red measure shows it, one's own mail program sends it."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.services.installation import open_engine
from om_selfcheck.store.models import Network, Participation
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.journeys import controls, road
from tests.journeys.server import serve
from tests.journeys.test_accounts import SUBMIT, add_user, look
from tests.journeys.visitor import OpenBrowser, Visitor

pytestmark = pytest.mark.journey

MEASURE = "1.1.a"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("help") / "instance"


@pytest.fixture(scope="module")
def base(instance: Path) -> Iterator[str]:
    with serve(instance) as address:
        with Session(open_engine(f"sqlite:///{instance / 'om.db'}")) as session, session.begin():
            factories.add_network(session, slug="nordharz", name="Netzwerk Nordharz")
        yield address


def sign_in(visitor: Visitor, instance: Path) -> None:
    link = add_user(instance, "nina@example.org", "--role", "coordinator", "--network", "nordharz")
    page = visitor.goto(link)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password_again").fill(PASSWORD)
    page.locator(SUBMIT).click()
    page.wait_for_url(re.compile(r"/account/(?!set-up)"))


def enter(page: Page) -> None:
    page.locator('main a[href$="/contacts/new"]').click()
    page.locator(SUBMIT).click()
    expect(page.locator("#error-summary")).to_be_focused()
    look(page)
    page.locator("#organisation").fill("Handwerkskammer Musterstadt")
    page.locator("input[name=kind][value=chamber]").check()
    page.locator("#offer").fill("Berät zu Kalkulation und Strategie")
    page.locator("#email").fill("beratung@kammer.example")
    page.locator("#page").fill("www.kammer.example/" + "sehr-lange-adresse" * 8)
    page.locator(f"input[name=topics][value='{road.SLUG}/1']").check()
    page.locator(SUBMIT).click()
    expect(page.locator("h2")).to_have_text("Handwerkskammer Musterstadt")
    look(page)


def join(instance: Path, path: str) -> None:
    """Let a round count for the network, as a scanned poster does."""
    with Session(open_engine(f"sqlite:///{instance / 'om.db'}")) as session, session.begin():
        network_id = session.scalars(select(Network.id)).one()
        session.add(Participation(assessment_id=UUID(path.split("/")[2]), network_id=network_id, joined_at=NOW))


def test_from_a_red_measure_to_a_mail_of_ones_own(open_browser: OpenBrowser, instance: Path) -> None:
    nina, alma = open_browser(reduced_motion="reduce"), open_browser(reduced_motion="reduce")
    nina.expects(422)
    sign_in(nina, instance)
    enter(nina.goto("/network/nordharz/contacts"))
    opened = road.start_and_keep(alma)
    join(instance, opened.path)
    page = alma.goto(opened.topic())
    link = page.locator(f'[id="measure-{MEASURE}"] .measure-help')
    expect(link).to_be_hidden()
    page.locator(f'[id="need-{MEASURE}-none"]').check()
    expect(link).to_be_hidden()
    page.locator(f'[id="need-{MEASURE}-urgent"]').check()
    expect(link).to_be_visible()
    expect(page.locator(f'[data-state-for="{MEASURE}"]')).to_contain_text("Gespeichert")
    look(page)
    link.click()
    look(page)
    page.locator('main a[href*="/plan/new"]').click()
    controls.save_form(page).click()
    page.locator('main a[href*="/help/1?action="]').click()
    mail = page.locator('main a[href^="mailto:"]')
    expect(mail).to_have_count(1)
    address = unquote(str(mail.get_attribute("href")))
    assert address.startswith("mailto:beratung@kammer.example?subject=Anfrage: ")
    assert page.locator("#request-text").inner_text().split()[0] in address
    look(page)
