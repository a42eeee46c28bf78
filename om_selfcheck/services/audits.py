"""What the office and the company do in a case: asking, answering, findings, second reading, closing (D14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.audit import (
    TIME_TO_OPEN,
    TIME_TO_READ,
    AuditMove,
    AuditOutcome,
    AuditState,
    CheckItem,
    FindingAnswer,
    FindingEntry,
    MoveNotAllowed,
    Side,
    StepKind,
    list_gaps,
    list_outcomes,
    may_write,
    require_other,
)
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.record import Verb
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_letters import write_to_company
from om_selfcheck.services.case_steps import (
    add_step,
    lock_case,
    lock_own_case,
    record_case,
    require_standing,
    take_on,
)
from om_selfcheck.services.cases import list_versions, list_writers, read_findings
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.snapshots import is_erased
from om_selfcheck.store.models import Audit
from om_selfcheck.store.queries import audits


class FindingsIncomplete(DomainError):
    """The checklist has gaps; a second reader gets it without."""

    def __init__(self, gaps: tuple[CheckItem, ...]) -> None:
        super().__init__(", ".join(gaps))
        self.gaps = gaps


@dataclass(frozen=True, slots=True)
class Noted:
    """What was not written of a checklist: fields that somebody else changed, and answers that lack their reason."""

    conflicts: tuple[Conflict, ...] = ()
    unreasoned: tuple[CheckItem, ...] = ()


def ask_company(session: Session, *, by: Person, audit_id: UUID, now: datetime) -> None:
    """Ask the company to open its snapshot, and say that it was drawn by chance.

    Raises:
        AlreadyWithdrawn: there is no declaration left to look into.
    """
    audit, declaration = lock_case(session, audit_id)
    require_standing(declaration)
    deadline_on = day_in_berlin(now) + TIME_TO_OPEN
    take_on(session, audit, AuditMove.ASK, deadline_on=deadline_on, now=now)
    audit.auditor_id = by.user_id
    step_id = add_step(session, audit, StepKind.ASKED, side=Side.STAFF, by=by, deadline_on=deadline_on, now=now)
    record_case(session, audit, Verb.AUDIT_ASKED, actor=by.actor, now=now, until=deadline_on.isoformat())
    write_to_company(session, declaration, audit, step_id, now=now)


def write_message(session: Session, *, by: Person, audit_id: UUID, text: str, now: datetime) -> None:
    """Write or ask the company something; it is told by mail. The first word in a case is another one.

    The same words twice in a row are a form that was sent twice, and one message.
    """
    audit, declaration = lock_case(session, audit_id)
    if not may_write(audit.state) or is_erased(declaration):
        raise MoveNotAllowed
    if _is_repeated(session, audit, Side.STAFF, text):
        return
    step_id = add_step(session, audit, StepKind.MESSAGE, side=Side.STAFF, by=by, text=text, now=now)
    write_to_company(session, declaration, audit, step_id, now=now)


def reply(session: Session, *, actor: Actor, audit_id: UUID, text: str, now: datetime) -> None:
    """Let the company answer or ask something."""
    audit, _ = lock_own_case(session, actor=actor, audit_id=audit_id)
    if audit.state == AuditState.CLOSED:
        raise MoveNotAllowed
    if not _is_repeated(session, audit, Side.COMPANY, text):
        add_step(session, audit, StepKind.MESSAGE, side=Side.COMPANY, text=text, now=now)


def _is_repeated(session: Session, audit: Audit, side: Side, text: str) -> bool:
    last, _ = audits.list_steps(session, audit.id)[-1]
    return (last.kind, last.actor, last.text) == (StepKind.MESSAGE, side, text)


def note_findings(
    session: Session,
    *,
    by: Person,
    audit_id: UUID,
    wanted: Mapping[str, str],
    shown: Mapping[str, str],
    now: datetime,
) -> Noted:
    """Write entries of the checklist field by field; return what was not, as somebody else changed it meanwhile (P2).

    What stood there before stays, with who wrote it and when. That something was written is a step both sides read.
    The company reads it at once, so an answer that owes it a reason is not written without one.
    """
    audit, declaration = lock_case(session, audit_id)
    if audit.state != AuditState.OPENED or is_erased(declaration):
        raise MoveNotAllowed
    versions, before = list_versions(session, audit_id), write_findings(read_findings(session, audit_id))
    merger = FieldMerger()
    after = {
        name: merger.merge(name, stored=stored, shown=shown.get(name, ""), wanted=wanted.get(name))
        for name, stored in before.items()
    }
    touched = [item for item in CheckItem if _of(item, after) != _of(item, before)]
    unreasoned = tuple(item for item in touched if _read(item, after).needs_note)
    changed = [item for item in touched if item not in unreasoned]
    for item in changed:
        answer, note = _of(item, after)
        audits.add_finding(
            session,
            id=uuid4(),
            audit_id=audit_id,
            code=item.value,
            edition=len(versions.get(item, ())) + 1,
            answer=answer,
            note=note,
            user_id=by.user_id,
            created_at=now,
        )
    if changed:
        add_step(session, audit, StepKind.NOTED, side=Side.STAFF, by=by, text=" ".join(changed), now=now)
        record_case(session, audit, Verb.FINDINGS_NOTED, actor=by.actor, now=now, items="+".join(changed))
    return Noted(conflicts=tuple(merger.conflicts), unreasoned=unreasoned)


def write_findings(findings: Mapping[CheckItem, FindingEntry]) -> dict[str, str]:
    """Return findings as a form writes them: ``<item>-answer`` and ``<item>-note``."""
    entries = {item: findings.get(item, FindingEntry()) for item in CheckItem}
    answers = {f"{item}-answer": entry.answer.value if entry.answer else "" for item, entry in entries.items()}
    return answers | {f"{item}-note": entry.note for item, entry in entries.items()}


def _of(item: CheckItem, fields: Mapping[str, str]) -> tuple[str, str]:
    return fields[f"{item}-answer"], fields[f"{item}-note"]


def _read(item: CheckItem, fields: Mapping[str, str]) -> FindingEntry:
    answer, note = _of(item, fields)
    return FindingEntry(answer=FindingAnswer(answer) if answer else None, note=note)


def submit_findings(
    session: Session, *, by: Person, audit_id: UUID, outcome: AuditOutcome, text: str, now: datetime
) -> None:
    """Hand the findings to a second reader, with the outcome they lead to.

    Raises:
        FindingsIncomplete: the checklist has gaps.
    """
    audit, _ = lock_case(session, audit_id)
    if outcome not in list_outcomes():
        raise MoveNotAllowed
    if gaps := list_gaps(read_findings(session, audit_id)):
        raise FindingsIncomplete(gaps)
    deadline_on = day_in_berlin(now) + TIME_TO_READ
    take_on(session, audit, AuditMove.SUBMIT, deadline_on=deadline_on, now=now)
    audit.auditor_id, audit.outcome = by.user_id, outcome.value
    add_step(session, audit, StepKind.SUBMITTED, side=Side.STAFF, by=by, text=text, deadline_on=deadline_on, now=now)
    record_case(session, audit, Verb.FINDINGS_SUBMITTED, actor=by.actor, now=now, outcome=outcome.value)


def return_findings(session: Session, *, by: Person, audit_id: UUID, text: str, now: datetime) -> None:
    """Give findings back to whoever wrote them, with what is to be looked at again."""
    audit, _ = lock_case(session, audit_id)
    _require_second(session, audit, by)
    take_on(session, audit, AuditMove.RETURN, deadline_on=day_in_berlin(now) + TIME_TO_READ, now=now)
    audit.outcome = ""
    add_step(session, audit, StepKind.RETURNED, side=Side.STAFF, by=by, text=text, now=now)
    record_case(session, audit, Verb.FINDINGS_RETURNED, actor=by.actor, now=now)


def confirm_findings(session: Session, *, by: Person, audit_id: UUID, now: datetime) -> None:
    """Close a case with the outcome that its findings led to, as second reader.

    Raises:
        SamePerson: who wrote the findings does not read them second.
    """
    audit, declaration = lock_case(session, audit_id)
    _require_second(session, audit, by)
    take_on(session, audit, AuditMove.CONFIRM, now=now)
    audit.second_reader_id = by.user_id
    last = [row.text for row, _ in audits.list_steps(session, audit.id) if row.kind == StepKind.SUBMITTED]
    step_id = add_step(session, audit, StepKind.CLOSED, side=Side.STAFF, by=by, text=last[-1], now=now)
    record_case(session, audit, Verb.AUDIT_CLOSED, actor=by.actor, now=now, outcome=audit.outcome)
    write_to_company(session, declaration, audit, step_id, now=now)


def leave_case(session: Session, *, by: Person, audit_id: UUID, text: str, now: datetime) -> None:
    """Close a case as not looked into, such as where nobody answered; nothing of it becomes public (D14)."""
    audit, declaration = lock_case(session, audit_id)
    was_told = audit.state != AuditState.DRAWN
    take_on(session, audit, AuditMove.LEAVE, now=now)
    audit.outcome = AuditOutcome.NOT_LOOKED_INTO.value
    step_id = add_step(session, audit, StepKind.CLOSED, side=Side.STAFF, by=by, text=text, now=now)
    record_case(session, audit, Verb.AUDIT_CLOSED, actor=by.actor, now=now, outcome=audit.outcome)
    if was_told:
        write_to_company(session, declaration, audit, step_id, now=now)


def decline(session: Session, *, actor: Actor, audit_id: UUID, text: str, now: datetime) -> None:
    """Close a case because the company does not open its answers; nothing of it becomes public (D14)."""
    audit, _ = lock_own_case(session, actor=actor, audit_id=audit_id)
    take_on(session, audit, AuditMove.DECLINE, now=now)
    audit.outcome = AuditOutcome.NOT_LOOKED_INTO.value
    add_step(session, audit, StepKind.DECLINED, side=Side.COMPANY, text=text, now=now)
    record_case(session, audit, Verb.AUDIT_CLOSED, actor=actor.right, now=now, outcome=audit.outcome)


def _require_second(session: Session, audit: Audit, by: Person) -> None:
    """Raise SamePerson for whoever has handed the findings on, or written any of them."""
    for writer in list_writers(session, audit):
        require_other(writer, by.user_id)
