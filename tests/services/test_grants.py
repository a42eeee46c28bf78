"""Secret links: what is kept of them, what they open, who may hand them on, and how they end (P11)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, Task, name_scope
from om_selfcheck.domain.errors import AlreadyDeclared, NotAllowed, NotFound
from om_selfcheck.domain.record import Verb
from om_selfcheck.services import action_plans, assessments, declarations, drafts, grants
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.grants import Actor, NewLink
from om_selfcheck.store.models import Grant
from tests import factories
from tests.builders import make_questionnaire
from tests.factories import NOW, TODAY
from tests.services.parallel import A_WHILE, LONGER, Outcomes, run_in_parallel

DAY = timedelta(days=1)


def make_link(session: Session, actor: Actor, right: Right = Right.EDITOR, label: str = "Bente") -> NewLink:
    link = grants.create_link(session, actor=actor, right=right, label=label, now=NOW)
    session.commit()
    return link


def is_open(session: Session, token: str, *, after: timedelta = timedelta(0)) -> bool:
    try:
        grants.get_actor_by_token(session, token=token, now=NOW + after)
    except NotFound:
        return False
    return True


def find(session: Session, actor: Actor, *, is_writing: bool = False) -> Actor | None:
    return grants.find_actor(
        session, assessment_id=actor.assessment_id, grant_id=actor.grant_id, now=NOW, is_writing=is_writing
    )


def list_rights(session: Session, actor: Actor, *, after: timedelta = timedelta(0)) -> list[tuple[Right, str]]:
    return [(link.right, link.label) for link in grants.list_links(session, actor=actor, now=NOW + after)]


# What is kept


def test_a_token_is_stored_as_its_hash_only(session: Session, engine: Engine) -> None:
    owner = factories.start(session)
    tokens = [make_link(session, owner).token, grants.renew_key(session, actor=owner, now=NOW).token]
    session.commit()
    everything = str(factories.dump(session)) + read_files(engine)
    for token in tokens:
        assert token not in everything
        assert grants.hash_token(token) in everything, "the search would find it"


def read_files(engine: Engine) -> str:
    """Return all that stands in SQLite's files, the log included."""
    path = Path(engine.url.database or "")
    files = path.parent.glob(f"{path.name}*") if engine.dialect.name == "sqlite" else ()
    return "".join(file.read_bytes().decode("latin-1") for file in files)


def test_tokens_carry_256_random_bits_and_differ(session: Session) -> None:
    owner = factories.start(session)
    tokens = {make_link(session, owner).token for _ in range(5)}
    assert [len(token) for token in tokens] == [43] * 5


# What a link opens


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER])
def test_a_link_opens_its_round_with_its_right(session: Session, right: Right) -> None:
    owner = factories.start(session)
    link = make_link(session, owner, right)
    actor = grants.get_actor_by_token(session, token=link.token, now=NOW)
    assert (actor.grant_id, actor.assessment_id) == (link.grant_id, owner.assessment_id)
    assert (actor.right, actor.label) == (right, "Bente")
    assert find(session, actor) == actor == find(session, actor, is_writing=True)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "Ü", "\udc80", "\x00", "x" * 5000])
def test_an_unknown_token_opens_nothing(session: Session, token: str) -> None:
    factories.start(session)
    with pytest.raises(NotFound):
        grants.get_actor_by_token(session, token=token, now=NOW)


def test_a_grant_opens_no_other_round(session: Session) -> None:
    alma, stella = factories.start(session), factories.start(session)
    for is_writing in (False, True):
        assert find(session, replace(alma, grant_id=stella.grant_id), is_writing=is_writing) is None
        assert find(session, replace(alma, grant_id=uuid4()), is_writing=is_writing) is None
        assert find(session, replace(alma, assessment_id=uuid4()), is_writing=is_writing) is None


def test_a_further_link_ends_after_fourteen_days(session: Session) -> None:
    link = make_link(session, factories.start(session))
    just_before = timedelta(days=14) - timedelta(microseconds=1)
    assert is_open(session, link.token, after=just_before)
    assert not is_open(session, link.token, after=timedelta(days=14))


def test_the_companys_own_link_has_no_end(session: Session) -> None:
    started = assessments.start_assessment(session, questionnaire=make_questionnaire(), language="de", now=NOW)
    assert is_open(session, started.link.token, after=4000 * DAY)


