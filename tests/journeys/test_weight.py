"""What a page costs on a phone's data plan, as the browser counts it."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.road import start_and_keep
from tests.journeys.visitor import OpenBrowser

pytestmark = pytest.mark.journey

COLD_BYTES, COLD_REQUESTS = 100_000, 8
WARM_BYTES = 15_000


@dataclass
class Traffic:
    """What came over the line since it was last reset; what the browser took from its cache came for nothing."""

    bytes: int = 0
    requests: int = 0

    def listen(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", lambda _: self._count(0, 1))
        session.on("Network.requestServedFromCache", lambda _: self._count(0, -1))
        session.on("Network.loadingFinished", self._add)
        session.send("Network.enable")

    def reset(self) -> None:
        self.bytes = self.requests = 0

    def _add(self, event: dict[str, Any]) -> None:
        self._count(int(event["encodedDataLength"]), 0)

    def _count(self, size: int, requests: int) -> None:
        self.bytes += size
        self.requests += requests


def test_the_start_page_is_light(open_browser: OpenBrowser) -> None:
    stella = open_browser()
    assert_light(stella.page, stella.base)


def test_a_topic_page_is_light(open_browser: OpenBrowser) -> None:
    alma = open_browser()
    opened = start_and_keep(alma)
    assert_light(alma.page, alma.base + opened.topic())


def assert_light(page: Page, address: str) -> None:
    traffic = Traffic()
    traffic.listen(page)
    load(page, address)
    assert 0 < traffic.bytes <= COLD_BYTES
    assert 0 < traffic.requests <= COLD_REQUESTS
    traffic.reset()
    load(page, address)
    assert 0 < traffic.bytes <= WARM_BYTES


def load(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_load_state("networkidle")
