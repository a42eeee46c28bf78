"""A workshop seen live, its figures published and taken along; and the office's lists, in every colour and at 320."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.catalogue.loader import load_catalogue
from om_selfcheck.config import QUESTIONNAIRES
from om_selfcheck.services.installation import open_engine
from om_selfcheck.store.models import Audit
from tests import factories
from tests.journeys import road
from tests.journeys.server import serve
from tests.journeys.test_accessibility import look_in_all_colours
from tests.journeys.test_accounts import SUBMIT, add_user, set_up
from tests.journeys.visitor import OpenBrowser, Visitor
from tests.registered import fill
from tests.services import crowd, test_undeliverable

pytestmark = pytest.mark.journey

FIGURES = "/network/netz-a/figures"
LONG = "Donaudampfschifffahrtsgesellschaft" * 5
LOOKS_AGAIN_AFTER = 31_000


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("figures") / "instance"


@pytest.fixture(scope="module")
def base(instance: Path) -> Iterator[str]:
    with serve(instance) as address:
        yield address


@pytest.fixture(scope="module")
def engine(base: str, instance: Path) -> Iterator[Engine]:
    """The server's database, with a crowd that answers the real questionnaire."""
    assert base
    real = load_catalogue(QUESTIONNAIRES).newest(road.SLUG)
    opened = open_engine(f"sqlite:///{instance / 'om.db'}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(crowd, "CHECK", real)
        patched.setattr(crowd, "REFS", tuple(measure.ref for measure in real.measures()))
        yield opened
    opened.dispose()


def add_network(engine: Engine, slug: str) -> UUID:
    with Session(engine) as session:
        network_id = factories.add_network(session, slug=slug)
        session.commit()
    return network_id


def begin(engine: Engine, network_id: UUID, label: str, count: int) -> None:
    with Session(engine) as session:
        link_id = crowd.add_link(session, network_id, label)
        crowd.start_many(session, network_id, link_id, count, now=clock.now())


def coordinator(open_browser: OpenBrowser, instance: Path, email: str, slug: str) -> Visitor:
    nina = open_browser(reduced_motion="reduce")
    set_up(nina.goto(add_user(instance, email, "--role", "coordinator", "--network", slug)))
    return nina


def begun(page: Page) -> str:
    return page.locator(".stage-chart tbody td.num").first.inner_text()


def download(visitor: Visitor, link: str) -> bytes:
    answer = visitor.get(str(visitor.page.get_by_role("link", name=link).get_attribute("href")))
    assert answer.ok, answer.status
    return answer.body()


def test_a_workshop_is_seen_live_and_then_taken_along(
    open_browser: OpenBrowser, instance: Path, engine: Engine
) -> None:
    network_id = add_network(engine, "netz-a")
    begin(engine, network_id, "Frühstück", 6)
    nina = coordinator(open_browser, instance, "nina@example.org", "netz-a")
    nina.page.clock.install()
    page = nina.goto(FIGURES)
    assert begun(page) == "6"
    begin(engine, network_id, "Abend", 7)
    page.clock.fast_forward(LOOKS_AGAIN_AFTER)
    expect(page.locator(".stage-chart tbody td.num").first).to_have_text("13")

    with Session(engine) as session:
        crowd.begin_and_answer(session, "netz-a")
    page = nina.goto(FIGURES)
    expect(page.locator("#answers + p + form")).to_be_visible()
    page.locator("#year").select_option(index=1)
    page.get_by_role("button", name="Anzeigen").click()
    expect(page.locator("caption", has_text="Handlungsbedarf je Thema")).to_contain_text("40 Betrieben")

    book = openpyxl.load_workbook(BytesIO(download(nina, "Alle Tabellen als Excel-Datei")))
    assert str(book["Etappen"].cell(book["Etappen"].max_row, 2).value) == begun(page)
    lines = list(csv.reader(StringIO(download(nina, "Etappen als CSV-Datei").decode("utf-8-sig")), delimiter=";"))
    assert lines[-1][1] == begun(page)
    assert download(nina, "Netzwerkbericht").startswith(b"%PDF")


def test_the_same_without_javascript(open_browser: OpenBrowser, instance: Path, engine: Engine) -> None:
    begin(engine, add_network(engine, "netz-b"), "Frühstück", 6)
    nina = open_browser(java_script_enabled=False)
    set_up(nina.goto(add_user(instance, "nora@example.org", "--role", "coordinator", "--network", "netz-b")))
    assert begun(nina.goto("/network/netz-b/figures")) == "6"


def test_axe_finds_nothing_on_the_figures_and_320_pixels_are_enough(
    open_browser: OpenBrowser, instance: Path, engine: Engine
) -> None:
    network_id, nina = add_network(engine, "netz-c"), open_browser(reduced_motion="reduce")
    set_up(nina.goto(add_user(instance, "nele@example.org", "--role", "coordinator", "--network", "netz-c")))
    figures = "/network/netz-c/figures"
    look_in_all_colours(nina.goto(figures))
    begin(engine, network_id, LONG[:80], 6)
    with Session(engine) as session:
        crowd.begin_and_answer(session, "netz-c")
    page = nina.goto(f"{figures}?check={road.SLUG}&year={clock.today().year}")
    page.locator("details summary").click()
    look_in_all_colours(page)
    look_in_all_colours(nina.goto(f"{figures}?lang=en"))
    look_in_all_colours(nina.goto(f"{figures.removesuffix('/figures')}/nudge"))


def test_axe_finds_nothing_on_the_office_s_lists_and_320_pixels_are_enough(
    open_browser: OpenBrowser, instance: Path, engine: Engine
) -> None:
    olaf = open_browser(reduced_motion="reduce")
    set_up(olaf.goto(add_user(instance, "olaf@example.org", "--role", "staff")))
    for path in ("/staff/audits", "/staff/mails"):
        look_in_all_colours(olaf.goto(path))
    with Session(engine) as session:
        for network in "de":
            factories.add_network(session, slug=f"{network * 40}", name=LONG)
        add_lists(session)
    for path in (
        "/staff",
        "/staff/audits",
        "/staff/audits?waits=overdue",
        "/staff/audits?state=x",
        "/staff/mails",
        f"/staff/declarations?network={LONG[:60]}",
        "/staff/samples",
        "/staff/users",
    ):
        look_in_all_colours(olaf.goto(path))


def add_lists(session: Session) -> None:
    """Put cases and mails in, more than a page of each."""
    known = fill(session, 120, letters="xyz")
    for number, audit in enumerate(session.scalars(select(Audit).where(Audit.state != "closed"))):
        audit.deadline_on = clock.today() + timedelta(days=number - 2)
    for number in range(60):
        test_undeliverable.add(session, minutes=number, kind="audit" if number % 2 else "renewal")
    session.commit()
    assert known


def test_a_network_is_chosen_by_keyboard_from_what_is_suggested(
    open_browser: OpenBrowser, instance: Path, engine: Engine
) -> None:
    add_network(engine, "nordharz")
    olaf = open_browser()
    set_up(olaf.goto(add_user(instance, "otto@example.org", "--role", "staff")))
    page = olaf.goto("/staff/users")
    page.locator("#email").fill("neu@example.org")
    page.locator("input[name=role][value=coordinator]").check()
    page.locator("#network").fill("Nirgends")
    olaf.expects(422)
    page.locator(SUBMIT).click()
    expect(page.locator("#network")).to_have_value("Nirgends")
    page.locator("#error-summary a").click()
    expect(page.locator("#network")).to_be_focused()
    page.locator("#network").fill("netzwerk nordharz")
    page.keyboard.press("Enter")
    expect(page.locator(".notice-success")).to_contain_text("unterwegs")
