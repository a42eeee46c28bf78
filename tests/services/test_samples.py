"""Drawing samples from what held on a day, and the cases that come of it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.sampling import Frame, draw_sample
from om_selfcheck.services import samples
from om_selfcheck.services.samples import FrameEmpty, FrameNotOver
from om_selfcheck.store.models import Audit, Declaration, EventRow
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.auditing import LATER, LATER_ON, begin, draw_all, kinds, state_of

DAY = timedelta(days=1)


def draw(session: Session, on: date, **narrowed: str) -> tuple[str, ...]:
    return samples.draw(session, frame=Frame(on=on, **narrowed), size=200, seed="s", today=on + DAY).numbers


def change(session: Session, number: str, **columns: object) -> None:
    session.execute(update(Declaration).where(Declaration.number == number).values(**columns))
    session.commit()


def test_five_of_three_hundred_are_the_same_five_whoever_draws(session: Session) -> None:
    numbers = list(factories.seed_declared(session, 300))
    frame = Frame(on=TODAY)
    drawn = samples.draw(session, frame=frame, size=5, seed="3.8.17", today=LATER_ON)
    assert drawn == draw_sample(numbers, 5, "3.8.17")
    assert drawn.frame_size == 300
    again = samples.draw(session, frame=frame, size=5, seed="3.8.17", today=LATER_ON + timedelta(days=900))
    assert again == drawn
    assert samples.draw(session, frame=frame, size=5, seed="3.8.18", today=LATER_ON).numbers != drawn.numbers


@pytest.mark.parametrize(
    ("on", "is_in"),
    [
        (TODAY - DAY, False),
        (TODAY, True),
        (TODAY.replace(year=2028), True),  # the last valid day (D5)
        (TODAY.replace(year=2028) + DAY, False),
    ],
)
def test_what_holds_on_the_day_is_in_the_frame(session: Session, on: date, *, is_in: bool) -> None:
    assert bool(factories.seed_declared(session, 1))
    assert bool(draw(session, on)) is is_in


def test_a_leap_day_s_declaration_holds_through_the_end_of_february(session: Session) -> None:
    factories.seed_declared(session, 1, issued_on=date(2024, 2, 29))
    assert draw(session, date(2026, 2, 28))
    assert not draw(session, date(2026, 3, 1))


def test_withdrawn_and_replaced_leave_the_frame_on_their_day_and_not_before(session: Session) -> None:
    first, second, newer = factories.seed_declared(session, 3)
    change(session, first, withdrawn_on=TODAY + 5 * DAY, withdrawal_reason="own_wish")
    newer_id = session.scalar(select(Declaration.id).where(Declaration.number == newer))
    change(session, second, replaced_by_id=newer_id)
    change(session, newer, issued_on=TODAY + 3 * DAY)
    assert set(draw(session, TODAY + 2 * DAY)) == {first, second}
    assert set(draw(session, TODAY + 3 * DAY)) == {first, newer}
    assert set(draw(session, TODAY + 5 * DAY)) == {newer}


def test_a_check_and_a_network_narrow_the_frame(session: Session) -> None:
    one, two = factories.seed_declared(session, 2)
    change(session, one, questionnaire_slug="other")
    change(session, two, network_id=factories.add_network(session, slug="netz-a"))
    assert draw(session, TODAY, check="other") == (one,)
    assert draw(session, TODAY, network="netz-a") == (two,)
    assert draw(session, TODAY, check="other", network="netz-a") == ()
    assert draw(session, TODAY, network="unknown") == ()


def test_a_day_that_is_not_over_is_not_drawn_from(session: Session) -> None:
    factories.seed_declared(session, 1)
    with pytest.raises(FrameNotOver):
        samples.draw(session, frame=Frame(on=LATER_ON), size=1, seed="s", today=LATER_ON)


def test_where_nothing_held_nothing_begins(session: Session) -> None:
    olaf = factories.add_staff(session)
    frame = Frame(on=TODAY)
    drawn = samples.draw(session, frame=frame, size=1, seed="s", today=LATER_ON)
    with pytest.raises(FrameEmpty):
        samples.start_sample(session, by=olaf, frame=frame, size=1, seed="s", drawn=drawn, now=LATER)


def test_each_number_gets_a_case_and_the_record_says_what_it_was_drawn_from(session: Session) -> None:
    olaf = factories.add_staff(session)
    factories.seed_declared(session, 4)
    drawn = draw_all(session, olaf, size=3)
    assert len(drawn) == 3
    assert {state_of(session, audit_id) for audit_id in drawn} == {AuditState.DRAWN}
    assert kinds(session, drawn[0]) == ["drawn"]
    verbs = session.scalars(select(EventRow.verb).order_by(EventRow.seq.desc()).limit(4)).all()
    assert sorted(verbs) == ["audit_started"] * 3 + ["sample_drawn"]
    (sample,) = samples.list_samples(session)
    assert (sample.frame_size, sample.size, sample.seed) == (4, 3, "seed")
    again = samples.draw(session, frame=sample.frame, size=3, seed="seed", today=LATER_ON)
    assert (again.frame_hash, again.numbers) == (sample.frame_hash, sample.numbers)


def test_who_is_drawn_twice_has_one_open_case(session: Session) -> None:
    olaf = factories.add_staff(session)
    factories.make_declared(session)
    first = begin(session, olaf)
    assert begin(session, olaf) == first
    assert len(session.scalars(select(Audit.id)).all()) == 1
    assert len(samples.list_samples(session)) == 2


def test_the_sample_is_drawn_by_somebody(session: Session) -> None:
    olaf = factories.add_staff(session)
    factories.make_declared(session)
    begin(session, olaf)
    event = session.scalars(select(EventRow).where(EventRow.verb == "sample_drawn")).one()
    assert event.actor == f"user:{olaf.user_id}"
    assert isinstance(event.at, datetime)
    assert event.at > NOW
