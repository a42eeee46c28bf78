"""Who is signed in in this browser: kept in the session, looked up anew by each request that asks (P11).

The session names the account by a key of its own, so that a new key ends all of an account's sessions at once.
"""

from datetime import datetime, timedelta

from flask import g, session
from flask_wtf.csrf import generate_csrf

from om_selfcheck.domain.access import Strength
from om_selfcheck.extensions import db
from om_selfcheck.services import accounts
from om_selfcheck.services.accounts import Account, Person
from om_selfcheck.web.sessions import PERSON, current_session

PENDING = "pending"
PENDING_FOR = timedelta(minutes=10)


def find_signed_in() -> Person | None:
    """Return who is signed in; None without asking the database where the session names nobody."""
    held = session.get(PERSON)
    if held is None:
        return None
    if "signed_in" not in g:
        at, strength = datetime.fromisoformat(held["at"]), Strength(held["strength"])
        g.signed_in = accounts.find_person(db.session, key=held["key"], strength=strength, fresh_at=at)
    found: Person | None = g.signed_in
    return found


def sign_in(account: Account, strength: Strength, now: datetime) -> None:
    """Let a person in, under a new session id. Forms of rounds that are open here stay good."""
    if not (session.get("grants") or PERSON in session):
        session.pop("csrf_token", None)
        g.pop("csrf_token", None)
    session.pop(PENDING, None)
    _hold(account, strength, now)
    generate_csrf()
    current_session().renew_id()


def hold_on(account: Account, person: Person, strength: Strength | None = None) -> None:
    """Keep a person signed in where the account got a new key, or the sign-in became stronger."""
    _hold(account, strength or person.strength, person.fresh_at)


def wait_for_second_factor(account: Account, now: datetime) -> None:
    """Remember for ten minutes who has given the right password."""
    session[PENDING] = {"key": account.key, "at": now.isoformat()}
    current_session().renew_id()


def find_waiting(now: datetime) -> Account | None:
    """Return whose second factor is waited for."""
    held = session.get(PENDING)
    if held is None or now - datetime.fromisoformat(held["at"]) > PENDING_FOR:
        return None
    person = accounts.find_person(db.session, key=held["key"], strength=Strength.PASSWORD, fresh_at=now)
    return person.account if person else None


def sign_out(*, closes_everything: bool = False) -> None:
    """End the sign-in; rounds that are open here stay so unless asked. The old cookie opens nothing any more."""
    g.pop("signed_in", None)
    if closes_everything or not session.get("grants"):
        session.clear()
        current_session().fresh_links.clear()
        return
    session.pop(PERSON, None)
    session.pop(PENDING, None)
    current_session().renew_id()


def _hold(account: Account, strength: Strength, at: datetime) -> None:
    session[PERSON] = {"key": account.key, "strength": strength.value, "at": at.isoformat()}
    g.pop("signed_in", None)
