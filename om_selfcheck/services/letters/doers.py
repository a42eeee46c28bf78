"""The letter to a responsible person: here is your link, and reminders only if you want them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, name_scope
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.services.doers import end_of_link
from om_selfcheck.services.grants import add_grant
from om_selfcheck.services.letters import Claimed, Prepare
from om_selfcheck.services.record import append_event
from om_selfcheck.store.models import Doer
from om_selfcheck.store.queries import assessments, doers, plans


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the mail says; the name is the plan's own text for the person."""

    company_name: str
    name: str
    actions: int
    token: str
    ends_at: datetime


def prepare_invitation(session: Session, claimed: Claimed, now: datetime) -> Invitation | None:
    """Mint the person's link, unless the address was changed or taken out or the plan names them no more.

    A second attempt mints another link and the first one goes on: its mail may have arrived all the same.
    """
    doer = doers.lock_doer(session, UUID(claimed.subject.removeprefix("doer:")))
    if doer is None or doer.address != claimed.address:
        return None
    plan = [action for _, action in plans.list_actions(session, doer.assessment_id)]
    mine = [action for action in plan if action.responsible == doer.name]
    if not mine:
        return None
    ends_at = end_of_link(mine, now)
    company, _ = assessments.get_company_and_draft(session, doer.assessment_id)
    return Invitation(
        company_name=company.name,
        name=doer.name,
        actions=len(mine),
        token=_mint(session, doer, ends_at, now),
        ends_at=ends_at,
    )


def _mint(session: Session, doer: Doer, ends_at: datetime, now: datetime) -> str:
    """Make the link by which the holder of the address proves to be it, and put it on the record."""
    scope = name_scope(doer.name)
    link = add_grant(
        session, doer.assessment_id, right=Right.DOER, label=doer.name, scope=scope, ends_at=ends_at, now=now
    )
    doer.grant_id = link.grant_id
    session.flush()
    event = Event(
        verb=Verb.GRANT_CREATED,
        actor=SYSTEM,
        subject=f"assessment:{doer.assessment_id}",
        at=now,
        payload={"grant": str(link.grant_id), "right": Right.DOER.value},
    )
    append_event(session, event)
    return link.token


PREPARE: Mapping[MessageKind, Prepare] = {MessageKind.DOER_INVITED: prepare_invitation}
