"""An honest sample: five of three hundred, one looked into as far as it was opened, one withdrawn after a hearing.

Company, office, network, public page and record tell the same story. The server's clock is moved, the browser's is not.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from om_selfcheck import clock
from om_selfcheck.clock import day_in_berlin
from om_selfcheck.config import ROOT
from om_selfcheck.domain.audit import CheckItem
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import record
from om_selfcheck.services.installation import open_engine
from om_selfcheck.store.models import InvitationLink
from tests import factories
from tests.factories import PASSWORD
from tests.journeys import road
from tests.journeys.server import serve
from tests.journeys.test_accounts import SUBMIT, add_user, look, set_up
from tests.journeys.visitor import OpenBrowser, Visitor
from tests.proofs.faked import faked
from tests.totp import show_code

pytestmark = pytest.mark.journey

SEED = "3.8.17.22.41.49"
FOUR_WEEKS_AND_A_DAY = timedelta(days=29)
MEMBERS = "/network/netz-a/companies"
DESKTOP: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audits") / "instance"


@pytest.fixture(scope="module")
def base(instance: Path) -> Iterator[str]:
    """A server of its own that goes by a clock of ours."""
    instance.mkdir()
    set_clock(instance, timedelta(0))
    with in_environment(faked(instance / "clock")), serve(instance) as address:
        yield address


@pytest.fixture(scope="module")
def tokens(base: str, instance: Path) -> dict[str, str]:
    """Three hundred declarations of ten days ago, each with its company's link."""
    assert base
    with Session(database(instance)) as session:
        issued_on = clock.today() - timedelta(days=10)
        return factories.seed_declared(session, 300, road.questionnaire(), issued_on=issued_on)


def set_clock(instance: Path, ahead: timedelta) -> None:
    (instance / "clock").write_text(f"+{int(ahead.total_seconds())}")


