"""What becomes of the plan: reports on its actions, answers on the day of the follow-up, and the path of a measure.

All of it stands beside the plan and the ratings. It goes on after the declaration was issued and changes nothing in it
(D7).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task, hand_of, reach_of, read_hand
from om_selfcheck.domain.errors import NotAllowed, NotFound
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.path import Path, PathStep, make_paths, newest_need
from om_selfcheck.domain.progress import ActionState, Effect, HistoryEntry, NothingSaid, Progress, Report, check_step
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.services.grants import Actor
from om_selfcheck.store.models import ActionProgress
from om_selfcheck.store.queries import plans
from om_selfcheck.store.queries import progress as rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A report together with the colours that measures have now."""

    report: Report
    needs: Mapping[str, NeedForAction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """An action with the path of each measure it belongs to."""

    progress: Progress
    paths: Mapping[str, Path]


def list_progress(session: Session, *, actor: Actor) -> Sequence[Progress]:
    """List what became of the actions that the actor's link reaches, in the order of the plan."""
    reach = reach_of(actor.right, actor.scope)
    plan = load_progress(session, actor.assessment_id)
    return [entry for entry in plan if reach.covers(entry.key, entry.action.responsible)]


def load_progress(session: Session, assessment_id: UUID) -> Sequence[Progress]:
    """Return what became of a whole plan; whoever calls knows that it may be read."""
    states = rows.list_states(session, assessment_id)
    history = _list_history(session, assessment_id)
    return [
        Progress(
            key=str(action_id),
            action=action,
            state=ActionState(states[action_id]),
            history=tuple(history[action_id]),
        )
        for action_id, action in plans.list_actions(session, assessment_id)
    ]


def get_progress(session: Session, *, actor: Actor, action_id: UUID) -> Progress:
    """Return what became of one action; NotFound for one that is not there or that the link does not reach."""
    for progress in list_progress(session, actor=actor):
        if progress.key == str(action_id):
            return progress
    raise NotFound


def get_follow_up(session: Session, *, actor: Actor, action_id: UUID) -> FollowUp:
    """Return what the question of the follow-up is about; NotAllowed for a link that only reports."""
    progress = get_progress(session, actor=actor, action_id=action_id)
    _require_judging(actor)
    paths = load_paths(session, actor.assessment_id)
    return FollowUp(progress=progress, paths={ref: paths.get(ref, ()) for ref in progress.action.measure_refs})


def list_paths(session: Session, *, actor: Actor) -> Mapping[str, Path]:
    """Return the path of each measure that was looked at again after its rating."""
    actor.require(Task.READ)
    if not rows.list_later_ratings(session, actor.assessment_id):  # most rounds, most of the time
        return {}
    paths = load_paths(session, actor.assessment_id)
    return {ref: path for ref, path in paths.items() if not all(step.is_rating for step in path)}


def report_progress(
    session: Session, *, actor: Actor, action_id: UUID, report: Report, shown_state: str, now: datetime
) -> tuple[Conflict, ...]:
    """Note where an action stands; return the conflict, with nothing written, where somebody else moved it on (P2).

    Raises:
        NotFound: the link does not reach the action.
        NoSuchStep, ReasonMissing, NothingSaid: what was sent is no step; nothing is written.
    """
    answer = Answer(report=report)
    return _note(session, actor, action_id, answer, shown={"state": shown_state}, now=now)


def answer_follow_up(
    session: Session, *, actor: Actor, action_id: UUID, answer: Answer, shown: Mapping[str, str], now: datetime
) -> tuple[Conflict, ...]:
    """Note the answers of a follow-up: was it done, did it help, which colour now. Each colour is a later rating.

    `shown` holds what the form showed as `state` and `need-<ref>`. Conflicts and refusals are as above; a measure that
    the action does not belong to is NotFound.
    """
    actor.require(Task.DO)
    _require_judging(actor)
    return _note(session, actor, action_id, answer, shown=shown, now=now)


def _note(
    session: Session, actor: Actor, action_id: UUID, answer: Answer, *, shown: Mapping[str, str], now: datetime
) -> tuple[Conflict, ...]:
    actor.require(Task.DO)
    progress = get_progress(session, actor=actor, action_id=action_id)
    if not set(answer.needs) <= set(progress.action.measure_refs):
        raise NotFound
    paths = load_paths(session, actor.assessment_id) if answer.needs else {}
    newest = {ref: newest_need(paths.get(ref, ())) for ref in answer.needs}
    merger, wanted = FieldMerger(), answer.report.state
    state = merger.merge("state", stored=progress.state, shown=shown.get("state", ""), wanted=wanted)
    for ref, need in answer.needs.items():
        merger.merge(f"need-{ref}", stored=newest[ref] or "", shown=shown.get(f"need-{ref}", ""), wanted=need)
    if merger.conflicts:
        return tuple(merger.conflicts)
    if _says_nothing(answer, shown.get("state", "")):
        raise NothingSaid
    report = replace(answer.report, state=ActionState(state))
    check_step(progress.state, report)
    entry = HistoryEntry(at=now, report=report, by=hand_of(actor.right, actor.label, actor.scope))
    if not _is_known(progress, entry, answer, newest):
        _store(session, actor, action_id, entry, answer.needs)
    return ()


def _says_nothing(answer: Answer, shown_state: str) -> bool:
    return answer == Answer(report=Report(state=answer.report.state)) and answer.report.state == shown_state


def _is_known(
    progress: Progress, entry: HistoryEntry, answer: Answer, newest: Mapping[str, NeedForAction | None]
) -> bool:
    """Say whether nothing is left to note: the same was sent a moment ago, or somebody else was first."""
    is_sent_twice = bool(progress.history) and entry.repeats(progress.history[-1])
    is_step_taken = entry.report == Report(state=progress.state) and not answer.needs
    return newest == answer.needs and (is_sent_twice or is_step_taken)


def _store(
    session: Session, actor: Actor, action_id: UUID, entry: HistoryEntry, needs: Mapping[str, NeedForAction]
) -> None:
    report = entry.report
    rows.add_entry(
        session,
        id=uuid4(),
        action_id=action_id,
        at=entry.at,
        state=report.state.value,
        effect=report.effect.value if report.effect else "",
        note=report.note,
        by=entry.by.written,
    )
    later = {"assessment_id": actor.assessment_id, "action_id": action_id, "at": entry.at}
    rows.add_later_ratings(
        session, [later | {"id": uuid4(), "measure_ref": ref, "need": need.value} for ref, need in needs.items()]
    )


def _require_judging(actor: Actor) -> None:
    actor.require(Task.DO)
    if not reach_of(actor.right, actor.scope).may_judge:
        raise NotAllowed


def _list_history(session: Session, assessment_id: UUID) -> Mapping[UUID, Sequence[HistoryEntry]]:
    history: dict[UUID, list[HistoryEntry]] = defaultdict(list)
    for row in rows.list_entries(session, assessment_id):
        history[row.action_id].append(_to_entry(row))
    return history


def _to_entry(row: ActionProgress) -> HistoryEntry:
    effect = Effect(row.effect) if row.effect else None
    return HistoryEntry(
        at=row.at,
        report=Report(state=ActionState(row.state), effect=effect, note=row.note),
        by=read_hand(row.by),
    )


def load_paths(session: Session, assessment_id: UUID) -> dict[str, Path]:
    """Return the path of every rated measure of a round; whoever calls knows that it may be read."""
    ratings = {
        ref: PathStep(at=at, need=NeedForAction(need), is_rating=True)
        for ref, need, at in rows.list_dated_ratings(session, assessment_id)
    }
    headings: dict[UUID | None, str] = {
        action_id: action.heading for action_id, action in plans.list_actions(session, assessment_id)
    }
    later = [
        (row.measure_ref, PathStep(at=row.at, need=NeedForAction(row.need), action=headings.get(row.action_id, "")))
        for row in rows.list_later_ratings(session, assessment_id)
    ]
    return make_paths(ratings, later)
