"""Letters that have to be posted are noted once, with the day; until then the office's lists name them."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.audit import AuditState, MoveNotAllowed
from om_selfcheck.domain.delivery import AlreadyPosted, PostingDayNotAllowed
from om_selfcheck.domain.waiting import CaseWait
from om_selfcheck.services import audits, case_lists, erasure, postings
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.cases import get_case
from om_selfcheck.services.dashboard import get_dashboard
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import list_timeline
from om_selfcheck.store.models import AuditStep, EventPayload, Letter, Message
from tests import factories
from tests.services.auditing import LATER, LATER_ON, ask, begin

LATEST = LATER + timedelta(days=3)
LATEST_ON = day_in_berlin(LATEST)


def last_step(session: Session, audit_id: UUID) -> UUID:
    return get_case(session, audit_id=audit_id, today=LATER_ON).steps[-1].step_id


def note(session: Session, by: Person, audit_id: UUID, *, on: date = LATER_ON, step_id: UUID | None = None) -> None:
    step_id = step_id or last_step(session, audit_id)
    postings.note_posting(session, by=by, audit_id=audit_id, step_id=step_id, posted_on=on, now=LATEST)


def unposted(session: Session, **wanted: AuditState) -> list[UUID]:
    """Return the cases the list has; it counts one letter each with the overview."""
    page = case_lists.list_open(session, waits=CaseWait.UNPOSTED, today=LATEST_ON, **wanted)  # type: ignore[arg-type]
    if not wanted:
        assert get_dashboard(session, now=LATEST).unposted.number == page.found == len(page.cases)
    return [one.audit_id for one in page.cases]


@pytest.mark.usefixtures("owner")
def test_a_letter_without_a_mail_waits_until_somebody_notes_the_day(session: Session, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    assert unposted(session) == unposted(session, state=AuditState.ASKED) == [audit_id]
    assert unposted(session, state=AuditState.OPENED) == []
    note(session, olaf, audit_id)
    assert unposted(session) == []
    (posting,) = get_case(session, audit_id=audit_id, today=LATER_ON).postings.values()
    assert (posting.on, posting.by) == (LATER_ON, "olaf@example.org")


@pytest.mark.usefixtures("owner")
def test_the_record_keeps_who_noted_which_day(session: Session, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    for _ in range(2):
        note(session, olaf, audit_id)
    (event,) = [one for one in list_timeline(session, f"audit:{audit_id}") if one.code == "letter_posted"]
    assert event.actor == olaf.actor
    payload = session.scalar(select(EventPayload.payload).where(EventPayload.seq == event.seq))
    assert f'"on":"{LATER_ON.isoformat()}"' in str(payload)
    assert '"letter":"asked"' in str(payload)


@pytest.mark.parametrize("on", [LATER_ON - timedelta(days=1), LATEST_ON + timedelta(days=1)])
@pytest.mark.usefixtures("owner")
def test_nobody_posts_before_it_is_written_or_tomorrow(session: Session, olaf: Person, on: date) -> None:
    audit_id = ask(session, olaf)
    with pytest.raises(PostingDayNotAllowed):
        note(session, olaf, audit_id, on=on)
    assert unposted(session) == [audit_id]


@pytest.mark.usefixtures("owner")
def test_what_was_noted_stays(session: Session, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    note(session, olaf, audit_id)
    with pytest.raises(AlreadyPosted) as refusal:
        note(session, olaf, audit_id, on=LATEST_ON)
    assert refusal.value.posted_on == LATER_ON


@pytest.mark.parametrize(
    ("state", "waits"),
    [("queued", False), ("sent", False), ("failed", False), ("undeliverable", True), ("cancelled", True)],
)
def test_a_mail_that_nobody_got_waits_for_the_post(
    session: Session, owner: Actor, olaf: Person, *, state: str, waits: bool
) -> None:
    factories.confirm_address(session, owner)
    audit_id = ask(session, olaf)
    session.execute(update(Message).values(state=state))
    assert (unposted(session) == [audit_id]) is waits


@pytest.mark.usefixtures("owner")
def test_a_closed_case_asks_nothing_any_more_but_tells_how_it_ended(session: Session, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    audits.leave_case(session, by=olaf, audit_id=audit_id, text="", now=LATER)
    session.commit()
    assert unposted(session) == [audit_id], "the letter about its end, which the list of open cases does not have"
    note(session, olaf, audit_id)
    assert unposted(session) == []


@pytest.mark.usefixtures("owner")
def test_a_company_that_was_told_of_nothing_waits_for_no_letter(session: Session, olaf: Person) -> None:
    audit_id = begin(session, olaf)
    for _ in ("drawn", "closed"):
        with pytest.raises(MoveNotAllowed):
            note(session, olaf, audit_id)
        if get_case(session, audit_id=audit_id, today=LATER_ON).state is AuditState.DRAWN:
            audits.leave_case(session, by=olaf, audit_id=audit_id, text="", now=LATER)
    assert unposted(session) == []


@pytest.mark.usefixtures("owner")
def test_what_the_company_says_is_no_letter(session: Session, owner: Actor, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    audits.reply(session, actor=owner, audit_id=audit_id, text="Was?", now=LATER)
    with pytest.raises(MoveNotAllowed):
        note(session, olaf, audit_id)


@pytest.mark.usefixtures("owner")
def test_a_letter_from_before_letters_were_kept_is_noted_too(session: Session, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    session.execute(Letter.__table__.delete())  # type: ignore[attr-defined]
    note(session, olaf, audit_id)
    assert len(get_case(session, audit_id=audit_id, today=LATER_ON).postings) == 1


def test_an_erased_company_is_sent_no_letter(session: Session, owner: Actor, olaf: Person) -> None:
    factories.confirm_address(session, owner)
    audit_id = ask(session, olaf)
    step_id = last_step(session, audit_id)
    erasure.erase_own_company(session, actor=owner, today=LATER_ON, now=LATER)
    assert unposted(session) == []
    assert session.scalars(select(Letter)).all() == []
    with pytest.raises(MoveNotAllowed):
        note(session, olaf, audit_id, step_id=step_id)


def test_noting_is_no_step_that_hides_what_the_company_did(session: Session, owner: Actor, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    step_id = last_step(session, audit_id)
    audits.reply(session, actor=owner, audit_id=audit_id, text="Was?", now=LATER)
    note(session, olaf, audit_id, step_id=step_id)
    answered = case_lists.list_open(session, waits=CaseWait.ANSWERED, today=LATEST_ON)
    assert [one.audit_id for one in answered.cases] == [audit_id]
    assert len(session.scalars(select(AuditStep)).all()) == 3
