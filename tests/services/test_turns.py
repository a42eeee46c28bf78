"""Nobody waits in a circle: rows are held in one order, and each control shows the circle that another order makes."""

from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.sampling import Frame
from om_selfcheck.services import audits, corrections, erasure, grants, samples
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.erasure import Erased
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event, verify_record
from om_selfcheck.store.models import AuditStep, Declaration
from om_selfcheck.store.queries import addresses as address_rows
from om_selfcheck.store.queries import audits as rows
from om_selfcheck.store.queries import turns
from tests import factories
from tests.factories import NOW, TODAY
from tests.services import auditing
from tests.services.auditing import LATER, LATER_ON
from tests.services.parallel import A_WHILE, LONGER, Outcomes, run_in_parallel

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
