"""Renewal (D6): begun once from a declared round, opened by the company's key, with nothing chosen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.errors import NotAllowed, NotDeclared, NotFound
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import action_plans, assessments, declarations, drafts, grants, renewals
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import verify_record
from om_selfcheck.store.models import Assessment, EventRow
from om_selfcheck.store.queries import assessments as rows
from om_selfcheck.store.queries import renewals as queries
from om_selfcheck.store.queries import turns
from tests import factories
from tests.builders import make_newer_questionnaire, make_questionnaire
from tests.factories import DETAILS, NOW, TODAY
from tests.services.parallel import A_WHILE, LONGER, Outcomes, meeting, run_in_parallel

OLD, NEW = make_questionnaire(), make_newer_questionnaire()
LATER = NOW + timedelta(days=700)
CLICKS = 20


def start(session: Session, actor: Actor, questionnaire: Questionnaire = OLD) -> UUID:
    return renewals.start_renewal(session, actor=actor, questionnaire=questionnaire, now=LATER)


def find(session: Session, assessment_id: UUID, grant_id: UUID, *, is_writing: bool = False) -> Actor | None:
    return grants.find_actor(session, assessment_id=assessment_id, grant_id=grant_id, now=NOW, is_writing=is_writing)


def count_rounds(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Assessment)) or 0


def rate_one(session: Session, actor: Actor, *, need: str | None = "some", note: str | None = None) -> None:
    change = RatingChange(measure_ref="1.2.a", need=need, note=note)
    assessments.save_ratings(session, actor=actor, questionnaire=OLD, changes=[change], now=NOW)


# Beginning


def test_begins_in_the_newest_version_with_nothing_rated_planned_or_confirmed(session: Session) -> None:
    first = factories.make_declared(session)
    second = factories.renew(session, first, NEW, LATER)
    standing = drafts.get_standing(session, actor=second, questionnaire=NEW)
    assert (second.slug, second.version, second.content_hash) == ("basis", "1.1", "1" * 64)
    assert (second.company_id, second.language, second.started_at) == (first.company_id, first.language, LATER)
    assert (second.right, second.declaration_number) == (Right.OWNER, None)
    assert (standing.ratings.needs, standing.ratings.notes, standing.plan) == ({}, {}, ())
    assert session.scalar(select(Assessment.renews_id).where(Assessment.id == second.assessment_id)) == (
        first.assessment_id
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_language_is_kept(session: Session, language: str) -> None:
    owner = factories.make_complete(session)
    assessments.change_language(session, actor=owner, language=language)
    factories.issue(session, owner)
    first = factories.reload(session, owner.assessment_id, owner.grant_id)
    assert factories.renew(session, first).language == language


KEPT = {"company_name", "street", "postal_code", "city", "reminder", "email"}


@pytest.mark.parametrize("name", drafts.FIELDS)
def test_the_companys_data_stay_and_what_is_said_for_one_declaration_is_asked_again(
    session: Session, name: str
) -> None:
    owner = factories.make_complete(session)
    more = {"has_signature_line": "1", "reminder": "calendar", "email": "buero@betrieb.de"}
    drafts.save_draft(session, actor=owner, wanted=more, shown={})
    factories.issue(session, owner)
    second = factories.renew(session, factories.reload(session, owner.assessment_id, owner.grant_id))
    draft = drafts.write_draft(drafts.get_draft(session, actor=second))
    assert draft[name] == ((DETAILS | more)[name] if name in KEPT else "")


def test_the_beginning_is_recorded_and_the_record_is_whole(session: Session) -> None:
    first = factories.make_declared(session)
    second = factories.renew(session, first, now=LATER)
    assert factories.list_verbs(session, f"assessment:{second.assessment_id}") == [(Verb.RENEWAL_STARTED, LATER)]
    assert verify_record(session) == []


def test_a_round_that_is_not_declared_cannot_be_renewed(session: Session) -> None:
    owner = factories.make_complete(session)
    with pytest.raises(NotDeclared):
        start(session, owner)
    assert count_rounds(session) == 1


def test_it_may_begin_on_the_day_of_the_issue_and_years_after_the_end(session: Session) -> None:
    for days in (0, 5000):
        first = factories.make_declared(session)
        now = NOW + timedelta(days=days)
        assert factories.renew(session, first, now=now).started_at == now


def test_another_check_renews_nothing(session: Session) -> None:
    first = factories.make_declared(session)
    with pytest.raises(NotFound):
        start(session, first, replace(OLD, slug="other"))


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.OWNER])
def test_only_the_owner_renews_and_sees_the_list_of_rounds(session: Session, right: Right) -> None:
    other = factories.let_in(session, factories.make_declared(session), right)
    for act in (start, lambda opened, actor: renewals.list_rounds(opened, actor=actor)):
        with pytest.raises(NotAllowed):
            act(session, other)
    assert count_rounds(session) == 1


def test_a_renewal_nobody_wrote_into_is_not_cleared_away_and_neither_is_a_key_made_in_it(session: Session) -> None:
    second = factories.renew(session, factories.make_declared(session))
    key = grants.renew_key(session, actor=second, now=NOW)
    assessments.clear_untouched(session, now=NOW + timedelta(days=99))
    session.commit()
    assert grants.get_actor_by_token(session, token=key.token, now=LATER).assessment_id == second.assessment_id


# One running renewal a declaration


def test_asked_again_the_round_that_was_begun_comes_back_also_after_its_issue(session: Session) -> None:
    first, second = factories.make_renewed(session)
    assert start(session, first) == second.assessment_id
    number = factories.issue(session, second)
    assert start(session, factories.reload(session, first.assessment_id, first.grant_id), NEW) == second.assessment_id
    found = renewals.find_renewal(session, actor=first)
    assert found is not None
    assert (found.assessment_id, found.number, found.started_at) == (second.assessment_id, number, second.started_at)
    assert renewals.find_renewal(session, actor=second) is None
    assert count_rounds(session) == 2


def click_in_parallel(session: Session, engine: Engine, count: int, *, is_locking: bool = True) -> Outcomes[UUID]:
    first = factories.make_declared(session)
    session.commit()

    def click(own: Session, _number: int) -> UUID:
        actor = find(own, first.assessment_id, first.grant_id, is_writing=is_locking)
        assert actor is not None
        return start(own, actor)

    return run_in_parallel(engine, count, click)


def is_begun_once(session: Session, outcomes: Outcomes[UUID], count: int) -> bool:
    begun = session.scalar(select(func.count()).where(EventRow.verb == Verb.RENEWAL_STARTED))
    is_one = len(set(outcomes.results)) == begun == 1
    return not outcomes.errors and len(outcomes.results) == count and is_one and count_rounds(session) == 2


def test_many_clicks_at_once_begin_one_round(session: Session, engine: Engine) -> None:
    outcomes = click_in_parallel(session, engine, CLICKS)
    assert is_begun_once(session, outcomes, CLICKS), outcomes


def test_control_the_harness_notices_who_does_not_take_turns(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "find_renewal", meeting(queries.find_renewal, seconds=LONGER))
    outcomes = click_in_parallel(session, careless, 2, is_locking=False)
    assert not is_begun_once(session, outcomes, 2), outcomes


# A newer version between two rounds moves no goalposts (P16)


WRITES: dict[str, Callable[[Session, Actor], object]] = {
    "a rating": rate_one,
    "a note": lambda session, actor: rate_one(session, actor, need=None, note="Ordner fehlt"),
    "an action": lambda session, actor: factories.plan_ten(session, actor, count=1),
    "a signatory": lambda session, actor: drafts.save_draft(
        session, actor=actor, wanted={"signatory_name": "Katrin Brandt"}, shown={}
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_round_that_holds_anything_keeps_its_version(session: Session, name: str) -> None:
    first = factories.make_declared(session)
    second = factories.renew(session, first)
    WRITES[name](session, second)
    assert start(session, first, NEW) == second.assessment_id
    session.commit()
    after = factories.reload(session, second.assessment_id, first.grant_id)
    assert (after.version, after.content_hash, after.started_at) == ("1.0", "0" * 64, second.started_at)
    assert len(factories.list_verbs(session, f"assessment:{second.assessment_id}")) == 1


def test_an_empty_one_begins_anew_in_the_newest_version(session: Session) -> None:
    first = factories.make_declared(session)
    second = factories.renew(session, first)
    assert start(session, first, NEW) == second.assessment_id
    session.commit()
    after = factories.reload(session, second.assessment_id, first.grant_id)
    assert (after.version, after.content_hash, after.started_at) == ("1.1", "1" * 64, LATER)
    verbs = factories.list_verbs(session, f"assessment:{second.assessment_id}")
    assert verbs == [(Verb.RENEWAL_STARTED, second.started_at), (Verb.RENEWAL_STARTED, LATER)]


def begin_anew_while_somebody_rates(session: Session, engine: Engine, *, is_locking: bool = True) -> str:
    """Ask for the renewal while the first rating in it is written but not committed; return its version then."""
    first = factories.make_declared(session)
    second = factories.renew(session, first)
    session.commit()
    has_written, is_asking = Event(), Event()

    def one(own: Session, number: int) -> None:
        if number == 0:
            actor = find(own, second.assessment_id, first.grant_id, is_writing=is_locking)
            assert actor is not None
            rate_one(own, actor)
            has_written.set()
            is_asking.wait(timeout=A_WHILE if is_locking else LONGER)
        else:
            has_written.wait(timeout=10)
            actor = find(own, first.assessment_id, first.grant_id, is_writing=is_locking)
            assert actor is not None
            start(own, actor, NEW)
            own.commit()
            is_asking.set()

    outcomes = run_in_parallel(engine, 2, one)
    if outcomes.errors:
        return str(outcomes.errors)
    return factories.reload(session, second.assessment_id, first.grant_id).version


def test_a_round_that_somebody_is_just_writing_into_keeps_its_version(session: Session, engine: Engine) -> None:
    assert begin_anew_while_somebody_rates(session, engine) == "1.0"


def test_control_the_harness_notices_who_does_not_hold_the_round(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_without_holding(opened: Session, assessment_id: UUID) -> bool:
        empty = select(Assessment.id).where(Assessment.id == assessment_id, *rows._HOLDS_NOTHING)  # noqa: SLF001
        return opened.execute(empty).first() is not None

    monkeypatch.setattr(rows, "lock_and_see_if_empty", look_without_holding)
    assert begin_anew_while_somebody_rates(session, careless, is_locking=False) != "1.0"


def test_a_version_published_meanwhile_changes_nothing_for_the_running_round(session: Session) -> None:
    first, second = factories.make_renewed(session)
    start(session, first, NEW)
    session.commit()
    number = factories.issue(session, second)
    issued = declarations.get_issued(session, actor=second)
    assert (issued.number, issued.snapshot.version, issued.snapshot.measures) == (number, "1.0", OLD.size)


# The company's key opens every round, and nothing else does (P11)


def test_the_key_opens_every_round_of_its_company_and_of_no_other(session: Session) -> None:
    first, second = factories.make_renewed(session)
    stella = factories.make_declared(session)
    third = factories.renew(session, stella)
    for own, others in ((first, (stella, third)), (stella, (first, second))):
        for other in others:
            assert find(session, other.assessment_id, own.grant_id) is None
    assert find(session, first.assessment_id, second.grant_id) == first
    assert find(session, second.assessment_id, first.grant_id) == second


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.OWNER])
def test_further_links_open_the_round_they_were_made_in_only(session: Session, right: Right) -> None:
    first, second = factories.make_renewed(session)
    for made_in, other in ((first, second), (second, first)):
        guest = factories.let_in(session, made_in, right)
        assert find(session, made_in.assessment_id, guest.grant_id) == guest
        assert find(session, other.assessment_id, guest.grant_id) is None
        assert grants.find_newest_actor(session, grant_id=guest.grant_id, now=NOW) == guest
        listed = [link.grant_id for link in grants.list_links(session, actor=other, now=NOW)]
        assert listed == [first.grant_id]
        with pytest.raises(NotFound):
            grants.revoke_link(session, actor=other, grant_id=guest.grant_id, now=NOW)
        grants.revoke_link(session, actor=made_in, grant_id=guest.grant_id, now=NOW)


def test_the_key_leads_to_the_newest_round(session: Session) -> None:
    first = factories.make_declared(session)
    key = grants.renew_key(session, actor=first, now=NOW)
    session.commit()
    owner = factories.reload(session, first.assessment_id, key.grant_id)
    second = factories.renew(session, owner, now=LATER)
    assert grants.get_actor_by_token(session, token=key.token, now=LATER) == second
    assert grants.find_newest_actor(session, grant_id=key.grant_id, now=LATER) == second


@pytest.mark.parametrize("place", [0, 1])
def test_renewing_the_key_in_any_round_ends_it_for_all(session: Session, place: int) -> None:
    rounds = factories.make_renewed(session)
    key = grants.renew_key(session, actor=rounds[place], now=NOW)
    session.commit()
    for one in rounds:
        assert find(session, one.assessment_id, one.grant_id) is None
        assert find(session, one.assessment_id, key.grant_id) == replace(one, grant_id=key.grant_id)


def test_of_several_links_the_mightiest_acts(session: Session) -> None:
    first, second = factories.make_renewed(session)
    held = [factories.let_in(session, second, right).grant_id for right in (Right.DOER, Right.READER, Right.EDITOR)]

    def rights(*grant_ids: UUID) -> list[Right]:
        return [
            actor.right
            for actor in grants.list_actors(session, assessment_id=second.assessment_id, grant_ids=grant_ids, now=NOW)
        ]

    assert rights(*held, first.grant_id) == [Right.OWNER, Right.EDITOR, Right.DOER, Right.READER]
    assert rights(held[1], held[0]) == [Right.READER, Right.DOER]
    assert rights() == []


def renew_keys_in_two_rounds(session: Session, engine: Engine, *, seconds: float = A_WHILE) -> Outcomes[object]:
    """Renew the key from both rounds; the second has read before the first writes, and asks before it is committed."""
    rounds = factories.make_renewed(session)
    session.commit()
    has_read, has_written = Event(), Event()

    def one(own: Session, number: int) -> object:
        if number == 0:
            has_read.wait(timeout=A_WHILE)
        actor = find(own, rounds[number].assessment_id, rounds[number].grant_id, is_writing=True)
        has_read.set()
        if number == 1:
            has_written.wait(timeout=A_WHILE)
        try:
            renewed = grants.renew_key(own, actor=actor, now=NOW) if actor else NotFound
        except NotFound:
            return NotFound
        has_written.set()
        Event().wait(timeout=seconds if number == 0 else 0)
        return renewed

    return run_in_parallel(engine, 2, one)


def is_renewed_once(outcomes: Outcomes[object]) -> bool:
    kinds = sorted(type(result).__name__ for result in outcomes.results)
    return not outcomes.errors and kinds == ["NewLink", "type"] and NotFound in outcomes.results


def test_a_key_renewed_in_two_rounds_at_once_is_renewed_once(session: Session, engine: Engine) -> None:
    outcomes = renew_keys_in_two_rounds(session, engine)
    assert is_renewed_once(outcomes), outcomes


def test_control_the_harness_notices_who_does_not_wait_at_the_company(
    session: Session, careless: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "hold_company", lambda *_: None)
    outcomes = renew_keys_in_two_rounds(session, careless, seconds=LONGER)
    assert not is_renewed_once(outcomes), outcomes


# The list of rounds


def test_lists_the_rounds_of_the_company_the_newest_first(session: Session) -> None:
    first, second = factories.make_renewed(session)
    factories.make_declared(session)
    number = factories.issue(session, second)
    listed = renewals.list_rounds(session, actor=first)
    assert [(one.assessment_id, one.number) for one in listed] == [
        (second.assessment_id, number),
        (first.assessment_id, first.declaration_number),
    ]
    statuses = [one.terms.status_on(TODAY) for one in listed if one.terms]
    assert statuses == [DeclarationStatus.VALID, DeclarationStatus.REPLACED]


def test_an_open_round_has_no_terms(session: Session) -> None:
    owner = factories.start(session)
    (only,) = renewals.list_rounds(session, actor=owner)
    assert (only.assessment_id, only.number, only.terms, only.version) == (owner.assessment_id, None, None, "1.0")


def test_plans_of_two_rounds_do_not_mix(session: Session) -> None:
    first, second = factories.make_renewed(session)
    theirs = {entry.id for entry in action_plans.list_actions(session, actor=first)}
    ours = {entry.id for entry in action_plans.list_actions(session, actor=second)}
    assert len(theirs) == len(ours) == 10
    assert not theirs & ours
