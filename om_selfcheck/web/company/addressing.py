"""Typing an address: on the page about mail, on the page of a fresh link, and in the declaration's form."""

from collections.abc import Sequence

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import TooOften
from om_selfcheck.domain.limits import CLAIMS_OF_ADDRESS, CLAIMS_OF_COMPANY, CLAIMS_OF_NETWORK
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.services import addresses
from om_selfcheck.services.addresses import AddressSettings
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import current_actor, lock_again
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.throttling import describe_wait, network, require_within


def start_claim(address: str, *, shown: str, wants_link: bool = False) -> Conflict | None:
    """Write to an address and commit; return what is stored where somebody else changed it meanwhile.

    Raises:
        TooOften: the company, the network, or whoever reads that address had too many of these mails within the hour.
    """
    require_within(
        Try(CLAIMS_OF_COMPANY, str(current_actor().company_id)),
        Try(CLAIMS_OF_ADDRESS, address),
        Try(CLAIMS_OF_NETWORK, network()),
    )
    conflict = addresses.claim_address(
        db.session,
        actor=lock_again(),
        address=address,
        shown=shown,
        language=current_language(),
        wants_link=wants_link,
        now=clock.now(),
    )
    commit()
    return conflict


def follow_draft(*, before: str, after: str | None, conflicts: Sequence[Conflict]) -> dict[str, str]:
    """Write to the address that the declaration's form has just saved, or forget one that was taken out of it.

    Returns what to say beside the field; the form itself is saved already.
    """
    is_left_alone = after is None or after == before or any(conflict.name == "email" for conflict in conflicts)
    if is_left_alone:
        return {}
    if not after:
        addresses.remove_address(db.session, actor=lock_again(), shown="", now=clock.now())
        commit()
        return {}
    try:
        start_claim(after, shown=after)
    except TooOften as refusal:
        return {"email": describe_wait(refusal.until)}
    return {}


def settings_of(actor: Actor) -> AddressSettings | None:
    """Return where the company's mail goes, for whoever may know."""
    return addresses.get_address_settings(db.session, actor=actor) if actor.may(Task.DECLARE) else None
