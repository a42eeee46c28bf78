"""Ending a number: a hearing, two people, one of three reasons; or at the company's own wish (D14)."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.audit import (
    AlreadyWithdrawn,
    AuditOutcome,
    AuditState,
    Decision,
    HearingNotOver,
    MoveNotAllowed,
    SamePerson,
    StepKind,
)
from om_selfcheck.domain.declaration import DeclarationStatus, WithdrawalReason
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.services import drafts, numbers, reminders, withdrawals
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_steps import lock_case
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.numbers import PublicAnswer
from om_selfcheck.services.reminders import Run
from om_selfcheck.store.models import Company, Declaration, Message, Withdrawal
from om_selfcheck.store.queries import audits as rows
from tests import factories
from tests.factories import NOW, TODAY, list_verbs
from tests.services.auditing import LATER, LATER_ON, ask, begin, get, kinds, open_topics, propose, state_of
from tests.services.parallel import Outcomes, meeting, run_in_parallel

LAST_DAY = LATER_ON + timedelta(weeks=4)
OVER = LATER + timedelta(weeks=4, days=1)
OVER_ON = LAST_DAY + timedelta(days=1)


def decide(
    session: Session, by: Person, audit_id: UUID, decision: Decision = Decision.WITHDRAWN, now: datetime = OVER
) -> None:
    withdrawals.decide_withdrawal(session, by=by, audit_id=audit_id, decision=decision, text="Darum.", now=now)
    session.commit()


def answer(session: Session, owner: Actor, today: date = OVER_ON) -> PublicAnswer:
    session.expire_all()
    return numbers.find_public_answer(session, typed=owner.declaration_number or "", today=today)


class TestAfterAHearing:
    def test_another_person_withdraws_and_the_number_says_when_and_why(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        address = factories.confirm_address(session, owner)
        audit_id = ask(session, olaf)
        propose(session, olaf, audit_id)
        assert get(session, audit_id).deadline_on == LAST_DAY
        decide(session, otto, audit_id)
        found = answer(session, owner)
        assert (found.status, found.withdrawn_on) == (DeclarationStatus.WITHDRAWN, OVER.date())
        assert found.withdrawal_reason is WithdrawalReason.CRITERIA_NOT_MET
        assert "Bewertungen" not in repr(found), "no free text in public"
        case = get(session, audit_id)
        assert (case.state, case.outcome) == (AuditState.CLOSED, AuditOutcome.WITHDRAWAL_PROPOSED)
        assert kinds(session, audit_id)[-2:] == ["withdrawal_proposed", "withdrawn"]
        assert session.scalars(select(Message.address)).all() == [address] * 3
        assert [verb for verb, _ in list_verbs(session, f"declaration:{owner.declaration_number}")][-1] == (
            "declaration_withdrawn"
        )

    def test_the_answer_still_says_valid_for_the_days_before(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        audit_id = begin(session, olaf)
        propose(session, olaf, audit_id)
        decide(session, otto, audit_id)
        assert answer(session, owner, OVER.date() - timedelta(1)).status is DeclarationStatus.VALID

    @pytest.mark.usefixtures("owner")
    def test_who_proposed_does_not_decide(self, session: Session, olaf: Person) -> None:
        audit_id = begin(session, olaf)
        propose(session, olaf, audit_id)
        for decision in Decision:
            with pytest.raises(SamePerson):
                decide(session, olaf, audit_id, decision)
        assert state_of(session, audit_id) is AuditState.HEARING

    @pytest.mark.usefixtures("owner")
    def test_nothing_is_withdrawn_through_the_last_day(self, session: Session, olaf: Person, otto: Person) -> None:
        audit_id = begin(session, olaf)
        propose(session, olaf, audit_id)
        last_moment = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 22, 59, tzinfo=NOW.tzinfo)
        for now in (LATER, last_moment):  # 23:59 in Berlin
            with pytest.raises(HearingNotOver):
                decide(session, otto, audit_id, now=now)
        decide(session, otto, audit_id, now=last_moment + timedelta(minutes=1))

    def test_the_company_is_heard_once_and_also_late(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        audit_id = begin(session, olaf)
        propose(session, olaf, audit_id)
        for is_first in (True, False):
            if is_first:
                withdrawals.answer_hearing(session, actor=owner, audit_id=audit_id, text="Doch.", now=OVER)
                session.commit()
                continue
            with pytest.raises(MoveNotAllowed):
                withdrawals.answer_hearing(session, actor=owner, audit_id=audit_id, text="Nein.", now=OVER)
        proposal = get(session, audit_id).proposal
        assert proposal is not None
        assert proposal.answer == "Doch."
        decide(session, otto, audit_id, Decision.KEPT)

    def test_a_declaration_that_stands_is_as_before(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        before = answer(session, owner)
        audit_id = begin(session, olaf)
        propose(session, olaf, audit_id)
        decide(session, otto, audit_id, Decision.KEPT, now=LATER)
        assert answer(session, owner) == before
        case = get(session, audit_id)
        assert (case.outcome, case.steps[-1].kind) == (AuditOutcome.KEPT, StepKind.KEPT)

    @pytest.mark.usefixtures("owner")
    def test_the_office_never_withdraws_at_the_company_s_wish(self, session: Session, olaf: Person) -> None:
        with pytest.raises(MoveNotAllowed):
            propose(session, olaf, begin(session, olaf), WithdrawalReason.OWN_WISH)

    @pytest.mark.usefixtures("owner")
    def test_nothing_is_decided_that_was_not_proposed(self, session: Session, olaf: Person, otto: Person) -> None:
        audit_id = ask(session, olaf)
        with pytest.raises(MoveNotAllowed):
            decide(session, otto, audit_id)


class TestOwnWish:
    def test_is_at_once_and_for_good(self, session: Session, owner: Actor) -> None:
        withdrawals.withdraw_own(session, actor=owner, now=LATER)
        session.commit()
        found = answer(session, owner)
        assert found.status is DeclarationStatus.WITHDRAWN
        assert found.withdrawal_reason is WithdrawalReason.OWN_WISH
        with pytest.raises(AlreadyWithdrawn):
            withdrawals.withdraw_own(session, actor=owner, now=LATER)
        assert len(session.scalars(select(Withdrawal)).all()) == 1

    @pytest.mark.parametrize("right", [Right.EDITOR, Right.READER, Right.DOER])
    def test_is_the_owner_s_alone(self, session: Session, owner: Actor, right: Right) -> None:
        with pytest.raises(NotAllowed):
            withdrawals.withdraw_own(session, actor=factories.let_in(session, owner, right), now=LATER)

    def test_needs_a_declaration(self, session: Session) -> None:
        with pytest.raises(NotFound):
            withdrawals.withdraw_own(session, actor=factories.start(session), now=LATER)

    def test_ends_open_cases_and_a_running_hearing(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        propose(session, olaf, audit_id)
        withdrawals.withdraw_own(session, actor=owner, now=OVER)
        session.commit()
        case = get(session, audit_id)
        assert (case.state, case.outcome) == (AuditState.CLOSED, AuditOutcome.NOT_LOOKED_INTO)
        assert case.steps[-1].kind is StepKind.OWN_WITHDRAWAL
        assert answer(session, owner).withdrawal_reason is WithdrawalReason.OWN_WISH
        with pytest.raises(MoveNotAllowed):
            decide(session, otto, audit_id)

    def test_a_withdrawn_declaration_is_not_proposed_again(self, session: Session, owner: Actor, olaf: Person) -> None:
        withdrawals.withdraw_own(session, actor=owner, now=NOW + timedelta(days=2))
        session.commit()
        audit_id = begin(session, olaf)
        with pytest.raises(AlreadyWithdrawn):
            propose(session, olaf, audit_id)


def test_nobody_is_reminded_of_a_withdrawn_declaration(session: Session, owner: Actor) -> None:
    factories.confirm_address(session, owner)
    company = session.get(Company, owner.company_id)
    assert company is not None
    company.reminder = "email"
    session.commit()
    end = TODAY.replace(year=2028) - timedelta(days=80)
    run = Run(renewal_days=(90, 30, 7, -1), now=NOW.replace(year=2028, month=9, day=2), today=end)
    assert [one for batch in reminders.list_due(session, run) for one in batch], "the control: it would be due"
    withdrawals.withdraw_own(session, actor=owner, now=LATER)
    session.commit()
    assert [one for batch in reminders.list_due(session, run) for one in batch] == []


def test_the_pdf_and_the_snapshot_stay(session: Session, owner: Actor) -> None:
    before = session.scalars(select(Declaration.snapshot)).one()
    withdrawals.withdraw_own(session, actor=owner, now=LATER)
    session.commit()
    assert session.scalars(select(Declaration.snapshot)).one() == before
    assert drafts.get_draft(session, actor=owner).details.company_name


# Two at once


def decide_at_once(session: Session, engine: Engine, audit_id: UUID, people: tuple[Person, Person]) -> Outcomes[str]:
    """Let one person withdraw and another keep in the same moment."""
    session.rollback()

    def work(own: Session, number: int) -> str:
        decision = (Decision.WITHDRAWN, Decision.KEPT)[number]
        try:
            withdrawals.decide_withdrawal(
                own, by=people[number], audit_id=audit_id, decision=decision, text="Darum.", now=OVER
            )
        except MoveNotAllowed:
            return "too late"
        return decision.value

    return run_in_parallel(engine, 2, work)


def list_decided(session: Session, audit_id: UUID) -> list[str]:
    return [kind for kind in kinds(session, audit_id) if kind in (StepKind.WITHDRAWN, StepKind.KEPT)]


def test_of_two_who_decide_at_once_the_second_is_too_late(
    session: Session, engine: Engine, *, owner: Actor, olaf: Person, otto: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.add_staff(session, "oda@example.org")
    audit_id = begin(session, olaf)
    propose(session, olaf, audit_id)
    monkeypatch.setattr(withdrawals, "lock_case", meeting(lock_case))
    outcomes = decide_at_once(session, engine, audit_id, (otto, other))
    assert outcomes.errors == []
    assert outcomes.results.count("too late") == 1
    decided = list_decided(session, audit_id)
    assert len(decided) == 1
    is_withdrawn = answer(session, owner).status is DeclarationStatus.WITHDRAWN
    assert is_withdrawn is (decided == ["withdrawn"])


@pytest.mark.usefixtures("owner")
def test_control_without_taking_turns_both_decide(
    session: Session, careless: Engine, olaf: Person, otto: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.add_staff(session, "oda@example.org")
    audit_id = begin(session, olaf)
    propose(session, olaf, audit_id)
    monkeypatch.setattr(rows, "lock_declaration", lambda own, one: own.get(Declaration, one))
    monkeypatch.setattr(withdrawals, "lock_case", meeting(lock_case, seconds=1.5))
    outcomes = decide_at_once(session, careless, audit_id, (otto, other))
    assert outcomes.errors or len(list_decided(session, audit_id)) == 2


def test_the_company_and_the_office_at_once_give_one_reason(
    session: Session, engine: Engine, *, owner: Actor, olaf: Person, otto: Person
) -> None:
    audit_id = begin(session, olaf)
    propose(session, olaf, audit_id)
    session.rollback()

    def work(own: Session, number: int) -> str:
        try:
            if number:
                withdrawals.withdraw_own(own, actor=owner, now=OVER)
            else:
                withdrawals.decide_withdrawal(
                    own, by=otto, audit_id=audit_id, decision=Decision.WITHDRAWN, text="Darum.", now=OVER
                )
        except (MoveNotAllowed, AlreadyWithdrawn):
            return "too late"
        return "withdrawn"

    outcomes = run_in_parallel(engine, 2, work)
    assert outcomes.errors == []
    assert sorted(outcomes.results) == ["too late", "withdrawn"]
    subject = f"declaration:{owner.declaration_number}"
    assert [verb for verb, _ in list_verbs(session, subject)].count("declaration_withdrawn") == 1
