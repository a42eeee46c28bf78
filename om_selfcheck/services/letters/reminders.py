"""The reminders as they are sent: asked again whether they are wanted, with what the words need and fresh links."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.access import Right, action_scope
from om_selfcheck.domain.action_plan import Action
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.record import SYSTEM, Event, Verb
from om_selfcheck.domain.reminders import LATE_ACTION, STAGE_PREFIX, RenewalTone, find_tone
from om_selfcheck.services.grants import add_grant
from om_selfcheck.services.letters import Claimed, Prepare
from om_selfcheck.services.record import append_event
from om_selfcheck.services.reminders import LEFT_BEHIND, find_recipient, read_action, read_choice, read_terms
from om_selfcheck.store.queries import reminders

ACTION_LINK_LIFETIME = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAction:
    """An action as a mail shows it; the token opens this one alone."""

    heading: str
    description: str
    responsible: str
    on: date
    follow_up: str
    state: ActionState
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingDeclaration:
    """What the mail about the end of the two years says; `days_left` is below zero afterwards."""

    number: str
    company_name: str
    valid_until: date
    days_left: int
    tone: RenewalTone
    is_begun: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsToday:
    """What the mails about actions say; `on` is the last of their days, mostly the only one."""

    company_name: str
    is_for_company: bool
    count: int
    on: date
    is_one_day: bool
    link_days: int
    actions: tuple[ListedAction, ...]


def prepare_renewal(session: Session, claimed: Claimed, now: datetime) -> EndingDeclaration | None:
    """Return what is to be said of the end; None once it was renewed or ended, or the next stage has taken over."""
    today = day_in_berlin(now)
    row = reminders.find_renewal(session, claimed.subject.removeprefix("declaration:"))
    terms = read_terms(row) if row else None
    if row is None or terms is None or terms.status_on(today) in LEFT_BEHIND:
        return None
    if today > date.fromisoformat(claimed.facts["until"]) or not _is_theirs(row, claimed, today):
        return None
    days_left = (terms.valid_until - today).days
    return EndingDeclaration(
        number=row["number"],
        company_name=row["company_name"],
        valid_until=terms.valid_until,
        days_left=days_left,
        tone=find_tone(days_left),
        is_begun=row["is_begun"],
    )


def prepare_actions(session: Session, claimed: Claimed, now: datetime) -> ActionsToday | None:
    """Return the actions of a mail that still call for it, each with a link; None where none does any more."""
    if claimed.assessment_id is None:
        return None
    queued_on = date.fromisoformat(claimed.stage.removeprefix(STAGE_PREFIX[claimed.kind]))
    today = max(day_in_berlin(now), queued_on)  # a clock that was set back since takes nothing back
    rows = reminders.list_candidates(
        session, kind=claimed.kind, assessment_id=claimed.assessment_id, since=today - LATE_ACTION, today=today
    )
    queued = frozenset(claimed.facts["actions"].split())
    wanted = [row for row in rows if str(row["id"]) in queued and _still_calls(row, claimed, today)]
    if not wanted:
        return None
    actions = tuple(_list_action(session, row, claimed.kind, now) for row in wanted)
    return ActionsToday(
        company_name=wanted[0]["company_name"],
        is_for_company=claimed.subject.startswith("assessment:"),
        count=len(actions),
        on=actions[-1].on,
        is_one_day=actions[0].on == actions[-1].on,
        link_days=ACTION_LINK_LIFETIME.days,
        actions=actions,
    )


def _is_theirs(row: RowMapping, claimed: Claimed, today: date) -> bool:
    choice = read_choice(row)
    return choice.wants_mail_on(today) and choice.confirmed_address == claimed.address


def _still_calls(row: RowMapping, claimed: Claimed, today: date) -> bool:
    recipient = find_recipient(row, today)
    is_theirs = recipient is not None and recipient.address == claimed.address
    return is_theirs and read_action(row, today).calls_for(claimed.kind, today)


def _list_action(session: Session, row: RowMapping, kind: MessageKind, now: datetime) -> ListedAction:
    heading = Action(title=row["title"], description=row["description"]).heading
    return ListedAction(
        heading=heading,
        description="" if row["description"] == heading else row["description"],
        responsible=row["responsible"],
        on=row["due_on"] if kind is MessageKind.ACTION_DUE else row["follow_up_on"],
        follow_up=row["follow_up"],
        state=ActionState(row["state"]),
        token=_make_link(session, row, heading, now),
    )


def _make_link(session: Session, row: RowMapping, heading: str, now: datetime) -> str:
    """Make a link to one action and return its token; only its hash stays."""
    link = add_grant(
        session,
        row["assessment_id"],
        right=Right.DOER,
        label=heading,
        scope=action_scope(str(row["id"])),
        ends_at=now + ACTION_LINK_LIFETIME,
        now=now,
    )
    event = Event(
        verb=Verb.GRANT_CREATED,
        actor=SYSTEM,
        subject=f"assessment:{row['assessment_id']}",
        at=now,
        payload={"grant": str(link.grant_id), "right": Right.DOER.value},
    )
    append_event(session, event)
    return link.token


PREPARE: Mapping[MessageKind, Prepare] = {
    MessageKind.RENEWAL: prepare_renewal,
    MessageKind.ACTION_DUE: prepare_actions,
    MessageKind.FOLLOW_UP: prepare_actions,
}
