"""The office's list of open cases: page by page, each once, by its day; narrowed down to what waits."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.waiting import CaseWait
from om_selfcheck.services import audits, case_lists
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_lists import CasePage
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import Audit, AuditSample, Declaration
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.auditing import LATER, LATER_ON, ask, draw_all, open_topics

DAY = timedelta(days=1)
OPEN = [state for state in AuditState if state is not AuditState.CLOSED]


def add_cases(session: Session, count: int, *, seed: int = 1) -> list[Audit]:
    """Open cases of one declaration, many on the same day and begun at the same time, some without a day."""
    rng = random.Random(seed)
    declaration_id = session.scalar(select(Declaration.id))
    assert declaration_id is not None
    added = [
        Audit(
            id=uuid4(),
            declaration_id=declaration_id,
            sample_id=_add_sample(session),
            state=rng.choice(OPEN).value,
            deadline_on=rng.choice([None, TODAY - DAY, TODAY, TODAY + DAY]),
            created_at=NOW + rng.randrange(3) * timedelta(microseconds=1),
        )
        for _ in range(count)
    ]
    session.add_all(added)
    session.commit()
    return added


def _add_sample(session: Session) -> UUID:
    sample = AuditSample(
        id=uuid4(), drawn_at=NOW, frame="{}", frame_on=TODAY, frame_size=1, frame_hash="0" * 64, size=1, seed="s"
    )
    session.add(sample)
    session.flush()
    return sample.id


def expect(known: Sequence[Audit]) -> list[UUID]:
    def place(one: Audit) -> tuple[bool, date, object, str]:
        return one.deadline_on is None, one.deadline_on or date.min, one.created_at, one.id.hex

    return [one.id for one in sorted(known, key=place)]


def ids(page: CasePage) -> list[UUID]:
    return [case.audit_id for case in page.cases]


def read_all(session: Session, size: int, **wanted: object) -> list[UUID]:
    found: list[UUID] = []
    after: str | None = ""
    while after is not None:
        page = case_lists.list_open(session, after=after, today=TODAY, size=size, **wanted)  # type: ignore[arg-type]
        found += ids(page)
        after = page.after
    return found


@pytest.mark.parametrize("size", [1, 7, 39, 40, 41])
def test_every_open_case_is_reached_once_by_its_day(session: Session, owner: Actor, size: int) -> None:
    assert owner.declaration_number
    known = add_cases(session, 40)
    assert read_all(session, size) == expect(known)


def test_control_a_list_that_stops_at_a_page_is_found_out(session: Session, owner: Actor) -> None:
    assert owner.declaration_number
    known = add_cases(session, 8)
    assert ids(case_lists.list_open(session, today=TODAY, size=7)) == expect(known)[:7]


@pytest.mark.parametrize("state", OPEN)
def test_a_state_narrows_the_list_down(session: Session, owner: Actor, state: AuditState) -> None:
    assert owner.declaration_number
    known = [one for one in add_cases(session, 30) if one.state == state]
    assert read_all(session, 4, state=state) == expect(known)


def test_the_overdue_are_those_whose_day_is_before_today(session: Session, owner: Actor) -> None:
    assert owner.declaration_number
    known = add_cases(session, 30)
    overdue = [one for one in known if one.deadline_on == TODAY - DAY]
    assert read_all(session, 4, waits=CaseWait.OVERDUE) == expect(overdue)
    page = case_lists.list_open(session, today=TODAY, size=4)
    assert (page.found, page.overdue) == (30, len(overdue))


def test_the_answered_are_those_the_company_took_on_last(session: Session, owner: Actor, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    answered = {"waits": CaseWait.ANSWERED}
    assert read_all(session, 9, **answered) == []
    open_topics(session, owner, audit_id)
    assert read_all(session, 9, **answered) == [audit_id]
    audits.write_message(session, by=olaf, audit_id=audit_id, text="Danke.", now=LATER + 2 * DAY)
    session.commit()
    assert read_all(session, 9, **answered) == []


def test_a_closed_case_is_in_the_other_list(session: Session, owner: Actor, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    assert [one.audit_id for one in case_lists.list_closed(session, today=LATER_ON)] == []
    audits.decline(session, actor=owner, audit_id=audit_id, text="", now=LATER)
    session.commit()
    assert read_all(session, 9) == []
    assert [one.audit_id for one in case_lists.list_closed(session, today=LATER_ON)] == [audit_id]


def test_a_case_that_is_taken_on_while_somebody_turns_pages_hides_no_other(session: Session, olaf: Person) -> None:
    for _ in range(4):
        factories.make_declared(session)
    draw_all(session, olaf)
    first = case_lists.list_open(session, today=TODAY, size=2)
    audits.ask_company(session, by=olaf, audit_id=ids(first)[-1], now=LATER)
    session.commit()
    second = case_lists.list_open(session, after=first.after or "", today=TODAY, size=2)
    assert len({*ids(first), *ids(second)}) == 4


def test_a_case_that_is_closed_meanwhile_hides_no_other(session: Session, owner: Actor) -> None:
    assert owner.declaration_number
    known = expect(add_cases(session, 6))
    first = case_lists.list_open(session, today=TODAY, size=3)
    session.execute(update(Audit).where(Audit.id == known[2]).values(state="closed", deadline_on=None))
    session.commit()
    assert ids(case_lists.list_open(session, after=first.after or "", today=TODAY, size=3)) == known[3:]


@pytest.mark.parametrize(
    "after",
    [
        *("x", "_", "__", "-_-_-", "²_²_²"),
        f"-_2026-11-24T09:00:00_{UUID(int=1).hex}",
        f"-_0001-01-01T00:00:00+14:00_{UUID(int=1).hex}",
        f"2026-13-01_2026-11-24T09:00:00+00:00_{UUID(int=1).hex}",
    ],
)
def test_a_place_that_means_nothing_is_the_beginning(session: Session, owner: Actor, after: str) -> None:
    assert owner.declaration_number
    known = add_cases(session, 3)
    assert ids(case_lists.list_open(session, after=after, today=TODAY)) == expect(known)
