"""The cast: Alma owns the company, Bente works along, Rolf reads for the bank, Dora is responsible for actions.

Stella is a stranger.
"""

import re
from dataclasses import dataclass

from flask import Flask

from tests.builders import make_questionnaire
from tests.factories import DETAILS
from tests.web.client import PageClient

TOKEN = re.compile(r"/access/([\w-]{43})")
FEED = re.compile(r"/calendar/([\w-]{43})\.ics")
MEASURES = tuple(measure.ref for measure in make_questionnaire().measures())

ACTION = {
    "title": "Offene Posten",
    "description": "Jeden Montag durchgehen",
    "urgency": "high",
    "responsible": "Büro",
    "due_on": "2027-01-31",
    "follow_up": "Liste ansehen",
    "follow_up_on": "2027-02-28",
}


@dataclass(frozen=True)
class Person:
    """Somebody with a browser, and the round that is open in it ("" where none is)."""

    name: str
    client: PageClient
    assessment_id: str = ""
    token: str = ""

    @property
    def base(self) -> str:
        return f"/assessments/{self.assessment_id}"


def alma(app: Flask) -> Person:
    """Start a check as anybody does and keep the link."""
    client = PageClient(app)
    started = client.post("/assessments", {"questionnaire": "basis"})
    assert started.status == 303
    shown = client.get(started.location)
    token = TOKEN.search(shown.text)
    assert token is not None
    assessment_id = started.location.split("/")[2]
    client.post(f"/assessments/{assessment_id}/link", shown.values())
    return Person("Alma", client, assessment_id, token[1])


def invited(owner: Person, *, right: str, name: str) -> Person:
    """Let the owner make a link and open it in another browser."""
    made = owner.client.send(f"{owner.base}/access", {"label": name, "right": right}, form="/access/links")
    return opened_by_link(owner, made.location, name)


def bente(owner: Person) -> Person:
    return invited(owner, right="editor", name="Bente")


def rolf(owner: Person) -> Person:
    return invited(owner, right="reader", name="Rolf")


def dora(owner: Person, name: str = "Büro") -> Person:
    """Let the owner make the link of somebody the plan names, and open it in another browser."""
    page = owner.client.get(f"{owner.base}/responsible")
    form = page.values("/responsible/link") | {"name": name}
    made = owner.client.post(f"{owner.base}/responsible/link", form)
    return opened_by_link(owner, made.location, name)


def opened_by_link(owner: Person, shown_at: str, name: str) -> Person:
    """Open a link that was just made in a browser of its own."""
    token = TOKEN.search(owner.client.get(shown_at).text)
    assert token is not None
    client = PageClient(owner.client.app)
    assert client.post(f"/access/{token[1]}").status == 303
    return Person(name, client, owner.assessment_id, token[1])


def calendar(owner: Person, label: str = "Outlook") -> str:
    """Let the owner make the address of a calendar, and return its path."""
    made = owner.client.send(f"{owner.base}/calendar", {"label": label}, form="/calendar")
    found = FEED.search(owner.client.get(made.location).text)
    assert found is not None
    return found[0]


def stella(app: Flask) -> Person:
    return Person("Stella", PageClient(app))


def rate_everything(person: Person, need: str = "none") -> None:
    for topic in make_questionnaire().topics:
        choices = {f"need-{measure.ref}": need for measure in topic.measures()}
        assert person.client.send(f"{person.base}/topics/{topic.ref}", choices).status == 303


def plan_one(person: Person, **changes: str) -> str:
    """Put one action into the plan and return its id."""
    saved = person.client.send(f"{person.base}/plan/new", ACTION | changes)
    assert saved.status == 303
    return saved.location.rsplit("#action-", 1)[1]


def plan_ten(person: Person) -> None:
    for number in range(10):
        plan_one(person, title=f"Maßnahme {number}", description=f"Liste {'abcdefghij'[number]} führen")


def declare(person: Person) -> str:
    """Go the whole road and return the number."""
    rate_everything(person)
    return declare_the_rest(person)


def declare_the_rest(person: Person) -> str:
    """Plan ten actions, fill in the declaration, issue it and return the number."""
    plan_ten(person)
    saved = person.client.send(f"{person.base}/declaration", dict(DETAILS))
    assert saved.location.endswith("/preview")
    issued = person.client.send(saved.location)
    assert issued.status == 303
    return issued.location.rsplit("/", 1)[1]
