"""A real server and a real browser, one of each for a test run (or worker); every person gets a fresh context."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, ViewportSize, expect, sync_playwright

from tests.journeys.server import serve
from tests.journeys.visitor import ANSWER_LIMIT, OpenBrowser, Visitor

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the running server: its database and its outbox."""
    return tmp_path_factory.mktemp("journeys") / "instance"


@pytest.fixture(scope="session")
def base(instance: Path) -> Iterator[str]:
    """The address of a running server with the real questionnaire."""
    with serve(instance) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        expect.set_options(timeout=ANSWER_LIMIT)
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("No chromium here. On Debian: apt-get install --no-install-recommends chromium")
    # pages kept for the back button are part of what is tested
    launched = playwright.chromium.launch(
        executable_path=path, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield launched
    launched.close()


@pytest.fixture
def open_browser(browser: Browser, base: str) -> Iterator[OpenBrowser]:
    """Open a browser for one person, German and on a phone unless said otherwise; afterwards nothing may be wrong."""
    visitors: list[Visitor] = []

    def open_one(**options: Any) -> Visitor:
        context = browser.new_context(**({"locale": "de-DE", "viewport": PHONE} | options))
        context.set_default_timeout(ANSWER_LIMIT)
        visitor = Visitor(context, context.new_page(), base)
        visitor.watch()
        visitors.append(visitor)
        return visitor

    yield open_one
    for visitor in visitors:
        visitor.context.close()
    assert [one for visitor in visitors for one in visitor.unexpected()] == []
