"""A company that wants mail, with a declaration and a plan, and what was queued for it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from om_selfcheck.domain.progress import ActionState, Effect
from om_selfcheck.services import reminders
from om_selfcheck.services.action_plans import save_action, write_fields
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.reminders import Counts, Due, Run
from om_selfcheck.store.models import Action, ActionProgress, Company, Declaration, Doer, Message
from tests import factories
from tests.builders import make_action, make_questionnaire
from tests.factories import NOW, TODAY

DAY = timedelta(days=1)
USUAL = (90, 30, 7, -1)
ADDRESS = "post@brandt.example"
DOER = "hanna@brandt.example"
WANTS_MAIL: dict[str, object] = {"reminder": "email", "confirmed_email": ADDRESS}


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, 0, tzinfo=UTC)


def make_declared(session: Session, *, issued_on: date = TODAY, **company: object) -> Actor:
    """Return the owner of a round that was declared on a day; the company wants mail unless it is said otherwise."""
    owner = factories.make_complete(session)
    factories.issue(session, owner, today=issued_on, now=morning(issued_on))
    change_company(session, owner, **(WANTS_MAIL | company))
    return factories.reload(session, owner.assessment_id, owner.grant_id)


def make_planned(session: Session, *actions: "Planned", **company: object) -> Actor:
    """Return the owner of a round with a plan that is not declared yet."""
    owner = factories.start(session)
    change_company(session, owner, **(WANTS_MAIL | company))
    for number, action in enumerate(actions):
        plan(session, owner, action, now=NOW + timedelta(seconds=number))
    return owner


def change_company(session: Session, owner: Actor, **columns: object) -> None:
    session.execute(update(Company).where(Company.id == owner.company_id).values(**columns))
    session.commit()


@dataclass(frozen=True, kw_only=True)
class Planned:
    """An action as the tests below tell them apart: by its title."""

    title: str
    due_on: date | None = None
    follow_up_on: date | None = None
    responsible: str = "Büro"
    state: ActionState = ActionState.OPEN
    effect: Effect | None = None


def plan(session: Session, owner: Actor, planned: Planned, *, now: datetime = NOW) -> UUID:
    action_id = uuid4()
    action = make_action(
        title=planned.title,
        responsible=planned.responsible,
        due_on=planned.due_on,
        follow_up_on=planned.follow_up_on,
    )
    save_action(
        session,
        actor=owner,
        questionnaire=make_questionnaire(),
        action_id=action_id,
        wanted=write_fields(action),
        shown={},
        now=now,
    )
    session.execute(update(Action).where(Action.id == action_id).values(state=planned.state))
    if planned.effect:
        step = ActionProgress(id=uuid4(), action_id=action_id, at=now, state=planned.state, effect=planned.effect)
        session.add(step)
    session.commit()
    return action_id


def add_doer(
    session: Session, owner: Actor, name: str = "Büro", *, address: str = DOER, is_confirmed: bool = True
) -> UUID:
    doer = Doer(
        id=uuid4(),
        assessment_id=owner.assessment_id,
        name=name,
        address=address,
        confirmed_at=NOW if is_confirmed else None,
    )
    session.add(doer)
    session.commit()
    return doer.id


def make_run(today: date, *, now: datetime | None = None, is_dry: bool = False) -> Run:
    return Run(renewal_days=USUAL, now=now or morning(today), today=today, is_dry=is_dry)


def find(session: Session, run: Run) -> list[Due]:
    return [one for batch in reminders.list_due(session, run) for one in batch]


def remind(session: Session, today: date, *, is_dry: bool = False, now: datetime | None = None) -> Counts:
    """Do what the command does, in one session."""
    run = make_run(today, now=now, is_dry=is_dry)
    counts = reminders.queue_due(session, find(session, run), run)
    session.commit()
    return counts


def list_messages(session: Session) -> list[Message]:
    session.expire_all()
    return list(session.scalars(select(Message).order_by(Message.created_at, Message.address, Message.stage)))


def number_of(session: Session, owner: Actor) -> str:
    number = session.scalar(select(Declaration.number).where(Declaration.assessment_id == owner.assessment_id))
    assert number is not None
    return number
