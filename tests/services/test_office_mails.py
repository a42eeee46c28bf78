"""The office hears of what waits for it: one mail a day at most, counts only, none where nothing waits (P6)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.services import audits, foreign_reports, office_mails, openings, withdrawals
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.letters.office import prepare_office
from om_selfcheck.store.models import Message
from tests.mail.golden import make_claimed
from tests.services.auditing import LATER, ask, begin, look, open_topics, propose, submit
from tests.services.parallel import run_in_parallel

ADDRESS = "buero@example.org"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOON = LATER + 3 * HOUR
Act = Callable[[Session, Actor, Person], object]


def report(session: Session, owner: Actor, now: datetime = LATER) -> UUID:
    number = owner.declaration_number or ""
    foreign_reports.report_foreign(session, number=number, text="Nicht von uns.", contact="0511 4711", now=now)
    session.commit()
    report_id = foreign_reports.list_reports(session, is_open=True)[-1].report_id
    session.commit()
    return report_id


def reply(session: Session, owner: Actor, audit_id: UUID, now: datetime = LATER + HOUR) -> None:
    audits.reply(session, actor=owner, audit_id=audit_id, text="Bitte rufen Sie an.", now=now)
    session.commit()


def opened(session: Session, owner: Actor, by: Person) -> UUID:
    audit_id = ask(session, by)
    open_topics(session, owner, audit_id)
    return audit_id


def count(session: Session, now: datetime = SOON) -> tuple[int, int, int, int]:
    found = office_mails.find_waiting(session, today=day_in_berlin(now))
    return found.reports, found.answers, found.readings, found.overdue


def queue(session: Session, now: datetime = SOON) -> bool:
    is_queued = office_mails.queue_office_mail(session, address=ADDRESS, now=now)
    session.commit()
    return is_queued


def settle(session: Session, state: MessageState) -> None:
    session.execute(update(Message).values(state=state.value))
    session.commit()


# What waits


def answer_hearing(session: Session, owner: Actor, by: Person) -> None:
    audit_id = ask(session, by)
    propose(session, by, audit_id)
    withdrawals.answer_hearing(session, actor=owner, audit_id=audit_id, text="Das stimmt nicht.", now=LATER)


def end_opening(session: Session, owner: Actor, by: Person) -> None:
    openings.end_opening(session, actor=owner, audit_id=opened(session, owner, by), now=LATER + 2 * HOUR)


def hand_on(session: Session, owner: Actor, by: Person) -> None:
    submit(session, by, opened(session, owner, by))


def look_into(session: Session, owner: Actor, by: Person) -> None:
    look(session, by, opened(session, owner, by))


def decline(session: Session, owner: Actor, by: Person) -> None:
    audits.decline(session, actor=owner, audit_id=ask(session, by), text="", now=LATER)


def lead_to_hearing(session: Session, owner: Actor, by: Person) -> None:
    foreign_reports.lead_to_hearing(session, by=by, report_id=report(session, owner), text="Offenbar.", now=LATER)


def close_report(session: Session, owner: Actor, by: Person) -> None:
    foreign_reports.close_report(
        session, by=by, report_id=report(session, owner), outcome=ReportOutcome.NOT_CONFIRMED, now=LATER
    )


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda *_: None, (0, 0, 0, 0)),
        (lambda session, owner, _: report(session, owner), (1, 0, 0, 0)),
        (close_report, (0, 0, 0, 0)),
        (lead_to_hearing, (0, 0, 0, 0)),  # it is looked into; the company has four weeks
        (lambda session, _, by: begin(session, by), (0, 0, 0, 0)),
        (lambda session, _, by: ask(session, by), (0, 0, 0, 0)),
        (lambda session, owner, by: reply(session, owner, ask(session, by)), (0, 1, 0, 0)),
        (opened, (0, 1, 0, 0)),
        (look_into, (0, 0, 0, 0)),  # the office knows
        (end_opening, (0, 1, 0, 0)),
        (answer_hearing, (0, 1, 0, 0)),
        (hand_on, (0, 0, 1, 0)),
        (decline, (0, 0, 0, 0)),  # it closes the case
    ],
)
def test_what_waits_is_what_others_have_done_and_the_office_has_not_seen(
    session: Session, owner: Actor, olaf: Person, act: Act, expected: tuple[int, ...]
) -> None:
    act(session, owner, olaf)
    assert count(session) == expected


def test_a_day_that_passed_waits_from_the_next_day_on(session: Session, owner: Actor, olaf: Person) -> None:
    assert owner.declaration_number
    ask(session, olaf)
    assert count(session, LATER + 28 * DAY) == (0, 0, 0, 0)
    assert count(session, LATER + 29 * DAY) == (0, 0, 0, 1)
    assert queue(session, LATER + 29 * DAY)


# When the mail is queued


def test_nothing_is_queued_where_nothing_waits(session: Session, owner: Actor, olaf: Person) -> None:
    assert owner.declaration_number
    ask(session, olaf)
    assert not queue(session)
    assert session.scalars(select(Message).where(Message.kind == MessageKind.OFFICE)).all() == []


def test_one_mail_a_day_says_all_that_comes_in(session: Session, owner: Actor) -> None:
    for hours in range(3):
        report(session, owner, LATER + hours * HOUR)
        assert queue(session, LATER + (hours + 1) * HOUR) is (hours == 0)
        settle(session, MessageState.SENT)
    assert queue(session, LATER + DAY), "what came in after the mail is said the next day"
    settle(session, MessageState.SENT)
    assert not queue(session, LATER + 2 * DAY), "there is no news"


def test_what_came_in_just_before_a_mail_is_said_once(session: Session, owner: Actor) -> None:
    report(session, owner, SOON - 5 * MINUTE)
    assert queue(session)
    settle(session, MessageState.SENT)
    assert not queue(session, SOON + DAY)


def test_what_is_being_written_waits_for_the_next_look(session: Session, owner: Actor) -> None:
    report(session, owner, SOON)
    assert not queue(session, SOON + MINUTE / 2)
    assert queue(session, SOON + MINUTE)


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.SENDING, MessageState.FAILED])
def test_while_a_mail_is_on_its_way_no_other_is_queued(session: Session, owner: Actor, state: MessageState) -> None:
    for day in range(4):
        report(session, owner, LATER + day * DAY)
        assert queue(session, SOON + day * DAY) is (day == 0)
        settle(session, state)


def test_what_is_lying_is_said_again_after_a_week(session: Session, owner: Actor) -> None:
    report(session, owner)
    said = []
    for day in range(16):
        if queue(session, SOON + day * DAY):
            said.append(day)
            settle(session, MessageState.SENT)
    assert said == [0, 7, 14]


def test_a_mail_that_never_arrived_is_as_good_as_none(session: Session, owner: Actor) -> None:
    report(session, owner)
    assert queue(session)
    for day, (state, is_said_again) in enumerate(
        [(MessageState.SENT, False), (MessageState.CANCELLED, True), (MessageState.UNDELIVERABLE, True)], start=1
    ):
        settle(session, state)
        assert queue(session, SOON + day * DAY) is is_said_again


def test_senders_at_once_queue_one(engine: Engine, session: Session, owner: Actor) -> None:
    report(session, owner)
    done = run_in_parallel(engine, 4, lambda one, _: office_mails.queue_office_mail(one, address=ADDRESS, now=SOON))
    assert (sorted(done.results), done.errors) == ([False, False, False, True], [])
    assert len(session.scalars(select(Message)).all()) == 1


def test_a_sender_killed_before_it_commits_has_queued_nothing(session: Session, owner: Actor) -> None:
    report(session, owner)
    assert office_mails.queue_office_mail(session, address=ADDRESS, now=SOON)
    session.rollback()
    assert queue(session), "the next one does"
    assert not queue(session, SOON + HOUR)


def test_control_without_the_day_each_arrival_is_a_mail(
    session: Session, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_mails, "_day", lambda now: date(2027, 1, 1) + timedelta(days=now.hour))
    for hours in range(3):
        report(session, owner, LATER + hours * HOUR)
        assert queue(session, LATER + (hours + 1) * HOUR)
        settle(session, MessageState.SENT)


# What it says


def test_the_facts_are_the_counts_at_the_time_of_sending_and_nothing_else(
    session: Session, owner: Actor, olaf: Person
) -> None:
    report(session, owner)
    report(session, owner)
    opened(session, owner, olaf)
    facts = prepare_office(session, make_claimed(MessageKind.OFFICE), SOON)
    assert facts == {"on": day_in_berlin(SOON), "reports": 2, "answers": 1, "readings": 0, "overdue": 0}


def test_what_was_settled_before_the_mail_went_out_calls_it_off(session: Session, owner: Actor, olaf: Person) -> None:
    close_report(session, owner, olaf)
    assert prepare_office(session, make_claimed(MessageKind.OFFICE), SOON) is None


def test_nothing_personal_is_in_the_ledger(session: Session, owner: Actor) -> None:
    report(session, owner)
    queue(session)
    (message,) = session.scalars(select(Message))
    assert (message.subject, message.facts, message.address) == ("office", "{}", ADDRESS)
    assert (message.company_id, message.assessment_id) == (None, None)
