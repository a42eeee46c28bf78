"""Somebody with a browser of their own, under watch: no error in the console, no call to another host."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from playwright.sync_api import APIResponse, BrowserContext, ConsoleMessage, Page, Request, Response

ANSWER_LIMIT = 30_000
SERVER_ERROR = 500


@dataclass
class Visitor:
    """A fresh browser context with one page open; more pages come from `open_tab`."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expects(self, *words: str | int) -> None:
        """Name what the browser will complain about: a status such as 409, or words of the message."""
        self.expected += [f"status of {word} " if isinstance(word, int) else word for word in words]

    def goto(self, path: str) -> Page:
        self.page.goto(self.base + path.removeprefix(self.base))
        return self.page

    def open_tab(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(ANSWER_LIMIT)
        return page

    def get(self, path: str) -> APIResponse:
        """Ask for a page past the browser, with its cookies."""
        return self.context.request.get(self.base + path.removeprefix(self.base))

    def post(self, path: str, fields: dict[str, str]) -> APIResponse:
        """Send a form past the browser, with its cookies; redirects are followed."""
        form: dict[str, str | float | bool] = dict(fields)
        answer = self.context.request.post(self.base + path.removeprefix(self.base), form=form)
        assert answer.ok, f"{path}: {answer.status}"
        return answer

    def watch(self) -> None:
        """Collect what must not happen on any page of this context."""
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.context.on("request", self._on_request)
        self.context.on("response", self._on_response)

    def unexpected(self) -> list[str]:
        return [one for one in self.complaints if not any(word in one for word in self.expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base}/", "data:")):
            self.complaints.append(f"call to another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= SERVER_ERROR:
            self.complaints.append(f"status of {response.status} from {response.url}")


class OpenBrowser(Protocol):
    """What the fixture `open_browser` gives: call it for each person."""

    def __call__(self, **options: Any) -> Visitor: ...


def count_posts(page: Page) -> Callable[[], int]:
    """Return a function that says how many forms the page has sent since."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return lambda: len(sent)
