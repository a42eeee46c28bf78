"""The access link by mail: to a confirmed address only, with a fresh key made when the mail is sent."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.messages import name_lost_link, queue_message
from om_selfcheck.store.queries import addresses

UNKNOWN_ADDRESS_LIFETIME = timedelta(days=1)


class NotConfirmed(DomainError):
    """No address of the company is confirmed, so nothing can be mailed to it."""


def mail_access_link(session: Session, *, actor: Actor, language: str, now: datetime) -> str:
    """Have the company's key mailed to its confirmed address, and return the address.

    Raises:
        NotConfirmed: there is none.
    """
    actor.require(Task.SHARE)
    address = addresses.get_company(session, actor.company_id).confirmed_email
    if not address:
        raise NotConfirmed
    queue_access_link(
        session,
        company_id=actor.company_id,
        assessment_id=actor.assessment_id,
        address=address,
        language=language,
        now=now,
    )
    return address


def queue_access_link(
    session: Session, *, company_id: UUID, assessment_id: UUID, address: str, language: str, now: datetime
) -> None:
    """Queue the mail with the key; whoever calls knows that the address is confirmed."""
    queue_message(
        session,
        kind=MessageKind.ACCESS_LINK,
        subject=f"company:{company_id}",
        stage=_minute(now),
        address=address,
        language=language,
        company_id=company_id,
        assessment_id=assessment_id,
        now=now,
    )


def request_lost_link(session: Session, *, address: str, language: str, now: datetime) -> None:
    """Queue a mail to an address that anybody may have typed; whether it is known is asked when it is to be sent.

    So the same is done here for every address, and neither words nor time tell which ones are known.
    """
    queue_message(
        session,
        kind=MessageKind.LOST_LINK,
        subject=name_lost_link(address),
        stage=_minute(now),
        address=address,
        language=language,
        now=now,
    )


def clear_unknown_requests(session: Session, *, now: datetime) -> None:
    """Forget addresses for which somebody asked a link and which no company has confirmed."""
    addresses.delete_unknown_requests(session, before=now - UNKNOWN_ADDRESS_LIFETIME)


def _minute(now: datetime) -> str:
    """Return the occasion of a mail that somebody asks for: two clicks in one minute are one."""
    return f"{now:%Y-%m-%dT%H:%M}Z"
