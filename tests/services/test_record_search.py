"""Looking the record through: by code, person, matter and period in Berlin; the newest checkpoint beside it (P13)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.domain.register import IssueDays
from om_selfcheck.services.checkpoints import keep_checkpoint
from om_selfcheck.services.record import append_event, list_timeline
from om_selfcheck.services.record_reading import (
    RECORD,
    RecordSearch,
    find_checkpoint,
    find_events,
    record_export,
)
from om_selfcheck.store.models import EventRow
from tests.factories import NOW, TODAY

STAFF = f"user:{UUID(int=7)}"
NUMBER = "000000-000000-000000"
FIRST = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


@pytest.fixture
def events(session: Session) -> None:
    """Twenty events, six hours apart; each fourth about a declaration, each fifth by staff."""
    for place in range(20):
        event = Event(
            verb=Verb.SIGNED_IN if place % 2 else Verb.GRANT_CREATED,
            actor=STAFF if place % 5 == 0 else SYSTEM,
            subject=f"declaration:{NUMBER}" if place % 4 == 0 else "assessment:x",
            at=FIRST + timedelta(hours=6 * place),
        )
        append_event(session, event)
    session.commit()


def seqs(session: Session, **wanted: object) -> list[int]:
    return [event.seq for event in find_events(session, search=RecordSearch(**wanted)).events]  # type: ignore[arg-type]


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, range(20, 0, -1)),
        ({"verb": Verb.SIGNED_IN}, range(20, 0, -2)),
        ({"actor": STAFF}, [16, 11, 6, 1]),
        ({"subject": NUMBER}, [17, 13, 9, 5, 1]),
        ({"subject": NUMBER.replace("-", "").lower()}, [17, 13, 9, 5, 1]),
        ({"subject": f"declaration:{NUMBER}", "actor": STAFF}, [1]),
        ({"subject": "nonsense"}, []),
        ({"days": IssueDays(date(2026, 3, 2), date(2026, 3, 2))}, [5, 4, 3, 2]),
        ({"days": IssueDays(date(2026, 3, 6), None)}, [20, 19, 18]),
        ({"days": IssueDays(None, date(2026, 3, 1))}, [1]),
        ({"days": IssueDays(date(2027, 1, 1), None)}, []),
        ({"days": IssueDays(None, date(2020, 1, 1))}, []),
        ({"days": IssueDays(date(2026, 3, 4), date(2026, 3, 2))}, []),
    ],
)
def test_what_is_asked_for_is_found_the_newest_first(
    session: Session, wanted: dict[str, object], expected: object
) -> None:
    assert seqs(session, **wanted) == list(expected)  # type: ignore[call-overload]


def test_an_empty_record_has_no_period(session: Session) -> None:
    assert seqs(session, days=IssueDays(TODAY, TODAY)) == []


@pytest.mark.usefixtures("events")
def test_pages_hang_together(session: Session) -> None:
    found: list[int] = []
    before: int | None = None
    while True:
        page = find_events(session, search=RecordSearch(), before=before, size=7)
        found.extend(event.seq for event in page.events)
        before = page.before
        if before is None:
            break
    assert found == list(range(20, 0, -1))


def test_who_takes_events_along_is_an_event(session: Session) -> None:
    search = RecordSearch(verb=Verb.SIGNED_IN, actor=STAFF, subject="x y@z", days=IssueDays(TODAY, None))
    record_export(session, actor=STAFF, file_format="xlsx", search=search, now=NOW)
    (event,) = list_timeline(session, RECORD)
    assert event.payload == {
        "format": "xlsx",
        "verb": "signed_in",
        "from": TODAY.isoformat(),
        "by_actor": "yes",
        "by_subject": "yes",
    }


class TestNewestCheckpoint:
    def test_there_is_none_before_one_was_made(self, session: Session, tmp_path: Path) -> None:
        assert find_checkpoint(session, instance_dir=tmp_path, folder=tmp_path / "nowhere") is None

    @pytest.mark.usefixtures("events")
    def test_it_fits_as_long_as_its_event_is_what_it_was(self, session: Session, tmp_path: Path) -> None:
        for day in (TODAY - timedelta(days=1), TODAY):
            keep_checkpoint(session, instance_dir=tmp_path, folder=tmp_path, now=NOW, today=day)
        state = find_checkpoint(session, instance_dir=tmp_path, folder=tmp_path)
        assert state is not None
        assert (state.checkpoint.seq, state.fits) == (20, True)
        session.execute(update(EventRow).where(EventRow.seq == 20).values(hash="0" * 64))
        state = find_checkpoint(session, instance_dir=tmp_path, folder=tmp_path)
        assert state is not None
        assert not state.fits

    @pytest.mark.usefixtures("events")
    def test_one_that_somebody_edited_is_none(self, session: Session, tmp_path: Path) -> None:
        kept = keep_checkpoint(session, instance_dir=tmp_path, folder=tmp_path, now=NOW, today=TODAY)
        kept.path.write_text(kept.text.replace('"seq": 20', '"seq": 19'))
        assert find_checkpoint(session, instance_dir=tmp_path, folder=tmp_path) is None
