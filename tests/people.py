"""The cast: Alma owns the company, Bente works along, Rolf reads for the bank, Stella is a stranger."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Flask

from om_selfcheck.catalogue import Catalogue
from om_selfcheck.domain.questionnaire import Questionnaire
from tests.builders import make_questionnaire
from tests.factories import DETAILS
from tests.web.client import PageClient

TOKEN = re.compile(r"/access/([\w-]{43})")
MEASURES = tuple(measure.ref for measure in make_questionnaire().measures())


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
    token = TOKEN.search(owner.client.get(made.location).text)
    assert token is not None
    client = PageClient(owner.client.app)
    assert client.post(f"/access/{token[1]}").status == 303
    return Person(name, client, owner.assessment_id, token[1])


def bente(owner: Person) -> Person:
    return invited(owner, right="editor", name="Bente")


def rolf(owner: Person) -> Person:
    return invited(owner, right="reader", name="Rolf")


def stella(app: Flask) -> Person:
    return Person("Stella", PageClient(app))


def come_back(person: Person) -> Person:
    """Open the kept link in a browser that knows nothing, as after two years."""
    client = PageClient(person.client.app)
    assert client.post(f"/access/{person.token}").status == 303
    return replace(person, client=client)


@contextmanager
def published(app: Flask, *newer: Questionnaire) -> Iterator[None]:
    """Publish further versions until the block ends."""
    before: Catalogue = app.extensions["om_catalogue"]
    versions = {(one.slug, one.version): one for one in newer}
    app.extensions["om_catalogue"] = Catalogue({**before.versions, **versions})
    try:
        yield
    finally:
        app.extensions["om_catalogue"] = before


def renew(person: Person) -> Person:
    """Begin the next round of a declared one and return the person in it."""
    begun = person.client.post(f"{person.base}/renewal", {"csrf_token": person.client.csrf_token(person.assessment_id)})
    assert begun.status == 303
    return replace(person, assessment_id=begun.location.split("/")[2])


def rate_everything(person: Person, need: str = "none", questionnaire: Questionnaire | None = None) -> None:
    for topic in (questionnaire or make_questionnaire()).topics:
        choices = {f"need-{measure.ref}": need for measure in topic.measures()}
        assert person.client.send(f"{person.base}/topics/{topic.ref}", choices).status == 303


def plan_ten(person: Person) -> None:
    for number in range(10):
        fields = {
            "title": f"Maßnahme {number}",
            "description": f"Liste {'abcdefghij'[number]} führen",
            "urgency": "high",
            "responsible": "Büro",
            "due_on": "2027-01-31",
            "follow_up": "Liste ansehen",
            "follow_up_on": "2027-02-28",
        }
        assert person.client.send(f"{person.base}/plan/new", fields).status == 303


def declare(person: Person, questionnaire: Questionnaire | None = None) -> str:
    """Go the rest of the road and return the number."""
    rate_everything(person, questionnaire=questionnaire)
    plan_ten(person)
    return issue(person)


def issue(person: Person) -> str:
    """Fill the declaration of a rated and planned round in, issue it and return the number."""
    saved = person.client.send(f"{person.base}/declaration", dict(DETAILS))
    assert saved.location.endswith("/preview")
    issued = person.client.send(saved.location)
    assert issued.status == 303
    return issued.location.rsplit("/", 1)[1]
