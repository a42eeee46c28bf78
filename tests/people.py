"""The cast: Alma owns the company, Bente works along, Rolf reads for the bank, Dora is responsible for actions.

Stella is a stranger. Of those who sign in, Nina coordinates network A and Nora network B, Olaf is staff.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from om_selfcheck import clock
from om_selfcheck.catalogue import Catalogue
from om_selfcheck.domain.access import Right, Role, Strength, action_scope
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import SYSTEM
from om_selfcheck.domain.sampling import Frame
from om_selfcheck.extensions import db
from om_selfcheck.services import accounts, audits, cases, foreign_reports, grants, invitations, networks, samples
from om_selfcheck.services.accounts import Account
from om_selfcheck.services.accounts import Person as SignedIn
from om_selfcheck.services.sessions import SIGNED_IN_LIFETIME
from om_selfcheck.web.auth import proofs
from om_selfcheck.web.sessions import commit, cookie_name, current_session
from om_selfcheck.web.signed_in import sign_in
from tests import factories
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


def action_link(owner: Person, action_id: str, heading: str = "Offene Posten") -> str:
    """Make a link to one action, as a reminder carries it, and return its path."""
    with owner.client.app.app_context():
        link = grants.add_grant(
            db.session,
            UUID(owner.assessment_id),
            right=Right.DOER,
            scope=action_scope(action_id),
            label=heading,
            now=clock.now(),
        )
        db.session.commit()
    return f"/access/{link.token}"


def calendar(owner: Person, label: str = "Outlook") -> str:
    """Let the owner make the address of a calendar, and return its path."""
    made = owner.client.send(f"{owner.base}/calendar", {"label": label}, form="/calendar")
    found = FEED.search(owner.client.get(made.location).text)
    assert found is not None
    return found[0]


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


def plan_one(person: Person, **changes: str) -> str:
    """Put one action into the plan and return its id."""
    saved = person.client.send(f"{person.base}/plan/new", ACTION | changes)
    assert saved.status == 303
    return saved.location.rsplit("#action-", 1)[1]


def plan_ten(person: Person) -> None:
    for number in range(10):
        plan_one(person, title=f"Maßnahme {number}", description=f"Liste {'abcdefghij'[number]} führen")


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


@dataclass(frozen=True)
class User:
    """Somebody who signs in, with a browser."""

    client: PageClient
    account: Account

    @property
    def user_id(self) -> UUID:
        return self.account.user_id

    @property
    def email(self) -> str:
        return self.account.email

    def form_token(self) -> str:
        """Return the token that forms carry; "" where nobody is signed in any more."""
        field = self.client.get("/account/logout").soup.select_one("input[name=csrf_token]")
        return str(field["value"]) if field else ""


def nina(app: Flask, strength: Strength = Strength.SECOND_FACTOR) -> User:
    """Nina coordinates network A (slug ``netz-a``)."""
    return coordinator(app, "nina@example.org", "netz-a", strength=strength)


def nora(app: Flask) -> User:
    """Nora coordinates network B (slug ``netz-b``)."""
    return coordinator(app, "nora@example.org", "netz-b")


def olaf(app: Flask, strength: Strength = Strength.SECOND_FACTOR) -> User:
    """Olaf works in the coordinating office."""
    return signed_in(app, add_user(app, "olaf@example.org", Role.STAFF, strength), strength)


def deactivated(app: Flask) -> User:
    """Somebody of staff who is still signed in somewhere after the account was closed."""
    user = signed_in(app, add_user(app, "gone@example.org", Role.STAFF, Strength.SECOND_FACTOR))
    with app.app_context():
        accounts.deactivate_user(db.session, user_id=user.user_id, by=SYSTEM, now=clock.now())
        db.session.commit()
    return user


def expired(app: Flask) -> User:
    """Somebody of staff whose session has lasted too long."""
    account = add_user(app, "late@example.org", Role.STAFF, Strength.SECOND_FACTOR)
    return signed_in(app, account, at=clock.now() - SIGNED_IN_LIFETIME - timedelta(seconds=1))


def weak(app: Flask) -> User:
    """Wanda coordinates network A too; she came in by a mailed link, though her account has a second factor."""
    wanda = coordinator(app, "wanda@example.org", "netz-a")
    return signed_in(app, wanda.account, Strength.LINK)


def coordinator(app: Flask, email: str, slug: str, strength: Strength = Strength.SECOND_FACTOR) -> User:
    account = add_user(app, email, Role.COORDINATOR, strength)
    with app.app_context():
        known = {one.slug: one.network_id for one in networks.list_networks(db.session)}
        network_id = known.get(slug) or factories.add_network(db.session, slug=slug)
        accounts.add_member(db.session, user_id=account.user_id, network_id=network_id, by=SYSTEM, now=clock.now())
        db.session.commit()
    return signed_in(app, account, strength)


def add_link(app: Flask, slug: str, questionnaire_slug: str = "", **values: Any) -> UUID:
    """Make an invitation link of a network, which is added where there is none, and return its id."""
    with app.app_context():
        known = {one.slug for one in networks.list_networks(db.session)}
        if slug not in known:
            factories.add_network(db.session, slug=slug)
        link_id = factories.add_link(db.session, slug, questionnaire_slug=questionnaire_slug, **values)
        db.session.commit()
    return link_id


def token_of(app: Flask, slug: str, link_id: UUID) -> str:
    """Return the code of an invitation link."""
    with app.app_context():
        network = networks.get_network(db.session, slug=slug)
        return invitations.get_link(db.session, network=network, link_id=link_id, today=clock.today()).token


def add_help(app: Flask, slug: str = "netz-a", **changes: str) -> UUID:
    """Let somebody help in a network's region, as right as of today, and return the contact's id."""
    with app.app_context():
        network = networks.get_network(db.session, slug=slug)
        contact_id = factories.add_help(db.session, network, today=clock.today(), **changes)
        db.session.commit()
    return contact_id


def join(owner: Person, code: str, level: str = "") -> None:
    """Let the owner's round count for the network of a code, and release something to it."""
    form = {"code": code}
    assert owner.client.send(f"{owner.base}/access", form, form="/network").status == 303
    if level:
        release(owner, level)


