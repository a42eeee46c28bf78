"""The declaration: complete or refused (P17), issued once (P3), frozen from then on (D7), found by its number (D8)."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.action_plan import ActionField
from om_selfcheck.domain.completeness import Completeness, Criterion, IncompleteAction
from om_selfcheck.domain.declaration import (
    Confirmation,
    DeclarationStatus,
    DetailField,
    ReminderChoice,
    WithdrawalReason,
)
from om_selfcheck.domain.errors import AlreadyDeclared, DomainError, NotAllowed, NotFound
from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.record import Verb
from om_selfcheck.domain.snapshot import hash_snapshot, read_snapshot
from om_selfcheck.services import action_plans, assessments, declarations, drafts, grants, numbers
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.declarations import NotComplete, PreviewChanged
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.numbers import PublicAnswer
from om_selfcheck.services.record import verify_record
from om_selfcheck.store.models import Declaration, EventRow
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import DETAILS, NOW, TODAY
from tests.services.parallel import A_WHILE, LONGER, Outcomes, run_in_parallel

MET = Completeness(unrated=(), complete_actions=10, incomplete_actions=(), missing_details=())
BLANK = "\u2800"  # looks empty and is not white space
BLANKS = ("", " ", BLANK, "\u3164", "\u00a0\u2003", "–", "123 !")
ALMAS = DETAILS | {"company_name": "Malerei Alma", "has_signature_line": "1", "reminder": "email", "email": "a@b.de"}


def issue(session: Session, actor: Actor) -> str:
    shown = factories.look(session, actor)
    return declarations.issue_declaration(
        session, actor=actor, questionnaire=make_questionnaire(), shown=shown, now=NOW, today=TODAY
    )


def gaps(session: Session, actor: Actor) -> Completeness:
    """Try to issue, and return what is named as missing; nothing may be left behind."""
    with pytest.raises(NotComplete) as refusal:
        issue(session, actor)
    assert count_declarations(session) == 0
    assert session.scalar(select(func.count()).where(EventRow.verb == Verb.DECLARATION_ISSUED)) == 0
    return refusal.value.completeness


def count_declarations(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Declaration)) or 0


def set_rating(session: Session, actor: Actor, ref: str, need: str, *, shown: str, note: str = "") -> None:
    change = RatingChange(measure_ref=ref, need=need, shown_need=shown, note=note)
    saved = assessments.save_ratings(
        session, actor=actor, questionnaire=make_questionnaire(), changes=[change], now=NOW
    )
    assert not saved.conflicts


def set_action_field(session: Session, actor: Actor, action_id: UUID, name: str, value: str) -> None:
    shown = action_plans.write_fields(action_plans.get_action(session, actor=actor, action_id=action_id))
    action_plans.save_action(
        session,
        actor=actor,
        questionnaire=make_questionnaire(),
        action_id=action_id,
        wanted={name: value},
        shown=shown,
        now=NOW,
    )


def set_detail(session: Session, actor: Actor, name: str, value: str) -> None:
    shown = drafts.write_draft(drafts.get_draft(session, actor=actor))
    assert drafts.save_draft(session, actor=actor, wanted={name: value}, shown=shown) == ()


def reloaded(session: Session, actor: Actor) -> Actor:
    return factories.reload(session, actor.assessment_id, actor.grant_id)


# Complete or refused, P17


def test_a_complete_round_is_issued(session: Session) -> None:
    owner = factories.make_complete(session)
    standing = drafts.get_standing(session, actor=owner, questionnaire=make_questionnaire())
    assert standing.completeness == MET
    assert issue(session, owner)


def test_an_empty_round_is_told_every_gap(session: Session) -> None:
    questionnaire = make_questionnaire()
    completeness = gaps(session, factories.start(session))
    assert completeness.unrated == tuple(measure.ref for measure in questionnaire.measures())
    assert completeness.missing_actions == 10
    assert completeness.missing_details == tuple(DetailField)
    assert completeness.unmet == tuple(Criterion)


@pytest.mark.parametrize("note", ["", "trifft hier nicht zu"])
def test_each_measure_left_out_is_named_and_rating_it_is_enough(session: Session, note: str) -> None:
    owner = factories.make_complete(session)
    for measure in make_questionnaire().measures():
        set_rating(session, owner, measure.ref, "", shown="none", note=note)
        assert gaps(session, owner) == replace(MET, unrated=(measure.ref,))
        set_rating(session, owner, measure.ref, "urgent", shown="")
        assert issue(session, owner)
        session.rollback()


TEXT_FIELDS = (ActionField.DESCRIPTION, ActionField.RESPONSIBLE, ActionField.FOLLOW_UP)


@pytest.mark.parametrize("field", ActionField)
def test_each_field_left_out_of_each_action_is_named_and_filling_it_is_enough(
    session: Session, field: ActionField
) -> None:
    owner = factories.make_complete(session)
    plan = action_plans.list_actions(session, actor=owner)
    assert len(plan) == 10
    for position, entry in enumerate(plan):
        before = action_plans.write_fields(entry.action)[field]
        set_action_field(session, owner, entry.id, field, BLANK if field in TEXT_FIELDS else "")
        gap = IncompleteAction(position, (field,))
        assert gaps(session, owner) == replace(MET, complete_actions=9, incomplete_actions=(gap,))
        set_action_field(session, owner, entry.id, field, before)
        assert issue(session, owner)
        session.rollback()


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_a_text_of_an_action_that_says_nothing_is_missing(session: Session, field: ActionField) -> None:
    owner = factories.make_complete(session)
    last = action_plans.list_actions(session, actor=owner)[-1]
    for blank in BLANKS:
        set_action_field(session, owner, last.id, field, blank)
        assert gaps(session, owner).incomplete_actions == (IncompleteAction(9, (field,)),), repr(blank)


def test_nine_actions_are_not_ten(session: Session) -> None:
    owner = factories.make_complete(session)
    for entry in action_plans.list_actions(session, actor=owner):
        action_plans.remove_action(session, actor=owner, action_id=entry.id)
        assert gaps(session, owner) == replace(MET, complete_actions=9)
        session.rollback()


def test_the_same_text_twice_counts_once(session: Session) -> None:
    owner = factories.make_complete(session)
    first, second, *_ = action_plans.list_actions(session, actor=owner)
    set_action_field(session, owner, second.id, "description", f" {first.action.description.upper()} ")
    assert gaps(session, owner) == replace(MET, complete_actions=9)


def test_an_incomplete_eleventh_action_blocks_nothing(session: Session) -> None:
    owner = factories.make_complete(session)
    set_action_field_of_new(session, owner)
    assert issue(session, owner)


def set_action_field_of_new(session: Session, actor: Actor) -> None:
    action_plans.save_action(
        session,
        actor=actor,
        questionnaire=make_questionnaire(),
        action_id=uuid4(),
        wanted={"description": "später ausfüllen"},
        shown={},
        now=NOW + timedelta(hours=1),
    )


def bad_details() -> Iterator[tuple[DetailField, str]]:
    for field in DetailField:
        if field.startswith("confirm_"):
            yield field, ""
        elif field is DetailField.POSTAL_CODE:
            yield from ((field, text) for text in ("", "3113", "00000", "٣١١٣٤"))
        else:
            yield from ((field, text) for text in ("", BLANK))


def test_each_detail_left_out_is_named_and_filling_it_in_is_enough(session: Session) -> None:
    owner = factories.make_complete(session)
    for field, bad in bad_details():
        set_detail(session, owner, field, bad)
        assert gaps(session, owner) == replace(MET, missing_details=(field,)), (field, bad)
        set_detail(session, owner, field, DETAILS[field])
        assert issue(session, owner)
        session.rollback()
    assert {field for field, _ in bad_details()} == set(DetailField)


def test_an_all_red_check_that_is_complete_may_declare(session: Session) -> None:
    owner = factories.make_complete(session)
    for measure in make_questionnaire().measures():
        set_rating(session, owner, measure.ref, "urgent", shown="none")
    assert issue(session, owner)


def test_the_refusal_names_the_criteria(session: Session) -> None:
    with pytest.raises(NotComplete, match=r"^rated, planned, filled_in$"):
        issue(session, factories.start(session))


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER])
def test_only_the_owner_issues(session: Session, right: Right) -> None:
    other = factories.let_in(session, factories.make_complete(session), right)
    with pytest.raises(NotAllowed):
        issue(session, other)
    assert count_declarations(session) == 0


# Issued once (P3)


def test_asked_again_the_same_number_comes_back(session: Session) -> None:
    owner = factories.make_complete(session)
    number = factories.issue(session, owner)
    later = reloaded(session, owner)
    assert factories.issue(session, later, today=TODAY + timedelta(days=9)) == number == later.declaration_number
    issued = declarations.get_issued(session, actor=later)
    assert (issued.number, issued.terms.issued_on, issued.issued_at) == (number, TODAY, NOW)


def issue_in_parallel(session: Session, engine: Engine, count: int) -> Outcomes[str]:
    owner = factories.make_complete(session)
    session.commit()

    def click(own: Session, _number: int) -> str:
        actor = grants.find_actor(
            own, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=True
        )
        assert actor is not None
        return issue(own, actor)

    return run_in_parallel(engine, count, click)


def is_issued_once(session: Session, outcomes: Outcomes[str], count: int) -> bool:
    numbers = session.scalars(select(Declaration.number)).all()
    events = session.scalar(select(func.count()).where(EventRow.verb == Verb.DECLARATION_ISSUED))
    return (
        not outcomes.errors
        and len(outcomes.results) == count
        and [*set(outcomes.results)] == [*numbers]
        and events == 1
        and verify_record(session) == []
    )


def test_fifty_clicks_at_once_give_one_number_and_one_declaration(session: Session, engine: Engine) -> None:
    outcomes = issue_in_parallel(session, engine, 50)
    assert is_issued_once(session, outcomes, 50), outcomes


def test_control_the_harness_notices_an_issue_that_does_not_look_for_an_earlier_one(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("om_selfcheck.store.queries.declarations.find_by_assessment", lambda *_: None)
    outcomes = issue_in_parallel(session, engine, 8)
    assert not is_issued_once(session, outcomes, 8)
    assert count_declarations(session) == 1, "the table itself holds one declaration a round"


# Issuing while somebody edits (P3, P17)


@dataclass(frozen=True)
class Race:
    """How issuing and an edit of the first action, which makes it incomplete, ended side by side."""

    issued: str | type[Exception]
    edited: str | type[Exception]
    is_snapshot_what_is_stored: bool

    @property
    def is_sound(self) -> bool:
        """One of the two came too late, and what was issued is what is stored."""
        outcome = (isinstance(self.issued, str), self.edited if isinstance(self.issued, str) else self.issued)
        return self.is_snapshot_what_is_stored and outcome in {(True, AlreadyDeclared), (False, NotComplete)}


def race(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch, *, edits_first: bool, is_locking: bool = True
) -> Race:
    """Start the second act when the first one has read and before it is committed."""
    owner = factories.make_complete(session)
    action_id = action_plans.list_actions(session, actor=owner)[0].id
    session.commit()

    def act(work: Callable[[Session, Actor], str]) -> str | type[Exception]:
        with Session(engine) as own:
            try:
                actor = grants.find_actor(
                    own, assessment_id=owner.assessment_id, grant_id=owner.grant_id, now=NOW, is_writing=is_locking
                )
                assert actor is not None
                result = work(own, actor)
                own.commit()
            except Exception as error:  # noqa: BLE001 - whatever went wrong is the outcome
                return type(error)
            return result

    def edit(own: Session, actor: Actor) -> str:
        set_action_field(own, actor, action_id, "responsible", "")
        return "edited"

    first, second = (edit, issue) if edits_first else (issue, edit)
    path = "services.declarations.write_snapshot" if not edits_first else "store.queries.plans.store_action"
    with ThreadPoolExecutor(1) as thread:
        started: list[Future[str | type[Exception]]] = []
        seconds = A_WHILE if is_locking else LONGER
        let_in_after(
            monkeypatch, f"om_selfcheck.{path}", lambda: started.append(thread.submit(act, second)), started, seconds
        )
        ended = act(first)
        other = started[0].result()
    issued, edited = (other, ended) if edits_first else (ended, other)
    return Race(issued, edited, is_snapshot_what_is_stored=compare(session, owner))


def let_in_after(
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    start: Callable[[], object],
    started: list[Future[str | type[Exception]]],
    seconds: float,
) -> None:
    """Start somebody else at the first call of a function, and give them a while to get in between."""
    module, name = path.rsplit(".", 1)
    function = getattr(import_module(module), name)

    def slow(*arguments: Any, **named: Any) -> Any:
        result = function(*arguments, **named)
        if not started:
            start()
            with suppress(TimeoutError):
                started[0].result(timeout=seconds)
        return result

    monkeypatch.setattr(path, slow)


def compare(session: Session, owner: Actor) -> bool:
    """Say whether the plan in the snapshot, if there is one, is complete and the one that is stored."""
    text = session.scalar(select(Declaration.snapshot))
    if text is None:
        return True
    stored = [(str(entry.id), entry.action) for entry in action_plans.list_actions(session, actor=owner)]
    snapshot = read_snapshot(text)
    return [*snapshot.plan] == stored and all(action.is_complete for action in snapshot.actions)


@pytest.mark.parametrize("edits_first", [False, True])
def test_the_snapshot_holds_what_the_criteria_saw(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch, *, edits_first: bool
) -> None:
    ended = race(session, engine, monkeypatch, edits_first=edits_first)
    assert ended.is_sound, ended


@pytest.mark.parametrize("edits_first", [False, True])
def test_control_the_harness_notices_who_does_not_take_turns(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch, *, edits_first: bool
) -> None:
    ended = race(session, careless, monkeypatch, edits_first=edits_first, is_locking=False)
    assert not ended.is_sound, ended


# Frozen, D7


def test_the_snapshot_holds_the_whole_round(session: Session) -> None:
    owner = factories.make_complete(session)
    set_rating(session, owner, "1.1.a", "urgent", shown="none", note="Ordner fehlt")
    standing = drafts.get_standing(session, actor=owner, questionnaire=make_questionnaire())
    number = factories.issue(session, owner)
    issued = declarations.get_issued(session, actor=reloaded(session, owner))
    snapshot = issued.snapshot
    assert snapshot.number == issued.number == number
    assert (snapshot.ratings, snapshot.notes) == (standing.ratings.needs, {"1.1.a": "Ordner fehlt"})
    assert snapshot.plan == tuple((str(entry.id), entry.action) for entry in standing.plan)
    assert snapshot.details == standing.draft.details
    assert (snapshot.slug, snapshot.version, snapshot.content_hash) == ("basis", "1.0", "0" * 64)
    assert (snapshot.issued_on, snapshot.language) == (TODAY, "de")
    assert (snapshot.measures, snapshot.complete_actions, snapshot.conditions_version) == (5, 10, "2")
    assert issued.snapshot_hash == hash_snapshot(session.scalars(select(Declaration.snapshot)).one())


def test_the_issue_is_recorded_with_the_snapshots_hash_and_no_name(session: Session) -> None:
    owner = factories.make_complete(session)
    number = factories.issue(session, owner)
    row = session.scalars(select(EventRow).order_by(EventRow.seq.desc())).first()
    assert row is not None
    assert (row.verb, row.actor, row.subject) == (Verb.DECLARATION_ISSUED, "owner", f"declaration:{number}")
    payloads = str(factories.dump(session)["event_payload"])
    assert declarations.get_issued(session, actor=owner).snapshot_hash in payloads
    assert "Brandt" not in payloads


CHANGES: dict[str, Callable[[Session, Actor], object]] = {
    "a rating": lambda session, actor: set_rating(session, actor, "1.1.a", "urgent", shown="none"),
    "a new action": set_action_field_of_new,
    "an action": lambda session, actor: set_action_field(
        session, actor, action_plans.list_actions(session, actor=actor)[0].id, "title", "Neu"
    ),
    "a removal": lambda session, actor: action_plans.remove_action(
        session, actor=actor, action_id=action_plans.list_actions(session, actor=actor)[0].id
    ),
    "the draft": lambda session, actor: drafts.save_draft(
        session, actor=actor, wanted={"city": "Celle"}, shown={"city": "Hildesheim"}
    ),
    "the language": lambda session, actor: assessments.change_language(session, actor=actor, language="en"),
}


def test_after_the_issue_nothing_in_the_round_changes(session: Session) -> None:
    owner = factories.make_complete(session)
    factories.issue(session, owner)
    actor = reloaded(session, owner)
    before = factories.dump(session)
    for name, change in CHANGES.items():
        with pytest.raises(AlreadyDeclared):
            change(session, actor)
        session.commit()
        assert factories.dump(session) == before, name


def test_a_changed_round_would_not_change_the_snapshot(session: Session) -> None:
    owner = factories.make_complete(session)
    factories.issue(session, owner)
    before = session.execute(select(Declaration.snapshot, Declaration.snapshot_hash)).one()
    assert owner.declaration_number is None, "an actor from before the issue, who may still change"
    for change in CHANGES.values():
        change(session, owner)
    session.commit()
    assert session.execute(select(Declaration.snapshot, Declaration.snapshot_hash)).one() == before
    assert hash_snapshot(before.snapshot) == before.snapshot_hash


def test_links_are_handed_on_and_ended_after_the_issue_too(session: Session) -> None:
    owner = factories.make_complete(session)
    factories.issue(session, owner)
    actor = reloaded(session, owner)
    reader = factories.let_in(session, actor, Right.READER)
    assert declarations.get_issued(session, actor=reader).number == actor.declaration_number
    grants.revoke_link(session, actor=actor, grant_id=reader.grant_id, now=NOW)
    renewed = grants.renew_key(session, actor=actor, now=NOW)
    assert grants.get_actor_by_token(session, token=renewed.token, now=NOW).declaration_number


def test_there_is_no_declaration_before_it_is_issued(session: Session) -> None:
    owner = factories.make_complete(session)
    with pytest.raises(NotFound):
        declarations.get_issued(session, actor=owner)


# The draft (P2)


def test_the_draft_is_empty_at_first_and_nothing_is_ticked(session: Session) -> None:
    draft = drafts.get_draft(session, actor=factories.start(session))
    assert set(drafts.write_draft(draft).values()) == {""}
    assert (draft.reminder, draft.details.confirmations) == (None, frozenset())


def test_keeps_every_field_of_the_draft(session: Session) -> None:
    owner = factories.start(session)
    assert drafts.save_draft(session, actor=owner, wanted=ALMAS, shown={}) == ()
    session.commit()
    draft = drafts.get_draft(session, actor=owner)
    assert drafts.write_draft(draft) == ALMAS
    assert set(ALMAS) == set(drafts.FIELDS)
    assert (draft.reminder, draft.email) == (ReminderChoice.EMAIL, "a@b.de")
    assert draft.details.confirmations == frozenset(Confirmation)
    assert reloaded(session, owner).company_name == "Malerei Alma"


def other_value(name: str, number: int) -> str:
    if name in drafts.SWITCH_FIELDS:
        return ""
    return {"postal_code": f"0106{number}", "reminder": ["calendar", "not_at_all"][number]}.get(name, f"Wert {number}")


@pytest.mark.parametrize("name", [name for name in drafts.FIELDS if name not in drafts.SWITCH_FIELDS])
def test_the_same_field_of_the_draft_changed_by_two_is_a_conflict(session: Session, name: str) -> None:
    owner = factories.start(session)
    drafts.save_draft(session, actor=owner, wanted=ALMAS, shown={})
    mine, theirs = other_value(name, 0), other_value(name, 1)
    drafts.save_draft(session, actor=owner, wanted=ALMAS | {name: mine}, shown=ALMAS)
    conflicts = drafts.save_draft(session, actor=owner, wanted=ALMAS | {name: theirs}, shown=ALMAS)
    assert conflicts == (Conflict(name, stored=mine, wanted=theirs),)
    assert drafts.write_draft(drafts.get_draft(session, actor=owner)) == ALMAS | {name: mine}


@pytest.mark.parametrize("name", drafts.FIELDS)
def test_different_fields_of_the_draft_merge(session: Session, name: str) -> None:
    owner = factories.start(session)
    drafts.save_draft(session, actor=owner, wanted=ALMAS, shown={})
    mine = ALMAS | {name: other_value(name, 0)}
    others = {other: other_value(other, 1) for other in drafts.FIELDS if other != name}
    assert drafts.save_draft(session, actor=owner, wanted=mine, shown=ALMAS) == ()
    assert drafts.save_draft(session, actor=owner, wanted=ALMAS | others, shown=ALMAS) == ()
    assert drafts.write_draft(drafts.get_draft(session, actor=owner)) == mine | others


def test_a_field_of_the_draft_that_the_form_did_not_carry_stays(session: Session) -> None:
    owner = factories.start(session)
    drafts.save_draft(session, actor=owner, wanted=ALMAS, shown={})
    drafts.save_draft(session, actor=owner, wanted={"place": "Celle"}, shown={"place": ALMAS["place"]})
    assert drafts.write_draft(drafts.get_draft(session, actor=owner)) == ALMAS | {"place": "Celle"}


def test_drafts_of_two_rounds_do_not_mix(session: Session) -> None:
    alma, stella = factories.start(session), factories.start(session)
    factories.fill_in(session, alma)
    assert set(drafts.write_draft(drafts.get_draft(session, actor=stella)).values()) == {""}


# The number answers (D8, D9)


def ask(session: Session, typed: str, today: date = TODAY) -> PublicAnswer:
    return numbers.find_public_answer(session, typed=typed, today=today)


def make_issued(session: Session) -> tuple[Actor, str]:
    owner = factories.make_complete(session)
    number = factories.issue(session, owner)
    return reloaded(session, owner), number


def test_the_number_tells_what_is_public_and_no_more(session: Session) -> None:
    _, number = make_issued(session)
    assert ask(session, f" {number.lower().replace('-', ' – ')} ") == PublicAnswer(
        number=number,
        status=DeclarationStatus.VALID,
        company_name="Tischlerei Brandt GmbH",
        slug="basis",
        version="1.0",
        issued_on=TODAY,
        valid_until=date(2028, 11, 21),
    )


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2026, 11, 21), DeclarationStatus.VALID),
        (date(2028, 11, 21), DeclarationStatus.VALID),
        (date(2028, 11, 22), DeclarationStatus.EXPIRED),
    ],
)
def test_the_number_answers_by_the_day(session: Session, today: date, status: DeclarationStatus) -> None:
    _, number = make_issued(session)
    assert ask(session, number, today).status is status


def test_a_withdrawn_number_says_when_and_why(session: Session) -> None:
    _, number = make_issued(session)
    session.execute(update(Declaration).values(withdrawn_on=TODAY, withdrawal_reason="own_wish"))
    answer = ask(session, number)
    assert answer.status is DeclarationStatus.WITHDRAWN
    assert (answer.withdrawn_on, answer.withdrawal_reason) == (TODAY, WithdrawalReason.OWN_WISH)


def test_a_replaced_number_names_the_newer_one(session: Session) -> None:
    owner, number = make_issued(session)
    _, newer = make_issued(session)
    newer_id = session.scalar(select(Declaration.id).where(Declaration.number == newer))
    session.execute(update(Declaration).where(Declaration.number == number).values(replaced_by_id=newer_id))
    answer = ask(session, number)
    assert (answer.status, answer.replaced_by) == (DeclarationStatus.REPLACED, newer)
    assert declarations.get_issued(session, actor=owner).terms.replaced_on == TODAY
    assert ask(session, newer).status is DeclarationStatus.VALID


def test_what_is_no_number_is_unknown_and_never_an_error(session: Session) -> None:
    make_issued(session)
    for typed in ("", "x", "\x00", "\udc80", "٣" * 18, "A" * 100_000, "ß" * 18, "' OR 1=1 --"):
        assert ask(session, typed) == PublicAnswer(number="", status=DeclarationStatus.UNKNOWN)
        assert numbers.find_assessment_id(session, number=typed) is None


def test_a_number_that_was_never_issued_is_unknown(session: Session) -> None:
    make_issued(session)
    unknown = "000000-000000-000000"
    assert ask(session, unknown) == PublicAnswer(number=unknown, status=DeclarationStatus.UNKNOWN)
    assert numbers.find_assessment_id(session, number=unknown) is None


def test_the_round_behind_a_number_is_found_however_it_is_typed(session: Session) -> None:
    owner, number = make_issued(session)
    typed = number.lower().replace("-", "")
    assert numbers.find_assessment_id(session, number=typed) == owner.assessment_id


def test_numbers_differ(session: Session) -> None:
    assert len({make_issued(session)[1] for _ in range(2)}) == 2


def test_refusals_are_errors_of_the_domain() -> None:
    assert issubclass(NotComplete, DomainError)


# Nobody declares what they never saw, P2 and P16


def rate_anew(session: Session, owner: Actor) -> None:
    set_rating(session, owner, "1.1.a", "urgent", shown="none")


def plan_anew(session: Session, owner: Actor) -> None:
    (first, *_) = action_plans.list_actions(session, actor=owner)
    set_action_field(session, owner, first.id, "responsible", "Lager")


def sign_by_another(session: Session, owner: Actor) -> None:
    set_detail(session, owner, "signatory_name", "Ganz Anders")


@pytest.mark.parametrize("change", [rate_anew, plan_anew, sign_by_another])
def test_what_was_changed_after_looking_is_not_declared(
    session: Session, change: Callable[[Session, Actor], None]
) -> None:
    owner = factories.make_complete(session)
    issue_it = partial(
        declarations.issue_declaration,
        session,
        actor=owner,
        questionnaire=make_questionnaire(),
        now=NOW,
        today=TODAY,
    )
    shown = factories.look(session, owner)
    change(session, owner)
    for seen in (shown, "", "x"):
        with pytest.raises(PreviewChanged):
            issue_it(shown=seen)
    assert count_declarations(session) == 0
    number = issue_it(shown=factories.look(session, owner))
    assert issue_it(shown=shown) == number, "P3: what was issued is told whoever asks"
