"""Mails to those who sign in: a link to set the account up or to sign in, and what was changed about it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Role
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import accounts, networks
from om_selfcheck.services.account_links import LIFETIMES, LinkPurpose, make_link
from om_selfcheck.services.accounts import Account
from om_selfcheck.services.letters import Claimed, Facts, Prepare

ASKED_LATELY = timedelta(hours=1)  # whoever asked to sign in has given up by then


def prepare_sign_in_link(session: Session, claimed: Claimed, now: datetime) -> Facts | None:
    """Make a link, if it is still of use: for a coordinator who asked within the last hour."""
    account, asked_at = _find_account(session, claimed), datetime.fromisoformat(claimed.stage)
    if account is None or account.role is not Role.COORDINATOR or now - asked_at > ASKED_LATELY:
        return None
    return _make_link(session, account, LinkPurpose.SIGN_IN, now) | {"asked_at": asked_at}


def prepare_set_up_link(session: Session, claimed: Claimed, now: datetime) -> Facts | None:
    """Make a link, if the account is not set up yet."""
    account = _find_account(session, claimed)
    if account is None or account.has_password:
        return None
    own = [one.name for one in networks.list_networks_of(session, user_id=account.user_id)]
    return _make_link(session, account, LinkPurpose.SET_UP, now) | {"role": account.role, "networks": own}


def prepare_change(session: Session, claimed: Claimed, now: datetime) -> Facts | None:  # noqa: ARG001 - as all letters
    """Tell what was changed; it happened, so it is said as long as somebody holds the account."""
    if _find_account(session, claimed) is None:
        return None
    return {"change": Verb(claimed.facts["change"]), "changed_at": datetime.fromisoformat(claimed.stage)}


def _find_account(session: Session, claimed: Claimed) -> Account | None:
    """Return whom a mail is for, unless the account was closed or has another address by now."""
    try:
        account = accounts.get_account(session, user_id=UUID(claimed.subject.removeprefix("user:")))
    except NotFound:
        return None
    return account if account.is_active and account.email == claimed.address else None


def _make_link(session: Session, account: Account, purpose: LinkPurpose, now: datetime) -> dict[str, object]:
    token = make_link(session, user_id=account.user_id, purpose=purpose, now=now)
    return {"token": token, "ends_at": now + LIFETIMES[purpose]}


PREPARE: dict[MessageKind, Prepare] = {
    MessageKind.SIGN_IN_LINK: prepare_sign_in_link,
    MessageKind.SET_UP_LINK: prepare_set_up_link,
    MessageKind.ACCOUNT_CHANGED: prepare_change,
}
