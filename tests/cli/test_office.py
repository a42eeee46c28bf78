"""The job that tells the office what waits for it: where an address is set, once a day, from seven in the morning."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.cli.jobs import JOBS, Queueing, tell_office
from om_selfcheck.clock import BERLIN
from om_selfcheck.config import read_settings
from om_selfcheck.domain.message import MessageState
from om_selfcheck.services import foreign_reports
from om_selfcheck.services.installation import bring_up_to_date, open_engine
from om_selfcheck.store.models import Message
from tests import factories
from tests.cli.shell import type_in
from tests.factories import TODAY

ADDRESS = "buero@example.org"
SENT_ONE = {"office": 1}


def at(hour: int, days: int = 0) -> datetime:
    return datetime.combine(TODAY, time(hour), BERLIN).replace(day=TODAY.day + days)


@pytest.fixture
def queueing(tmp_path: Path) -> Iterator[Queueing]:
    """Open an instance of its own to which somebody reported a number at eight in the evening."""
    settings = read_settings({"OM_INSTANCE_DIR": str(tmp_path), "OM_OFFICE_MAIL": ADDRESS})
    writer, reader = (open_engine(settings.database_url, is_reading=is_reading) for is_reading in (False, True))
    bring_up_to_date(writer)
    with Session(writer) as session:
        number = factories.make_declared(session).declaration_number or ""
        foreign_reports.report_foreign(session, number=number, text="Nicht von uns.", contact="", now=at(20))
        session.commit()
    yield Queueing(reader=reader, writer=writer, settings=settings, now=at(21))
    for engine in (reader, writer):
        engine.dispose()


def addresses(queueing: Queueing) -> list[str]:
    with Session(queueing.reader) as session:
        return list(session.scalars(select(Message.address)))


def test_it_is_one_of_the_jobs() -> None:
    assert tell_office in JOBS


def test_once_a_day_to_the_address_that_was_set(queueing: Queueing) -> None:
    assert [tell_office(queueing).kinds for _ in range(2)] == [SENT_ONE, {}]
    assert addresses(queueing) == [ADDRESS]


def test_where_no_address_is_set_nobody_is_told(queueing: Queueing) -> None:
    silent = replace(queueing, settings=replace(queueing.settings, office_mail=""))
    assert tell_office(silent).kinds == {}
    assert addresses(queueing) == []


def test_a_dry_run_counts_by_reading(queueing: Queueing) -> None:
    assert tell_office(replace(queueing, writer=queueing.reader, is_dry=True)).kinds == SENT_ONE
    assert addresses(queueing) == []


def test_nothing_of_a_new_day_is_queued_before_seven(queueing: Queueing) -> None:
    assert tell_office(replace(queueing, now=at(21))).kinds == SENT_ONE
    with Session(queueing.writer) as session:
        session.execute(update(Message).values(state=MessageState.SENT.value))
        number = factories.make_declared(session).declaration_number or ""
        foreign_reports.report_foreign(session, number=number, text="Auch nicht.", contact="", now=at(22))
        session.commit()
    assert tell_office(replace(queueing, now=at(6, days=1))).kinds == {}
    assert tell_office(replace(queueing, now=at(7, days=1))).kinds == SENT_ONE


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize("words", [("remind",), ("remind", "--dry-run")])
def test_an_address_that_is_none_is_named_before_anything_happens(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OM_OFFICE_MAIL", "Büro")
    result = type_in(*words)
    assert result.exit_code == 1
    assert "OM_OFFICE_MAIL must be one address, not 'Büro'" in result.output
