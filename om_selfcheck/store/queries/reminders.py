"""What may be due: found in indexed windows of days and streamed, so that memory stays flat; the rules decide after."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, String, and_, bindparam, cast, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from om_selfcheck.domain.declaration import ReminderChoice
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.reminders import ANSWERS, STAGE_PREFIX
from om_selfcheck.store.models import Action, ActionProgress, Assessment, Company, Declaration, Doer, Message

BATCH = 50
Newer = aliased(Declaration)
Begun = aliased(Assessment)
Later = aliased(Action)
DUE, FOLLOW_UP = MessageKind.ACTION_DUE, MessageKind.FOLLOW_UP
_DAY: dict[MessageKind, InstrumentedAttribute[date | None]] = {DUE: Action.due_on, FOLLOW_UP: Action.follow_up_on}
_STATES: dict[MessageKind, list[ActionState]] = {
    DUE: [state for state in ActionState if not state.is_finished],
    FOLLOW_UP: [state for state in ActionState if state is not ActionState.DROPPED],
}
_COMPANY_WANTS_MAIL = and_(Company.reminder == ReminderChoice.EMAIL, Company.confirmed_email != "")
_IS_THEIRS = and_(
    Doer.assessment_id == Action.assessment_id,
    Doer.name == Action.responsible,
    Doer.address != "",
    Doer.confirmed_at.is_not(None),
)
_IS_TAKEN_OVER = select(Later.id).where(Later.taken_from_id == Action.id).exists()
_NEWEST_EFFECT = (
    select(ActionProgress.effect)
    .where(ActionProgress.action_id == Action.id, ActionProgress.effect != "")
    .order_by(ActionProgress.at.desc(), ActionProgress.id.desc())
    .limit(1)
    .scalar_subquery()
)
_IS_ANSWERED = func.coalesce(_NEWEST_EFFECT, "").in_(ANSWERS)
_CHOICE = (Company.reminder, Company.confirmed_email, Company.mails_resume_on, Company.id.label("company_id"))
_TERMS = (Declaration.issued_on, Declaration.withdrawn_on, Newer.issued_on.label("replaced_on"))
_RENEWAL = (
    select(
        Declaration.number,
        Declaration.assessment_id,
        Declaration.company_name,
        Assessment.language,
        select(Begun.id).where(Begun.renews_id == Declaration.assessment_id).exists().label("is_begun"),
        *_TERMS,
        *_CHOICE,
    )
    .join(Assessment, Assessment.id == Declaration.assessment_id)
    .join(Company, Company.id == Declaration.company_id)
    .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
    .where(Declaration.number == bindparam("number"))
)
_QUEUED_STAGES = select(Message.stage).where(
    Message.kind == MessageKind.RENEWAL, Message.subject == literal("declaration:") + bindparam("number")
)


def stream_renewals(
    session: Session, *, issued_from: date, issued_before: date, stages: Collection[str], today: date
) -> Iterator[Sequence[str]]:
    """Yield numbers issued in a window whose company wants mail, and that none of the stages was queued for."""
    queued = select(Message.id).where(
        Message.kind == MessageKind.RENEWAL,
        Message.subject == literal("declaration:") + Declaration.number,
        Message.stage.in_(stages),
    )
    statement = (
        select(Declaration.number)
        .join(Company, Company.id == Declaration.company_id)
        .where(
            Declaration.issued_on >= issued_from,
            Declaration.issued_on < issued_before,
            _COMPANY_WANTS_MAIL,
            ~queued.exists(),
            *_is_open(today),
        )
    )
    return _stream(session, statement)


def stream_rounds(session: Session, *, kind: MessageKind, since: date, today: date) -> Iterator[Sequence[UUID]]:
    """Yield rounds with a day that concerns somebody who wants mail and that no mail of the kind has covered."""
    covering = select(Message.id).where(
        Message.assessment_id == Action.assessment_id,
        Message.kind == kind,
        Message.stage >= literal(STAGE_PREFIX[kind]) + cast(_DAY[kind], String),
    )
    statement = (
        select(Action.assessment_id)
        .distinct()
        .join(Assessment, Assessment.id == Action.assessment_id)
        .join(Company, Company.id == Assessment.company_id)
        .outerjoin(Declaration, Declaration.assessment_id == Assessment.id)
        .where(
            _DAY[kind].between(since, today),
            Action.state.in_(_STATES[kind]),
            ~_IS_TAKEN_OVER,
            or_(_COMPANY_WANTS_MAIL, select(Doer.id).where(_IS_THEIRS).exists()),
            ~covering.exists(),
            *_is_open(today),
        )
    )
    return _stream(session, statement if kind is DUE else statement.where(~_IS_ANSWERED))


def find_renewal(session: Session, number: str) -> RowMapping | None:
    """Return what decides about the renewal of a declaration, and what its mail says."""
    return session.execute(_RENEWAL, {"number": number}).mappings().first()


def list_queued_stages(session: Session, number: str) -> Sequence[str]:
    return session.scalars(_QUEUED_STAGES, {"number": number}).all()


def list_candidates(
    session: Session, *, kind: MessageKind, assessment_id: UUID, since: date, today: date
) -> Sequence[RowMapping]:
    """Return a round's actions with a day in the window, each with whom it concerns and what decides about it."""
    parameters = {"assessment_id": assessment_id, "since": since, "today": today}
    return session.execute(_CANDIDATES[kind], parameters).mappings().all()


def _select_candidates(kind: MessageKind) -> Select[*tuple[Any, ...]]:
    on = _DAY[kind]
    covered = select(func.max(Message.stage)).where(Message.assessment_id == Assessment.id, Message.kind == kind)
    return (
        select(
            Action.id,
            Action.title,
            Action.description,
            Action.responsible,
            Action.due_on,
            Action.follow_up,
            Action.follow_up_on,
            Action.created_at,
            Action.state,
            Action.assessment_id,
            Assessment.language,
            Company.name.label("company_name"),
            Doer.id.label("doer_id"),
            Doer.address.label("doer_address"),
            _IS_ANSWERED.label("is_answered"),
            _IS_TAKEN_OVER.label("is_taken_over"),
            covered.scalar_subquery().label("covering_stage"),
            *_TERMS,
            *_CHOICE,
        )
        .join(Assessment, Assessment.id == Action.assessment_id)
        .join(Company, Company.id == Assessment.company_id)
        .outerjoin(Doer, _IS_THEIRS)
        .outerjoin(Declaration, Declaration.assessment_id == Assessment.id)
        .outerjoin(Newer, Newer.id == Declaration.replaced_by_id)
        .where(Assessment.id == bindparam("assessment_id"), on.between(bindparam("since"), bindparam("today")))
        .order_by(on, Action.created_at, Action.id)
    )


_CANDIDATES = {kind: _select_candidates(kind) for kind in (DUE, FOLLOW_UP)}


def _is_open(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a company is not in a pause and a declaration, if any, was not ended by hand."""
    return (
        or_(Company.mails_resume_on.is_(None), Company.mails_resume_on <= today),
        or_(Declaration.withdrawn_on.is_(None), Declaration.withdrawn_on > today),
        Declaration.replaced_by_id.is_(None),
    )


def _stream(session: Session, statement: Select[Any]) -> Iterator[Sequence[Any]]:
    return session.scalars(statement.execution_options(yield_per=BATCH)).partitions()