def test_unknown_ended_and_revoked_links_look_alike(session: Session) -> None:
    owner = factories.start(session)
    ended, revoked = make_link(session, owner), make_link(session, owner)
    grants.revoke_link(session, actor=owner, grant_id=revoked.grant_id, now=NOW)
    session.execute(update(Grant).where(Grant.id == ended.grant_id).values(expires_at=NOW))
    refusals = []
    for token in ("unknown", ended.token, revoked.token):
        with pytest.raises(NotFound) as refusal:
            grants.get_actor_by_token(session, token=token, now=NOW)
        refusals.append(str(refusal.value))
    assert len(set(refusals)) == 1
    for link in (ended, revoked):
        for is_writing in (False, True):
            assert find(session, replace(owner, grant_id=link.grant_id), is_writing=is_writing) is None


# Handing on and ending


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER])
def test_a_link_handed_on_is_recorded_without_its_label(session: Session, right: Right) -> None:
    owner = factories.start(session)
    make_link(session, owner, right, label="Bente Beispiel")
    assert factories.list_verbs(session, f"assessment:{owner.assessment_id}")[-1] == (Verb.GRANT_CREATED, NOW)
    assert "Bente Beispiel" not in str(factories.dump(session)["event_payload"])


def test_nobody_makes_a_second_owner(session: Session) -> None:
    owner = factories.start(session)
    with pytest.raises(NotAllowed):
        grants.create_link(session, actor=owner, right=Right.OWNER, label="", now=NOW)
    assert list_rights(session, owner) == [(Right.OWNER, "")]


def test_a_revoked_link_opens_nothing_and_the_others_stay(session: Session) -> None:
    owner = factories.start(session)
    bente, rolf = make_link(session, owner), make_link(session, owner, Right.READER, "Rolf")
    grants.revoke_link(session, actor=owner, grant_id=bente.grant_id, now=NOW)
    session.commit()
    assert not is_open(session, bente.token)
    assert is_open(session, rolf.token)
    assert find(session, owner) == owner


def test_ending_twice_is_harmless_and_recorded_once(session: Session) -> None:
    owner = factories.start(session)
    link = make_link(session, owner)
    for _ in range(2):
        grants.revoke_link(session, actor=owner, grant_id=link.grant_id, now=NOW)
    verbs = [verb for verb, _ in factories.list_verbs(session, f"assessment:{owner.assessment_id}")]
    assert verbs.count(Verb.GRANT_REVOKED) == 1


def test_a_foreign_link_cannot_be_ended(session: Session) -> None:
    alma, stella = factories.start(session), factories.start(session)
    link = make_link(session, alma)
    for grant_id in (link.grant_id, alma.grant_id, uuid4()):
        with pytest.raises(NotFound):
            grants.revoke_link(session, actor=stella, grant_id=grant_id, now=NOW)
    assert is_open(session, link.token)
    assert find(session, alma) == alma


def test_the_owners_own_link_is_renewed_not_ended(session: Session) -> None:
    owner = factories.start(session)
    with pytest.raises(NotFound):
        grants.revoke_link(session, actor=owner, grant_id=owner.grant_id, now=NOW)
    assert find(session, owner) == owner


def test_renewing_ends_the_old_key_and_only_it(session: Session) -> None:
    owner, stella = factories.start(session), factories.start(session)
    bente = make_link(session, owner)
    new = grants.renew_key(session, actor=owner, now=NOW)
    session.commit()
    assert find(session, owner) is None
    assert is_open(session, bente.token)
    assert find(session, stella) == stella
    renewed = grants.get_actor_by_token(session, token=new.token, now=NOW)
    assert renewed == replace(owner, grant_id=new.grant_id)
    assert factories.list_verbs(session, f"assessment:{owner.assessment_id}")[-1] == (Verb.KEY_RENEWED, NOW)


def test_a_key_renewed_twice_opens_with_the_newest_only(session: Session) -> None:
    owner = factories.start(session)
    first = grants.renew_key(session, actor=owner, now=NOW)
    second = grants.renew_key(session, actor=grants.get_actor_by_token(session, token=first.token, now=NOW), now=NOW)
    assert not is_open(session, first.token)
    assert is_open(session, second.token)


# Opening


def test_the_first_opening_of_each_link_is_recorded_and_no_other(session: Session) -> None:
    owner = factories.start(session)
    reader = factories.let_in(session, owner, Right.READER)
    for day, actor in enumerate((reader, reader, owner, reader, owner)):
        grants.record_opening(session, actor=actor, now=NOW + day * DAY)
    recorded = factories.list_verbs(session, f"assessment:{owner.assessment_id}")[2:]
    assert recorded == [(Verb.GRANT_OPENED, NOW), (Verb.GRANT_OPENED, NOW + 2 * DAY)]