@contextmanager
def in_environment(variables: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def database(instance: Path) -> Engine:
    return open_engine(f"sqlite:///{instance / 'om.db'}")


@dataclass
class Officer:
    """Somebody of the office, with the app that shows codes."""

    visitor: Visitor
    email: str
    secret: str

    @property
    def page(self) -> Page:
        return self.visitor.page

    def act(self, form: str) -> None:
        button = f'form[action*="/{form}"] button:not([formaction]), button[formaction*="/{form}"]'
        self.page.locator(button).first.click()

    def sign_in_again(self, ahead: timedelta) -> None:
        """Sign in after weeks; the session of then is long over."""
        page = self.visitor.goto("/account/login")
        page.locator("#email").fill(self.email)
        page.locator("#password").fill(PASSWORD)
        page.locator(SUBMIT).first.click()
        page.locator("#code").fill(show_code(self.secret, datetime.now(UTC) + ahead))
        page.locator(SUBMIT).click()


def begin(open_browser: OpenBrowser, instance: Path, email: str, *role: str) -> Officer:
    visitor = open_browser(viewport=DESKTOP, reduced_motion="reduce")
    secret = set_up(visitor.goto(add_user(instance, email, "--role", *(role or ("staff",)))))
    return Officer(visitor, email, secret)


def begin_network(open_browser: OpenBrowser, instance: Path) -> tuple[Officer, str]:
    """Return who coordinates a network, and the code of its invitation."""
    with Session(database(instance)) as session:
        factories.add_network(session, slug="netz-a")
        factories.add_link(session, "netz-a")
        token = session.scalars(select(InvitationLink.token)).one()
        session.commit()
    return begin(open_browser, instance, "nina@example.org", "coordinator", "--network", "netz-a"), token


def joins_and_releases(company: Visitor, token: str) -> None:
    page = company.goto(f"{company_path(company)}/access")
    page.locator("#code").fill(token)
    page.locator('form[action*="/network"] button', has_text="Zuordnen").click()
    page.locator('input[name=level][value="status"]').check()
    page.locator('form[action*="/network/release"] button').click()
    expect(page.locator(".notice-success")).to_be_visible()


def open_company(open_browser: OpenBrowser, token: str) -> Visitor:
    company = open_browser(reduced_motion="reduce")
    road.open_link(company, f"/access/{token}")
    return company


def draw_by_command(instance: Path, on: date) -> list[str]:
    words = ["audit", "sample", "--on", on.isoformat(), "--size", "5", "--seed", SEED]
    done = subprocess.run(
        [sys.executable, "-m", "om_selfcheck.cli", *words],
        cwd=ROOT,
        env={"OM_INSTANCE_DIR": str(instance), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def draw(olaf: Officer, on: date) -> Page:
    page = olaf.visitor.goto("/staff/samples")
    page.locator("#on").fill(on.isoformat())
    page.locator("#size").fill("5")
    page.locator("#seed").fill(SEED)
    page.locator('form[action*="/staff/samples"] button').click()
    expect(page.locator(".tasks .task")).to_have_count(5)
    return page


def test_five_of_three_hundred_one_looked_into_and_one_withdrawn(
    open_browser: OpenBrowser, instance: Path, tokens: dict[str, str]
) -> None:
    olaf, otto = (begin(open_browser, instance, f"{name}@example.org") for name in ("olaf", "otto"))
    yesterday = clock.today() - timedelta(days=1)
    page = draw(olaf, yesterday)
    drawn = page.locator(".tasks .task-title").all_inner_texts()
    frame, *numbers = draw_by_command(instance, yesterday)
    assert drawn == numbers, "the page and the command draw the same"
    expect(page.locator("main")).to_contain_text(frame.split()[2])
    look(page)
    page.locator('a[href*="again=1"]').click()
    expect(page.locator(".notice-success")).to_contain_text("Es kommt dasselbe heraus")
    cases = [one.get_attribute("href") or "" for one in page.locator(".tasks .task-title a").all()]

    nina, token = begin_network(open_browser, instance)
    one = open_company(open_browser, tokens[drawn[0]])
    looks_into_what_was_opened(olaf, otto, one, cases[0])
    other = open_company(open_browser, tokens[drawn[1]])
    joins_and_releases(other, token)
    expect(nina.visitor.goto(MEMBERS).locator(".tasks")).to_contain_text("gilt")
    proposes_and_hears(olaf, otto, other, cases[1])
    set_clock(instance, FOUR_WEEKS_AND_A_DAY)
    withdraws(otto, cases[1])

    same_story(open_browser, open_company(open_browser, tokens[drawn[0]]), drawn[0], "gilt bis")
    withdrawn = open_company(open_browser, tokens[drawn[1]])
    same_story(open_browser, withdrawn, drawn[1], "widerrufen")
    nina.sign_in_again(FOUR_WEEKS_AND_A_DAY)
    expect(nina.visitor.goto(MEMBERS).locator(".tasks")).to_contain_text("widerrufen")
    look(nina.page)
    for number in drawn[2:]:
        expect(open_browser().goto(f"/verify/{number}").locator("h1")).to_contain_text("gilt bis")
    the_record_tells_it_too(instance, cases, drawn)


def looks_into_what_was_opened(olaf: Officer, otto: Officer, company: Visitor, case: str) -> None:
    """Alma opens one topic on her phone; Olaf sees this one; Otto reads his findings."""
    first, second = road.questionnaire().topics[:2]
    olaf.visitor.goto(case)
    look(olaf.page)
    olaf.act("ask")
    notice = company.page
    company.goto(company_path(company))
    notice.locator('main a[href*="/audits/"]').first.click()
    expect(notice.locator("h1")).to_have_text("Zufällig gezogen, kein Verdacht")
    look(notice)
    notice.locator("input[name=scope][value=topics]").check()
    notice.locator(f'input[name=topic][value="{first.ref}"]').check()
    notice.locator('button[formaction*="/open"]').click()
    expect(notice.locator("main")).to_contain_text(f"Geöffnet: Thema {first.ref} {first.title.de}, bis")
    look(notice)

    olaf.visitor.goto(case)
    with olaf.page.expect_popup() as opened:
        olaf.act("insight")
    expect(opened.value.locator("main")).to_contain_text(first.measures()[0].practice.de)
    expect(opened.value.locator("main")).not_to_contain_text(second.measures()[0].practice.de)
    look(opened.value)
    opened.value.close()
    for item in CheckItem:
        olaf.page.locator(f'input[name="{item}-answer"][value=yes]').check()
    olaf.act("findings")
    expect(olaf.page.locator(".notice-success")).to_have_text("Gespeichert.")
    olaf.page.locator("input[name=outcome][value=advice]").check()
    olaf.page.locator("#outcome_text").fill("Setzen Sie zwei Termine früher.")
    olaf.act("submit")

    otto.visitor.goto(case)
    otto.act("confirm")
    expect(otto.page.locator("main")).to_contain_text("in Ordnung, mit Hinweisen")
    notice.reload()
    expect(notice.locator("main")).to_contain_text("Setzen Sie zwei Termine früher.")
    expect(notice.locator(".history")).to_contain_text("Antworten angesehen")
    look(notice)


def proposes_and_hears(olaf: Officer, otto: Officer, company: Visitor, case: str) -> None:
    """Olaf proposes, the company answers, and Otto cannot decide before its time is over."""
    olaf.visitor.goto(case)
    olaf.act("ask")
    olaf.page.locator("details", has=olaf.page.locator("#proposal_text")).locator("summary").click()
    olaf.page.locator("input[name=reason][value=criteria_not_met]").check()
    olaf.page.locator("#proposal_text").fill("Vier Maßnahmen haben keinen Termin.")
    olaf.act("withdrawal")
    expect(olaf.page.locator("main")).to_contain_text("Eine andere Person entscheidet.")

    page = company.goto(company_path(company))
    page.locator('main a[href*="/audits/"]').first.click()
    expect(page.locator("main")).to_contain_text("Vier Maßnahmen haben keinen Termin.")
    page.locator("#answer").fill("Das holen wir nach.")
    page.locator('button[formaction*="/hearing"]').click()
    expect(page.locator("main")).to_contain_text("Das holen wir nach.")
    look(page)

    otto.visitor.expects(409)
    decide(otto, case)
    expect(otto.page.locator("h1")).to_have_text("Die Anhörung läuft noch")


def decide(otto: Officer, case: str) -> None:
    otto.visitor.goto(case)
    otto.page.locator("input[name=decision][value=withdrawn]").check()
    otto.page.locator("#decision_text").fill("Die Kriterien waren nicht erfüllt.")
    otto.act("decision")


def withdraws(otto: Officer, case: str) -> None:
    otto.sign_in_again(FOUR_WEEKS_AND_A_DAY)
    decide(otto, case)
    expect(otto.page.locator("main")).to_contain_text("nach Anhörung widerrufen")
    look(otto.page)


def same_story(open_browser: OpenBrowser, company: Visitor, number: str, said: str) -> None:
    """What anybody reads of a number is what its company reads, and no word of the case."""
    public = open_browser(reduced_motion="reduce").goto(f"/verify/{number}")
    expect(public.locator("h1")).to_contain_text(said)
    expect(company.goto(f"/declarations/{number}").locator("h1")).to_contain_text(said)
    if said == "widerrufen":
        on = day_in_berlin(clock.now() + FOUR_WEEKS_AND_A_DAY)
        expect(public.locator("h1")).to_contain_text(f"seit {on.day}. ")
        expect(public.locator("main")).to_contain_text("Vollständigkeitskriterien nicht erfüllt")
    for secret in ("Vier Maßnahmen", "Das holen wir nach", "Die Kriterien waren nicht", "zwei Termine früher"):
        expect(public.locator("main")).not_to_contain_text(secret)
    look(public)


def the_record_tells_it_too(instance: Path, cases: list[str], drawn: list[str]) -> None:
    """Both cases and the withdrawal stand in the record, which is whole."""
    with Session(database(instance)) as session:
        assert record.verify_record(session) == []
        looked_into, withdrawn = (
            [event.code for event in record.list_timeline(session, f"audit:{audit_id(case)}")] for case in cases[:2]
        )
        about = [event.code for event in record.list_timeline(session, f"declaration:{drawn[1]}")]
    assert looked_into == [
        Verb.AUDIT_STARTED,
        Verb.AUDIT_ASKED,
        Verb.SNAPSHOT_OPENED,
        Verb.SNAPSHOT_SEEN,
        Verb.FINDINGS_NOTED,
        Verb.FINDINGS_SUBMITTED,
        Verb.AUDIT_CLOSED,
    ]
    assert withdrawn == [
        Verb.AUDIT_STARTED,
        Verb.AUDIT_ASKED,
        Verb.WITHDRAWAL_PROPOSED,
        Verb.HEARING_ANSWERED,
        Verb.AUDIT_CLOSED,
    ]
    assert about == [Verb.DECLARATION_WITHDRAWN]


def audit_id(path: str) -> UUID:
    return UUID(path.partition("?")[0].rsplit("/", 1)[1])


def company_path(company: Visitor) -> str:
    """Return the overview of the round that a browser has open, from the start page."""
    company.goto("/")
    return str(company.page.locator('main a[href*="/assessments/"]').first.get_attribute("href"))
