"""The job that queues reminders: it looks by reading, writes a batch a transaction, from seven in the morning."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from om_selfcheck.cli.jobs import Queueing, queue_reminders
from om_selfcheck.clock import BERLIN
from om_selfcheck.config import read_settings
from om_selfcheck.services.installation import bring_up_to_date, open_engine
from om_selfcheck.store.models import Message
from om_selfcheck.store.queries import reminders
from tests.services import reminded
from tests.services.reminded import DAY, Planned

NOW = datetime(2027, 1, 31, 9, 0, tzinfo=UTC)
FIRMS = 5


@pytest.fixture
def queueing(tmp_path: Path) -> Iterator[Queueing]:
    """Open an instance of its own with five firms, each with a date for today."""
    settings = read_settings({"OM_INSTANCE_DIR": str(tmp_path)})
    writer, reader = (open_engine(settings.database_url, is_reading=is_reading) for is_reading in (False, True))
    bring_up_to_date(writer)
    with Session(writer) as session:
        for _ in range(FIRMS):
            reminded.make_planned(session, Planned(title="Liste", due_on=NOW.date()))
    yield Queueing(reader=reader, writer=writer, settings=settings, now=NOW)
    for engine in (reader, writer):
        engine.dispose()


def count(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Message)) or 0


def test_queues_each_once_in_several_short_transactions(queueing: Queueing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 2)
    commits: list[int] = []
    event.listen(queueing.writer, "commit", lambda _connection: commits.append(1))
    assert queue_reminders(queueing).kinds == {"action_due": FIRMS}
    assert len(commits) == 3
    assert count(queueing.writer) == FIRMS
    assert not any(queue_reminders(queueing).kinds.values())


def test_nothing_is_written_where_nothing_is_due(queueing: Queueing) -> None:
    begins: list[int] = []
    event.listen(queueing.writer, "begin", lambda _connection: begins.append(1))
    assert queue_reminders(replace(queueing, now=NOW - DAY)).kinds == {}
    assert begins == []


def test_a_dry_run_counts_by_reading(queueing: Queueing) -> None:
    dry = replace(queueing, writer=queueing.reader, is_dry=True)
    assert queue_reminders(dry).kinds == {"action_due": FIRMS}
    assert count(queueing.writer) == 0


@pytest.mark.parametrize("due_on", [date(2027, 2, 14), date(2027, 3, 28), date(2027, 3, 29), date(2027, 10, 31)])
def test_a_day_s_reminders_wait_for_seven_in_berlin_also_when_the_clocks_change(
    queueing: Queueing, due_on: date
) -> None:
    queue_reminders(queueing)
    with Session(queueing.writer) as session:
        reminded.make_planned(session, Planned(title="Liste", due_on=due_on))
    seven = datetime.combine(due_on, time(7), BERLIN)
    for early in (datetime.combine(due_on, time(0), BERLIN), seven - timedelta(seconds=1)):
        assert not any(queue_reminders(replace(queueing, now=early)).kinds.values())
    assert queue_reminders(replace(queueing, now=seven)).kinds == {"action_due": 1}


def test_who_reminds_at_night_only_is_late_and_misses_none(queueing: Queueing) -> None:
    nights = [datetime.combine(NOW.date() + n * DAY, time(3), BERLIN) for n in range(3)]
    counts = [queue_reminders(replace(queueing, now=night)).kinds.get("action_due", 0) for night in nights]
    assert counts == [0, FIRMS, 0]