def test_the_link_of_a_responsible_person_leaves_nothing_when_it_is_opened(session: Session) -> None:
    owner = factories.start(session)
    dora = factories.make_doer(session, owner, name_scope("Büro"))
    before = factories.dump(session)
    grants.record_opening(session, actor=dora, now=NOW + DAY)
    session.flush()
    assert factories.dump(session) == before
    grants.record_opening(session, actor=owner, now=NOW + DAY)
    session.flush()
    assert factories.dump(session) != before, "the control: another link leaves something"


# Listing


def test_lists_the_links_that_still_open_something_oldest_first(session: Session) -> None:
    owner = factories.start(session, now=NOW - DAY)
    rolf = factories.let_in(session, owner, Right.READER, now=NOW - timedelta(hours=2))
    bente = factories.let_in(session, owner, Right.EDITOR, now=NOW - timedelta(hours=1))
    ended = make_link(session, owner)
    grants.revoke_link(session, actor=owner, grant_id=ended.grant_id, now=NOW)
    listed = grants.list_links(session, actor=bente, now=NOW)
    assert [link.grant_id for link in listed] == [owner.grant_id, rolf.grant_id, bente.grant_id]
    assert [link.is_own for link in listed] == [False, False, True]
    assert [link.expires_at for link in listed] == [
        None,
        NOW - timedelta(hours=2) + 14 * DAY,
        NOW - timedelta(hours=1) + 14 * DAY,
    ]
    assert all(link.is_usable for link in listed)


def test_a_link_past_its_end_is_not_listed(session: Session) -> None:
    owner = factories.start(session, now=NOW - DAY)
    make_link(session, owner)
    assert list_rights(session, owner) == [(Right.OWNER, ""), (Right.EDITOR, "Bente")]
    assert list_rights(session, owner, after=14 * DAY) == [(Right.OWNER, "")]


def test_links_of_other_rounds_are_not_listed(session: Session) -> None:
    alma, stella = factories.start(session), factories.start(session)
    make_link(session, stella)
    assert list_rights(session, alma) == [(Right.OWNER, "")]


# Who may do what (D9)

Act = Callable[[Session, Actor], object]

ACTS: dict[str, tuple[Task, Act]] = {
    "list ratings": (Task.READ, lambda session, actor: assessments.list_ratings(session, actor=actor)),
    "list links": (Task.READ, lambda session, actor: grants.list_links(session, actor=actor, now=NOW)),
    "list actions": (Task.READ, lambda session, actor: action_plans.list_actions(session, actor=actor)),
    "get draft": (Task.READ, lambda session, actor: drafts.get_draft(session, actor=actor)),
    "get standing": (
        Task.READ,
        lambda session, actor: drafts.get_standing(session, actor=actor, questionnaire=make_questionnaire()),
    ),
    "save ratings": (
        Task.RATE,
        lambda session, actor: assessments.save_ratings(
            session,
            actor=actor,
            questionnaire=make_questionnaire(),
            changes=[RatingChange(measure_ref="1.1.a", need="some", shown_need="none")],
            now=NOW,
        ),
    ),
    "save action": (
        Task.PLAN,
        lambda session, actor: action_plans.save_action(
            session,
            actor=actor,
            questionnaire=make_questionnaire(),
            action_id=uuid4(),
            wanted={"title": "Neu"},
            shown={},
            now=NOW,
        ),
    ),
    "remove action": (
        Task.PLAN,
        lambda session, actor: action_plans.remove_action(
            session, actor=actor, action_id=action_plans.list_actions(session, actor=actor)[0].id
        ),
    ),
    "change language": (
        Task.DECLARE,
        lambda session, actor: assessments.change_language(session, actor=actor, language="en"),
    ),
    "save draft": (
        Task.DECLARE,
        lambda session, actor: drafts.save_draft(
            session, actor=actor, wanted={"place": "Celle"}, shown={"place": "Hildesheim"}
        ),
    ),
    "issue": (
        Task.DECLARE,
        lambda session, actor: declarations.issue_declaration(
            session,
            actor=actor,
            questionnaire=make_questionnaire(),
            shown=factories.look(session, actor) if actor.may(Task.DECLARE) else "",
            now=NOW,
            today=TODAY,
        ),
    ),
    "create link": (
        Task.SHARE,
        lambda session, actor: grants.create_link(session, actor=actor, right=Right.READER, label="", now=NOW),
    ),
    "revoke link": (
        Task.SHARE,
        lambda session, actor: grants.revoke_link(session, actor=actor, grant_id=actor.grant_id, now=NOW),
    ),
    "renew key": (Task.SHARE, lambda session, actor: grants.renew_key(session, actor=actor, now=NOW)),
}
FORBIDDEN = {
    Right.OWNER: frozenset[Task](),
    Right.EDITOR: frozenset({Task.DECLARE, Task.SHARE}),
    Right.READER: frozenset({Task.DECLARE, Task.SHARE, Task.RATE, Task.PLAN}),
    Right.DOER: frozenset(Task),
    Right.CALENDAR: frozenset(Task),
}


