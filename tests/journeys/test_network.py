"""A network from its first day on: added, coordinated, joined by a company that shows something and takes it back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import road
from tests.journeys.outbox import wait_for
from tests.journeys.road import Round
from tests.journeys.server import serve
from tests.journeys.test_accounts import SET_UP, SUBMIT, add_user, look, set_up
from tests.journeys.visitor import OpenBrowser, Visitor

pytestmark = pytest.mark.journey

NETWORK = "/network/nordharz"
ADDRESS = re.compile(r"/i/[0-9A-Z]{10}$")
SAVE = 'form[action*="{}"] button'
STAFF, COORDINATOR = "olaf@example.org", "nina@example.org"


@pytest.fixture
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("network") / "instance"


@pytest.fixture
def base(instance: Path) -> Iterator[str]:
    with serve(instance) as address:
        yield address


def add_network(staff: Visitor) -> None:
    """Let staff add the network and invite who coordinates it."""
    page = staff.goto("/staff/networks")
    expect(page.locator(".empty")).to_contain_text("Legen Sie das erste an")
    page.get_by_role("link", name="Netzwerk anlegen").click()
    page.locator("#slug").fill("nordharz")
    page.locator("#name").fill("Netzwerk Nordharz")
    page.locator("#kind").check()
    page.locator(SUBMIT).click()
    expect(page.locator(".notice-success")).to_contain_text("Das Netzwerk ist angelegt")
    page.locator("#email").fill(COORDINATOR)
    page.locator(SUBMIT).click()
    expect(page.locator(".notice-success")).to_contain_text("unterwegs")


def make_link(nina: Visitor) -> str:
    """Let the coordinator fill in who she is and make a link; return its path."""
    page = nina.goto(NETWORK)
    page.get_by_role("link", name="Ansprechperson und Gruß eintragen").click()
    page.locator("#contact_name").fill("Nina Nord")
    page.locator("#contact_phone").fill("05321 4711")
    page.locator("#greeting").fill("Schön, dass Sie da sind.")
    page.locator(SUBMIT).click()
    expect(page.locator(".notice-success")).to_be_visible()
    nina.goto(f"{NETWORK}/links/new")
    page.locator(f'input[name=questionnaire][value="{road.SLUG}"]').check()
    page.locator("#label").fill("Workshop März")
    page.locator(SUBMIT).click()
    address = ADDRESS.search(page.locator("#address").inner_text())
    assert address is not None
    return address[0]


def begin(alma: Visitor, address: str) -> Round:
    """Scan the code with a phone, begin, and keep the link."""
    page = alma.goto(address)
    expect(page.locator("h1")).to_have_text("Netzwerk Nordharz lädt Sie ein")
    expect(page.locator("main")).to_contain_text("Nicht Ihren Namen, nicht Ihre Antworten, nicht Ihren Plan.")
    for choice in ("#is_counted", "#may_be_nudged"):
        expect(page.locator(choice)).not_to_be_checked()
    assert not alma.context.cookies()
    page.locator(SUBMIT).click()
    token = road.TOKEN.search(page.content())
    assert token is not None
    path = page.url.removeprefix(alma.base).partition("?")[0].removesuffix("/link")
    page.locator('form[action$="/link"] button').click()
    return Round(path, token[1])


def release(alma: Visitor, opened: Round, level: str) -> None:
    page = alma.goto(f"{opened.path}/access")
    page.locator(f'input[name=level][value="{level}"]').check()
    page.locator(SAVE.format("/network/release")).click()
    expect(page.locator(".notice-success")).to_be_visible()


def test_from_the_first_day_of_a_network_to_a_release_that_ends(open_browser: OpenBrowser, instance: Path) -> None:
    staff, nina, alma = open_browser(), open_browser(), open_browser(java_script_enabled=False)
    set_up(staff.goto(add_user(instance, STAFF, "--role", "staff")))
    add_network(staff)

    set_up(nina.goto(wait_for(instance, to=COORDINATOR, says=SET_UP)))
    address = make_link(nina)
    for paper in ("a4", "a5"):
        poster = nina.get(str(nina.page.locator(f'a[href*="poster-{paper}.pdf"]').first.get_attribute("href")))
        assert poster.body().startswith(b"%PDF")

    opened = begin(alma, address)
    road.rate_all(alma, opened)
    road.plan_ten(alma, opened)
    road.fill_in(alma, opened)
    road.issue(alma, opened)
    again = alma.goto(address)
    again.get_by_role("link", name="Weitermachen").click()
    expect(again.locator(".frame-company")).to_have_text("Tischlerei Brandt GmbH")

    page = nina.goto(f"{NETWORK}/companies")
    expect(page.locator(".empty")).to_contain_text("Noch hat Ihnen kein Betrieb etwas freigegeben.")
    release(alma, opened, "status")
    page.reload()
    page.get_by_role("link", name="Tischlerei Brandt GmbH").click()
    expect(page.locator("main")).to_contain_text("Stand, seit")
    expect(page.locator("main")).not_to_contain_text("Liste")

    release(alma, opened, "nothing")
    nina.expects(404)
    page.reload()
    expect(page.locator("main")).not_to_contain_text("Tischlerei")
    expect(nina.goto(f"{NETWORK}/companies").locator(".empty")).to_be_visible()


def test_the_invitation_text_is_copied_with_its_link(open_browser: OpenBrowser, instance: Path) -> None:
    visitor = open_browser(permissions=["clipboard-read", "clipboard-write"])
    page = open_link_page(visitor, instance, "text@example.org")
    page.get_by_role("link", name="Einladungstext kopieren").click()
    page.get_by_role("button", name="Formatiert kopieren").first.click()
    expect(page.locator("#live")).to_have_text("Kopiert")
    read = "async type => (await (await navigator.clipboard.read())[0].getType(type)).text()"
    assert f'href="{visitor.base}/i/' in page.evaluate(read, "text/html")
    assert f"{visitor.base}/i/" in page.evaluate(read, "text/plain")
    page.get_by_role("button", name="Reinen Text kopieren").last.click()
    assert "invites you" in page.evaluate("navigator.clipboard.readText()")


def test_axe_finds_nothing_on_any_page_and_320_pixels_are_enough(open_browser: OpenBrowser, instance: Path) -> None:
    visitor = open_browser(reduced_motion="reduce")
    page = open_link_page(visitor, instance, "axe@example.org")
    link = page.url.removeprefix(visitor.base).partition("?")[0]
    address = ADDRESS.search(page.locator("#address").inner_text())
    assert address is not None
    own = ("", "/links", "/links/new", "/settings", "/coordinators")
    for path in (*(NETWORK + place for place in own), link, f"{link}/text", "/staff/networks", "/staff/networks/new"):
        look(visitor.goto(path))
    look(visitor.goto("/staff/networks/nordharz"))
    alma = open_browser(reduced_motion="reduce")
    alma.expects(404)
    look(alma.goto(address[0]))
    look(alma.goto("/i/0000000000"))
    opened = begin(alma, address[0])
    road.rate_all(alma, opened)
    road.plan_ten(alma, opened)
    road.fill_in(alma, opened, company_name="Donaudampfschiff" * 12)
    release(alma, opened, "plan")
    look(alma.goto(f"{opened.path}/access"))
    nina = open_browser(reduced_motion="reduce")
    set_up(nina.goto(add_user(instance, "nora@example.org", "--role", "coordinator", "--network", "nordharz")))
    look(nina.goto(f"{NETWORK}/companies"))
    look(nina.goto(f"{NETWORK}/companies/{opened.path.rpartition('/')[2]}"))


def open_link_page(visitor: Visitor, instance: Path, email: str) -> Page:
    """Sign somebody of staff in, add the network and make a link in it."""
    set_up(visitor.goto(add_user(instance, email, "--role", "staff")))
    page = visitor.goto("/staff/networks/new")
    page.locator("#slug").fill("nordharz")
    page.locator("#name").fill("Netzwerk Nordharz")
    page.locator("#kind").check()
    page.locator(SUBMIT).click()
    visitor.goto(f"{NETWORK}/links/new")
    page.locator("#label").fill(email)
    page.locator(SUBMIT).click()
    expect(page.locator("#address")).to_be_visible()
    return page
