"""Correcting name, address or signatory after issue: a further edition under the same number, never silent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain import correction as rules
from om_selfcheck.domain.access import Right, Task
from om_selfcheck.domain.correction import (
    CORRECTABLE,
    Correction,
    NotCorrectable,
    Step,
    TooLateToCorrect,
    find_changed,
    follow_corrections,
    read_values,
    write_over,
)
from om_selfcheck.domain.declaration import DeclarationDetails, DetailField
from om_selfcheck.domain.declaration_number import NotANumber, read_number
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.merging import Conflict, FieldMerger
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.domain.record import Event, Verb
from om_selfcheck.domain.register import register_words
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.messages import queue_message
from om_selfcheck.services.record import append_event
from om_selfcheck.services.snapshots import is_erased, read_intact
from om_selfcheck.store import models
from om_selfcheck.store.models import Declaration
from om_selfcheck.store.queries import audits, corrections, declarations


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a correction: accepted where nothing is missing and nobody was faster, else nothing is written.

    One that changes nothing is accepted too, and nothing is written.
    """

    conflicts: tuple[Conflict, ...] = ()
    missing: tuple[DetailField, ...] = ()

    @property
    def is_accepted(self) -> bool:
        return not (self.conflicts or self.missing)


def list_corrections(session: Session, row: Declaration, frozen: DeclarationDetails | None) -> tuple[Correction, ...]:
    """Return the corrections of a declaration, the oldest first; what the first one changed is told by `frozen`."""
    return follow_corrections(frozen, map(_to_step, corrections.list_corrections(session, row.id)))


def correct_own(
    session: Session, *, actor: Actor, wanted: Mapping[str, str], shown: Mapping[str, str], now: datetime
) -> Outcome:
    """Let the company correct its own declaration within 24 hours after issuing.

    Raises:
        TooLateToCorrect: they are over.
        NotCorrectable: the declaration was withdrawn.
        SnapshotChanged: what stands there is not what was declared.
    """
    actor.require(Task.DECLARE)
    row = declarations.find_by_assessment(session, actor.assessment_id)
    if row is None:
        raise NotFound
    if not rules.may_correct_itself(row.issued_at, now):
        raise TooLateToCorrect
    return _correct(session, row, by=actor.right, wanted=wanted, shown=shown, note="", now=now)


def correct_for_company(
    session: Session,
    *,
    number: str,
    by: str,
    wanted: Mapping[str, str],
    shown: Mapping[str, str],
    note: str,
    now: datetime,
) -> Outcome:
    """Let staff correct a declaration at any time; `note` says at whose wish, and the company reads it.

    Raises:
        NotFound: there is no such number.
        NotCorrectable: it was withdrawn, or its company was erased.
        SnapshotChanged: what stands there is not what was declared.
    """
    try:
        row, _ = declarations.find_by_number(session, read_number(number))
    except NotANumber:
        row = None
    if row is None:
        raise NotFound
    return _correct(session, row, by=by, wanted=wanted, shown=shown, note=note, now=now)


def _to_step(row: models.Correction) -> Step:
    return Step(at=row.corrected_at, is_by_office=_is_office(row.actor), note=row.note, values=json.loads(row.details))


def _is_office(actor: str) -> bool:
    return actor not in set(Right)


def _correct(
    session: Session,
    found: Declaration,
    *,
    by: str,
    wanted: Mapping[str, str],
    shown: Mapping[str, str],
    note: str,
    now: datetime,
) -> Outcome:
    """Write a correction, all of it or nothing; asked again for what stands there already, nothing is written."""
    row = audits.lock_declaration(session, found.id)
    if row is None or row.withdrawn_on is not None or is_erased(row):
        raise NotCorrectable
    frozen = read_intact(row).details
    earlier = list_corrections(session, row, frozen)
    before = earlier[-1].after if earlier else frozen
    merger, stored = FieldMerger(), read_values(before)
    after = write_over(
        before,
        {
            name: merger.merge(name, stored=stored[name], shown=shown.get(name, ""), wanted=wanted.get(name))
            for name in stored
        },
    )
    missing = tuple(field for field in after.missing if field in CORRECTABLE)
    outcome = Outcome(tuple(merger.conflicts), missing)
    if outcome.is_accepted and find_changed(before, after):
        one = Correction(
            edition=len(earlier) + 1, at=now, is_by_office=_is_office(by), note=note, before=before, after=after
        )
        _store(session, row, one, by=by)
    return outcome


def _store(session: Session, row: Declaration, one: Correction, *, by: str) -> None:
    after, fields, correction_id = one.after, "+".join(one.fields), uuid4()
    details = json.dumps(read_values(after), ensure_ascii=False, sort_keys=True)
    corrections.add_correction(
        session,
        id=correction_id,
        declaration_id=row.id,
        edition=one.edition,
        corrected_at=one.at,
        actor=by,
        details=details,
        note=one.note,
    )
    words = register_words(after.company_name, after.city)
    corrections.rewrite_register(session, row, company_name=after.company_name, city=after.city, words=words)
    _follow_at_home(session, row, one)
    content = rules.hash_correction(
        key=correction_id.hex, edition=one.edition, actor=by, details=details, note=one.note
    )
    append_event(
        session,
        Event(
            verb=Verb.DECLARATION_CORRECTED,
            actor=by,
            subject=f"declaration:{row.number}",
            at=one.at,
            payload={"edition": one.edition, "fields": fields, "hash": content},
        ),
    )


def _follow_at_home(session: Session, row: Declaration, one: Correction) -> None:
    """Take the correction over where the company still has what was wrong, and write to its address."""
    company, assessment = corrections.get_origin(session, row)
    old, new = read_values(one.before) if one.before else {}, read_values(one.after)
    for name in one.fields:
        holder, attribute = _HOMES[name]
        home = company if holder == "company" else assessment
        if getattr(home, attribute) == old[name]:
            setattr(home, attribute, new[name])
    session.flush()
    if company.confirmed_email:
        queue_message(
            session,
            kind=MessageKind.DECLARATION_CORRECTED,
            subject=f"declaration:{row.number}",
            stage=str(one.edition),
            address=company.confirmed_email,
            language=assessment.language,
            company_id=company.id,
            assessment_id=assessment.id,
            now=one.at,
        )


_HOMES = {
    DetailField.COMPANY_NAME: ("company", "name"),
    DetailField.STREET: ("company", "street"),
    DetailField.POSTAL_CODE: ("company", "postal_code"),
    DetailField.CITY: ("company", "city"),
    DetailField.SIGNATORY_NAME: ("assessment", "signatory_name"),
    DetailField.SIGNATORY_FUNCTION: ("assessment", "signatory_function"),
}
