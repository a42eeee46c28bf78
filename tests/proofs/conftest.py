"""A real server for the proofs, started, killed and started again, and people in front of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import server
from bench.browser import Browser, Owner, load_questionnaire, start_check
from om_selfcheck.domain.questionnaire import Questionnaire


@pytest.fixture
def running(tmp_path: Path) -> Iterator[server.Server]:
    """The production server on an instance folder of its own; whatever happens, it has ended afterwards."""
    started = server.start(tmp_path / "instance")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def questionnaire() -> Questionnaire:
    return load_questionnaire()


class People:
    """Whoever sits in front of a browser during a test; all browsers are closed in the end."""

    def __init__(self) -> None:
        self.browsers: list[Browser] = []

    def start(self, port: int, slug: str) -> Owner:
        """Start a check as anybody does."""
        owner = start_check(port, slug)
        self.browsers.append(owner.browser)
        return owner

    def tab(self, owner: Owner, port: int | None = None) -> Owner:
        """Open another tab of the same person."""
        browser = Browser(port or owner.browser.port, cookies=dict(owner.browser.cookies))
        self.browsers.append(browser)
        return Owner(browser, owner.assessment_id, owner.csrf_token)


@pytest.fixture
def people() -> Iterator[People]:
    present = People()
    yield present
    for browser in present.browsers:
        browser.close()
