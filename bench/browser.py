"""A person's browser without the waiting: one connection that is kept, cookies, and the forms of the company's road."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from urllib.parse import urlencode

from om_selfcheck.catalogue.loader import load_catalogue
from om_selfcheck.config import QUESTIONNAIRES
from om_selfcheck.domain.questionnaire import Questionnaire

FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
CONTENT = re.compile(r'name="was-content" value="([^"]+)"')
DETAILS = {
    "company_name": "Tischlerei Brandt GmbH",
    "street": "Am Mühlbach 4",
    "postal_code": "31134",
    "city": "Hildesheim",
    "signatory_name": "Katrin Brandt",
    "signatory_function": "Geschäftsführerin",
    "place": "Hildesheim",
    "confirm_may_declare": "1",
    "confirm_public_number": "1",
    "confirm_insight": "1",
}


def load_questionnaire() -> Questionnaire:
    """Return the questionnaire that the server offers first."""
    return load_catalogue(QUESTIONNAIRES).list_newest()[0]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the server says
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""


@dataclass
class Browser:
    """One connection to a server on this machine."""

    port: int
    seconds: float = 60.0
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        return self.ask("POST", path, body=urlencode(fields).encode(), headers={"Content-Type": FORM} | headers)

    def ask(self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str]) -> Answer:
        sent = self.headers | dict(headers)
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self.connection.request(method, path, body=body, headers=sent)
            response = self.connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except BaseException:
            self.connection.close()  # the next request opens another one
            raise
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def close(self) -> None:
        self.connection.close()


@dataclass
class Owner:
    """Somebody who has started a check, with its forms at hand."""

    browser: Browser
    assessment_id: str
    csrf_token: str

    @property
    def base(self) -> str:
        return f"/assessments/{self.assessment_id}"

    def save(self, ref: str, need: str, was: str = "") -> Answer:
        """Save one rating as the page's script does."""
        fields = {"csrf_token": self.csrf_token, f"need-{ref}": need, f"was-need-{ref}": was}
        return self.browser.post(f"{self.base}/topics/{ref.partition('.')[0]}", fields, Accept="application/json")

    def save_page(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form of the check as the browser does."""
        return self.browser.post(self.base + path, {"csrf_token": self.csrf_token, **fields})

    def complete(self, questionnaire: Questionnaire) -> None:
        """Rate everything, plan ten actions and fill the declaration in."""
        for topic in questionnaire.topics:
            choices = {f"need-{measure.ref}": "none" for measure in topic.measures()}
            _expect(self.save_page(f"/topics/{topic.ref}", choices), 303)
        for number in range(10):
            _expect(self.save_page("/plan/new", _plan_entry(number)), 303)
        _expect(self.save_page("/declaration", DETAILS), 303)

    def look(self) -> str:
        """Open the preview and return what it names; nothing once the declaration was issued."""
        shown = CONTENT.search(self.browser.get(f"{self.base}/declaration/preview").text)
        return shown[1] if shown else ""

    def issue(self, shown: str = "") -> str:
        """Issue the declaration as it was shown, else as it stands, and return its number."""
        issued = self.save_page("/declaration/issue", {"was-content": shown or self.look()})
        _expect(issued, 303)
        return issued.location.rpartition("/")[2]


def start_check(port: int, slug: str) -> Owner:
    """Start a check as anybody does."""
    browser = Browser(port)
    started = browser.post("/assessments", {"questionnaire": slug})
    _expect(started, 303)
    page = browser.get(started.location)
    token = TOKEN.search(page.text)
    if token is None:
        raise RuntimeError(f"no form on {started.location}")
    return Owner(browser, started.location.split("/")[2], token[1])


def _plan_entry(number: int) -> dict[str, str]:
    return {
        "title": f"Maßnahme {number}",
        "description": f"Liste {'abcdefghij'[number]} führen",
        "urgency": "high",
        "responsible": "Büro",
        "due_on": "2027-01-31",
        "follow_up": "Liste ansehen",
        "follow_up_on": "2027-02-28",
    }


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise RuntimeError(f"expected {status}, got {answer.status}: {answer.body[:300]!r}")
