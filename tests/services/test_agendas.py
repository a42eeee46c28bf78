"""The dates of a round for calendars: which dates each link reaches, and the secret link of a feed."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right, action_scope, name_scope
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.progress import ActionState, Report
from om_selfcheck.services import agendas, doers, grants, progress
from om_selfcheck.services.agendas import Dates
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import Declaration
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.reporting import declared

DAY = timedelta(days=1)


def dates_of(session: Session, actor: Actor, *, later: int = 0) -> Dates:
    return agendas.get_dates(session, actor=actor, today=TODAY + later * DAY)


def keys(dates: Dates) -> list[str]:
    return [deadline.key for deadline in dates.deadlines]


def test_a_declared_round_has_every_date_and_the_end_of_the_two_years(session: Session) -> None:
    owner, action_id = declared(session)
    dates = dates_of(session, owner)
    assert len(dates.deadlines) == 11 * 2 + 1
    assert {f"{action_id}-due", f"{action_id}-follow-up", "end"} <= set(keys(dates))
    assert (dates.company_name, dates.number, dates.since) == ("Tischlerei Brandt GmbH", owner.declaration_number, NOW)
    assert dates_of(session, owner, later=900).deadlines == dates.deadlines, "also after the end"


def test_a_round_without_a_declaration_has_the_dates_of_its_plan(session: Session) -> None:
    owner = factories.start(session)
    action_id = factories.plan_one(session, owner)
    dates = dates_of(session, owner)
    assert keys(dates) == [f"{action_id}-due", f"{action_id}-follow-up"]
    assert (dates.number, dates.since) == ("", NOW)


def test_a_withdrawn_declaration_has_no_end_to_be_reminded_of(session: Session) -> None:
    owner, _ = declared(session)
    session.execute(update(Declaration).values(withdrawn_on=TODAY + 10 * DAY, withdrawal_reason="own_wish"))
    assert "end" in keys(dates_of(session, owner, later=9))
    assert "end" not in keys(dates_of(session, owner, later=10))


def test_dates_know_what_became_of_their_action(session: Session) -> None:
    owner, action_id = declared(session)
    report = Report(state=ActionState.DROPPED, note="zu teuer")
    progress.report_progress(
        session, actor=owner, action_id=action_id, report=report, shown_state="open", now=NOW + DAY
    )
    cancelled = [deadline.key for deadline in dates_of(session, owner).deadlines if deadline.is_cancelled]
    assert sorted(cancelled) == [f"{action_id}-due", f"{action_id}-follow-up"]


@pytest.mark.parametrize("scope", ["name", "action", ""])
def test_a_responsible_person_gets_the_own_dates_and_no_end(session: Session, scope: str) -> None:
    owner, action_id = declared(session)
    scopes = {"name": name_scope("Büro"), "action": action_scope(str(action_id)), "": ""}
    actor = factories.make_doer(session, owner, scopes[scope])
    own = [f"{action_id}-due", f"{action_id}-follow-up"] if scope else []
    assert keys(dates_of(session, actor)) == own


def test_the_dates_of_several_links_are_joined_each_once(session: Session) -> None:
    owner = factories.start(session)
    mine = factories.plan_one(session, owner, responsible="Büro")
    other = factories.plan_one(session, owner, responsible="Lager", due_on=TODAY, follow_up_on=None)
    by_name = factories.make_doer(session, owner, name_scope("Büro"))
    links = [by_name, *(factories.make_doer(session, owner, action_scope(str(one))) for one in (mine, other))]
    joined = agendas.join_dates([dates_of(session, actor) for actor in links])
    assert keys(joined) == [f"{other}-due", f"{mine}-due", f"{mine}-follow-up"]


# The feed


def test_a_feeds_link_opens_the_dates_until_it_is_ended(session: Session) -> None:
    owner, _ = declared(session)
    link = agendas.create_feed(session, actor=owner, label="Outlook im Büro", now=NOW)
    session.commit()
    actor = agendas.get_subscriber(session, token=link.token, now=NOW + 1000 * DAY)
    assert (actor.right, actor.label) == (Right.CALENDAR, "Outlook im Büro")
    assert keys(dates_of(session, actor)) == keys(dates_of(session, owner))
    listed = {one.grant_id: one.label for one in grants.list_links(session, actor=owner, now=NOW)}
    assert listed[link.grant_id] == "Outlook im Büro"
    grants.revoke_link(session, actor=owner, grant_id=link.grant_id, now=NOW)
    with pytest.raises(NotFound):
        agendas.get_subscriber(session, token=link.token, now=NOW)


def test_no_other_link_is_a_calendars(session: Session) -> None:
    owner = factories.start(session)
    factories.plan_one(session, owner, responsible="Büro")
    tokens = [
        grants.renew_key(session, actor=owner, now=NOW).token,
        grants.create_link(session, actor=owner, right=Right.EDITOR, label="Bente", now=NOW).token,
        doers.create_link(session, actor=owner, name="Büro", now=NOW).token,
        "x" * 43,
    ]
    for token in tokens:
        with pytest.raises(NotFound):
            agendas.get_subscriber(session, token=token, now=NOW)


def test_a_calendars_link_does_nothing_but_fetch(session: Session) -> None:
    owner, action_id = declared(session)
    link = agendas.create_feed(session, actor=owner, label="Outlook", now=NOW)
    actor = agendas.get_subscriber(session, token=link.token, now=NOW)
    report = Report(state=ActionState.DONE)
    for act in (
        lambda: progress.report_progress(
            session, actor=actor, action_id=action_id, report=report, shown_state="open", now=NOW
        ),
        lambda: progress.get_follow_up(session, actor=actor, action_id=UUID(int=1)),
        lambda: progress.list_paths(session, actor=actor),
        lambda: grants.list_links(session, actor=actor, now=NOW),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            act()


@pytest.mark.parametrize("right", [Right.EDITOR, Right.READER, Right.DOER, Right.CALENDAR])
def test_only_the_owner_makes_a_feed(session: Session, right: Right) -> None:
    owner = factories.start(session)
    with pytest.raises(NotAllowed):
        agendas.create_feed(session, actor=factories.let_in(session, owner, right), label="Outlook", now=NOW)
