"""Insight for one case: exactly what was opened, for as long as it was, and every look on the record (D9)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from om_selfcheck.clock import BERLIN
from om_selfcheck.domain.access import Right
from om_selfcheck.domain.audit import AuditState, MoveNotAllowed
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.opening import OpeningTerms
from om_selfcheck.domain.snapshot import SnapshotChanged
from om_selfcheck.services import audits, openings
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_steps import lock_case
from om_selfcheck.services.cases import to_terms
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.openings import NothingOpened, NotOpen, UntilNotAllowed
from om_selfcheck.services.record import list_timeline
from om_selfcheck.store.models import Declaration, EventRow, Opening
from om_selfcheck.store.queries import audits as rows
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import list_verbs
from tests.services.auditing import LATER, LATER_ON, ask, begin, get, kinds, look, open_topics, propose, submit
from tests.services.parallel import LONGER, Outcomes, meeting, run_in_parallel

HOUR = timedelta(hours=1)


@pytest.fixture
def audit_id(session: Session, owner: Actor, olaf: Person) -> UUID:
    assert owner.declaration_number
    return ask(session, olaf)


def verbs(session: Session, audit_id: UUID) -> list[str]:
    return [verb for verb, _ in list_verbs(session, f"audit:{audit_id}")]


class TestOpening:
    def test_of_a_topic_the_topic_is_seen_and_every_look_is_recorded(
        self, session: Session, owner: Actor, olaf: Person, audit_id: UUID
    ) -> None:
        open_topics(session, owner, audit_id, ["2"])
        seen = look(session, olaf, audit_id).insight
        assert set(seen.ratings) == {"2.1.a", "2.1.b"}
        assert seen.actions == ()
        look(session, olaf, audit_id, hours=3)
        assert verbs(session, audit_id)[-3:] == ["snapshot_opened", "snapshot_seen", "snapshot_seen"]
        assert kinds(session, audit_id)[-3:] == ["opened", "looked", "looked"]

    def test_the_whole_is_seen_with_the_plan(
        self, session: Session, owner: Actor, olaf: Person, audit_id: UUID
    ) -> None:
        open_topics(session, owner, audit_id)
        seen = look(session, olaf, audit_id).insight
        assert (len(seen.ratings), len(seen.actions)) == (5, 10)
        assert seen.is_all_one_colour, "factories choose none for every measure"

    def test_opening_anew_takes_the_place_of_what_was_open(
        self, session: Session, owner: Actor, olaf: Person, audit_id: UUID
    ) -> None:
        open_topics(session, owner, audit_id)
        open_topics(session, owner, audit_id, ["1"], hours=2)
        assert look(session, olaf, audit_id, hours=3).insight.topics == ("1",)

    @pytest.mark.parametrize("topics", [["9"], ["1'; --"], [""]])
    def test_a_topic_that_does_not_exist_opens_nothing(
        self, session: Session, owner: Actor, audit_id: UUID, topics: list[str]
    ) -> None:
        with pytest.raises(NothingOpened):
            open_topics(session, owner, audit_id, topics)
        assert get(session, audit_id).opening is None

    @pytest.mark.parametrize("days", [-1, 91])
    def test_the_day_is_within_ninety_days(self, session: Session, owner: Actor, audit_id: UUID, days: int) -> None:
        with pytest.raises(UntilNotAllowed):
            open_topics(session, owner, audit_id, days=days)

    def test_nothing_is_opened_before_the_office_asked(self, session: Session, owner: Actor, olaf: Person) -> None:
        with pytest.raises(MoveNotAllowed):
            open_topics(session, owner, begin(session, olaf))

    def test_only_the_company_opens(self, session: Session, owner: Actor, audit_id: UUID) -> None:
        with pytest.raises(NotFound):
            open_topics(session, factories.make_declared(session), audit_id)
        with pytest.raises(NotAllowed):
            open_topics(session, factories.let_in(session, owner, Right.READER), audit_id)

    def test_in_a_hearing_it_may_open_and_the_deadlines_stay(
        self, session: Session, owner: Actor, olaf: Person, audit_id: UUID
    ) -> None:
        propose(session, olaf, audit_id)
        deadline_on = get(session, audit_id).deadline_on
        open_topics(session, owner, audit_id)
        case = get(session, audit_id)
        assert (case.state, case.deadline_on) == (AuditState.HEARING, deadline_on)
        assert look(session, olaf, audit_id).insight.is_whole

    def test_a_second_reader_may_be_let_in(self, session: Session, owner: Actor, olaf: Person, audit_id: UUID) -> None:
        open_topics(session, owner, audit_id, days=0)
        submit(session, olaf, audit_id)
        open_topics(session, owner, audit_id, hours=40, days=2)
        assert get(session, audit_id).state is AuditState.SECOND_READING
        look(session, olaf, audit_id, hours=41)


class TestEnding:
    @pytest.mark.usefixtures("owner")
    def test_what_was_not_opened_is_not_seen(self, session: Session, olaf: Person, audit_id: UUID) -> None:
        with pytest.raises(NotOpen):
            look(session, olaf, audit_id)

    def test_it_ends_by_itself_with_its_day_in_berlin(
        self, session: Session, owner: Actor, olaf: Person, audit_id: UUID
    ) -> None:
        open_topics(session, owner, audit_id, days=0)
        midnight = datetime(LATER_ON.year, LATER_ON.month, LATER_ON.day, tzinfo=BERLIN) + timedelta(days=1)
        for now in (midnight - timedelta(seconds=1), midnight):
            arguments = {"by": olaf, "audit_id": audit_id, "questionnaire": make_questionnaire(), "now": now}
            if now < midnight:
                openings.look(session, **arguments)  # type: ignore[arg-type]
                continue
            with pytest.raises(NotOpen):
                openings.look(session, **arguments)  # type: ignore[arg-type]

    def test_it_is_ended_by_hand_and_twice_is_harmless(
        self, session: Session, owner: Actor, olaf: Person, audit_id: UUID
    ) -> None:
        open_topics(session, owner, audit_id)
        for _ in range(2):
            openings.end_opening(session, actor=owner, audit_id=audit_id, now=LATER + 2 * HOUR)
            session.commit()
        with pytest.raises(NotOpen):
            look(session, olaf, audit_id, hours=2)
        assert verbs(session, audit_id).count("opening_ended") == 1

    def test_it_ends_with_the_case(self, session: Session, owner: Actor, olaf: Person, audit_id: UUID) -> None:
        open_topics(session, owner, audit_id)
        audits.leave_case(session, by=olaf, audit_id=audit_id, text="", now=LATER + 2 * HOUR)
        session.commit()
        with pytest.raises(NotOpen):
            look(session, olaf, audit_id, hours=2)


class TestHash:
    def test_a_snapshot_that_is_not_the_declared_one_is_not_shown(
        self, session: Session, owner: Actor, olaf: Person, audit_id: UUID
    ) -> None:
        open_topics(session, owner, audit_id)
        text = session.scalars(select(Declaration.snapshot)).one()
        bent = text.replace('"2.1.a":"none"', '"2.1.a":"urgent"')
        assert bent != text
        session.execute(update(Declaration).values(snapshot=bent))
        session.commit()
        with pytest.raises(SnapshotChanged):
            look(session, olaf, audit_id)
        session.rollback()
        assert "snapshot_seen" not in verbs(session, audit_id)

    def test_the_record_holds_the_hash_that_was_seen(
        self, session: Session, owner: Actor, olaf: Person, audit_id: UUID
    ) -> None:
        open_topics(session, owner, audit_id, ["1", "2"])
        look(session, olaf, audit_id)
        declared = session.scalars(select(Declaration.snapshot_hash)).one()
        seen = session.scalars(select(EventRow).where(EventRow.verb == "snapshot_seen")).one()
        assert seen.actor == olaf.actor
        (event,) = [one for one in list_timeline(session, f"audit:{audit_id}") if one.code == "snapshot_seen"]
        assert event.payload == {"snapshot": declared, "topics": "1+2"}


def look_and_end(session: Session, engine: Engine, owner: Actor, olaf: Person, audit_id: UUID) -> Outcomes[str]:
    """Let somebody look while the company ends it."""
    session.rollback()

    def work(own: Session, number: int) -> str:
        try:
            if number:
                openings.end_opening(own, actor=owner, audit_id=audit_id, now=LATER + 2 * HOUR)
            else:
                openings.look(own, by=olaf, audit_id=audit_id, questionnaire=make_questionnaire(), now=LATER + 2 * HOUR)
        except NotOpen:
            return "refused"
        return "ended" if number else "seen"

    return run_in_parallel(engine, 2, work)


def test_whoever_looks_while_it_is_ended_looked_before_or_not_at_all(
    session: Session, engine: Engine, *, owner: Actor, olaf: Person, audit_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_topics(session, owner, audit_id)
    monkeypatch.setattr(openings, "lock_case", meeting(lock_case))
    outcomes = look_and_end(session, engine, owner, olaf, audit_id)
    assert outcomes.errors == []
    happened = verbs(session, audit_id)
    assert "opening_ended" in happened
    if outcomes.results[0] == "seen":
        assert happened.index("snapshot_seen") < happened.index("opening_ended")
    else:
        assert "snapshot_seen" not in happened


def test_control_without_taking_turns_somebody_looks_after_the_end(
    session: Session, careless: Engine, *, owner: Actor, olaf: Person, audit_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look has read that it is open, the end comes and is recorded, the look goes on."""
    open_topics(session, owner, audit_id)
    monkeypatch.setattr(rows, "lock_declaration", lambda own, one: own.get(Declaration, one))
    ends = meeting(lambda: None, seconds=LONGER)

    def read_slowly(row: Opening) -> OpeningTerms:
        found = to_terms(row)
        ends()
        return found

    monkeypatch.setattr(openings, "to_terms", read_slowly)
    session.rollback()

    def work(own: Session, number: int) -> str:
        if number:
            openings.end_opening(own, actor=owner, audit_id=audit_id, now=LATER + 2 * HOUR)
            own.commit()
            ends()
            return "ended"
        openings.look(own, by=olaf, audit_id=audit_id, questionnaire=make_questionnaire(), now=LATER + 2 * HOUR)
        return "seen"

    outcomes = run_in_parallel(careless, 2, work)
    happened = verbs(session, audit_id)
    looked_after_the_end = "snapshot_seen" in happened and happened.index("snapshot_seen") > happened.index(
        "opening_ended"
    )
    assert outcomes.errors or looked_after_the_end