@pytest.mark.parametrize("right", Right)
def test_each_right_does_what_it_covers_and_is_refused_the_rest(session: Session, right: Right) -> None:
    owner = factories.make_complete(session)
    actor = factories.let_in(session, owner, right)
    before = factories.dump(session)
    for name, (task, act) in ACTS.items():
        if task in FORBIDDEN[right]:
            with pytest.raises(NotAllowed):
                act(session, actor)
            assert factories.dump(session) == before, name
        elif name != "revoke link":
            act(session, actor)
            session.rollback()


@pytest.mark.parametrize("right", Right)
def test_covers_says_who_holds_at_least_as_much(session: Session, right: Right) -> None:
    actor = replace(factories.start(session), right=right)
    covered = {
        Right.OWNER: [Right.OWNER, Right.EDITOR, Right.READER, Right.DOER],
        Right.EDITOR: [Right.EDITOR, Right.READER, Right.DOER],
    }
    assert [other for other in Right if actor.covers(other)] == covered.get(right, [right])


# A request that waited for its turn sees what happened meanwhile (P2, P3)


def act_while(
    session: Session, engine: Engine, first: Act, second: Act, owner: Actor, *, is_locking: bool = True
) -> Outcomes[object]:
    """Let the second begin while the first has written but not committed; return what both got."""
    session.commit()
    has_written, is_in_between = Event(), Event()

    def one(own: Session, number: int) -> object:
        if number == 1:
            has_written.wait(timeout=10)
        actor = find(own, owner, is_writing=is_locking)
        if number == 1:
            is_in_between.set()
        if actor is None:
            return NotFound
        try:
            result = (first, second)[number](own, actor)
        except (AlreadyDeclared, NotFound) as refusal:
            return type(refusal)
        if number == 0:
            has_written.set()
            is_in_between.wait(timeout=A_WHILE if is_locking else LONGER)
        return result

    return run_in_parallel(engine, 2, one)


@pytest.mark.parametrize("name", ["save ratings", "save action", "remove action", "save draft", "change language"])
def test_who_waited_while_the_declaration_was_issued_changes_nothing(
    session: Session, engine: Engine, name: str
) -> None:
    owner = factories.make_complete(session)
    outcomes = act_while(session, engine, ACTS["issue"][1], ACTS[name][1], owner)
    assert outcomes.errors == []
    assert outcomes.results[1] is AlreadyDeclared


def test_control_the_harness_notices_who_did_not_wait(session: Session, careless: Engine) -> None:
    owner = factories.make_complete(session)
    outcomes = act_while(session, careless, ACTS["issue"][1], ACTS["save draft"][1], owner, is_locking=False)
    assert outcomes.errors or outcomes.results[1] is not AlreadyDeclared


def test_who_waited_while_the_own_link_was_ended_is_out(session: Session, engine: Engine) -> None:
    owner = factories.make_complete(session)
    outcomes = act_while(session, engine, ACTS["renew key"][1], ACTS["save ratings"][1], owner)
    assert outcomes.errors == []
    assert outcomes.results[1] is NotFound
    assert set(assessments.list_ratings(session, actor=owner).needs.values()) == {"none"}


def test_a_key_renewed_by_two_at_once_is_renewed_once(session: Session, engine: Engine) -> None:
    owner = factories.start(session)
    outcomes = act_while(session, engine, ACTS["renew key"][1], ACTS["renew key"][1], owner)
    assert outcomes.errors == []
    renewed, refused = outcomes.results
    assert isinstance(renewed, NewLink)
    assert refused is NotFound
    assert is_open(session, renewed.token)
