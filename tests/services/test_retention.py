"""Warning twice, erasing what nobody needs, forgetting old mails (P18); doing it again changes nothing."""

from datetime import UTC, datetime, timedelta
from threading import Event
from time import sleep
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, event, select, update
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.retention import Notice, Retention
from om_selfcheck.services import retention
from om_selfcheck.services.grants import Actor, record_opening
from om_selfcheck.services.messages import queue_message
from om_selfcheck.services.record import verify_record
from om_selfcheck.services.retention import Outgrown
from om_selfcheck.store import models
from tests import factories
from tests.factories import NOW, reload
from tests.services.parallel import A_WHILE, run_in_parallel

KEEP = Retention()
DAY = timedelta(days=1)
GOES = datetime(2028, 11, 22, 12, tzinfo=UTC)  # 24 months and a day after NOW


def begun(session: Session, *, address: str = "", at: datetime = NOW) -> Actor:
    """Return the owner of a check that somebody rated and never declared."""
    actor = factories.start(session, now=at)
    factories.rate_all(session, actor)
    session.execute(update(models.Company).where(models.Company.id == actor.company_id).values(confirmed_email=address))
    mine = models.Rating.assessment_id == actor.assessment_id
    session.execute(update(models.Rating).where(mine).values(rated_at=at))
    session.commit()
    return actor


def outgrown(session: Session, now: datetime, keep: Retention = KEEP) -> list[Outgrown]:
    return list(retention.list_outgrown(session, retention=keep, today=day_in_berlin(now)))


def run(session: Session, now: datetime, *, sends: bool = True) -> tuple[int, int]:
    """Do what the daily job does, and let mails go out; return how many were warned and erased."""
    warned = erased = 0
    today = day_in_berlin(now)
    for one in outgrown(session, now):
        warned += retention.warn_company(session, outgrown=one, retention=KEEP, today=today, now=now)
        erased += retention.erase_outgrown(session, outgrown=one, retention=KEEP, today=today, now=now) is not None
        session.commit()
    if sends:
        queued = update(models.Message).where(models.Message.state == "queued")
        session.execute(queued.values(state="sent", sent_at=now))
        session.commit()
    return warned, erased


def companies(session: Session) -> int:
    return len(session.scalars(select(models.Company.id)).all())


def test_a_check_without_address_goes_the_day_after_24_months(session: Session) -> None:
    begun(session)
    assert run(session, GOES - DAY) == (0, 0)
    assert run(session, GOES) == (0, 1)
    assert companies(session) == 0
    assert verify_record(session) == []
    assert run(session, GOES) == (0, 0), "twice is harmless"


def test_with_an_address_it_is_warned_twice_before(session: Session) -> None:
    begun(session, address="a@example.org")
    assert run(session, GOES - 61 * DAY) == (0, 0)
    assert run(session, GOES - 60 * DAY) == (1, 0)
    assert run(session, GOES - 59 * DAY) == (0, 0)
    assert run(session, GOES - 14 * DAY) == (1, 0)
    assert run(session, GOES - DAY) == (0, 0)
    stages = session.scalars(select(models.Message.stage).order_by(models.Message.created_at)).all()
    assert stages == [Notice.FIRST, Notice.LAST]
    assert run(session, GOES) == (0, 1)
    assert companies(session) == 0


def test_a_server_that_was_down_warns_first_and_erases_a_fortnight_later(session: Session) -> None:
    begun(session, address="a@example.org")
    late = GOES + 200 * DAY
    assert run(session, late) == (1, 0)
    assert run(session, late + 13 * DAY) == (0, 0)
    assert run(session, late + 14 * DAY) == (0, 1)


def test_a_warning_that_did_not_go_out_yet_erases_nothing(session: Session) -> None:
    begun(session, address="a@example.org")
    run(session, GOES - 14 * DAY, sends=False)
    assert run(session, GOES, sends=False) == (0, 0)
    session.execute(update(models.Message).values(state="undeliverable"))
    session.commit()
    assert run(session, GOES) == (0, 1), "nobody can be reached there"


@pytest.mark.parametrize("sign", ["opened", "rated", "planned", "reported"])
def test_any_sign_of_life_keeps_a_check(session: Session, sign: str) -> None:
    actor = begun(session)
    later = NOW + 300 * DAY
    action_id = uuid4()
    if sign == "opened":
        session.execute(update(models.Assessment).values(last_opened_at=later))
    elif sign == "rated":
        session.execute(update(models.Rating).values(rated_at=later))
    else:
        at = later if sign == "planned" else NOW
        session.add(models.Action(id=action_id, assessment_id=actor.assessment_id, created_at=at))
        session.flush()
    if sign == "reported":
        session.add(models.ActionProgress(id=uuid4(), action_id=action_id, at=later, state="done"))
    session.commit()
    assert run(session, GOES) == (0, 0)
    assert run(session, GOES + 300 * DAY) == (0, 1)


