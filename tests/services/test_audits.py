"""A case from the first letter to its end: what both sides do, and what never becomes public (D14)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.audit import (
    AlreadyWithdrawn,
    AuditOutcome,
    AuditState,
    CheckItem,
    FindingAnswer,
    MoveNotAllowed,
    SamePerson,
    Side,
    StepKind,
)
from om_selfcheck.domain.delivery import Delivery
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.services import audits, case_letters, cases, corrections, histories, numbers, withdrawals
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.audits import FindingsIncomplete, Noted
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.letters import join_tables
from om_selfcheck.services.record import list_timeline
from om_selfcheck.store.models import Company, Declaration, Message
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import TODAY, list_verbs
from tests.mail.golden import make_claimed
from tests.services.auditing import (
    ALL_FINE,
    LATER,
    LATER_ON,
    ask,
    begin,
    get,
    kinds,
    open_topics,
    propose,
    state_of,
    submit,
)


def mails(session: Session) -> list[tuple[str, str]]:
    return [(row.kind, row.address) for row in session.execute(select(Message.kind, Message.address))]


def test_asking_begins_four_weeks_and_writes_to_a_confirmed_address(
    session: Session, owner: Actor, olaf: Person
) -> None:
    address = factories.confirm_address(session, owner)
    audit_id = ask(session, olaf)
    case = get(session, audit_id)
    assert (case.state, case.deadline_on) == (AuditState.ASKED, LATER_ON + timedelta(weeks=4))
    assert mails(session) == [("audit", address)]
    assert [verb for verb, _ in list_verbs(session, f"audit:{audit_id}")] == ["audit_started", "audit_asked"]


@pytest.mark.usefixtures("owner")
def test_without_a_confirmed_address_the_letter_goes_by_post(session: Session, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    assert mails(session) == []
    (step,) = [one for one in get(session, audit_id).steps if one.occasion]
    posted = case_letters.get_letter(session, audit_id=audit_id, step_id=step.step_id)
    assert posted.details.street == "Am Mühlbach 4"
    assert posted.letter.deadline_on == LATER_ON + timedelta(weeks=4)


class TestDeliveries:
    def test_a_company_without_an_address_has_to_be_written_to_by_post(
        self, session: Session, owner: Actor, olaf: Person
    ) -> None:
        audit_id = ask(session, olaf)
        assert self.all_of(session, audit_id) == [Delivery.NO_ADDRESS]
        factories.confirm_address(session, owner)
        audits.write_message(session, by=olaf, audit_id=audit_id, text="x", now=LATER)
        assert self.all_of(session, audit_id) == [Delivery.NO_ADDRESS, Delivery.UNDER_WAY]
        session.execute(update(Message).values(state="sent"))
        assert self.all_of(session, audit_id) == [Delivery.NO_ADDRESS, Delivery.SENT]

    def test_what_the_mail_server_refused_goes_by_post(self, session: Session, owner: Actor, olaf: Person) -> None:
        factories.confirm_address(session, owner)
        audit_id = ask(session, olaf)
        session.execute(update(Message).values(state="undeliverable"))
        assert self.all_of(session, audit_id) == [Delivery.UNDELIVERABLE]

    def test_what_was_called_off_says_why(self, session: Session, owner: Actor, olaf: Person) -> None:
        factories.confirm_address(session, owner)
        audit_id = ask(session, olaf)
        session.execute(update(Message).values(state="cancelled"))
        assert self.all_of(session, audit_id) == [Delivery.ADDRESS_CHANGED]
        audits.leave_case(session, by=olaf, audit_id=audit_id, text="", now=LATER)
        assert self.all_of(session, audit_id) == [Delivery.NEEDLESS, Delivery.UNDER_WAY]

    @pytest.mark.usefixtures("owner")
    def test_a_company_that_was_told_of_nothing_is_owed_no_letter(self, session: Session, olaf: Person) -> None:
        audit_id = begin(session, olaf)
        audits.leave_case(session, by=olaf, audit_id=audit_id, text="", now=LATER)
        assert self.all_of(session, audit_id) == []

    @staticmethod
    def all_of(session: Session, audit_id: UUID) -> list[Delivery]:
        return list(case_letters.list_deliveries(session, get(session, audit_id)).values())


@pytest.mark.parametrize("address", ["", "buero@betrieb.example"])
def test_a_lost_link_is_offered_only_where_asking_brings_one(
    session: Session, owner: Actor, olaf: Person, address: str
) -> None:
    factories.confirm_address(session, owner, address)
    audit_id = ask(session, olaf)
    (step,) = [one for one in get(session, audit_id).steps if one.occasion]
    posted = case_letters.get_letter(session, audit_id=audit_id, step_id=step.step_id)
    assert posted.has_confirmed_address is bool(address)


def test_a_letter_goes_to_the_corrected_address(session: Session, owner: Actor, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    corrections.correct_for_company(
        session,
        number=owner.declaration_number or "",
        by=olaf.actor,
        wanted={"street": "Neue Straße 9"},
        shown={"street": "Am Mühlbach 4"},
        note="Umzug",
        now=LATER,
    )
    session.commit()
    (step,) = [one for one in get(session, audit_id).steps if one.occasion]
    posted = case_letters.get_letter(session, audit_id=audit_id, step_id=step.step_id)
    assert posted.details.street == "Neue Straße 9"


def test_only_the_owner_is_told_of_a_case_in_the_history(session: Session, owner: Actor, olaf: Person) -> None:
    ask(session, olaf)
    for right, is_told in ((None, True), (Right.EDITOR, False), (Right.READER, False)):
        actor = factories.let_in(session, owner, right) if right else owner
        told = {one.code for one in histories.list_history(session, actor=actor)}
        assert ("audit_asked" in told) is is_told


@pytest.mark.usefixtures("owner")
def test_there_is_a_letter_only_where_the_office_says_something(session: Session, olaf: Person) -> None:
    audit_id = begin(session, olaf)
    (step,) = get(session, audit_id).steps
    for step_id in (step.step_id, uuid4()):
        with pytest.raises(NotFound):
            case_letters.get_letter(session, audit_id=audit_id, step_id=step_id)


def test_both_sides_read_the_same_case(session: Session, owner: Actor, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    audits.reply(session, actor=owner, audit_id=audit_id, text="Was ist das?", now=LATER)
    audits.write_message(session, by=olaf, audit_id=audit_id, text="Eine Stichprobe.", now=LATER)
    session.commit()
    theirs = cases.get_own_case(session, actor=owner, audit_id=audit_id, today=LATER_ON)
    assert theirs == get(session, audit_id)
    assert [(step.side, step.text) for step in theirs.steps[2:]] == [
        (Side.COMPANY, "Was ist das?"),
        (Side.STAFF, "Eine Stichprobe."),
    ]


def test_steps_keep_their_order_where_a_clock_is_set_back(session: Session, owner: Actor, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    for text, hours in (("eins", 5), ("zwei", 1), ("drei", 1)):
        audits.reply(session, actor=owner, audit_id=audit_id, text=text, now=LATER + timedelta(hours=hours))
    assert [step.text for step in get(session, audit_id).steps][2:] == ["eins", "zwei", "drei"]


def test_a_case_is_nobody_else_s(session: Session, owner: Actor, olaf: Person) -> None:
    audit_id = ask(session, olaf)
    stranger = factories.start(session)
    editor = factories.let_in(session, owner, Right.EDITOR)
    with pytest.raises(NotFound):
        cases.get_own_case(session, actor=stranger, audit_id=audit_id, today=TODAY)
    with pytest.raises(NotFound):
        audits.reply(session, actor=stranger, audit_id=audit_id, text="x", now=LATER)
    with pytest.raises(NotAllowed):
        audits.reply(session, actor=editor, audit_id=audit_id, text="x", now=LATER)
    assert cases.list_own_cases(session, actor=editor, today=TODAY) == []
    assert cases.list_own_cases(session, actor=stranger, today=TODAY) == []
    assert [one.audit_id for one in cases.list_own_cases(session, actor=owner, today=TODAY)] == [audit_id]
    with pytest.raises(NotFound):
        cases.get_case(session, audit_id=uuid4(), today=TODAY)


class TestFindings:
    def test_are_seen_by_the_company_as_soon_as_they_are_saved(
        self, session: Session, owner: Actor, olaf: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        wanted = {"dates-answer": "no", "dates-note": "Drei Termine liegen zurück."}
        assert audits.note_findings(session, by=olaf, audit_id=audit_id, wanted=wanted, shown={}, now=LATER) == Noted()
        entry = get(session, audit_id).findings[CheckItem.DATES]
        assert (entry.answer, entry.note) == (FindingAnswer.NO, "Drei Termine liegen zurück.")

    def test_each_version_stays_with_who_wrote_it_and_when(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        self.note(session, olaf, audit_id, {"dates-answer": "no", "dates-note": "drei"}, LATER)
        self.note(session, otto, audit_id, {"dates-note": "vier"}, LATER + timedelta(days=1))
        self.note(session, otto, audit_id, {"ratings-answer": "yes"}, LATER + timedelta(days=2))
        case = get(session, audit_id)
        no = FindingAnswer.NO
        assert [(one.entry.answer, one.entry.note, one.by, one.at) for one in case.versions[CheckItem.DATES]] == [
            (no, "drei", "olaf@example.org", LATER),
            (no, "vier", "otto@example.org", LATER + timedelta(days=1)),
        ]
        assert case.findings[CheckItem.DATES].note == "vier"
        assert list(case.versions) == [CheckItem.RATINGS, CheckItem.DATES], "in the checklist's order"
        assert case.written_by >= {olaf.user_id, otto.user_id}, "who wrote an older version reads none of it second"

    def test_what_was_written_is_a_step_and_an_event_and_what_was_not_is_neither(
        self, session: Session, owner: Actor, olaf: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        for _ in range(2):
            stored = audits.write_findings(get(session, audit_id).findings)
            wanted = {"dates-answer": "no", "dates-note": "drei", "follow_ups-note": "keine"}
            audits.note_findings(session, by=olaf, audit_id=audit_id, wanted=wanted, shown=stored, now=LATER)
            session.commit()
        (step,) = [one for one in get(session, audit_id).steps if one.kind is StepKind.NOTED]
        assert (step.noted, step.by, step.occasion) == (
            (CheckItem.DATES, CheckItem.FOLLOW_UPS),
            "olaf@example.org",
            None,
        )
        (event,) = [one for one in list_timeline(session, f"audit:{audit_id}") if one.code == "findings_noted"]
        assert (event.actor, event.payload) == (olaf.actor, {"items": "dates+follow_ups"})

    @staticmethod
    def note(session: Session, by: Person, audit_id: UUID, wanted: dict[str, str], now: datetime) -> None:
        shown = audits.write_findings(get(session, audit_id).findings)
        assert audits.note_findings(session, by=by, audit_id=audit_id, wanted=wanted, shown=shown, now=now) == Noted()
        session.commit()

    def test_two_who_write_at_once_overwrite_nothing_unseen(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        for by, note in ((olaf, "eins"), (otto, "zwei")):
            noted = audits.note_findings(
                session, by=by, audit_id=audit_id, wanted={"dates-note": note}, shown={}, now=LATER
            )
        assert [(one.name, one.stored, one.wanted) for one in noted.conflicts] == [("dates-note", "eins", "zwei")]
        assert get(session, audit_id).findings[CheckItem.DATES].note == "eins"

    def test_gaps_are_named_before_a_second_reader_gets_them(
        self, session: Session, owner: Actor, olaf: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        almost = ALL_FINE | {"dates-answer": ""}
        audits.note_findings(session, by=olaf, audit_id=audit_id, wanted=almost, shown={}, now=LATER)
        with pytest.raises(FindingsIncomplete) as refusal:
            audits.submit_findings(
                session, by=olaf, audit_id=audit_id, outcome=AuditOutcome.IN_ORDER, text="", now=LATER
            )
        assert refusal.value.gaps == (CheckItem.DATES,)

    @pytest.mark.parametrize("answer", ["partly", "no"])
    def test_an_answer_that_owes_a_reason_is_not_written_without_one(
        self, session: Session, owner: Actor, olaf: Person, answer: str
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        wanted = {"dates-answer": answer, "dates-note": " – ", "ratings-answer": "yes"}
        noted = audits.note_findings(session, by=olaf, audit_id=audit_id, wanted=wanted, shown={}, now=LATER)
        assert noted == Noted(unreasoned=(CheckItem.DATES,))
        assert list(get(session, audit_id).findings) == [CheckItem.RATINGS], "the rest is"

    def test_a_reason_is_not_taken_away_again(self, session: Session, owner: Actor, olaf: Person) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        self.note(session, olaf, audit_id, {"dates-answer": "no", "dates-note": "drei"}, LATER)
        noted = audits.note_findings(
            session, by=olaf, audit_id=audit_id, wanted={"dates-note": ""}, shown={"dates-note": "drei"}, now=LATER
        )
        assert noted.unreasoned == (CheckItem.DATES,)
        assert get(session, audit_id).findings[CheckItem.DATES].note == "drei"

    def test_are_written_only_while_the_case_is_looked_into(self, session: Session, owner: Actor, olaf: Person) -> None:
        audit_id = ask(session, olaf)
        with pytest.raises(MoveNotAllowed):
            audits.note_findings(session, by=olaf, audit_id=audit_id, wanted=ALL_FINE, shown={}, now=LATER)
        open_topics(session, owner, audit_id)
        submit(session, olaf, audit_id)
        with pytest.raises(MoveNotAllowed):
            audits.note_findings(session, by=olaf, audit_id=audit_id, wanted=ALL_FINE, shown={}, now=LATER)

    def test_do_not_lead_to_a_withdrawal_by_themselves(self, session: Session, owner: Actor, olaf: Person) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        for outcome in (AuditOutcome.WITHDRAWAL_PROPOSED, AuditOutcome.NOT_LOOKED_INTO):
            with pytest.raises(MoveNotAllowed):
                audits.submit_findings(session, by=olaf, audit_id=audit_id, outcome=outcome, text="", now=LATER)


class TestSecondReading:
    def test_another_person_closes_the_case(self, session: Session, owner: Actor, olaf: Person, otto: Person) -> None:
        address = factories.confirm_address(session, owner)
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        submit(session, olaf, audit_id, AuditOutcome.ADVICE)
        with pytest.raises(SamePerson):
            audits.confirm_findings(session, by=olaf, audit_id=audit_id, now=LATER)
        audits.confirm_findings(session, by=otto, audit_id=audit_id, now=LATER)
        session.commit()
        case = get(session, audit_id)
        assert (case.state, case.outcome, case.deadline_on) == (AuditState.CLOSED, AuditOutcome.ADVICE, None)
        assert mails(session) == [("audit", address)] * 2
        assert case.steps[-1].text == "Passt."

    def test_gives_it_back_with_what_is_to_be_looked_at(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        submit(session, olaf, audit_id)
        with pytest.raises(SamePerson):
            audits.return_findings(session, by=olaf, audit_id=audit_id, text="x", now=LATER)
        audits.return_findings(session, by=otto, audit_id=audit_id, text="Termine ansehen", now=LATER)
        session.commit()
        case = get(session, audit_id)
        assert (case.state, case.outcome) == (AuditState.OPENED, None)
        assert case.steps[-1].kind is StepKind.RETURNED

    def test_closing_takes_the_insight_with_it(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        submit(session, olaf, audit_id)
        audits.confirm_findings(session, by=otto, audit_id=audit_id, now=LATER + timedelta(hours=2))
        session.commit()
        opening = get(session, audit_id).opening
        assert opening is not None
        assert not opening.is_open_at(LATER + timedelta(hours=2))

    def test_nobody_who_wrote_any_of_it_reads_it_second(
        self, session: Session, owner: Actor, olaf: Person, otto: Person
    ) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        audits.note_findings(session, by=otto, audit_id=audit_id, wanted=ALL_FINE, shown={}, now=LATER)
        submit(session, olaf, audit_id)
        assert get(session, audit_id).written_by == {olaf.user_id, otto.user_id}, "saved again, it is still Otto’s"
        for by in (olaf, otto):
            with pytest.raises(SamePerson):
                audits.confirm_findings(session, by=by, audit_id=audit_id, now=LATER)
            with pytest.raises(SamePerson):
                audits.return_findings(session, by=by, audit_id=audit_id, text="x", now=LATER)
        third = factories.add_staff(session, "oda@example.org")
        audits.confirm_findings(session, by=third, audit_id=audit_id, now=LATER)
        assert state_of(session, audit_id) is AuditState.CLOSED


class TestNothingLeft:
    """Of a withdrawn declaration there is nothing to look into; of an erased one there are no answers either."""

    def test_nobody_is_asked_and_the_case_can_be_left(self, session: Session, owner: Actor, olaf: Person) -> None:
        withdrawals.withdraw_own(session, actor=owner, now=LATER - timedelta(days=1))
        session.commit()
        audit_id = begin(session, olaf)
        with pytest.raises(AlreadyWithdrawn):
            audits.ask_company(session, by=olaf, audit_id=audit_id, now=LATER)
        audits.leave_case(session, by=olaf, audit_id=audit_id, text="", now=LATER)
        assert state_of(session, audit_id) is AuditState.CLOSED

    def test_nothing_is_opened(self, session: Session, owner: Actor, olaf: Person) -> None:
        audit_id = ask(session, olaf)
        lose(session, withdrawn_on=LATER_ON)
        with pytest.raises(AlreadyWithdrawn):
            open_topics(session, owner, audit_id)

    @pytest.mark.usefixtures("owner")
    def test_of_an_erased_one_nobody_is_asked(self, session: Session, olaf: Person) -> None:
        audit_id = begin(session, olaf)
        lose(session, company_name="", snapshot="")
        with pytest.raises(AlreadyWithdrawn):
            audits.ask_company(session, by=olaf, audit_id=audit_id, now=LATER)

    def test_of_an_erased_one_nothing_is_written(self, session: Session, owner: Actor, olaf: Person) -> None:
        audit_id = ask(session, olaf)
        open_topics(session, owner, audit_id)
        lose(session, company_name="", snapshot="")
        with pytest.raises(AlreadyWithdrawn):
            open_topics(session, owner, audit_id)
        with pytest.raises(MoveNotAllowed):
            audits.write_message(session, by=olaf, audit_id=audit_id, text="x", now=LATER)
        with pytest.raises(MoveNotAllowed):
            audits.note_findings(session, by=olaf, audit_id=audit_id, wanted=ALL_FINE, shown={}, now=LATER)
        audits.leave_case(session, by=olaf, audit_id=audit_id, text="", now=LATER)
        assert state_of(session, audit_id) is AuditState.CLOSED


def lose(session: Session, **columns: object) -> None:
    """Let the only declaration there is be as after a withdrawal, or after erasure."""
    session.execute(update(Declaration).values(**columns))
    session.commit()


class TestNotLookedInto:
    def test_who_declines_has_no_public_consequence(self, session: Session, owner: Actor, olaf: Person) -> None:
        number = owner.declaration_number or ""
        before = numbers.find_public_answer(session, typed=number, today=LATER_ON)
        audit_id = ask(session, olaf)
        audits.decline(session, actor=owner, audit_id=audit_id, text="", now=LATER)
        session.commit()
        assert (state_of(session, audit_id), get(session, audit_id).outcome) == (
            AuditState.CLOSED,
            AuditOutcome.NOT_LOOKED_INTO,
        )
        assert numbers.find_public_answer(session, typed=number, today=LATER_ON) == before

    def test_who_does_not_answer_has_none_either(self, session: Session, owner: Actor, olaf: Person) -> None:
        factories.confirm_address(session, owner)
        audit_id = ask(session, olaf)
        audits.leave_case(session, by=olaf, audit_id=audit_id, text="", now=LATER)
        session.commit()
        assert get(session, audit_id).outcome is AuditOutcome.NOT_LOOKED_INTO
        assert len(mails(session)) == 2

    def test_who_was_never_asked_is_not_told_of_the_end(self, session: Session, owner: Actor, olaf: Person) -> None:
        factories.confirm_address(session, owner)
        audits.leave_case(session, by=olaf, audit_id=begin(session, olaf), text="", now=LATER)
        assert mails(session) == []


@pytest.mark.usefixtures("owner")
def test_the_first_word_in_a_case_is_the_letter(session: Session, olaf: Person) -> None:
    with pytest.raises(MoveNotAllowed):
        audits.write_message(session, by=olaf, audit_id=begin(session, olaf), text="Hallo", now=LATER)


def test_a_closed_case_takes_nothing_more(session: Session, owner: Actor, olaf: Person, otto: Person) -> None:
    audit_id = ask(session, olaf)
    audits.decline(session, actor=owner, audit_id=audit_id, text="", now=LATER)
    session.commit()
    before = kinds(session, audit_id)
    acts: tuple[Callable[[], object], ...] = (
        lambda: audits.ask_company(session, by=otto, audit_id=audit_id, now=LATER),
        lambda: audits.write_message(session, by=otto, audit_id=audit_id, text="x", now=LATER),
        lambda: audits.reply(session, actor=owner, audit_id=audit_id, text="x", now=LATER),
        lambda: audits.leave_case(session, by=otto, audit_id=audit_id, text="x", now=LATER),
        lambda: audits.decline(session, actor=owner, audit_id=audit_id, text="x", now=LATER),
        lambda: open_topics(session, owner, audit_id),
        lambda: propose(session, otto, audit_id),
        lambda: submit(session, otto, audit_id),
        lambda: audits.confirm_findings(session, by=otto, audit_id=audit_id, now=LATER),
        lambda: audits.return_findings(session, by=otto, audit_id=audit_id, text="x", now=LATER),
    )
    for act in acts:
        with pytest.raises(MoveNotAllowed):
            act()
        session.rollback()
    assert kinds(session, audit_id) == before


def test_the_criteria_are_counted_again_on_the_frozen_answers(session: Session, owner: Actor, olaf: Person) -> None:
    found = cases.run_criteria(session, audit_id=begin(session, olaf), questionnaire=make_questionnaire())
    assert found is not None
    assert owner.declaration_number is not None
    assert (found.rated, found.measures, found.completeness.complete_actions) == (5, 5, 10)
    assert found.completeness.is_met


def test_a_mail_is_not_sent_where_the_case_is_over_or_the_address_another(
    session: Session, owner: Actor, olaf: Person
) -> None:
    address = factories.confirm_address(session, owner)
    audit_id = ask(session, olaf)
    row = session.scalars(select(Message)).one()
    claimed = make_claimed(
        kind := next(one for one in join_tables() if one == "audit"),
        subject=row.subject,
        stage=row.stage,
        address=address,
    )
    prepare = join_tables()[kind]
    assert prepare(session, claimed, LATER) is not None
    company = session.get(Company, owner.company_id)
    assert company is not None
    company.confirmed_email = "neu@betrieb.example"
    session.flush()
    assert prepare(session, claimed, LATER) is None
    company.confirmed_email = address
    audits.decline(session, actor=owner, audit_id=audit_id, text="", now=LATER)
    assert prepare(session, claimed, LATER) is None
