"""A stranger holds a PDF: the browser hashes it, and the file never leaves the machine."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import FilePayload, Page, Request, expect

from tests.journeys import road
from tests.journeys.visitor import OpenBrowser

pytestmark = pytest.mark.journey


@pytest.fixture
def document(open_browser: OpenBrowser) -> bytes:
    """A declaration's PDF, as its company downloads it."""
    alma = open_browser()
    _, number = road.declare(alma)
    return alma.get(f"/declarations/{number}/declaration.pdf").body()


def test_the_hash_of_a_file_leads_to_its_answer(open_browser: OpenBrowser, document: bytes) -> None:
    page = open_browser().goto("/verify")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108 - Playwright marks what it is given
    hand_in(page, document)
    expect(page.locator("h1")).to_contain_text("gilt bis")
    assert_nothing_uploaded(sent)


def test_one_changed_byte_is_another_file(open_browser: OpenBrowser, document: bytes) -> None:
    page = open_browser().goto("/verify")
    hand_in(page, document + b"\n")
    expect(page.locator(".notice-warning")).to_contain_text("Datei")


def test_a_file_that_cannot_be_read_is_said(open_browser: OpenBrowser) -> None:
    page = open_browser().goto("/verify")
    page.evaluate("() => { File.prototype.arrayBuffer = () => Promise.reject(new Error('gone')); }")
    hand_in(page, b"%PDF-1.7")
    expect(page.locator("[data-look-up] .field-error")).to_contain_text("Nummer")


def hand_in(page: Page, content: bytes) -> None:
    file: FilePayload = {"name": "erklaerung.pdf", "mimeType": "application/pdf", "buffer": content}
    page.locator("[data-look-up] input").set_input_files(file)


def assert_nothing_uploaded(sent: Sequence[Request]) -> None:
    assert {request.method for request in sent} == {"GET"}
    assert all(request.post_data is None for request in sent)
