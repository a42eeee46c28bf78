"""What is due is queued once, for who wants it, and one bad record stops nobody else (P6)."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from om_selfcheck.domain.declaration import SelfDeclaration, last_valid_day
from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.domain.progress import ActionState, Effect
from om_selfcheck.domain.reminders import find_due_stage
from om_selfcheck.services import grants, messages, reminders
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.reminders import Counts, Due
from om_selfcheck.store.models import Action, Declaration, Message
from om_selfcheck.store.queries import reminders as queries
from om_selfcheck.store.queries import turns
from tests import factories
from tests.factories import NOW, TODAY
from tests.services import reminded
from tests.services.parallel import LONGER, meeting, run_in_parallel
from tests.services.reminded import ADDRESS, DAY, DOER, USUAL, Planned, list_messages, make_run, remind

END = last_valid_day(TODAY)
DUE_ON = date(2027, 1, 31)
RENEWAL, DUE, FOLLOW_UP = MessageKind.RENEWAL, MessageKind.ACTION_DUE, MessageKind.FOLLOW_UP
KINDS = {DUE: "due", FOLLOW_UP: "follow-up"}


def stages(session: Session, kind: MessageKind = RENEWAL) -> list[str]:
    return [message.stage for message in list_messages(session) if message.kind == kind]


def titles(session: Session, message: Message) -> list[str]:
    """Return the titles of the actions that a mail is about, in its order."""
    ids = [UUID(one) for one in json.loads(message.facts)["actions"].split()]
    found = {row.id: row.title for row in session.execute(select(Action.id, Action.title))}
    return [found[one] for one in ids]


def mails(session: Session) -> dict[str, list[str]]:
    """Return the titles that each address is told of; each address has one mail here."""
    found = {message.address: titles(session, message) for message in list_messages(session)}
    assert len(found) == len(list_messages(session))
    return found


# The end of the two years


@pytest.mark.parametrize("days", USUAL)
def test_a_stage_is_queued_on_its_day_with_all_that_the_ledger_keeps(session: Session, days: int) -> None:
    owner = reminded.make_declared(session)
    today = END - days * DAY
    assert remind(session, today).queued[RENEWAL] == 1
    (message,) = list_messages(session)
    assert (message.kind, message.stage, message.state) == (RENEWAL, str(days), MessageState.QUEUED)
    assert message.subject == f"declaration:{reminded.number_of(session, owner)}"
    assert (message.address, message.language) == (ADDRESS, "de")
    assert (message.company_id, message.assessment_id) == (owner.company_id, owner.assessment_id)
    until = {90: END - 31 * DAY, 30: END - 8 * DAY, 7: END, -1: END + 29 * DAY}[days]
    assert json.loads(message.facts) == {"until": until.isoformat()}


def test_over_the_years_each_stage_comes_once_on_its_day(session: Session) -> None:
    reminded.make_declared(session)
    came = {}
    for ordinal in range(TODAY.toordinal(), END.toordinal() + 60):
        if remind(session, date.fromordinal(ordinal)).queued[RENEWAL]:
            came[stages(session)[-1]] = END.toordinal() - ordinal
    assert came == {"90": 90, "30": 30, "7": 7, "-1": -1}


@pytest.mark.parametrize(("days_left", "stage"), [(60, "90"), (20, "30"), (3, "7"), (0, "7"), (-1, "-1"), (-29, "-1")])
def test_a_server_that_was_down_sends_one_late_mail(session: Session, days_left: int, stage: str) -> None:
    reminded.make_declared(session)
    remind(session, END - days_left * DAY)
    remind(session, END - days_left * DAY)
    assert stages(session) == [stage]


def test_a_server_that_comes_back_after_months_says_nothing_any_more(session: Session) -> None:
    reminded.make_declared(session)
    assert remind(session, END + 30 * DAY) == Counts()


@pytest.mark.parametrize("days", USUAL)
@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=40)])
def test_a_clock_that_is_set_back_repeats_nothing(session: Session, days: int, back: timedelta) -> None:
    reminded.make_declared(session)
    reminded.make_planned(session, Planned(title="Liste", due_on=END - days * DAY, follow_up_on=END - days * DAY))
    now = datetime.combine(END - days * DAY, datetime.min.time(), UTC)
    assert sum(remind(session, now.date(), now=now).queued.values()) == 3
    for moment in (now - back, now, now - back, now):
        assert remind(session, moment.date(), now=moment) == Counts()


def test_a_declaration_of_the_leap_day_is_found(session: Session) -> None:
    reminded.make_declared(session, issued_on=date(2028, 2, 29))
    assert remind(session, date(2029, 11, 29)) == Counts()
    assert remind(session, date(2029, 11, 30)).queued[RENEWAL] == 1
    assert remind(session, date(2030, 3, 1)).queued[RENEWAL] == 1
    assert stages(session) == ["90", "-1"]


def test_the_windows_find_what_the_rule_finds_on_every_day_around_the_leap_day(session: Session) -> None:
    owner = reminded.make_declared(session)
    number = reminded.number_of(session, owner)
    for issued_on in (date(2028, 2, 27) + n * DAY for n in range(5)):
        session.execute(update(Declaration).values(issued_on=issued_on))
        session.commit()
        for today in (last_valid_day(issued_on) - left * DAY for left in (92, 91, 90, 89, 31, 30, 29, 8, 7, 6, 0)):
            stage = find_due_stage(SelfDeclaration(issued_on=issued_on), today, renewal_days=USUAL)
            found = reminded.find(session, make_run(today))
            assert found == ([Due(RENEWAL, number)] if stage else []), (issued_on, today)


UNWANTED: list[dict[str, Any]] = [
    {"reminder": ""},
    {"reminder": "calendar"},
    {"reminder": "not_at_all"},
    {"confirmed_email": ""},
    {"confirmed_email": "", "email": ADDRESS},
    {"mails_resume_on": END + DAY},
]


@pytest.mark.parametrize("company", UNWANTED, ids=str)
def test_nobody_is_mailed_who_does_not_want_it_and_search_and_rule_agree(
    session: Session, company: dict[str, Any]
) -> None:
    declared = reminded.make_declared(session, **company)
    planned = reminded.make_planned(session, Planned(title="Liste", due_on=END, follow_up_on=END), **company)
    run = make_run(END)
    assert reminded.find(session, run) == []
    keys = [
        Due(RENEWAL, reminded.number_of(session, declared)),
        *(Due(kind, str(planned.assessment_id)) for kind in KINDS),
    ]
    assert reminders.queue_due(session, keys, run).queued.total() == 0
    for owner in (declared, planned):
        reminded.change_company(session, owner, **reminded.WANTS_MAIL, mails_resume_on=END)
    assert reminders.queue_due(session, reminded.find(session, run), run).queued == {RENEWAL: 1, DUE: 1, FOLLOW_UP: 1}


def replace_declaration(session: Session, owner: Actor) -> None:
    newer = reminded.make_declared(session, confirmed_email="", issued_on=END - 100 * DAY)
    newer_id = session.scalar(select(Declaration.id).where(Declaration.assessment_id == newer.assessment_id))
    session.execute(
        update(Declaration).where(Declaration.assessment_id == owner.assessment_id).values(replaced_by_id=newer_id)
    )
    session.commit()


def withdraw(session: Session, owner: Actor) -> None:
    session.execute(
        update(Declaration)
        .where(Declaration.assessment_id == owner.assessment_id)
        .values(withdrawn_on=TODAY, withdrawal_reason="own_wish")
    )
    session.commit()


@pytest.mark.parametrize("end", [replace_declaration, withdraw])
def test_a_withdrawn_or_replaced_declaration_and_its_plan_remind_nobody(session: Session, end: Any) -> None:
    owner = reminded.make_declared(session)
    number = reminded.number_of(session, owner)
    session.execute(update(Action).values(due_on=END, follow_up_on=END))
    session.commit()
    run = make_run(END, is_dry=True)
    before = reminded.find(session, run)
    assert reminders.queue_due(session, before, run).queued == {RENEWAL: 1, DUE: 1, FOLLOW_UP: 1}
    end(session, owner)
    assert reminded.find(session, run) == []
    assert reminders.queue_due(session, before, run).queued.total() == 0
    assert [one.key for one in before if one.is_renewal] == [number]


def test_what_is_gone_meanwhile_is_passed_over(session: Session) -> None:
    gone = [Due(RENEWAL, "000000-000000-000000"), Due(DUE, str(uuid4())), Due(FOLLOW_UP, str(uuid4()))]
    assert reminders.queue_due(session, gone, make_run(END)) == Counts()


def test_a_dry_run_counts_and_writes_nothing(session: Session) -> None:
    reminded.make_declared(session)
    reminded.make_planned(session, Planned(title="Liste", due_on=END, follow_up_on=END))
    before = factories.dump(session)
    counted = remind(session, END, is_dry=True)
    assert counted.queued == {RENEWAL: 1, DUE: 1, FOLLOW_UP: 1}
    assert factories.dump(session) == before
    assert remind(session, END) == counted
    assert remind(session, END, is_dry=True) == Counts()


# Actions


@pytest.mark.parametrize(("kind", "prefix"), KINDS.items())
def test_a_date_is_told_to_the_company_on_its_day(session: Session, kind: MessageKind, prefix: str) -> None:
    owner = reminded.make_planned(session, Planned(title="Liste", due_on=DUE_ON, follow_up_on=DUE_ON))
    assert remind(session, DUE_ON - DAY) == Counts()
    assert remind(session, DUE_ON).queued == {DUE: 1, FOLLOW_UP: 1}
    (message,) = [one for one in list_messages(session) if one.kind == kind]
    assert (message.subject, message.stage) == (f"assessment:{owner.assessment_id}", f"{prefix}:2027-01-31")
    assert (message.address, message.language, message.state) == (ADDRESS, "de", MessageState.QUEUED)
    assert (message.company_id, message.assessment_id) == (owner.company_id, owner.assessment_id)
    assert titles(session, message) == ["Liste"]


def test_whoever_is_responsible_is_told_where_they_confirmed_an_address_and_the_company_of_the_rest(
    session: Session,
) -> None:
    owner = reminded.make_planned(
        session,
        Planned(title="A", due_on=DUE_ON, responsible="Büro"),
        Planned(title="B", due_on=DUE_ON, responsible="Werkstatt"),
        Planned(title="C", due_on=DUE_ON, responsible="Lager"),
        Planned(title="D", due_on=DUE_ON, responsible="Büro"),
    )
    doer = reminded.add_doer(session, owner, "Büro")
    reminded.add_doer(session, owner, "Lager", address="lager@brandt.example", is_confirmed=False)
    reminded.add_doer(session, reminded.make_planned(session), "Werkstatt", address="fremd@example.org")
    assert remind(session, DUE_ON).queued == {DUE: 2}
    assert mails(session) == {DOER: ["A", "D"], ADDRESS: ["B", "C"]}
    assert {one.address: one.subject for one in list_messages(session)}[DOER] == f"doer:{doer}"


def test_one_address_gets_one_mail_a_day_whoever_shares_it(session: Session) -> None:
    owner = reminded.make_planned(
        session,
        *(Planned(title=name, due_on=DUE_ON, responsible=name) for name in ("Büro", "Lohn", "Lager", "Chefin")),
    )
    for name, address in (("Büro", DOER), ("Lohn", DOER), ("Chefin", ADDRESS)):
        reminded.add_doer(session, owner, name, address=address)
    assert remind(session, DUE_ON).queued == {DUE: 2}
    assert mails(session) == {DOER: ["Büro", "Lohn"], ADDRESS: ["Lager", "Chefin"]}


@pytest.mark.parametrize("reminder", ["", "calendar", "not_at_all"])
def test_what_the_company_chose_for_itself_does_not_silence_who_is_responsible(session: Session, reminder: str) -> None:
    owner = reminded.make_planned(
        session,
        Planned(title="A", due_on=DUE_ON),
        Planned(title="B", due_on=DUE_ON, responsible="Lager"),
        reminder=reminder,
    )
    reminded.add_doer(session, owner, address=ADDRESS)
    remind(session, DUE_ON)
    assert mails(session) == {ADDRESS: ["A"]}
    assert list_messages(session)[0].subject.startswith("doer:")


def test_a_pause_silences_everybody_and_ends_with_one_late_mail(session: Session) -> None:
    plan = [Planned(title=str(n), due_on=DUE_ON + n * DAY) for n in range(3)]
    owner = reminded.make_planned(session, *plan, mails_resume_on=DUE_ON + 2 * DAY)
    reminded.add_doer(session, owner)
    for n in range(2):
        assert remind(session, DUE_ON + n * DAY) == Counts()
    assert remind(session, DUE_ON + 2 * DAY).queued == {DUE: 1}
    assert mails(session) == {DOER: ["0", "1", "2"]}


@pytest.mark.parametrize("state", ActionState)
def test_open_actions_are_reminded_of_and_all_but_dropped_ones_asked_about(
    session: Session, state: ActionState
) -> None:
    reminded.make_planned(session, Planned(title="A", due_on=DUE_ON, follow_up_on=DUE_ON, state=state))
    wanted = {DUE: int(not state.is_finished), FOLLOW_UP: int(state is not ActionState.DROPPED)}
    assert remind(session, DUE_ON).queued == {kind: count for kind, count in wanted.items() if count}


@pytest.mark.parametrize("effect", Effect)
def test_what_was_answered_is_not_asked_again(session: Session, effect: Effect) -> None:
    reminded.make_planned(session, Planned(title="A", follow_up_on=DUE_ON, state=ActionState.DONE, effect=effect))
    assert remind(session, DUE_ON).queued[FOLLOW_UP] == (effect is Effect.TOO_EARLY)


def test_an_action_that_a_later_plan_has_taken_over_reminds_there(session: Session) -> None:
    old = reminded.make_planned(session, Planned(title="old", due_on=DUE_ON, follow_up_on=DUE_ON))
    new = reminded.make_planned(session, Planned(title="new", due_on=DUE_ON + DAY))
    old_id = session.scalar(select(Action.id).where(Action.assessment_id == old.assessment_id))
    session.execute(update(Action).where(Action.assessment_id == new.assessment_id).values(taken_from_id=old_id))
    session.commit()
    assert remind(session, DUE_ON) == Counts()
    remind(session, DUE_ON + DAY)
    assert mails(session) == {ADDRESS: ["new"]}


def test_dates_of_a_week_without_a_server_come_in_one_mail(session: Session) -> None:
    reminded.make_planned(session, *(Planned(title=str(n), due_on=DUE_ON - n * DAY) for n in range(16)))
    remind(session, DUE_ON)
    remind(session, DUE_ON)
    remind(session, DUE_ON + DAY)
    assert mails(session) == {ADDRESS: [str(n) for n in range(14, -1, -1)]}


def test_a_mail_covers_what_is_dated_back_behind_it_and_not_what_is_put_off(session: Session) -> None:
    owner = reminded.make_planned(session, Planned(title="A", due_on=DUE_ON))
    remind(session, DUE_ON)
    reminded.plan(session, owner, Planned(title="B", due_on=DUE_ON - DAY))
    session.execute(update(Action).where(Action.title == "A").values(due_on=DUE_ON + 7 * DAY))
    session.commit()
    assert remind(session, DUE_ON + DAY) == Counts()
    assert remind(session, DUE_ON + 7 * DAY).queued == {DUE: 1}
    assert titles(session, list_messages(session)[-1]) == ["A"]


def test_a_date_that_had_come_when_it_was_written_reminds_nobody(session: Session) -> None:
    owner = reminded.make_planned(session)
    late = datetime(2027, 1, 30, 23, 30, tzinfo=UTC)  # the 31st in Berlin
    reminded.plan(session, owner, Planned(title="A", due_on=DUE_ON), now=late)
    reminded.plan(session, owner, Planned(title="B", due_on=DUE_ON), now=late - timedelta(hours=2))
    remind(session, DUE_ON)
    assert mails(session) == {ADDRESS: ["B"]}


# Trouble


def spoil(session: Session, owner: Actor) -> None:
    """Leave a row in the ledger whose day nobody can read."""
    session.add(
        Message(
            id=uuid4(),
            kind=DUE,
            subject=f"assessment:{owner.assessment_id}",
            stage="due:1",
            assessment_id=owner.assessment_id,
            address=ADDRESS,
            language="de",
            message_id="<spoilt@example.org>",
            state=MessageState.SENT,
            next_try_at=NOW,
            created_at=NOW,
        )
    )
    session.commit()


@pytest.mark.parametrize("is_dry", [True, False])
def test_one_bad_record_stops_nobody_else_and_is_named(session: Session, *, is_dry: bool) -> None:
    owners = [reminded.make_planned(session, Planned(title=str(n), due_on=DUE_ON)) for n in range(3)]
    spoil(session, owners[1])
    counts = remind(session, DUE_ON, is_dry=is_dry)
    assert counts.queued == {DUE: 2}
    assert counts.failed == (f"action_due {owners[1].assessment_id}: ValueError",)


def test_a_record_that_fails_half_way_leaves_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    owners = [
        reminded.make_planned(
            session, Planned(title="A", due_on=DUE_ON), Planned(title="B", due_on=DUE_ON, responsible="Lager")
        )
        for _ in range(2)
    ]
    reminded.add_doer(session, owners[0], address="arg@example.org")
    queue = messages.queue_message

    def fail_for_the_company(session: Session, **columns: Any) -> bool:
        queued = queue(session, **columns)
        if columns["address"] == ADDRESS and columns["assessment_id"] == owners[0].assessment_id:
            raise ValueError
        return queued

    monkeypatch.setattr(reminders, "queue_message", fail_for_the_company)
    counts = remind(session, DUE_ON)
    assert (counts.queued, len(counts.failed)) == ({DUE: 1}, 1)
    assert {message.assessment_id for message in list_messages(session)} == {owners[1].assessment_id}


def test_a_database_in_trouble_is_no_record_s_fault(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    reminded.make_declared(session)

    def fail(*_arguments: object, **_named: object) -> None:
        raise OperationalError("", None, Exception("database is locked"))

    monkeypatch.setattr(queries, "find_renewal", fail)
    with pytest.raises(OperationalError):
        remind(session, END)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # on SQLite writers take turns anyway
def test_a_round_that_somebody_is_writing_to_waits_for_the_next_run(session: Session, engine: Engine) -> None:
    owner = reminded.make_planned(session, Planned(title="A", due_on=DUE_ON))
    run = make_run(DUE_ON)
    found = reminded.find(session, run)
    session.rollback()
    with Session(engine) as writer:
        grants.find_actor(writer, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=True)
        assert reminders.queue_due(session, found, run) == Counts()
        session.commit()
    assert reminders.queue_due(session, found, run).queued == {DUE: 1}


def queue_at_midnight(session: Session, engine: Engine) -> tuple[int, int]:
    """Let two servers queue a late date, one just before midnight and one just after it; return mails and errors."""
    owner = reminded.make_planned(session, Planned(title="A", due_on=DUE_ON))
    due = [Due(DUE, str(owner.assessment_id))]
    outcomes = run_in_parallel(
        engine, 2, lambda own, number: reminders.queue_due(own, due, make_run(DUE_ON + (1 + number) * DAY))
    )
    return len(list_messages(session)), len(outcomes.errors)


def test_two_that_queue_at_midnight_queue_one_mail(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "list_candidates", meeting(queries.list_candidates))
    assert queue_at_midnight(session, engine) == (1, 0)


def test_control_without_the_lock_two_that_queue_at_midnight_get_in_each_other_s_way(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "list_candidates", meeting(queries.list_candidates, seconds=LONGER))
    monkeypatch.setattr(turns, "take_round_if_free", lambda *_: True)
    failed = (1, 1) if careless.dialect.name == "sqlite" else (2, 0)
    assert queue_at_midnight(session, careless) == failed
