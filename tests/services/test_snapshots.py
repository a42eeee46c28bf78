"""A frozen snapshot that is not the one that was declared: nothing of it is told, and whatever can goes on (D7)."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.domain.correction import CorrectedPart
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.snapshot import SnapshotChanged
from om_selfcheck.services import (
    case_letters,
    cases,
    corrections,
    declarations,
    erasure,
    exports,
    last_rounds,
    numbers,
    record_reading,
    register_entries,
    snapshots,
)
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.letters.corrections import CorrectedDeclaration, prepare_correction
from om_selfcheck.services.record_reading import RecordSearch
from om_selfcheck.store.models import Correction, Declaration
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import DETAILS, NOW, TODAY
from tests.mail.golden import make_claimed
from tests.services.auditing import ask, begin, get

LATER = NOW + timedelta(hours=1)
BROKEN = "{"
NAMES = ("Neu GmbH", "Neuer GmbH")


def number_of(owner: Actor) -> str:
    assert owner.declaration_number is not None
    return owner.declaration_number


def rename(session: Session, owner: Actor, *, before: str, after: str) -> None:
    corrections.correct_own(
        session, actor=owner, wanted={"company_name": after}, shown={"company_name": before}, now=LATER
    )
    session.commit()


@pytest.fixture(params=["", BROKEN], ids=["another name", "no JSON"])
def bend(request: pytest.FixtureRequest, session: Session) -> Callable[[], None]:
    """Something that bends all snapshots."""
    return lambda: factories.bend_snapshot(session, to=request.param)


class TestDoor:
    def test_a_snapshot_is_read_while_it_is_the_declared_one(self, session: Session, owner: Actor) -> None:
        row = session.scalars(select(Declaration)).one()
        snapshot = snapshots.read_intact(row)
        assert snapshot.number == owner.declaration_number
        assert snapshots.find_intact(row) == snapshot
        assert (snapshots.is_intact(row), snapshots.is_erased(row)) == (True, False)
        assert snapshots.list_changed([row]) == ()

    @pytest.mark.usefixtures("owner")
    def test_any_other_is_refused_unread(self, session: Session, bend: Callable[[], None]) -> None:
        bend()
        row = session.scalars(select(Declaration)).one()
        with pytest.raises(SnapshotChanged):
            snapshots.read_intact(row)
        assert snapshots.find_intact(row) is None
        assert (snapshots.is_intact(row), snapshots.is_erased(row)) == (False, False)
        assert snapshots.list_changed([row]) == (row.number,)

    def test_an_erased_one_is_gone_and_not_changed(self, session: Session, owner: Actor) -> None:
        erasure.erase_own_company(session, actor=owner, today=TODAY, now=NOW)
        row = session.scalars(select(Declaration)).one()
        with pytest.raises(NotFound):
            snapshots.read_intact(row)
        assert snapshots.find_intact(row) is None
        assert snapshots.list_changed([row]) == ()


class TestCompany:
    def test_nothing_of_it_is_handed_out_or_corrected(
        self, session: Session, owner: Actor, bend: Callable[[], None]
    ) -> None:
        bend()
        with pytest.raises(SnapshotChanged):
            declarations.get_issued(session, actor=owner)
        with pytest.raises(SnapshotChanged):
            rename(session, owner, before=DETAILS["company_name"], after=NAMES[0])
        session.rollback()
        assert session.scalars(select(Correction)).all() == []
        assert declarations.get_terms(session, actor=owner).status_on(TODAY) is DeclarationStatus.VALID

    def test_the_next_round_goes_on_without_it(self, session: Session, bend: Callable[[], None]) -> None:
        first, second = factories.make_renewed(session)
        bend()
        last = last_rounds.find_last_round(session, actor=second)
        assert last is not None
        assert (last.number, last.slug, last.version, last.snapshot) == (
            first.declaration_number,
            "basis",
            "1.0",
            None,
        )
        number = factories.issue(session, second)
        after = factories.reload(session, second.assessment_id, second.grant_id)
        assert declarations.get_issued(session, actor=after).snapshot.previous is None
        answer = numbers.find_public_answer(session, typed=number_of(first), today=TODAY)
        assert (answer.status, answer.replaced_by) == (DeclarationStatus.REPLACED, number)

    def test_it_is_taken_along_as_it_is_and_named(
        self, session: Session, owner: Actor, bend: Callable[[], None]
    ) -> None:
        assert exports.export_company(session, actor=owner, now=LATER).changed == ()
        session.commit()
        bend()
        taken = exports.export_company(session, actor=owner, now=LATER)
        content = json.loads(taken.text)
        assert taken.changed == (owner.declaration_number,)
        assert content["changed_snapshots"] == [owner.declaration_number]
        stored = session.scalars(select(Declaration.snapshot)).one()
        assert [one["snapshot"] for one in content["tables"]["declaration"]] == [stored]


class TestNumber:
    def test_it_answers_as_before(self, session: Session, owner: Actor, bend: Callable[[], None]) -> None:
        before = numbers.find_public_answer(session, typed=number_of(owner), today=TODAY)
        bend()
        assert numbers.find_public_answer(session, typed=number_of(owner), today=TODAY) == before

    def test_of_corrections_it_says_what_needs_no_snapshot(
        self, session: Session, owner: Actor, bend: Callable[[], None]
    ) -> None:
        rename(session, owner, before=DETAILS["company_name"], after=NAMES[0])
        rename(session, owner, before=NAMES[0], after=NAMES[1])
        bend()
        answer = numbers.find_public_answer(session, typed=number_of(owner), today=TODAY)
        assert answer.company_name == NAMES[1]
        assert [(one.parts, one.former_name) for one in answer.corrections] == [
            ((), ""),
            ((CorrectedPart.NAME,), NAMES[0]),
        ]

    def test_the_mail_about_a_correction_is_written_all_the_same(
        self, session: Session, owner: Actor, bend: Callable[[], None]
    ) -> None:
        rename(session, owner, before=DETAILS["company_name"], after=NAMES[0])
        bend()
        claimed = make_claimed(
            MessageKind.DECLARATION_CORRECTED, subject=f"declaration:{owner.declaration_number}", stage="1"
        )
        said = prepare_correction(session, claimed, NOW)
        assert isinstance(said, CorrectedDeclaration)
        assert (said.company_name, said.parts) == (NAMES[0], ())


class TestOffice:
    def test_the_register_shows_the_entry_without_what_was_declared(
        self, session: Session, owner: Actor, bend: Callable[[], None]
    ) -> None:
        intact = register_entries.get_entry(session, number=number_of(owner), today=TODAY)
        bend()
        entry = register_entries.get_entry(session, number=number_of(owner), today=TODAY)
        assert intact.declared is not None
        assert (entry.is_erased, entry.declared, entry.snapshot_hash) == (False, None, intact.snapshot_hash)

    def test_looking_for_it_in_the_record_names_it(
        self, session: Session, owner: Actor, bend: Callable[[], None]
    ) -> None:
        number = number_of(owner)
        typed = (number, number.lower(), f"declaration:{number}", "company:1", "")
        assert [self.find(session, one) for one in typed] == [""] * 5
        bend()
        assert [self.find(session, one) for one in typed] == [number, number, number, "", ""]

    @staticmethod
    def find(session: Session, typed: str) -> str:
        return record_reading.find_changed_number(session, search=RecordSearch(subject=typed))

    @pytest.mark.usefixtures("owner")
    def test_a_case_goes_on_and_counts_nothing(self, session: Session, olaf: Person, bend: Callable[[], None]) -> None:
        audit_id = begin(session, olaf)
        bend()
        assert get(session, audit_id).is_erased is False
        assert cases.run_criteria(session, audit_id=audit_id, questionnaire=make_questionnaire()) is None

    @pytest.mark.usefixtures("owner")
    def test_no_letter_goes_to_an_address_that_was_not_declared(
        self, session: Session, olaf: Person, bend: Callable[[], None]
    ) -> None:
        audit_id = ask(session, olaf)
        bend()
        (step,) = [one for one in get(session, audit_id).steps if one.occasion]
        with pytest.raises(SnapshotChanged):
            case_letters.get_letter(session, audit_id=audit_id, step_id=step.step_id)

    def test_the_office_corrects_nothing(
        self, session: Session, owner: Actor, olaf: Person, bend: Callable[[], None]
    ) -> None:
        bend()
        with pytest.raises(SnapshotChanged):
            corrections.correct_for_company(
                session,
                number=number_of(owner),
                by=olaf.actor,
                wanted={"city": "Celle"},
                shown={"city": DETAILS["city"]},
                note="Umzug",
                now=LATER,
            )
