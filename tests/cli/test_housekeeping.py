"""The hourly housekeeping on real files: it warns, erases, forgets, and empties the database's log after everybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from om_selfcheck.cli.housekeeping import clear_links, clear_unused, keep_house
from om_selfcheck.cli.jobs import JOBS, clear_up
from om_selfcheck.config import Settings, read_settings
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services import erasure, installation, sessions
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.installation import bring_up_to_date, open_engine
from om_selfcheck.services.messages import queue_message
from om_selfcheck.services.sessions import HeldData
from om_selfcheck.store.engine import empty_log
from om_selfcheck.store.models import Assessment, Company, Message, WebSession
from tests import factories
from tests.factories import NOW, TODAY

CANARY = "Zitronenfalter"
DAY = timedelta(days=1)
GOES = NOW + 732 * DAY


@dataclass(frozen=True)
class House:
    """An instance of its own with both engines, as the sender has them."""

    settings: Settings
    reader: Engine
    writer: Engine
    folder: Path

    def keep(self, now: datetime) -> tuple[int, int, int]:
        with time_machine.travel(now, tick=False):
            return keep_house(self.reader, self.writer, self.settings)

    def mail(self, message_id: UUID) -> Path:
        path = self.folder / "outbox" / f"{message_id}.eml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(CANARY)
        return path

    def holds(self, word: str) -> bool:
        return any(word.encode() in path.read_bytes() for path in self.folder.glob("om.db*"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = read_settings({"OM_INSTANCE_DIR": str(tmp_path)})
    writer, reader = (open_engine(settings.database_url, is_reading=is_reading) for is_reading in (False, True))
    bring_up_to_date(writer)
    yield House(settings, reader, writer, tmp_path)
    for engine in (reader, writer):
        engine.dispose()


def begun(house: House, word: str = CANARY, address: str = "") -> Actor:
    """Begin a check in which a word stands, and remember when it was opened last."""
    with Session(house.writer) as session:
        actor = factories.start(session)
        factories.fill_in(session, actor, street=word)
        session.execute(update(Assessment).values(last_opened_at=NOW))
        session.execute(update(Company).where(Company.id == actor.company_id).values(confirmed_email=address))
        session.commit()
    return actor


def queue_one(house: House, actor: Actor, now: datetime) -> UUID:
    """Let the company have got a mail."""
    with Session(house.writer) as session, session.begin():
        queue_message(
            session,
            kind=MessageKind.ACCESS_LINK,
            subject=f"company:{actor.company_id}",
            address="a@b.de",
            language="de",
            company_id=actor.company_id,
            now=now,
        )
        session.execute(update(Message).values(state="sent"))
        return session.scalars(select(Message.id)).one()


def test_a_company_whose_time_has_passed_goes_with_its_mails(house: House) -> None:
    actor = begun(house)
    path = house.mail(queue_one(house, actor, GOES))
    assert house.keep(GOES - DAY) == (0, 0, 0)
    assert house.holds(CANARY)
    assert house.keep(GOES) == (0, 1, 0)
    assert not house.holds(CANARY)
    assert not path.exists()
    assert house.keep(GOES) == (0, 0, 0)


def test_who_has_an_address_is_warned_twice_before(house: House) -> None:
    begun(house, address="a@b.de")
    days = [GOES - 60 * DAY, GOES - 59 * DAY, GOES - 14 * DAY, GOES - 13 * DAY]
    assert [house.keep(day) for day in days] == [(1, 0, 0), (0, 0, 0), (1, 0, 0), (0, 0, 0)]


def test_the_words_of_old_mails_go_with_their_files(house: House) -> None:
    path = house.mail(queue_one(house, begun(house), NOW))
    assert house.keep(NOW + 89 * DAY) == (0, 0, 0)
    assert path.exists()
    assert house.keep(NOW + 91 * DAY) == (0, 0, 1)
    assert not path.exists()


def test_what_a_company_erased_while_somebody_was_reading_leaves_the_log_later(house: House) -> None:
    actor = begun(house)
    with Session(house.reader) as somebody:
        somebody.execute(select(Company.id)).all()  # holds the database as it was
        with Session(house.writer) as session:
            session.connection().exec_driver_sql("PRAGMA busy_timeout = 0")
            erasure.erase_own_company(session, actor=actor, today=TODAY, now=NOW)
            session.commit()
            installation.forget_deleted(session)
        assert house.holds(CANARY), "the control: nobody can take away what is being read"
    assert house.keep(NOW) == (0, 0, 0)
    assert not house.holds(CANARY)


# Clearing up


def test_untouched_checks_go_however_many_there_are(house: House) -> None:
    with Session(house.writer) as session:
        for _number in range(51):
            factories.start(session)
    assert clear_up in JOBS
    assert [clear_at(house, NOW + after) for after in (7 * DAY, 8 * DAY, 9 * DAY)] == [0, 51, 0]


def clear_at(house: House, now: datetime) -> int:
    with time_machine.travel(now, tick=False):
        return clear_unused(house.writer)


def test_a_plain_link_is_gone_from_the_file_when_its_ten_minutes_are_over(house: House) -> None:
    show_link(house, CANARY)
    assert [shown_at(house, timedelta(minutes=minutes)) for minutes in (9, 10)] == [True, False]
    empty_log(house.writer)
    assert not house.holds(CANARY)


def test_looking_for_plain_links_keeps_no_writer_waiting(house: House) -> None:
    show_link(house, CANARY)
    with house.writer.connect() as impatient:
        impatient.exec_driver_sql("PRAGMA busy_timeout = 0")
    somebody = open_engine(house.settings.database_url)
    with somebody.begin():
        assert shown_at(house, timedelta(minutes=9))
        with pytest.raises(OperationalError):  # the control: to clear one, the writer is waited for
            shown_at(house, timedelta(minutes=10))
    somebody.dispose()


def show_link(house: House, token: str) -> None:
    """Let a browser hold a link just made, to be seen for ten minutes."""
    with Session(house.writer) as session, session.begin():
        held = HeldData("{}", fresh_links=token, clear_links_at=NOW + timedelta(minutes=10))
        sessions.add_session(session, session_id="q" * 43, held=held, now=NOW)


def shown_at(house: House, after: timedelta) -> bool:
    with time_machine.travel(NOW + after, tick=False):
        clear_links(house.reader, house.writer)
    with Session(house.reader) as session:
        return session.scalars(select(WebSession.fresh_links)).one() != ""
