"""The company's road past the pages, for tests that need a round in a certain state."""

import re
from dataclasses import dataclass
from functools import cache

from om_selfcheck.catalogue.loader import load_catalogue
from om_selfcheck.config import QUESTIONNAIRES
from om_selfcheck.domain.questionnaire import Questionnaire
from tests.factories import DETAILS
from tests.journeys.visitor import Visitor

SLUG = "unternehmenscheck"
TOKEN = re.compile(r"/access/([\w-]{43})")
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
CONTENT = re.compile(r'name="was-content" value="([^"]+)"')
GRANT = re.compile(r"/access/([\w-]{36})/revoke")
ACTIONS = 10
ACTION = {
    "title": "Liste führen",
    "description": "Offene Posten durchgehen",
    "urgency": "high",
    "responsible": "Büro",
    "due_on": "2099-01-31",
    "follow_up": "Liste ansehen",
    "follow_up_on": "2099-02-28",
}


@cache
def questionnaire() -> Questionnaire:
    """Return the real questionnaire, as the server shows it."""
    return load_catalogue(QUESTIONNAIRES).newest(SLUG)


@dataclass(frozen=True)
class Round:
    """A started check: its pages, and the personal link to it."""

    path: str
    token: str

    @property
    def access(self) -> str:
        return f"/access/{self.token}"

    def topic(self, ref: str = "1") -> str:
        return f"{self.path}/topics/{ref}"


def start(visitor: Visitor) -> Round:
    """Start a check; its personal link is still on the link page."""
    started = visitor.post("/assessments", {"questionnaire": SLUG})
    return Round(started.url.removeprefix(visitor.base).partition("?")[0].removesuffix("/link"), _token(started.text()))


def start_and_keep(visitor: Visitor) -> Round:
    started = start(visitor)
    visitor.post(f"{started.path}/link", {"csrf_token": csrf_token(visitor, started)})
    return started


def csrf_token(visitor: Visitor, opened: Round) -> str:
    found = CSRF.search(visitor.get(opened.path).text())
    assert found is not None
    return found[1]


def rate_all(visitor: Visitor, opened: Round) -> None:
    """Rate every measure, in all three colours."""
    token, needs = csrf_token(visitor, opened), ("none", "some", "urgent")
    for topic in questionnaire().topics:
        chosen = {f"need-{measure.ref}": needs[place % 3] for place, measure in enumerate(topic.measures())}
        visitor.post(opened.topic(topic.ref), chosen | {"csrf_token": token})


def plan_ten(visitor: Visitor, opened: Round, *, title: str = "Liste führen", responsible: str = "Büro") -> None:
    token = csrf_token(visitor, opened)
    for number in range(ACTIONS):
        fields = {
            "csrf_token": token,
            "title": title,
            "description": f"Liste {'abcdefghij'[number]} führen",
            "urgency": ("high", "medium", "low")[number % 3],
            "responsible": responsible,
        }
        visitor.post(f"{opened.path}/plan/new", ACTION | fields)


def plan_one(visitor: Visitor, opened: Round, **changes: str) -> None:
    """Put one complete action into the plan."""
    fields = {"csrf_token": csrf_token(visitor, opened)} | ACTION | changes
    visitor.post(f"{opened.path}/plan/new", fields)


def fill_in(visitor: Visitor, opened: Round, **changes: str) -> None:
    visitor.post(f"{opened.path}/declaration", DETAILS | {"csrf_token": csrf_token(visitor, opened)} | changes)


def issue(visitor: Visitor, opened: Round) -> str:
    """Issue the declaration of a complete round and return its number."""
    shown = CONTENT.search(visitor.get(f"{opened.path}/declaration/preview").text())
    assert shown is not None
    fields = {"csrf_token": csrf_token(visitor, opened), "was-content": shown[1]}
    issued = visitor.post(f"{opened.path}/declaration/issue", fields)
    return issued.url.partition("?")[0].rsplit("/", 1)[1]


def renew(visitor: Visitor, declared: Round) -> Round:
    """Begin the next round of a declared one; the same link opens both."""
    begun = visitor.post(f"{declared.path}/renewal", {"csrf_token": csrf_token(visitor, declared)})
    return Round(begun.url.removeprefix(visitor.base).partition("?")[0], declared.token)


def declare(visitor: Visitor) -> tuple[Round, str]:
    """Go the whole road and return the round with its number."""
    opened = start_and_keep(visitor)
    rate_all(visitor, opened)
    plan_ten(visitor, opened)
    fill_in(visitor, opened)
    return opened, issue(visitor, opened)


def type_address(visitor: Visitor, opened: Round, address: str) -> None:
    token = csrf_token(visitor, opened)
    visitor.post(f"{opened.path}/mails/address", {"csrf_token": token, "was-email": "", "email": address})


def add_link(visitor: Visitor, opened: Round, *, label: str, right: str) -> str:
    """Make a further link and return the path that opens it."""
    token = csrf_token(visitor, opened)
    made = visitor.post(f"{opened.path}/access/links", {"csrf_token": token, "label": label, "right": right})
    return f"/access/{_token(made.text())}"


def add_doer_link(visitor: Visitor, opened: Round, name: str) -> str:
    """Make the link of somebody the plan names and return the path that opens it."""
    token = csrf_token(visitor, opened)
    made = visitor.post(f"{opened.path}/responsible/link", {"csrf_token": token, "name": name})
    return f"/access/{_token(made.text())}"


def open_link(visitor: Visitor, path: str) -> None:
    """Open a link past its page."""
    visitor.post(path, {})


def _token(page: str) -> str:
    found = TOKEN.search(page)
    assert found is not None
    return found[1]
