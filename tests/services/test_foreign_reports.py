"""*Not from us*: reported, the name hidden at once and shown again, closed or led to a hearing (D15)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState, Decision, MoveNotAllowed
from om_selfcheck.domain.declaration import DeclarationStatus, WithdrawalReason
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.services import cases, foreign_reports, numbers, withdrawals
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.foreign_reports import Report
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.numbers import PublicAnswer
from om_selfcheck.store.models import Declaration, EventRow
from om_selfcheck.store.queries import audits as rows
from tests import factories
from tests.services.auditing import LATER, LATER_ON, kinds, state_of

OVER = LATER + timedelta(weeks=4, days=1)


@pytest.fixture
def report_id(session: Session, owner: Actor) -> UUID:
    foreign_reports.report_foreign(
        session, number=owner.declaration_number or "", text="Nicht von uns.", contact="0511 123", now=LATER
    )
    session.commit()
    (report,) = foreign_reports.list_reports(session, is_open=True)
    return report.report_id


def get(session: Session, report_id: UUID) -> Report:
    session.expire_all()
    return foreign_reports.get_report(session, report_id=report_id)


def answer(session: Session, owner: Actor) -> PublicAnswer:
    session.expire_all()
    return numbers.find_public_answer(session, typed=owner.declaration_number or "", today=LATER_ON)


def hide(session: Session, olaf: Person, report_id: UUID) -> None:
    foreign_reports.hide_name(session, by=olaf, report_id=report_id, now=LATER)
    session.commit()


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("number", ["000000-000000-000000", "abc", ""])
def test_there_is_nothing_to_report_about_a_number_that_does_not_exist(session: Session, number: str) -> None:
    with pytest.raises(NotFound):
        foreign_reports.report_foreign(session, number=number, text="x", contact="", now=LATER)


def test_there_is_nothing_to_report_about_an_erased_declaration(session: Session, owner: Actor) -> None:
    session.execute(update(Declaration).values(company_name="", snapshot=""))
    session.commit()
    with pytest.raises(NotFound):
        foreign_reports.report_foreign(
            session, number=owner.declaration_number or "", text="x", contact="0511 1", now=LATER
        )
    assert foreign_reports.list_reports(session, is_open=True) == []


def test_a_report_takes_turns_with_what_else_happens_to_the_number(
    session: Session, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[UUID] = []
    lock = rows.lock_declaration

    def hold(own: Session, declaration_id: UUID) -> Declaration | None:
        held.append(declaration_id)
        return lock(own, declaration_id)

    monkeypatch.setattr(rows, "lock_declaration", hold)
    report(session, owner)
    assert held == session.scalars(select(Declaration.id)).all()


def test_a_report_alone_changes_nothing_in_public(session: Session, owner: Actor, report_id: UUID) -> None:
    assert get(session, report_id).contact == "0511 123"
    assert answer(session, owner).company_name == "Tischlerei Brandt GmbH"


def test_the_name_is_hidden_at_once_and_shown_again(
    session: Session, owner: Actor, olaf: Person, report_id: UUID
) -> None:
    for _ in range(2):
        hide(session, olaf, report_id)
    hidden = answer(session, owner)
    assert (hidden.company_name, hidden.is_name_hidden, hidden.status) == ("", True, DeclarationStatus.VALID)
    assert get(session, report_id).company_name == "Tischlerei Brandt GmbH", "the office sees it"
    foreign_reports.show_name(session, by=olaf, report_id=report_id, now=LATER)
    session.commit()
    assert answer(session, owner).company_name == "Tischlerei Brandt GmbH"
    verbs = session.scalars(select(EventRow.verb).order_by(EventRow.seq.desc()).limit(2)).all()
    assert list(verbs) == ["name_shown", "name_hidden"]


@pytest.mark.parametrize("outcome", [ReportOutcome.NOT_CONFIRMED, ReportOutcome.NO_ANSWER])
def test_closing_shows_the_name_and_forgets_how_to_reach_the_reporter(
    session: Session, owner: Actor, olaf: Person, report_id: UUID, outcome: ReportOutcome
) -> None:
    hide(session, olaf, report_id)
    foreign_reports.close_report(session, by=olaf, report_id=report_id, outcome=outcome, now=LATER)
    session.commit()
    closed = get(session, report_id)
    assert (closed.outcome, closed.contact) == (outcome, "")
    assert not answer(session, owner).is_name_hidden
    assert foreign_reports.list_reports(session, is_open=True) == []
    with pytest.raises(MoveNotAllowed):
        foreign_reports.hide_name(session, by=olaf, report_id=report_id, now=LATER)
    with pytest.raises(MoveNotAllowed):
        foreign_reports.close_report(session, by=olaf, report_id=report_id, outcome=outcome, now=LATER)


def test_only_a_hearing_withdraws(session: Session, olaf: Person, report_id: UUID) -> None:
    with pytest.raises(MoveNotAllowed):
        foreign_reports.close_report(session, by=olaf, report_id=report_id, outcome=ReportOutcome.WITHDRAWN, now=LATER)


class TestHearing:
    @pytest.fixture
    def audit_id(self, session: Session, olaf: Person, report_id: UUID) -> UUID:
        hide(session, olaf, report_id)
        found = foreign_reports.lead_to_hearing(
            session, by=olaf, report_id=report_id, text="Die Firma sagt, sie war es nicht.", now=LATER
        )
        session.commit()
        return found

    def test_the_holder_of_the_key_is_heard(self, session: Session, owner: Actor, audit_id: UUID) -> None:
        case = cases.get_own_case(session, actor=owner, audit_id=audit_id, today=LATER_ON)
        assert (case.state, case.sample_id) == (AuditState.HEARING, None)
        assert kinds(session, audit_id) == ["reported", "withdrawal_proposed"]
        withdrawals.answer_hearing(session, actor=owner, audit_id=audit_id, text="Doch, wir.", now=LATER)

    def test_a_second_person_withdraws_and_the_name_stays_hidden(
        self, session: Session, owner: Actor, audit_id: UUID, report_id: UUID
    ) -> None:
        otto = factories.add_staff(session, "otto@example.org")
        withdrawals.decide_withdrawal(
            session, by=otto, audit_id=audit_id, decision=Decision.WITHDRAWN, text="Darum.", now=OVER
        )
        session.commit()
        found = numbers.find_public_answer(session, typed=owner.declaration_number or "", today=OVER.date())
        assert found.withdrawal_reason is WithdrawalReason.NOT_FROM_COMPANY
        assert found.company_name == ""
        closed = get(session, report_id)
        assert (closed.outcome, closed.contact) == (ReportOutcome.WITHDRAWN, "")

    def test_a_declaration_that_stands_shows_its_name_again(
        self, session: Session, owner: Actor, audit_id: UUID, report_id: UUID
    ) -> None:
        otto = factories.add_staff(session, "otto@example.org")
        withdrawals.decide_withdrawal(
            session, by=otto, audit_id=audit_id, decision=Decision.KEPT, text="Darum.", now=LATER
        )
        session.commit()
        assert get(session, report_id).outcome is ReportOutcome.NOT_CONFIRMED
        assert answer(session, owner).company_name == "Tischlerei Brandt GmbH"

    def test_a_report_leads_to_one_case_and_closes_with_it(
        self, session: Session, olaf: Person, audit_id: UUID, report_id: UUID
    ) -> None:
        with pytest.raises(MoveNotAllowed):
            foreign_reports.lead_to_hearing(session, by=olaf, report_id=report_id, text="x", now=LATER)
        with pytest.raises(MoveNotAllowed):
            foreign_reports.close_report(
                session, by=olaf, report_id=report_id, outcome=ReportOutcome.NO_ANSWER, now=LATER
            )
        assert state_of(session, audit_id) is AuditState.HEARING


def test_an_unknown_report_is_not_found(session: Session, olaf: Person) -> None:
    with pytest.raises(NotFound):
        foreign_reports.hide_name(session, by=olaf, report_id=uuid4(), now=LATER)
    with pytest.raises(NotFound):
        foreign_reports.get_report(session, report_id=uuid4())


class TestSeveralReports:
    @pytest.fixture
    def other_id(self, session: Session, owner: Actor, report_id: UUID) -> UUID:
        assert get(session, report_id).outcome is None
        return report(session, owner, has_others=True)

    @pytest.fixture
    def otto(self, session: Session) -> Person:
        return factories.add_staff(session, "otto@example.org")

    @pytest.fixture
    def hearings(self, session: Session, olaf: Person, report_id: UUID, other_id: UUID) -> tuple[UUID, UUID]:
        hide(session, olaf, report_id)
        return hear(session, olaf, report_id), hear(session, olaf, other_id)

    def test_the_last_one_closed_shows_the_name(
        self, session: Session, owner: Actor, olaf: Person, report_id: UUID, other_id: UUID
    ) -> None:
        hide(session, olaf, report_id)
        for one, is_hidden in ((report_id, True), (other_id, False)):
            foreign_reports.close_report(
                session, by=olaf, report_id=one, outcome=ReportOutcome.NOT_CONFIRMED, now=LATER
            )
            session.commit()
            assert answer(session, owner).is_name_hidden is is_hidden

    def test_a_kept_declaration_shows_no_name_while_another_hearing_runs(
        self, session: Session, owner: Actor, otto: Person, hearings: tuple[UUID, UUID]
    ) -> None:
        for one, is_hidden in zip(hearings, (True, False), strict=True):
            decide(session, otto, one, Decision.KEPT)
            assert answer(session, owner).is_name_hidden is is_hidden

    def test_a_withdrawal_ends_all_of_them_and_shows_no_name(
        self, session: Session, owner: Actor, otto: Person, hearings: tuple[UUID, UUID]
    ) -> None:
        other_id = report(session, owner, has_others=True)
        decide(session, otto, hearings[0], Decision.WITHDRAWN)
        assert foreign_reports.list_reports(session, is_open=True) == []
        closed = foreign_reports.list_reports(session, is_open=False)
        assert [(one.outcome, one.contact) for one in closed] == [(ReportOutcome.WITHDRAWN, "")] * 3
        assert state_of(session, hearings[1]) is AuditState.CLOSED
        assert kinds(session, hearings[1])[-1] == "withdrawn"
        assert answer(session, owner).is_name_hidden
        with pytest.raises(MoveNotAllowed):
            decide(session, otto, hearings[1], Decision.KEPT)
        with pytest.raises(MoveNotAllowed):
            foreign_reports.show_name(session, by=otto, report_id=other_id, now=OVER)
        assert answer(session, owner).is_name_hidden

    @pytest.mark.parametrize("outcome", ReportOutcome)
    def test_one_that_comes_after_the_withdrawal_closes_without_the_name(
        self, session: Session, owner: Actor, otto: Person, hearings: tuple[UUID, UUID], outcome: ReportOutcome
    ) -> None:
        decide(session, otto, hearings[0], Decision.WITHDRAWN)
        late = report(session, owner)
        foreign_reports.close_report(session, by=otto, report_id=late, outcome=outcome, now=OVER)
        session.commit()
        assert get(session, late).outcome is outcome
        assert answer(session, owner).is_name_hidden

    def test_the_company_s_own_withdrawal_ends_the_report_with_its_case(
        self, session: Session, owner: Actor, hearings: tuple[UUID, UUID], report_id: UUID
    ) -> None:
        withdrawals.withdraw_own(session, actor=owner, now=OVER)
        session.commit()
        assert state_of(session, hearings[0]) is AuditState.CLOSED
        closed = get(session, report_id)
        assert (closed.outcome, closed.contact) == (ReportOutcome.WITHDRAWN, "")
        assert foreign_reports.list_reports(session, is_open=True) == []


def report(session: Session, owner: Actor, *, has_others: bool = False) -> UUID:
    """Report once more and return the new one; it is the only one that is open unless it has others."""
    before = {one.report_id for one in foreign_reports.list_reports(session, is_open=True)}
    assert bool(before) is has_others
    foreign_reports.report_foreign(
        session, number=owner.declaration_number or "", text="Auch nicht.", contact="0511 456", now=LATER
    )
    session.commit()
    (new,) = {one.report_id for one in foreign_reports.list_reports(session, is_open=True)} - before
    return new


def hear(session: Session, by: Person, report_id: UUID) -> UUID:
    audit_id = foreign_reports.lead_to_hearing(session, by=by, report_id=report_id, text="Darum.", now=LATER)
    session.commit()
    return audit_id


def decide(session: Session, by: Person, audit_id: UUID, decision: Decision) -> None:
    withdrawals.decide_withdrawal(session, by=by, audit_id=audit_id, decision=decision, text="Darum.", now=OVER)
    session.commit()
