"""Nobody waits in a circle: rows are held in one order, and each control shows the circle that another order makes."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.domain.sampling import Frame
from om_selfcheck.services import (
    audits,
    corrections,
    declarations,
    erasure,
    grants,
    networks,
    participations,
    releases,
    samples,
    stages,
)
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.erasure import Erased
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event, verify_record
from om_selfcheck.store.models import AuditStep, Declaration, Release
from om_selfcheck.store.queries import addresses as address_rows
from om_selfcheck.store.queries import audits as rows
from om_selfcheck.store.queries import networks as network_rows
from om_selfcheck.store.queries import participations as participation_rows
from om_selfcheck.store.queries import turns
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW, TODAY
from tests.services import auditing, crowd
from tests.services.auditing import LATER, LATER_ON
from tests.services.parallel import A_WHILE, LONGER, Outcomes, run_in_parallel

T = TypeVar("T")
P = ParamSpec("P")
Step = Callable[[Session], object]
Side = tuple[Step, Step]


def run_both(engine: Engine, first: Side, second: Side, *, seconds: float = A_WHILE) -> Outcomes[object]:
    """Let each side take its first step, both wait a moment for each other, and then take the second."""
    barrier, sides = Barrier(2), (first, second)

    def work(own: Session, number: int) -> object:
        before, after = sides[number]
        before(own)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=seconds)
        return after(own)

    return run_in_parallel(engine, 2, work)


def skip_on_sqlite(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a writer holds everything from its first word on")


def some_event(own: Session) -> None:
    event = Event(verb=Verb.KEY_RENEWED, actor="owner", subject=f"assessment:{UUID(int=1)}", at=LATER, payload={})
    append_event(own, event)


class TestErasing:
    """Two owners' links of one company, from two rounds, as the guard of the page lets them in."""

    @staticmethod
    def erase_twice(session: Session, engine: Engine, *, seconds: float = A_WHILE) -> Outcomes[object]:
        first, second = factories.make_renewed(session)
        session.rollback()

        def side(actor: Actor) -> Side:
            found: list[Actor | None] = []

            def come_in(own: Session) -> None:
                grants.hold_rounds(own, assessment_id=actor.assessment_id)
                found.append(
                    grants.find_actor(
                        own, assessment_id=actor.assessment_id, grant_id=actor.grant_id, now=NOW, is_writing=True
                    )
                )

            def erase(own: Session) -> Erased | None:
                (me,) = found
                return erasure.erase_own_company(own, actor=me, today=TODAY, now=LATER) if me else None

            return come_in, erase

        return run_both(engine, side(first), side(second), seconds=seconds)

    def test_from_two_rounds_at_once_one_erases_and_the_other_is_out(self, session: Session, engine: Engine) -> None:
        outcomes = self.erase_twice(session, engine)
        assert outcomes.errors == []
        assert sorted(type(one).__name__ for one in outcomes.results) == ["Erased", "NoneType"]
        assert session.scalars(select(Declaration.company_name)).all() == [""]
        assert verify_record(session) == []

    def test_control_each_holding_its_own_round_first_they_run_into_each_other(
        self, session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turns, "hold_rounds_beside", lambda *_: None)
        assert self.erase_twice(session, careless, seconds=LONGER).errors


