"""The job that queues reminders: it looks by reading, writes a batch a transaction, and unasked only by day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from om_selfcheck.cli.remind import Queueing, queue_reminders
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


@pytest.mark.parametrize(
    ("hour_in_utc", "is_day"), [(22, False), (23, False), (5, False), (6, True), (12, True), (18, True), (19, False)]
)
def test_unasked_it_waits_for_the_day_in_berlin(queueing: Queueing, hour_in_utc: int, *, is_day: bool) -> None:
    asked = replace(queueing, now=NOW.replace(hour=hour_in_utc))
    assert bool(queue_reminders(replace(asked, is_unasked=True)).kinds) is is_day
    assert bool(queue_reminders(asked).kinds) is not is_day


def test_summer_time_is_berlin_s(queueing: Queueing) -> None:
    with Session(queueing.writer) as session:
        reminded.make_planned(session, Planned(title="Liste", due_on=NOW.date() + timedelta(days=150)))
    summer = replace(queueing, now=NOW + timedelta(days=150, hours=-4), is_unasked=True)  # 5:00 in UTC, 7:00 in Berlin
    assert queue_reminders(summer).kinds == {"action_due": 1}
