"""Correcting who declared: a further edition under the same number, by the company for a day, later by the office."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.correction import CorrectedPart, NotCorrectable, TooLateToCorrect
from om_selfcheck.domain.declaration import DetailField
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import corrections, declarations, documents, numbers, register
from om_selfcheck.services.corrections import Outcome
from om_selfcheck.services.documents import Copy
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.letters.corrections import prepare_correction
from om_selfcheck.services.record import list_timeline, verify_record
from om_selfcheck.services.register import Search
from om_selfcheck.store.models import Company, Correction, Declaration, DeclarationWord, Message
from om_selfcheck.store.queries import audits
from om_selfcheck.store.queries import corrections as rows
from tests import factories
from tests.factories import DETAILS, NOW, TODAY
from tests.mail.golden import make_claimed
from tests.services.parallel import LONGER, Outcomes, meeting, run_in_parallel

STAFF = f"user:{UUID(int=7)}"
HOUR = timedelta(hours=1)
NEW = {"company_name": "Tischlerei Brand GmbH", "city": "Celle"}
OLD = {name: DETAILS[name] for name in NEW}


def number_of(owner: Actor) -> str:
    assert owner.declaration_number is not None
    return owner.declaration_number


def correct(
    session: Session,
    owner: Actor,
    wanted: Mapping[str, str] = NEW,
    shown: Mapping[str, str] | None = None,
    *,
    now: datetime = NOW + HOUR,
) -> Outcome:
    known = {name: DETAILS[name] for name in wanted}
    outcome = corrections.correct_own(
        session, actor=owner, wanted=wanted, shown=known if shown is None else shown, now=now
    )
    session.commit()
    return outcome


def correct_by_staff(
    session: Session, number: str, wanted: Mapping[str, str] = NEW, *, now: datetime = NOW + 100 * HOUR
) -> Outcome:
    outcome = corrections.correct_for_company(
        session, number=number, by=STAFF, wanted=wanted, shown=OLD, note="Brief vom 20.11.", now=now
    )
    session.commit()
    return outcome


def test_the_new_details_stand_everywhere_and_the_frozen_ones_stay(session: Session, owner: Actor) -> None:
    before = session.execute(select(Declaration.snapshot, Declaration.snapshot_hash)).one()
    assert correct(session, owner) == Outcome()
    issued = declarations.get_issued(session, actor=owner)
    assert (issued.details.company_name, issued.details.city) == tuple(NEW.values())
    assert issued.snapshot.details.company_name == OLD["company_name"]
    assert session.execute(select(Declaration.snapshot, Declaration.snapshot_hash)).one() == before
    assert session.execute(select(Company.name, Company.city)).one() == tuple(NEW.values())
    answer = numbers.find_public_answer(session, typed=number_of(owner), today=TODAY)
    assert answer.company_name == NEW["company_name"]


def test_everybody_with_the_number_is_told_of_what_and_the_former_name(session: Session, owner: Actor) -> None:
    correct(session, owner)
    correct(session, owner, {"signatory_name": "Katrin Brand"}, now=NOW + 2 * HOUR)
    told = numbers.find_public_answer(session, typed=number_of(owner), today=TODAY).corrections
    assert [(one.at, one.parts, one.former_name) for one in told] == [
        (NOW + HOUR, (CorrectedPart.NAME, CorrectedPart.ADDRESS), OLD["company_name"]),
        (NOW + 2 * HOUR, (CorrectedPart.SIGNATORY,), ""),
    ]


def test_a_hidden_name_stays_hidden_also_as_the_former_one(session: Session, owner: Actor) -> None:
    correct(session, owner)
    session.execute(update(Declaration).values(name_hidden_at=NOW))
    (told,) = numbers.find_public_answer(session, typed=number_of(owner), today=TODAY).corrections
    assert told.former_name == ""


def test_an_erased_company_leaves_no_corrections(session: Session, owner: Actor) -> None:
    correct(session, owner)
    session.execute(update(Declaration).values(company_name="", snapshot=""))
    assert numbers.find_public_answer(session, typed=number_of(owner), today=TODAY).corrections == ()


def test_the_register_finds_the_new_words_and_no_longer_the_old(session: Session, owner: Actor) -> None:
    correct(session, owner, {"company_name": "Zimmerei Neu", "city": "Celle"})

    def finds(typed: str) -> int:
        return len(register.list_declarations(session, search=Search(typed=typed), today=TODAY).lines)

    assert [finds(typed) for typed in ("zimmerei", "celle", "tischlerei", "hildesheim")] == [1, 1, 0, 0]
    assert session.scalar(select(func.count()).select_from(DeclarationWord)) == 3


def test_it_is_on_the_record_without_any_name(session: Session, owner: Actor) -> None:
    correct(session, owner)
    event = list_timeline(session, f"declaration:{number_of(owner)}")[-1]
    assert (event.verb, event.actor) == (Verb.DECLARATION_CORRECTED, Right.OWNER)
    content = event.payload["hash"] if event.payload else ""
    assert re.fullmatch(r"[0-9a-f]{64}", str(content))
    assert event.payload == {"edition": 1, "fields": "company_name+city", "hash": content}
    assert verify_record(session) == []


@pytest.mark.parametrize("after", [timedelta(), 24 * HOUR - timedelta(seconds=1)])
def test_the_company_has_a_day(session: Session, owner: Actor, after: timedelta) -> None:
    assert correct(session, owner, now=NOW + after).is_accepted


@pytest.mark.parametrize("after", [24 * HOUR, 1000 * HOUR])
def test_after_that_day_the_company_has_to_ask(session: Session, owner: Actor, after: timedelta) -> None:
    with pytest.raises(TooLateToCorrect):
        correct(session, owner, now=NOW + after)
    assert declarations.get_issued(session, actor=owner).corrections == ()


def test_staff_correct_later_and_say_at_whose_wish(session: Session, owner: Actor) -> None:
    assert correct_by_staff(session, number_of(owner).lower()).is_accepted
    (one,) = declarations.get_issued(session, actor=owner).corrections
    assert (one.is_by_office, one.note, one.edition) == (True, "Brief vom 20.11.", 1)
    assert list_timeline(session, f"declaration:{number_of(owner)}")[-1].actor == STAFF


@pytest.mark.parametrize("number", ["000000-000000-000000", "nonsense"])
def test_staff_find_no_other_number(session: Session, number: str) -> None:
    with pytest.raises(NotFound):
        correct_by_staff(session, number)


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER])
def test_only_the_owner_corrects(session: Session, owner: Actor, right: Right) -> None:
    with pytest.raises(NotAllowed):
        correct(session, factories.let_in(session, owner, right))


@pytest.mark.parametrize(
    "values", [{"withdrawn_on": TODAY, "withdrawal_reason": "own_wish"}, {"company_name": "", "snapshot": ""}]
)
def test_what_was_withdrawn_or_erased_is_not_corrected(
    session: Session, owner: Actor, values: dict[str, object]
) -> None:
    session.execute(update(Declaration).values(**values))
    session.commit()
    with pytest.raises(NotCorrectable):
        correct(session, owner)


def test_a_gap_or_a_conflict_keeps_all_of_it_from_being_written(session: Session, owner: Actor) -> None:
    gap = correct(session, owner, NEW | {"signatory_name": "–", "postal_code": "1"})
    assert gap.missing == (DetailField.POSTAL_CODE, DetailField.SIGNATORY_NAME)
    conflict = correct(session, owner, NEW, OLD | {"city": "Bonn"})
    assert conflict.conflicts == (Conflict("city", "Hildesheim", "Celle"),)
    assert declarations.get_issued(session, actor=owner).corrections == ()
    assert session.scalar(select(func.count()).select_from(Correction)) == 0


def test_sent_twice_it_is_one_edition(session: Session, owner: Actor) -> None:
    assert correct(session, owner).is_accepted
    assert correct(session, owner).is_accepted
    assert declarations.get_issued(session, actor=owner).edition == 1
    assert session.scalar(select(func.count()).where(Correction.edition > 0)) == 1


def test_what_the_next_round_says_by_now_stays(session: Session, owner: Actor) -> None:
    session.execute(update(Company).values(name="Brandt Holding"))
    session.commit()
    correct(session, owner)
    assert session.execute(select(Company.name, Company.city)).one() == ("Brandt Holding", "Celle")


class TestEditions:
    def keep(self, session: Session, owner: Actor, edition: int, content: bytes) -> bytes:
        kept = documents.keep_file(
            session, actor=owner, kind=documents.DECLARATION, language="de", edition=edition, content=content
        )
        session.commit()
        return kept

    def find(self, session: Session, owner: Actor) -> bytes | None:
        return documents.find_file(session, actor=owner, kind=documents.DECLARATION, language="de")

    def test_a_correction_asks_for_a_new_copy_and_the_old_one_stays(self, session: Session, owner: Actor) -> None:
        self.keep(session, owner, 0, b"old")
        correct(session, owner)
        assert self.find(session, owner) is None
        self.keep(session, owner, 1, b"new")
        assert self.find(session, owner) == b"new"
        number = number_of(owner)
        assert documents.find_copy(session, sha256=sha(b"old")) == Copy(number, is_newest=False)
        assert documents.find_copy(session, sha256=sha(b"new")) == Copy(number, is_newest=True)

    def test_a_copy_that_was_rendered_before_the_correction_never_becomes_the_new_one(
        self, session: Session, owner: Actor
    ) -> None:
        rendered_from = declarations.get_issued(session, actor=owner).edition
        correct(session, owner)
        assert self.keep(session, owner, rendered_from, b"late") == b"late"
        assert self.find(session, owner) is None


class TestMail:
    def test_the_confirmed_address_is_told_once_an_edition(self, session: Session, owner: Actor) -> None:
        session.execute(update(Company).values(confirmed_email="buero@betrieb.de"))
        session.commit()
        for _ in range(2):
            correct(session, owner)
        queued = session.execute(select(Message.kind, Message.subject, Message.stage, Message.address)).all()
        assert queued == [("declaration_corrected", f"declaration:{number_of(owner)}", "1", "buero@betrieb.de")]

    def test_nobody_is_written_to_without_a_confirmed_address(self, session: Session, owner: Actor) -> None:
        correct(session, owner)
        assert session.scalar(select(func.count()).select_from(Message)) == 0

    def test_it_speaks_of_its_own_edition(self, session: Session, owner: Actor) -> None:
        correct(session, owner)
        correct(session, owner, {"signatory_name": "Katrin Brand"}, now=NOW + 2 * HOUR)
        subject = f"declaration:{number_of(owner)}"

        def prepare(stage: str) -> object:
            claimed = make_claimed(MessageKind.DECLARATION_CORRECTED, subject=subject, stage=stage)
            return prepare_correction(session, claimed, NOW)

        assert getattr(prepare("1"), "parts", None) == (CorrectedPart.NAME, CorrectedPart.ADDRESS)
        assert getattr(prepare("2"), "parts", None) == (CorrectedPart.SIGNATORY,)
        assert prepare("3") is None
        session.execute(update(Declaration).values(company_name="", snapshot=""))
        assert prepare("1") is None


def write_at_once(engine: Engine, number: str, count: int) -> Outcomes[bool]:
    """Let several people of the office correct the town, each to another one, all of whom saw the same."""

    def correct_once(session: Session, place: int) -> bool:
        outcome = corrections.correct_for_company(
            session,
            number=number,
            by=STAFF,
            wanted={"city": f"Ort {'abcdefgh'[place]}"},
            shown={"city": OLD["city"]},
            note="x",
            now=NOW,
        )
        return outcome.is_accepted

    return run_in_parallel(engine, count, correct_once)


def test_of_many_at_once_one_is_written_and_all_others_are_told(engine: Engine, session: Session) -> None:
    owner = factories.make_declared(session)
    session.rollback()
    outcomes = write_at_once(engine, number_of(owner), 8)
    assert (sum(outcomes.results), outcomes.errors) == (1, [])
    (stored,) = session.scalars(select(Correction)).all()
    assert json.loads(stored.details)["city"] == declarations.get_issued(session, actor=owner).details.city
    assert verify_record(session) == []


def test_the_control_without_taking_turns_they_run_into_each_other(
    careless: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = factories.make_declared(session)
    session.rollback()
    monkeypatch.setattr(audits, "lock_declaration", lambda session, key: session.get_one(Declaration, key))
    monkeypatch.setattr(rows, "list_corrections", meeting(rows.list_corrections, seconds=LONGER))
    outcomes = write_at_once(careless, number_of(owner), 2)
    assert outcomes.errors or sum(outcomes.results) > 1


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