def release(owner: Person, level: str) -> None:
    assert owner.client.send(f"{owner.base}/access", {"level": level}, form="/network/release").status == 303


def add_user(app: Flask, email: str, role: Role, strength: Strength = Strength.LINK) -> Account:
    """Add an account that is set up for a strength; its password is `factories.PASSWORD`."""
    with app.app_context():
        account = factories.add_account(
            db.session, email=email, role=role, strength=strength, totp_secret=proofs.make_totp_secret()
        )
        db.session.commit()
    return account


def signed_in(
    app: Flask, account: Account, strength: Strength = Strength.SECOND_FACTOR, at: datetime | None = None
) -> User:
    """Give somebody a browser with the session that signing in leaves behind (`sign_in` itself makes it)."""
    return sign_in_here(PageClient(app), account, strength, at)


def sign_in_here(
    client: PageClient,
    account: Account,
    strength: Strength = Strength.SECOND_FACTOR,
    at: datetime | None = None,
) -> User:
    """Sign somebody in in a browser that may hold a session already, such as a firm's."""
    app, name = client.app, cookie_name(client.app)
    held = client.flask_client.get_cookie(name)
    headers = {"Cookie": f"{name}={held.value}"} if held else {}
    with app.test_request_context("/account/login", method="POST", headers=headers):
        sign_in(account, strength, at or clock.now())
        commit()
        client.flask_client.set_cookie(name, current_session().session_id or "")
    return User(client, account)


@dataclass(frozen=True)
class CaseIds:
    """A case of a firm, what it was drawn in, the step that a letter is about, and a report on its declaration."""

    audit_id: UUID
    sample_id: UUID
    step_id: UUID
    report_id: UUID


def declared_yesterday(app: Flask) -> Person:
    """Let Alma have declared yesterday, and give her a browser; her number is at `number_of`."""
    with app.app_context():
        owner = factories.make_declared(db.session, today=clock.today() - timedelta(days=1))
        link = grants.renew_key(db.session, actor=owner, now=clock.now())
        db.session.commit()
    person = Person("Alma", PageClient(app), str(owner.assessment_id), link.token)
    assert person.client.post(f"/access/{link.token}").status == 303
    return person


def number_of(app: Flask, person: Person) -> str:
    with app.app_context():
        actor = grants.get_actor_by_token(db.session, token=person.token, now=clock.now())
    return actor.declaration_number or ""


def draw_all(app: Flask, by: Account) -> UUID:
    """Draw everything that held yesterday, and return the sample."""
    now, today = clock.now(), clock.today()
    with app.app_context():
        drawing = SignedIn(account=by, strength=Strength.SECOND_FACTOR, fresh_at=now)
        frame = Frame(on=today - timedelta(days=1))
        drawn = samples.draw(db.session, frame=frame, size=9, seed="s", today=today)
        sample_id = samples.start_sample(db.session, by=drawing, frame=frame, size=9, seed="s", drawn=drawn, now=now)
        db.session.commit()
    return sample_id


def case_of(app: Flask, person: Person) -> UUID:
    """Return the newest case about somebody's declaration."""
    with app.app_context():
        actor = grants.get_actor_by_token(db.session, token=person.token, now=clock.now())
        return cases.list_own_cases(db.session, actor=actor, today=clock.today())[0].audit_id


def report(app: Flask, number: str) -> UUID:
    """Report a number as somebody else's and return the report."""
    with app.app_context():
        foreign_reports.report_foreign(
            db.session, number=number, text="Nicht von uns.", contact="0511 4711", now=clock.now()
        )
        found = foreign_reports.list_reports(db.session, is_open=True)[-1]
        db.session.commit()
    return found.report_id


def begin_case(app: Flask, email: str = "auditor@example.org") -> CaseIds:
    """Draw the only declaration there is, ask its firm, and report it as somebody else's."""
    owner, by = declared_yesterday(app), add_user(app, email, Role.STAFF, Strength.SECOND_FACTOR)
    sample_id, audit_id = draw_all(app, by), case_of(app, owner)
    with app.app_context():
        asking = SignedIn(account=by, strength=Strength.SECOND_FACTOR, fresh_at=clock.now())
        audits.ask_company(db.session, by=asking, audit_id=audit_id, now=clock.now())
        step_id = cases.get_case(db.session, audit_id=audit_id, today=clock.today()).steps[-1].step_id
        db.session.commit()
    return CaseIds(audit_id, sample_id, step_id, report(app, number_of(app, owner)))
