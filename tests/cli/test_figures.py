"""The job that publishes figures: once a week for each network, also from several processes, one failure aside."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from om_selfcheck.cli.jobs import JOBS, Queueing, publish_figures
from om_selfcheck.config import read_settings
from om_selfcheck.services import figures
from om_selfcheck.services.installation import bring_up_to_date, open_engine
from om_selfcheck.store.models import CountedCompany, PublishedFigures
from tests import factories
from tests.cli.shell import type_in
from tests.services import crowd
from tests.services.crowd import AFTERWARDS

NETWORKS = 3


@pytest.fixture
def queueing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queueing]:
    """Open an instance of its own with three networks of sixteen companies, all rated."""
    monkeypatch.setenv("OM_INSTANCE_DIR", str(tmp_path))
    settings = read_settings({"OM_INSTANCE_DIR": str(tmp_path)})
    writer, reader = (open_engine(settings.database_url, is_reading=is_reading) for is_reading in (False, True))
    bring_up_to_date(writer)
    with Session(writer) as session:
        for number in range(NETWORKS):
            crowd.add_rated(session, factories.add_network(session, slug=f"netz-{number}"), 16)
    yield Queueing(reader=reader, writer=writer, settings=settings, now=AFTERWARDS)
    for engine in (reader, writer):
        engine.dispose()


def contents(queueing: Queueing) -> list[tuple[UUID, str, str]]:
    with Session(queueing.reader) as session:
        rows = session.execute(select(PublishedFigures.network_id, PublishedFigures.kind, PublishedFigures.content))
        return sorted((row.network_id, row.kind, row.content) for row in rows)


def test_each_network_is_closed_once_in_a_transaction_of_its_own(queueing: Queueing) -> None:
    commits: list[int] = []
    event.listen(queueing.writer, "commit", lambda _connection: commits.append(1))
    assert publish_figures(queueing).weeks == NETWORKS
    assert len(commits) == NETWORKS
    assert [kind for _, kind, _ in contents(queueing)] == ["answers", "stages"] * NETWORKS
    before = contents(queueing)
    assert publish_figures(queueing).weeks == 0
    assert (contents(queueing), len(commits)) == (before, NETWORKS)


def test_a_dry_run_counts_by_reading(queueing: Queueing) -> None:
    dry = replace(queueing, writer=queueing.reader, is_dry=True)
    assert publish_figures(dry).weeks == NETWORKS
    assert contents(queueing) == []


def test_the_command_says_how_many_weeks_it_closed(queueing: Queueing) -> None:
    assert publish_figures in JOBS
    result = type_in("remind")
    assert result.exit_code == 0
    assert "weeks closed: " in result.output
    assert contents(queueing)
    assert "weeks closed: " not in type_in("remind").output


def test_a_network_that_fails_stops_no_other(queueing: Queueing, monkeypatch: pytest.MonkeyPatch) -> None:
    close = figures.close_weeks
    first: list[UUID] = []

    def fail_once(session: Session, **known: Any) -> int:
        if not first:
            first.append(known["unclosed"].network_id)
            raise ValueError("odd")
        return close(session, **known)

    monkeypatch.setattr(figures, "close_weeks", fail_once)
    published = publish_figures(queueing)
    assert published.weeks == NETWORKS - 1
    assert published.failed == [f"figures of network {first[0]}: ValueError"]


def test_another_key_gives_other_noise(queueing: Queueing) -> None:
    publish_figures(queueing)
    before = contents(queueing)
    with Session(queueing.writer) as session, session.begin():
        session.execute(delete(PublishedFigures))
        session.execute(delete(CountedCompany))
    publish_figures(replace(queueing, settings=replace(queueing.settings, secret_key="another" * 8)))
    after = contents(queueing)
    assert len(after) == len(before)
    assert [one for one in after if one[1] == "answers"] != [one for one in before if one[1] == "answers"]
