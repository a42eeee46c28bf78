"""A mistake is mended, found in the register, taken along and told alike everywhere; help by a link for a day."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.journeys import road
from tests.journeys.server import serve
from tests.journeys.test_accounts import SUBMIT, add_user, look, set_up
from tests.journeys.visitor import OpenBrowser, Visitor

pytestmark = pytest.mark.journey

REGISTER = "/staff/declarations"
LONG = "Donaudampfschiff" * 12


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("register") / "instance"


@pytest.fixture(scope="module")
def base(instance: Path) -> Iterator[str]:
    with serve(instance) as address:
        yield address


def correct(alma: Visitor, number: str, name: str) -> None:
    """Let the company correct its name on the page that the page after issuing leads to."""
    page = alma.goto(f"/declarations/{number}")
    page.get_by_role("link", name="Berichtigen").click()
    page.locator("#company_name").fill(name)
    page.locator('form[action$="/correction"] button').click()
    expect(page.locator(".notice-success")).to_contain_text("Unter derselben Nummer")


def download(staff: Visitor, label: str) -> bytes:
    with staff.page.expect_download() as started:
        staff.page.get_by_role("button", name=label).click()
    return started.value.path().read_bytes()


def test_company_office_and_public_page_tell_the_same_story(open_browser: OpenBrowser, instance: Path) -> None:
    alma, olaf, stella = open_browser(), open_browser(), open_browser(java_script_enabled=False)
    opened, number = road.declare(alma)
    correct(alma, number, "Tischlerei Brand")

    public = stella.goto(f"/verify/{number}").locator("main")
    expect(public).to_contain_text("Name vorher: Tischlerei Brandt GmbH")
    assert not stella.context.cookies()

    set_up(olaf.goto(add_user(instance, "olaf@example.org", "--role", "staff")))
    page = olaf.goto(REGISTER)
    page.locator("#search").fill("brand hilde")
    page.locator("#search").press("Enter")
    page.get_by_role("link", name="Tischlerei Brand").click()
    expect(page.locator("main")).to_contain_text("Name vorher: Tischlerei Brandt GmbH")
    expect(page.locator("main")).to_contain_text("Selbsterklärung berichtigt")

    olaf.goto(f"{REGISTER}?search={number.lower()}")
    assert number in download(olaf, "CSV-Datei herunterladen").decode("utf-8-sig")
    sheet = openpyxl.load_workbook(BytesIO(download(olaf, "Excel-Datei herunterladen"))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][:2] == [number, "Tischlerei Brand"]
    page = olaf.goto("/staff/record?verb=register_exported")
    expect(page.locator(".task")).to_have_count(2)

    olaf.expects(404)
    expect(olaf.goto(f"{opened.path}/plan").locator("main")).not_to_contain_text("Liste führen")
    alma.goto(f"{opened.path}/access")
    alma.page.get_by_role("button", name="Link zum Mitlesen für 24 Stunden").click()
    secret = alma.page.locator("#secret").inner_text()
    olaf.goto(secret)
    olaf.page.locator(SUBMIT).click()
    expect(olaf.goto(f"{opened.path}/plan").locator("main")).to_contain_text("Liste führen")
    expect(alma.goto(f"{opened.path}/history").locator("main")).to_contain_text("Hilfe der Geschäftsstelle")


def test_axe_finds_nothing_on_any_page_and_320_pixels_are_enough(open_browser: OpenBrowser, instance: Path) -> None:
    alma, olaf = open_browser(reduced_motion="reduce"), open_browser(reduced_motion="reduce")
    opened, number = road.declare(alma)
    correct(alma, number, LONG)
    for path in (f"/declarations/{number}/correction", f"/declarations/{number}", f"{opened.path}/history"):
        look(alma.goto(path))
    look(alma.goto(f"/verify/{number}"))
    set_up(olaf.goto(add_user(instance, "axe@example.org", "--role", "staff")))
    olaf.expects("does not conform to the required format")
    for path in (
        "/staff",
        REGISTER,
        f"{REGISTER}?search=donau&status=valid",
        f"{REGISTER}?search=nirgends",
        f"{REGISTER}?issued_from=x",
        f"{REGISTER}/{number}",
        f"{REGISTER}/{number}/correction",
        "/staff/record",
        f"/staff/record?subject={number}",
    ):
        look(olaf.goto(path))
