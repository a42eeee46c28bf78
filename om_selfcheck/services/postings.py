"""Letters that go by post (D14): somebody of the office notes the day, once, and the company reads it in its case."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain import delivery
from om_selfcheck.domain.audit import MoveNotAllowed
from om_selfcheck.domain.record import Verb
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_letters import add_unless_there, list_deliveries
from om_selfcheck.services.case_steps import lock_case, record_case
from om_selfcheck.services.cases import get_case


def note_posting(
    session: Session, *, by: Person, audit_id: UUID, step_id: UUID, posted_on: date, now: datetime
) -> None:
    """Note that a letter was posted on a day; the same day twice is noted once.

    Raises:
        MoveNotAllowed: nothing is written to the company about that step, or nothing any more.
        PostingDayNotAllowed, AlreadyPosted: the day is none to be noted.
    """
    audit, _ = lock_case(session, audit_id)
    today = day_in_berlin(now)
    case = get_case(session, audit_id=audit_id, today=today)
    step = next((one for one in case.steps if one.step_id == step_id), None)
    if step is None or step.occasion is None or step_id not in list_deliveries(session, case):
        raise MoveNotAllowed
    letter = add_unless_there(session, audit_id=audit_id, step_id=step_id)
    if not delivery.note_posting(posted_on, noted_on=letter.posted_on, written_on=day_in_berlin(step.at), today=today):
        return
    letter.posted_on, letter.posted_by, letter.noted_at = posted_on, by.user_id, now
    session.flush()
    day = posted_on.isoformat()
    record_case(session, audit, Verb.LETTER_POSTED, actor=by.actor, now=now, letter=step.occasion.value, on=day)
