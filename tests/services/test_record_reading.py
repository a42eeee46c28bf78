"""Reading the record: pages with filters for staff, timelines for a case, a declaration, a company."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import inspect, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.record import SYSTEM, Event, Verb, user_actor
from om_selfcheck.services.record import (
    PAGE_SIZE,
    TIMELINE_SIZE,
    ListedEvent,
    append_event,
    erase_payloads,
    list_events,
    list_timeline,
)
from om_selfcheck.store.models import EventRow
from tests.factories import NOW

OLAF = user_actor(UUID("0b7f2c1e-8a54-4d0e-9b1f-3f2a6c5d4e7a"))


def add(session: Session, verb: Verb, subject: str, actor: str = SYSTEM, **payload: str | int) -> int:
    return append_event(session, Event(verb=verb, actor=actor, subject=subject, at=NOW, payload=payload))


@pytest.fixture
def filled(session: Session) -> Session:
    add(session, Verb.QUESTIONNAIRE_PUBLISHED, "questionnaire:basis/1.0")
    add(session, Verb.ASSESSMENT_STARTED, "assessment:1", "owner", version="1.0")
    add(session, Verb.ASSESSMENT_STARTED, "assessment:2", "owner")
    add(session, Verb.GRANT_CREATED, "assessment:1", "owner", right="reader")
    add(session, Verb.DECLARATION_ISSUED, "declaration:A", "owner", assessment=1)
    add(session, Verb.GRANT_REVOKED, "assessment:1", OLAF)
    return session


def seqs(events: tuple[ListedEvent, ...]) -> list[int]:
    return [event.seq for event in events]


def test_a_page_lists_the_newest_first(filled: Session) -> None:
    page = list_events(filled)
    assert seqs(page.events) == [6, 5, 4, 3, 2, 1]
    assert page.before is None


def test_an_event_comes_with_all_that_it_says(filled: Session) -> None:
    assert list_events(filled).events[2] == ListedEvent(
        seq=4,
        at=NOW,
        actor="owner",
        code="grant_created",
        verb=Verb.GRANT_CREATED,
        subject="assessment:1",
        payload={"right": "reader"},
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"subject": "assessment:1"}, [6, 4, 2]),
        ({"subject": "assessment:"}, []),
        ({"verb": Verb.ASSESSMENT_STARTED}, [3, 2]),
        ({"actor": OLAF}, [6]),
        ({"actor": "owner", "verb": Verb.ASSESSMENT_STARTED, "subject": "assessment:2"}, [3]),
        ({"from_seq": 4}, [6, 5, 4]),
        ({"to_seq": 2}, [2, 1]),
        ({"from_seq": 2, "to_seq": 3}, [3, 2]),
        ({"from_seq": 7}, []),
        ({"before": 3}, [2, 1]),
        ({"subject": None, "verb": None, "actor": None, "from_seq": None, "to_seq": None}, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_filters_narrow_the_list_together(filled: Session, wanted: dict[str, Any], found: list[int]) -> None:
    assert seqs(list_events(filled, **wanted).events) == found


@pytest.mark.parametrize("more", [0, 1, PAGE_SIZE])
def test_pages_follow_each_other_without_a_gap(session: Session, more: int) -> None:
    count = PAGE_SIZE + more
    for number in range(count):
        add(session, Verb.ASSESSMENT_STARTED, f"assessment:{number}")
    read: list[int] = []
    before = None
    while True:
        page = list_events(session, before=before, verb=Verb.ASSESSMENT_STARTED)
        read += seqs(page.events)
        assert len(page.events) <= PAGE_SIZE
        if page.before is None:
            break
        before = page.before
        add(session, Verb.ASSESSMENT_STARTED, "assessment:new")  # what comes meanwhile moves no page
    assert read == list(range(count, 0, -1))


def test_a_timeline_tells_of_its_subjects_in_order(filled: Session) -> None:
    assert seqs(list_timeline(filled, "assessment:1", "declaration:A")) == [2, 4, 5, 6]
    assert list_timeline(filled, "assessment:9") == list_timeline(filled) == ()


def test_a_long_timeline_ends_with_the_newest(session: Session) -> None:
    for _ in range(TIMELINE_SIZE + 2):
        add(session, Verb.KEY_RENEWED, "assessment:1")
    assert seqs(list_timeline(session, "assessment:1")) == list(range(3, TIMELINE_SIZE + 3))


READERS: list[Callable[[Session], tuple[ListedEvent, ...]]] = [
    lambda session: list_events(session, subject="assessment:1").events,
    lambda session: list_timeline(session, "assessment:1"),
]


@pytest.mark.parametrize("read", READERS)
def test_an_erased_payload_is_none_and_the_event_stays(
    filled: Session, read: Callable[[Session], tuple[ListedEvent, ...]]
) -> None:
    erase_payloads(filled, subjects=["assessment:1"], actor="owner", now=NOW + timedelta(days=1))
    assert [event.payload for event in sorted(read(filled), key=lambda event: event.seq)] == [
        None,
        None,
        None,
        {"erased": 3},
    ]


@pytest.mark.parametrize("read", READERS)
def test_a_verb_that_this_version_does_not_know_is_shown_as_it_is(
    filled: Session, read: Callable[[Session], tuple[ListedEvent, ...]]
) -> None:
    filled.execute(update(EventRow).where(EventRow.seq == 2).values(verb="moon_landed"))
    (event,) = [event for event in read(filled) if event.seq == 2]
    assert (event.code, event.verb) == ("moon_landed", None)
    filled.rollback()


def test_what_pages_filter_by_is_found_by_an_index(session: Session) -> None:
    indexed = {tuple(index["column_names"]) for index in inspect(session.get_bind()).get_indexes("event")}
    assert {("verb",), ("subject",), ("actor",)} <= indexed
