"""Rounds in a database, made by the use cases themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.services import action_plans, assessments, declarations, drafts, grants
from om_selfcheck.services.assessments import RatingChange
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.base import Base
from om_selfcheck.store.models import EventRow
from tests.builders import make_action, make_questionnaire

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DETAILS = {
    "company_name": "Tischlerei Brandt GmbH",
    "street": "Am Mühlbach 4",
    "postal_code": "31134",
    "city": "Hildesheim",
    "signatory_name": "Katrin Brandt",
    "signatory_function": "Geschäftsführerin",
    "place": "Hildesheim",
    "confirm_may_declare": "1",
    "confirm_public_number": "1",
    "confirm_insight": "1",
}


def start(session: Session, questionnaire: Questionnaire | None = None, now: datetime = NOW) -> Actor:
    """Start a round and return its owner."""
    questionnaire = questionnaire or make_questionnaire()
    started = assessments.start_assessment(session, questionnaire=questionnaire, language="de", now=now)
    session.commit()
    return reload(session, started.assessment_id, started.link.grant_id, now)


def reload(session: Session, assessment_id: object, grant_id: object, now: datetime = NOW) -> Actor:
    """Return the actor as the next request would find it."""
    actor = grants.find_actor(session, assessment_id=assessment_id, grant_id=grant_id, now=now)  # type: ignore[arg-type]
    assert actor is not None
    return actor


def rate_all(
    session: Session, actor: Actor, questionnaire: Questionnaire | None = None, *, leave_out: str = ""
) -> None:
    """Choose "none" for every measure but one."""
    questionnaire = questionnaire or make_questionnaire()
    refs = [measure.ref for measure in questionnaire.measures() if measure.ref != leave_out]
    changes = [RatingChange(measure_ref=ref, need=NeedForAction.NONE) for ref in refs]
    assessments.save_ratings(session, actor=actor, questionnaire=questionnaire, changes=changes, now=NOW)
    session.commit()


def plan_ten(session: Session, actor: Actor, *, count: int = 10) -> None:
    """Put complete actions with different texts into the plan."""
    for number in range(count):
        fields = action_plans.write_fields(make_action(description=f"Liste Nummer {'x' * number} führen"))
        action_plans.save_action(
            session,
            actor=actor,
            questionnaire=make_questionnaire(),
            action_id=uuid4(),
            wanted=fields,
            shown={},
            now=NOW + timedelta(seconds=number),
        )
    session.commit()


def plan_one(session: Session, actor: Actor, *, now: datetime = NOW, **fields: Any) -> UUID:
    """Put a complete action into the plan, with these fields of its own, and return its id."""
    action_id = uuid4()
    action_plans.save_action(
        session,
        actor=actor,
        questionnaire=make_questionnaire(),
        action_id=action_id,
        wanted=action_plans.write_fields(make_action(**fields)),
        shown={},
        now=now,
    )
    session.commit()
    return action_id


def fill_in(session: Session, actor: Actor, **changes: str) -> None:
    drafts.save_draft(session, actor=actor, wanted=DETAILS | changes, shown={})
    session.commit()


def make_complete(session: Session) -> Actor:
    """Return the owner of a round that may declare."""
    actor = start(session)
    rate_all(session, actor)
    plan_ten(session, actor)
    fill_in(session, actor)
    return actor


def issue(session: Session, actor: Actor, *, today: date = TODAY, now: datetime = NOW) -> str:
    number = declarations.issue_declaration(
        session, actor=actor, questionnaire=make_questionnaire(), now=now, today=today
    )
    session.commit()
    return number


def let_in(session: Session, owner: Actor, right: Right = Right.EDITOR, now: datetime = NOW) -> Actor:
    """Give somebody a further link and return who they are with it."""
    if right in (Right.EDITOR, Right.READER):
        link = grants.create_link(session, actor=owner, right=right, label="Lohnbüro", now=now)
    else:
        link = grants.add_grant(session, owner.assessment_id, right=right, label="Lohnbüro", scope="Büro", now=now)
    session.commit()
    return reload(session, owner.assessment_id, link.grant_id, now)


def make_doer(session: Session, owner: Actor, scope: str, label: str = "Büro") -> Actor:
    """Return somebody with a link to actions only."""
    link = grants.add_grant(session, owner.assessment_id, right=Right.DOER, label=label, scope=scope, now=NOW)
    session.commit()
    return reload(session, owner.assessment_id, link.grant_id)


def dump(session: Session) -> dict[str, list[str]]:
    """Return every row of every table, as text and in order, to be searched or compared."""
    return {
        table.name: sorted(str(tuple(row)) for row in session.execute(select(table)))
        for table in Base.metadata.sorted_tables
    }


def list_verbs(session: Session, subject: str) -> list[tuple[str, datetime]]:
    """Return what the record says of a subject, in order."""
    statement = select(EventRow.verb, EventRow.at).where(EventRow.subject == subject).order_by(EventRow.seq)
    return [(row.verb, row.at) for row in session.execute(statement)]
