"""Drawing samples of declarations, and the cases that come of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState, Side, StepKind
from om_selfcheck.domain.errors import DomainError, NotFound
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.sampling import Draw, Frame, draw_sample, is_drawable
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.case_steps import add_step, record_case
from om_selfcheck.services.cases import ListedCase, to_listed
from om_selfcheck.services.record import append_event
from om_selfcheck.store.models import AuditSample
from om_selfcheck.store.queries import audits, turns


class FrameNotOver(DomainError):
    """The day of the frame is not over: what is drawn today could come out differently tonight."""


class FrameEmpty(DomainError):
    """No declaration held on that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample as it was drawn, with all that is needed to draw it again."""

    sample_id: UUID
    drawn_at: datetime
    frame: Frame
    frame_size: int
    frame_hash: str
    size: int
    seed: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnNumber:
    """A number of a sample with the case that looks into it.

    Where it ran already (`is_earlier`), `origin` is the sample it came from; None where it came from a report.
    """

    number: str
    case: ListedCase | None
    is_earlier: bool
    origin: Sample | None


def draw(session: Session, *, frame: Frame, size: int, seed: str, today: date) -> Draw:
    """Draw without keeping anything; the same arguments draw the same anywhere and at any time.

    Raises:
        FrameNotOver: the day is not past.
    """
    if not is_drawable(frame, today):
        raise FrameNotOver
    return draw_sample(audits.stream_frame(session, on=frame.on, slug=frame.check, network=frame.network), size, seed)


def start_sample(
    session: Session, *, by: Person, frame: Frame, size: int, seed: str, drawn: Draw, now: datetime
) -> UUID:
    """Keep what was drawn from what, and begin a case for each number that has none open.

    Drawing may take seconds and belongs into a transaction of its own; of a day that is over nothing changes meanwhile.

    Raises:
        FrameEmpty: there was nothing to draw from.
    """
    if not drawn.numbers:
        raise FrameEmpty
    declared = sorted(audits.list_declared(session, drawn.numbers), key=lambda one: one[0].bytes)
    turns.hold_declarations(session, [declaration_id for declaration_id, _ in declared])
    sample_id = uuid4()
    kept = {"check": frame.check, "network": frame.network, "numbers": drawn.numbers}
    facts: dict[str, str | int] = {
        "frame_size": drawn.frame_size,
        "frame_hash": drawn.frame_hash,
        "size": size,
        "seed": seed,
    }
    audits.add_sample(
        session,
        id=sample_id,
        user_id=by.user_id,
        drawn_at=now,
        frame=json.dumps(kept),
        frame_on=frame.on,
        **facts,
    )
    payload = facts | {"on": frame.on.isoformat(), "check": frame.check, "network": frame.network}
    event = Event(verb=Verb.SAMPLE_DRAWN, actor=by.actor, subject=f"sample:{sample_id}", at=now, payload=payload)
    append_event(session, event)
    for declaration_id, number in declared:
        _start_case(session, by=by, declaration_id=declaration_id, number=number, sample_id=sample_id, now=now)
    return sample_id


def list_samples(session: Session) -> Sequence[Sample]:
    """List the samples, the newest first."""
    return [_to_sample(row) for row in audits.list_samples(session)]


def get_sample(session: Session, *, sample_id: UUID) -> Sample:
    row = audits.find_sample(session, sample_id)
    if row is None:
        raise NotFound
    return _to_sample(row)


def list_drawn(session: Session, *, sample: Sample, today: date) -> Sequence[DrawnNumber]:
    """List what was drawn, in its order, each with the case that looks into it."""
    rows = audits.list_of_numbers(session, sample.numbers)
    own = {row["number"]: row for row in rows if row["sample_id"] == sample.sample_id}
    earlier = {row["number"]: row for row in rows if row["created_at"] <= sample.drawn_at}
    return [_to_drawn(session, one, own.get(one), earlier.get(one), today) for one in sample.numbers]


def _to_drawn(
    session: Session, number: str, own: RowMapping | None, earlier: RowMapping | None, today: date
) -> DrawnNumber:
    row = own or earlier
    origin = audits.find_sample(session, row["sample_id"]) if row and row is not own and row["sample_id"] else None
    return DrawnNumber(
        number=number,
        case=to_listed(row, today) if row else None,
        is_earlier=row is not own,
        origin=_to_sample(origin) if origin else None,
    )


def _start_case(
    session: Session, *, by: Person, declaration_id: UUID, number: str, sample_id: UUID, now: datetime
) -> None:
    if audits.list_open_of(session, declaration_id):
        return
    audit = audits.add_audit(
        session,
        id=uuid4(),
        declaration_id=declaration_id,
        sample_id=sample_id,
        state=AuditState.DRAWN.value,
        created_at=now,
    )
    add_step(session, audit, StepKind.DRAWN, side=Side.STAFF, by=by, now=now)
    links = {"declaration": number, "sample": str(sample_id)}
    record_case(session, audit, Verb.AUDIT_STARTED, actor=by.actor, now=now, **links)


def _to_sample(row: AuditSample) -> Sample:
    kept = json.loads(row.frame)
    return Sample(
        sample_id=row.id,
        drawn_at=row.drawn_at,
        frame=Frame(on=row.frame_on, check=kept["check"], network=kept["network"]),
        frame_size=row.frame_size,
        frame_hash=row.frame_hash,
        size=row.size,
        seed=row.seed,
        numbers=tuple(kept["numbers"]),
    )