def test_a_declared_company_stays_half_a_year_after_the_end_and_its_number_for_good(session: Session) -> None:
    factories.issue(session, factories.make_complete(session))
    end = datetime(2028, 11, 21, 12, tzinfo=UTC)
    assert run(session, end + 180 * DAY) == (0, 0)
    assert run(session, datetime(2029, 5, 22, 12, tzinfo=UTC)) == (0, 1)
    declaration = session.scalars(select(models.Declaration)).one()
    assert (declaration.company_name, declaration.snapshot, declaration.withdrawn_on) == ("", "", None)
    assert run(session, datetime(2029, 6, 22, 12, tzinfo=UTC)) == (0, 0)


def test_whoever_comes_back_between_listing_and_erasing_stays_unwarned(session: Session) -> None:
    actor = begun(session, address="a@example.org")
    (seen,) = outgrown(session, GOES)
    today, came_back = day_in_berlin(GOES), reload(session, actor.assessment_id, actor.grant_id)
    message = models.Message.subject == seen.subject
    assert retention.warn_company(session, outgrown=seen, retention=KEEP, today=today - 14 * DAY, now=GOES - 14 * DAY)
    session.execute(update(models.Message).where(message).values(state="sent", sent_at=GOES - 14 * DAY))
    record_opening(session, actor=came_back, now=GOES)
    session.commit()
    assert not retention.warn_company(session, outgrown=seen, retention=KEEP, today=today - 60 * DAY, now=GOES)
    assert retention.erase_outgrown(session, outgrown=seen, retention=KEEP, today=today, now=GOES) is None
    assert companies(session) == 1


def test_who_is_just_coming_back_is_waited_for(session: Session, engine: Engine) -> None:
    assert erase_while_opening(session, engine) == 1


def test_control_without_looking_again_it_would_be_erased(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_is_so_still", lambda *_: True)
    assert erase_while_opening(session, engine) == 0


def erase_while_opening(session: Session, engine: Engine) -> int:
    """Open a round and keep it so for a moment, erase its company meanwhile, and count the companies left."""
    actor = begun(session)
    (seen,) = outgrown(session, GOES)
    came_back = reload(session, actor.assessment_id, actor.grant_id)
    session.rollback()
    opened = Event()

    def work(own: Session, number: int) -> None:
        if number:
            opened.wait(timeout=10)
            retention.erase_outgrown(own, outgrown=seen, retention=KEEP, today=day_in_berlin(GOES), now=GOES)
            return
        record_opening(own, actor=came_back, now=GOES)
        opened.set()
        sleep(A_WHILE)

    outcomes = run_in_parallel(engine, 2, work)
    assert outcomes.errors == []
    return companies(session)


def test_many_companies_are_gone_through_in_batches(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        begun(session)
    fresh = begun(session, at=NOW + 400 * DAY)
    assert run(session, GOES) == (0, 5)
    assert session.scalars(select(models.Company.id)).all() == [fresh.company_id]


def test_another_length_is_kept_too(session: Session) -> None:
    begun(session)
    assert outgrown(session, NOW + 40 * DAY, Retention(draft_months=3))
    assert outgrown(session, NOW + 20 * DAY, Retention(draft_months=3)) == []


def test_the_words_of_old_mails_are_forgotten_and_the_ledger_stays(session: Session) -> None:
    for number, state in enumerate(("sent", "undeliverable", "cancelled", "queued", "failed")):
        queue_message(
            session,
            kind=MessageKind.RENEWAL,
            subject=f"declaration:{number}",
            address="a@example.org",
            language="de",
            facts={"x": "y"},
            now=NOW,
        )
        session.execute(
            update(models.Message).where(models.Message.subject == f"declaration:{number}").values(state=state)
        )
    assert retention.forget_old_mails(session, retention=KEEP, now=NOW + 90 * DAY) == []
    assert len(retention.forget_old_mails(session, retention=KEEP, now=NOW + 91 * DAY)) == 3
    assert retention.forget_old_mails(session, retention=KEEP, now=NOW + 91 * DAY) == []
    left = session.execute(select(models.Message.state, models.Message.address, models.Message.facts)).all()
    assert {state for state, address, _ in left if address} == {"queued", "failed"}
    assert {facts for _, address, facts in left if not address} == {"{}"}
    assert len(left) == 5


def test_mails_forgotten_long_ago_are_not_looked_at_again(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("what PostgreSQL takes depends on how much there is")
    statements: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    retention.forget_old_mails(session, retention=KEEP, now=NOW)
    event.remove(connection, "before_cursor_execute", note)
    (statement,) = [one for one in statements if one.startswith("UPDATE message")]
    values = ("",) * statement.count("?")
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert "ix_message_with_address" in str(plan)