class TestSample:
    """A case begins for a declaration that its company is just doing something with."""

    @staticmethod
    def draw_beside_company(
        session: Session, engine: Engine, by: Person, monkeypatch: pytest.MonkeyPatch, *, records_first: bool = False
    ) -> Outcomes[object]:
        """Let the office come to holding what it drew while the company already holds its declaration."""
        declaration_id = session.scalars(select(Declaration.id)).one()
        frame = Frame(on=TODAY)
        drawn = samples.draw(session, frame=frame, size=5, seed="s", today=LATER_ON)
        session.rollback()
        barrier, hold = Barrier(2), turns.hold_declarations

        def wait() -> None:
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=LONGER)

        def hold_late(own: Session, ids: Collection[UUID]) -> None:
            if records_first:
                some_event(own)
            wait()
            hold(own, ids)

        def work(own: Session, number: int) -> object:
            if number:
                return samples.start_sample(own, by=by, frame=frame, size=5, seed="s", drawn=drawn, now=LATER)
            rows.lock_declaration(own, declaration_id)
            wait()
            some_event(own)
            return None

        monkeypatch.setattr(turns, "hold_declarations", hold_late)
        return run_in_parallel(engine, 2, work)

    @pytest.mark.usefixtures("owner")
    def test_they_take_turns(
        self, session: Session, engine: Engine, olaf: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.draw_beside_company(session, engine, olaf, monkeypatch).errors == []
        assert session.scalars(select(AuditStep.kind)).all() == ["drawn"]

    @pytest.mark.usefixtures("owner")
    def test_control_with_the_record_first_they_would_wait_for_each_other(
        self, session: Session, engine: Engine, olaf: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        skip_on_sqlite(engine)
        assert self.draw_beside_company(session, engine, olaf, monkeypatch, records_first=True).errors


class TestCase:
    """The office writes to a company, by mail, which points at the round, while the company acts in that round."""

    @staticmethod
    def write_beside_company(
        session: Session, engine: Engine, owner: Actor, olaf: Person, *, seconds: float = A_WHILE
    ) -> Outcomes[object]:
        factories.confirm_address(session, owner)
        audit_id = auditing.ask(session, olaf)
        session.rollback()

        def write(own: Session) -> None:
            audits.write_message(own, by=olaf, audit_id=audit_id, text="Eine Frage.", now=LATER)

        def come_in(own: Session) -> None:
            grants.find_actor(own, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=True)

        def reply(own: Session) -> None:
            audits.reply(own, actor=owner, audit_id=audit_id, text="Eine Antwort.", now=LATER)

        return run_both(engine, (lambda own: rows.lock_audit(own, audit_id), write), (come_in, reply), seconds=seconds)

    def test_both_are_written(self, session: Session, engine: Engine, owner: Actor, olaf: Person) -> None:
        assert self.write_beside_company(session, engine, owner, olaf).errors == []
        kinds = session.scalars(select(AuditStep.kind).order_by(AuditStep.at)).all()
        assert kinds == ["drawn", "asked", "message", "message"]

    def test_control_the_declaration_alone_would_not_do(
        self, session: Session, engine: Engine, owner: Actor, olaf: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        skip_on_sqlite(engine)

        def without_round(own: Session, ids: Collection[UUID]) -> None:
            own.execute(select(Declaration.id).where(Declaration.id.in_(ids)).with_for_update())

        monkeypatch.setattr(rows, "hold_declarations", without_round)
        assert self.write_beside_company(session, engine, owner, olaf, seconds=LONGER).errors


class TestCompany:
    """Somebody changes how the company is reminded, from another round, while an act ends with a mail to it."""

    @staticmethod
    def mail_beside_change(
        session: Session, engine: Engine, olaf: Person, *, seconds: float = A_WHILE
    ) -> Outcomes[object]:
        first, second = factories.make_renewed(session)
        factories.confirm_address(session, first)
        number, seen = first.declaration_number or "", {"company_name": factories.DETAILS["company_name"]}
        session.rollback()

        def correct(own: Session) -> None:
            corrections.correct_for_company(
                own,
                number=number,
                by=olaf.actor,
                wanted={"signatory_function": "Inhaberin"},
                shown={"signatory_function": factories.DETAILS["signatory_function"]} | seen,
                note="Brief",
                now=LATER,
            )

        company = (lambda own: address_rows.lock_company(own, second.company_id), some_event)
        return run_both(engine, (some_event, correct), company, seconds=seconds)

    def test_a_mail_can_point_at_a_company_that_is_held(self, session: Session, engine: Engine, olaf: Person) -> None:
        assert self.mail_beside_change(session, engine, olaf).errors == []

    def test_control_held_with_its_key_they_would_wait_for_each_other(
        self, session: Session, engine: Engine, olaf: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        skip_on_sqlite(engine)
        monkeypatch.setattr(turns, "LEAVES_KEY", False)
        assert self.mail_beside_change(session, engine, olaf, seconds=LONGER).errors


class TestNetwork:
    """What a network knows of a round is changed before the record, on whichever side somebody comes in."""

    @staticmethod
    def late(barrier: Barrier, function: Callable[P, T], *, is_before: bool) -> Callable[P, T]:
        """Let a function meet the other side before it begins or after it is done."""

        def meet(*arguments: P.args, **named: P.kwargs) -> T:
            if is_before:
                with suppress(BrokenBarrierError):
                    barrier.wait(timeout=LONGER)
                return function(*arguments, **named)
            result = function(*arguments, **named)
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=LONGER)
            return result

        return meet

    def issue_beside_leaving(
        self, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch, *, records_first: bool = False
    ) -> Outcomes[object]:
        """Let a renewal be issued while its company leaves the network with the round before."""
        network_id = factories.add_network(session)
        first = crowd.join(session, factories.make_complete(session), network_id)
        factories.issue(session, first)
        first = factories.reload(session, first.assessment_id, first.grant_id)
        second = factories.renew(session, first)
        factories.rate_all(session, second)
        factories.plan_ten(session, second)
        factories.fill_in(session, second)
        session.commit()
        barrier, note_stages = Barrier(2), stages.note_stages

        def note_late(own: Session, **named: Any) -> None:
            if records_first:
                some_event(own)
            note_stages(own, **named)

        keep_stages = self.late(barrier, stages.keep_stages, is_before=False)
        note_renewal = self.late(barrier, stages.note_renewal, is_before=True)
        monkeypatch.setattr(participations, "keep_stages", keep_stages)
        monkeypatch.setattr(declarations, "note_stages", note_late)
        monkeypatch.setattr(declarations, "note_renewal", note_renewal)

        def work(own: Session, number: int) -> object:
            ids = (first, second)[number]
            actor = grants.find_actor(
                own, assessment_id=ids.assessment_id, grant_id=ids.grant_id, now=NOW, is_writing=True
            )
            assert actor is not None
            if number:
                shown = factories.look(own, actor)
                return declarations.issue_declaration(
                    own, actor=actor, questionnaire=make_questionnaire(), shown=shown, now=NOW, today=TODAY
                )
            participations.leave_network(own, actor=actor, assessment_id=actor.assessment_id, now=NOW)
            return None

        return run_in_parallel(engine, 2, work)

    def test_a_renewal_is_issued_and_the_network_left(
        self, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.issue_beside_leaving(session, engine, monkeypatch).errors == []
        assert len(session.scalars(select(Declaration.id)).all()) == 2

    def test_control_recording_the_issue_first_they_would_wait_for_each_other(
        self, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        skip_on_sqlite(engine)
        assert self.issue_beside_leaving(session, engine, monkeypatch, records_first=True).errors

    def close_beside_ending(
        self, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch, *, records_first: bool = False
    ) -> Outcomes[None]:
        """Let staff close a network while a company ends what it released to it."""
        network_id = factories.add_network(session)
        owner = crowd.join(session, factories.make_complete(session), network_id)
        round_id = owner.assessment_id
        releases.change_release(session, actor=owner, assessment_id=round_id, level=ReleaseLevel.STATUS, now=NOW)
        session.commit()
        barrier, end_releases = Barrier(2), network_rows.end_releases

        def end_late(own: Session, **named: Any) -> Sequence[UUID]:
            if records_first:
                some_event(own)
            return self.late(barrier, end_releases, is_before=True)(own, **named)

        end_release = self.late(barrier, participation_rows.end_release, is_before=False)
        monkeypatch.setattr(participation_rows, "end_release", end_release)
        monkeypatch.setattr(network_rows, "end_releases", end_late)

        def work(own: Session, number: int) -> None:
            if number:
                networks.close_network(own, slug="netz-a", by=f"user:{UUID(int=1)}", now=NOW)
                return
            actor = grants.find_actor(own, assessment_id=round_id, grant_id=owner.grant_id, now=NOW, is_writing=True)
            assert actor is not None
            releases.change_release(own, actor=actor, assessment_id=round_id, level=ReleaseLevel.NOTHING, now=NOW)

        return run_in_parallel(engine, 2, work)

    def test_a_network_is_closed_and_a_release_ended(
        self, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.close_beside_ending(session, engine, monkeypatch).errors == []
        assert session.scalars(select(Release.id).where(Release.ended_at.is_(None))).all() == []

    def test_control_recording_the_close_first_they_would_wait_for_each_other(
        self, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        skip_on_sqlite(engine)
        assert self.close_beside_ending(session, engine, monkeypatch, records_first=True).errors
