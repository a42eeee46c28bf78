"""P12: limits hold over four workers and a restart, and a workshop behind one address is never in their way."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench import server
from bench.browser import Browser, start_check
from om_selfcheck import clock
from om_selfcheck.domain.limits import (
    QUARTER,
    SIGN_IN_MAILS_TO_ADDRESS,
    SIGN_INS_OF_ACCOUNT,
    SIGN_INS_OF_NETWORK,
    WRONG_INVITATION_CODES,
)
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.services import invitations, networks
from om_selfcheck.services.installation import open_engine
from om_selfcheck.store.models import Participation
from tests import factories
from tests.proofs import broken_server
from tests.proofs.broken_server import module_of

TRIES, PARALLEL = 60, 12
PEOPLE, AT_ONCE = 150, 4
FIVE_MINUTES = 300.0
REFUSED, TOO_OFTEN, BEGUN, SAID, UNKNOWN = 422, 429, 303, 200, 404
NEAR_THE_END = 60.0
FOUR_AND_SENDER = 5


@pytest.fixture(autouse=True)
def _inside_one_window() -> None:
    """Begin with a minute left at least: a test that goes over into the next window counts two."""
    now = datetime.now(UTC)
    left = (SIGN_INS_OF_ACCOUNT.next_window(now) - now).total_seconds()
    assert left <= QUARTER.total_seconds()
    if left < NEAR_THE_END:
        time.sleep(left)


def try_at_once(
    port: int, count: int, send: Callable[[Browser, int], int], *, parallel: int = PARALLEL
) -> Counter[int]:
    """Send from many connections at once and return how often each status came."""
    local, opened = threading.local(), list[Browser]()

    def one(number: int) -> int:
        if not hasattr(local, "browser"):
            local.browser = Browser(port)
            opened.append(local.browser)
        return send(local.browser, number)

    with ThreadPoolExecutor(parallel) as threads:
        statuses = Counter(threads.map(one, range(count)))
    for browser in opened:
        browser.close()
    return statuses


def wait_for_all(running: server.Server) -> None:
    """Wait until four workers serve, beside the process that sends mails."""
    end = time.monotonic() + server.PATIENCE
    while len(running.workers()) < FOUR_AND_SENDER:
        assert time.monotonic() < end
        time.sleep(server.POLL)


def guess(browser: Browser, _number: int) -> int:
    """Try one more password of the same account."""
    return browser.post("/account/login", {"email": "olaf@example.org", "password": "Falsch geraten"}).status


def knock(browser: Browser, number: int) -> int:
    """Try a password of one account after the other."""
    return browser.post("/account/login", {"email": f"n{number}@example.org", "password": "Falsch geraten"}).status


def ask_for_mail(browser: Browser, _number: int) -> int:
    return browser.post("/account/sign-in-link", {"email": "nina@example.org"}).status


@pytest.mark.long
def test_an_account_takes_exactly_ten_guesses_from_four_workers_and_none_after_a_restart(tmp_path: Path) -> None:
    folder, module = tmp_path / "instance", module_of(broken_server.four_workers)
    with server.running(folder, module=module) as first:
        wait_for_all(first)
        allowed = SIGN_INS_OF_ACCOUNT.most
        assert try_at_once(first.port, TRIES, guess) == {REFUSED: allowed, TOO_OFTEN: TRIES - allowed}
        mails = SIGN_IN_MAILS_TO_ADDRESS.most
        assert try_at_once(first.port, TRIES // 2, ask_for_mail) == {SAID: mails, TOO_OFTEN: TRIES // 2 - mails}
    with server.running(folder, module=module) as second:
        assert try_at_once(second.port, PARALLEL, guess) == {TOO_OFTEN: PARALLEL}


@pytest.mark.long
def test_control_workers_that_count_apart_let_more_through(tmp_path: Path) -> None:
    with server.running(tmp_path / "instance", module=module_of(broken_server.count_apart)) as running:
        wait_for_all(running)
        statuses = try_at_once(running.port, TRIES, guess)
    assert statuses[REFUSED] > SIGN_INS_OF_ACCOUNT.most


@pytest.mark.long
def test_a_workshop_starts_behind_an_address_that_has_no_guess_left(
    running: server.Server, questionnaire: Questionnaire
) -> None:
    allowed = SIGN_INS_OF_NETWORK.most
    assert try_at_once(running.port, allowed + 10, knock) == {REFUSED: allowed, TOO_OFTEN: 10}

    def start(_browser: Browser, _number: int) -> int:
        owner = start_check(running.port, questionnaire.slug)
        saved = owner.save(next(questionnaire.measures()).ref, "some")
        owner.browser.close()
        return saved.status

    begin = time.monotonic()
    assert try_at_once(running.port, PEOPLE, start, parallel=AT_ONCE) == {SAID: PEOPLE}
    assert time.monotonic() - begin < FIVE_MINUTES
    assert try_at_once(running.port, 5, knock) == {TOO_OFTEN: 5}, "the control: the address is still out of guesses"


@pytest.mark.long
def test_a_workshop_joins_its_network_behind_an_address_that_has_no_wrong_code_left(
    tmp_path: Path, questionnaire: Questionnaire
) -> None:
    folder = tmp_path / "instance"
    with server.running(folder, module=module_of(broken_server.four_workers)) as running:
        wait_for_all(running)
        code = add_code(folder)
        allowed = WRONG_INVITATION_CODES.most

        def try_code(browser: Browser, number: int) -> int:
            return browser.get(f"/i/{number:010}").status

        def scan_and_begin(_browser: Browser, _number: int) -> int:
            phone = Browser(running.port)
            assert phone.get(f"/i/{code}").status == SAID
            begun = phone.post("/assessments", {"invitation": code, "questionnaire": questionnaire.slug})
            phone.close()
            return begun.status

        assert try_at_once(running.port, allowed + 10, try_code) == {UNKNOWN: allowed, TOO_OFTEN: 10}
        begin = time.monotonic()
        assert try_at_once(running.port, PEOPLE, scan_and_begin, parallel=AT_ONCE) == {BEGUN: PEOPLE}
        assert time.monotonic() - begin < FIVE_MINUTES
        assert try_at_once(running.port, 5, try_code) == {TOO_OFTEN: 5}, "the control: no wrong code is left"
    with Session(open_engine(f"sqlite:///{folder / 'om.db'}")) as session:
        assert session.scalar(select(func.count()).select_from(Participation)) == PEOPLE


def add_code(folder: Path) -> str:
    """Add a network with an invitation link to a running server and return the link's code."""
    with Session(open_engine(f"sqlite:///{folder / 'om.db'}")) as session, session.begin():
        factories.add_network(session, slug="netz-a")
        network = networks.get_network(session, slug="netz-a")
        link_id = factories.add_link(session, "netz-a")
        return invitations.get_link(session, network=network, link_id=link_id, today=clock.today()).token
