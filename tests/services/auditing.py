"""Cases for tests: begun, asked, opened, looked into, heard."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.audit import AuditOutcome, AuditState, CheckItem
from om_selfcheck.domain.declaration import WithdrawalReason
from om_selfcheck.domain.sampling import Frame
from om_selfcheck.services import audits, cases, openings, samples, withdrawals
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.cases import Case
from om_selfcheck.services.grants import Actor
from tests.builders import make_questionnaire
from tests.factories import NOW, TODAY

LATER = NOW + timedelta(days=3)
LATER_ON = TODAY + timedelta(days=3)
ALL_FINE = {f"{item}-answer": "yes" for item in CheckItem}


def draw_all(session: Session, by: Person, *, size: int = 50) -> list[UUID]:
    """Draw a sample of all that holds and return the cases, in the order of their numbers."""
    frame = Frame(on=TODAY + timedelta(days=1))
    drawn = samples.draw(session, frame=frame, size=size, seed="seed", today=LATER_ON)
    sample_id = samples.start_sample(session, by=by, frame=frame, size=size, seed="seed", drawn=drawn, now=LATER)
    session.commit()
    sample = samples.get_sample(session, sample_id=sample_id)
    lines = samples.list_drawn(session, sample=sample, today=LATER_ON)
    return [one.case.audit_id for one in sorted(lines, key=lambda one: one.number) if one.case]


def begin(session: Session, by: Person) -> UUID:
    """Draw the only declaration there is."""
    (audit_id,) = draw_all(session, by)
    return audit_id


def ask(session: Session, by: Person) -> UUID:
    audit_id = begin(session, by)
    audits.ask_company(session, by=by, audit_id=audit_id, now=LATER)
    session.commit()
    return audit_id


def open_topics(
    session: Session, owner: Actor, audit_id: UUID, topics: Sequence[str] = (), *, days: int = 7, hours: int = 1
) -> None:
    """Open topics, or everything where none are named, through a day after `LATER`."""
    openings.open_snapshot(
        session,
        actor=owner,
        audit_id=audit_id,
        questionnaire=make_questionnaire(),
        topics=topics,
        is_whole=not topics,
        until=LATER_ON + timedelta(days=days),
        now=LATER + timedelta(hours=hours),
    )
    session.commit()


def look(session: Session, by: Person, audit_id: UUID, *, hours: int = 2) -> openings.Look:
    seen = openings.look(
        session, by=by, audit_id=audit_id, questionnaire=make_questionnaire(), now=LATER + timedelta(hours=hours)
    )
    session.commit()
    return seen


def submit(session: Session, by: Person, audit_id: UUID, outcome: AuditOutcome = AuditOutcome.IN_ORDER) -> None:
    """Answer the whole checklist and hand it on."""
    stored = audits.write_findings(get(session, audit_id).findings)
    audits.note_findings(session, by=by, audit_id=audit_id, wanted=ALL_FINE, shown=stored, now=LATER)
    audits.submit_findings(session, by=by, audit_id=audit_id, outcome=outcome, text="Passt.", now=LATER)
    session.commit()


def propose(
    session: Session, by: Person, audit_id: UUID, reason: WithdrawalReason = WithdrawalReason.CRITERIA_NOT_MET
) -> None:
    withdrawals.propose_withdrawal(
        session, by=by, audit_id=audit_id, reason=reason, text="Es fehlen Bewertungen.", now=LATER
    )
    session.commit()


def get(session: Session, audit_id: UUID) -> Case:
    session.expire_all()
    return cases.get_case(session, audit_id=audit_id, today=day_in_berlin(LATER))


def state_of(session: Session, audit_id: UUID) -> AuditState:
    return get(session, audit_id).state


def kinds(session: Session, audit_id: UUID) -> list[str]:
    return [step.kind.value for step in get(session, audit_id).steps]
