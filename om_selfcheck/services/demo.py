"""A made-up firm to look around with: all rated and planned, before it declares or when it is due to declare anew."""

from datetime import date, datetime, timedelta
from itertools import cycle
from uuid import uuid4

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.action_plan import Action, Urgency, propose_measures
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.progress import ActionState, Report
from om_selfcheck.domain.questionnaire import Measure, Questionnaire
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.services import action_plans, assessments, declarations, drafts, grants, progress
from om_selfcheck.services.assessments import RatingChange

FUNCTIONS = ("Büro", "Werkstattleitung", "Geschäftsführung")
NEEDS = (NeedForAction.URGENT, NeedForAction.NONE, NeedForAction.SOME, NeedForAction.NONE, NeedForAction.NONE)
STATES = (ActionState.DONE, ActionState.DONE, ActionState.IN_PROGRESS, ActionState.OPEN, ActionState.DROPPED)
YEAR = timedelta(days=365)
DECLARED_AGO = timedelta(days=670)
DETAILS = {
    "company_name": "Tischlerei Muster GmbH (Beispiel)",
    "street": "Musterweg 1",
    "postal_code": "12345",
    "city": "Musterstadt",
    "signatory_name": "Kim Muster",
    "signatory_function": "Geschäftsführung",
    "place": "Musterstadt",
}


def add_demo(session: Session, *, questionnaire: Questionnaire, now: datetime, today: date) -> str:
    """Add the firm by the same use cases that people use, and return the token of its access link."""
    started = assessments.start_assessment(session, questionnaire=questionnaire, language="de", now=now)
    actor = grants.get_actor_by_token(session, token=started.link.token, now=now)
    needs = {measure.ref: need for measure, need in zip(questionnaire.measures(), cycle(NEEDS), strict=False)}
    changes = [RatingChange(measure_ref=ref, need=need) for ref, need in needs.items()]
    assessments.save_ratings(session, actor=actor, questionnaire=questionnaire, changes=changes, now=now)
    proposals = propose_measures(questionnaire.measures(), needs, ())[NeedForAction.URGENT]
    for number, measure in enumerate(proposals[:REQUIRED_ACTIONS]):
        action_plans.save_action(
            session,
            actor=actor,
            questionnaire=questionnaire,
            action_id=uuid4(),
            wanted=action_plans.write_fields(_make_action(measure, number, today)),
            shown={},
            now=now + timedelta(seconds=number),
        )
    drafts.save_draft(session, actor=actor, wanted=DETAILS, shown={})
    return started.link.token


def add_declared_demo(session: Session, *, questionnaire: Questionnaire, now: datetime, today: date) -> str:
    """Add the firm as it stands two months before its two years end, its actions done in part; return its token."""
    then = now - DECLARED_AGO
    token = add_demo(session, questionnaire=questionnaire, now=then, today=today - DECLARED_AGO)
    actor = grants.get_actor_by_token(session, token=token, now=now)
    confirmed = dict.fromkeys(drafts.CONFIRMATION_FIELDS, drafts.ON)
    drafts.save_draft(session, actor=actor, wanted=confirmed, shown={})
    day, standing = day_in_berlin(then), drafts.get_standing(session, actor=actor, questionnaire=questionnaire)
    shown = declarations.hash_preview(session, actor=actor, questionnaire=questionnaire, standing=standing, today=day)
    declarations.issue_declaration(session, actor=actor, questionnaire=questionnaire, shown=shown, now=then, today=day)
    declared = grants.get_actor_by_token(session, token=token, now=now)
    for entry, state in zip(action_plans.list_actions(session, actor=actor), cycle(STATES), strict=False):
        report = Report(state=state, note="Machen wir anders.")
        progress.report_progress(
            session, actor=declared, action_id=entry.id, report=report, shown_state=ActionState.OPEN, now=then + YEAR
        )
    return token


def _make_action(measure: Measure, number: int, today: date) -> Action:
    due_on = today + timedelta(weeks=4 + number)
    return Action(
        title=measure.first_step.title.de,
        description=measure.first_step.description.de,
        urgency=list(Urgency)[number % len(Urgency)],
        responsible=FUNCTIONS[number % len(FUNCTIONS)],
        due_on=due_on,
        follow_up=measure.first_step.follow_up.de,
        follow_up_on=due_on + timedelta(weeks=8),
        measure_refs=(measure.ref,),
    )
