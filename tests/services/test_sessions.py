"""Browser sessions: found by the hash of their id, idle for 30 days or kept for 90, over at the end."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from om_selfcheck.services import sessions
from om_selfcheck.services.sessions import FoundSession, HeldData
from om_selfcheck.store.models import WebSession
from tests import factories
from tests.factories import NOW

ID = "q" * 43
TINY = timedelta(microseconds=1)
DAY = timedelta(days=1)


def save(session: Session, session_id: str = ID, *, data: str = "{}", is_kept: bool = False) -> None:
    sessions.add_session(session, session_id=session_id, held=HeldData(data, is_kept), now=NOW)
    session.commit()


def find(session: Session, *, after: timedelta = timedelta(0), session_id: str = ID) -> FoundSession | None:
    return sessions.find_session(session, session_id=session_id, now=NOW + after)


def test_a_session_holds_what_was_saved(session: Session) -> None:
    save(session, data='{"grants":{}}')
    assert find(session) == FoundSession('{"grants":{}}', is_kept=False, needs_touch=False)


@pytest.mark.parametrize("session_id", ["", "x", ID.upper(), ID + " ", "\udc80", "\x00", "x" * 5000])
def test_an_unknown_id_finds_nothing(session: Session, session_id: str) -> None:
    save(session)
    assert find(session, session_id=session_id) is None


def test_saving_again_replaces_what_it_held(session: Session) -> None:
    save(session, data="1")
    assert sessions.save_session(session, session_id=ID, held=HeldData("2", is_kept=True), now=NOW + 20 * DAY)
    assert find(session, after=20 * DAY) == FoundSession("2", is_kept=True, needs_touch=False)
    assert session.scalar(select(func.count()).select_from(WebSession)) == 1


def test_sessions_do_not_mix(session: Session) -> None:
    save(session, "alma", data="1")
    save(session, "stella", data="2")
    assert [find(session, session_id=name) for name in ("alma", "stella")] == [
        FoundSession("1", is_kept=False, needs_touch=False),
        FoundSession("2", is_kept=False, needs_touch=False),
    ]


def test_an_id_is_stored_as_its_hash_only(session: Session) -> None:
    save(session)
    everything = str(factories.dump(session))
    assert ID not in everything
    assert sessions.hash_session_id(ID) in everything


@pytest.mark.parametrize(("is_kept", "lifetime"), [(False, 30 * DAY), (True, 90 * DAY)])
def test_an_idle_session_is_over(session: Session, *, is_kept: bool, lifetime: timedelta) -> None:
    save(session, is_kept=is_kept)
    assert find(session, after=lifetime) is not None
    assert find(session, after=lifetime + TINY) is None


@pytest.mark.parametrize(("is_kept", "lifetime"), [(False, 30 * DAY), (True, 90 * DAY)])
def test_clearing_deletes_the_idle_ones_only(session: Session, *, is_kept: bool, lifetime: timedelta) -> None:
    save(session, is_kept=is_kept)
    counts = []
    for after in (lifetime, lifetime + TINY):
        sessions.clear_idle_sessions(session, now=NOW + after)
        counts.append(session.scalar(select(func.count()).select_from(WebSession)))
    assert counts == [1, 0]


def test_is_touched_once_a_day(session: Session) -> None:
    save(session)
    assert [needs_touch(session, after) for after in (timedelta(0), DAY, DAY + TINY)] == [False, False, True]
    sessions.touch_session(session, session_id=ID, now=NOW + DAY + TINY)
    assert not needs_touch(session, 2 * DAY)


def needs_touch(session: Session, after: timedelta) -> bool:
    found = find(session, after=after)
    assert found is not None
    return found.needs_touch


def test_a_touched_session_lives_on(session: Session) -> None:
    save(session)
    sessions.touch_session(session, session_id=ID, now=NOW + 30 * DAY)
    assert find(session, after=60 * DAY) is not None
    assert find(session, after=60 * DAY + TINY) is None


def test_an_ended_session_is_gone_whoever_still_has_its_cookie(session: Session) -> None:
    save(session)
    save(session, "other")
    sessions.end_session(session, session_id=ID)
    sessions.end_session(session, session_id=ID)
    assert find(session) is None
    assert find(session, session_id="other") is not None
    sessions.touch_session(session, session_id=ID, now=NOW)
    assert find(session) is None, "touching brings nothing back"
    assert not sessions.save_session(session, session_id=ID, held=HeldData("{}"), now=NOW)
    assert find(session) is None, "nor does saving"


def test_links_that_are_over_are_dropped_from_what_was_read_alone(session: Session) -> None:
    sessions.add_session(session, session_id=ID, held=HeldData("{}", fresh_links="newer"), now=NOW)
    for before, left in (("older", "newer"), ("newer", "")):
        sessions.save_links(session, session_id=ID, before=before, after="", clear_links_at=None)
        found = find(session)
        assert found is not None
        assert found.fresh_links == left
