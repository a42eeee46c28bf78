"""The mail to the coordinating office: what waits for it at the moment the mail is sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.letters import Claimed, Facts, Prepare
from om_selfcheck.services.office_mails import find_waiting


def prepare_office(session: Session, _claimed: Claimed, now: datetime) -> Facts | None:
    """Return the counts, or None where nothing waits any more."""
    today = day_in_berlin(now)
    waiting = find_waiting(session, today=today)
    if waiting.newest_at is None:
        return None
    return {
        "on": today,
        "reports": waiting.reports,
        "answers": waiting.answers,
        "readings": waiting.readings,
        "overdue": waiting.overdue,
    }


PREPARE: dict[MessageKind, Prepare] = {MessageKind.OFFICE: prepare_office}
