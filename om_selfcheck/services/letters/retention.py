"""The warnings before a company's data goes, asked again whether they are wanted."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.letters import Claimed, Prepare
from om_selfcheck.store.queries import retention as rows


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgrownFacts:
    """On which day all of a company goes unless somebody opens it."""

    goes_on: date


def prepare_warning(session: Session, claimed: Claimed, _now: datetime) -> OutgrownFacts | None:
    """Return the day; None where somebody opened the check since the warning was queued, so that nothing goes."""
    queued_at = datetime.fromisoformat(claimed.facts["queued_at"])
    if claimed.company_id is None:
        return None
    if any(seen_at >= queued_at for _, seen_at, _ in rows.list_rounds(session, claimed.company_id)):
        return None
    return OutgrownFacts(goes_on=date.fromisoformat(claimed.facts["goes_on"]))


PREPARE: dict[MessageKind, Prepare] = {MessageKind.RETENTION: prepare_warning}
