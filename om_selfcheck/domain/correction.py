"""Correcting who declared, after issue: name, address or signatory; the snapshot itself stays as it was frozen (D7)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from om_selfcheck.domain.declaration import DeclarationDetails, DetailField
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.record import canonical_json

OWN_CORRECTION = timedelta(hours=24)


class CorrectedPart(StrEnum):
    """What a correction is about, as everybody is told."""

    NAME = "name"
    ADDRESS = "address"
    SIGNATORY = "signatory"


PARTS = {
    DetailField.COMPANY_NAME: CorrectedPart.NAME,
    DetailField.STREET: CorrectedPart.ADDRESS,
    DetailField.POSTAL_CODE: CorrectedPart.ADDRESS,
    DetailField.CITY: CorrectedPart.ADDRESS,
    DetailField.SIGNATORY_NAME: CorrectedPart.SIGNATORY,
    DetailField.SIGNATORY_FUNCTION: CorrectedPart.SIGNATORY,
}
CORRECTABLE = tuple(PARTS)


class TooLateToCorrect(DomainError):
    """The company's own 24 hours are over; only the coordinating office corrects from then on, as it could before."""


class NotCorrectable(DomainError):
    """The declaration was withdrawn, or its company was erased: there is nothing left to correct."""


def hash_correction(*, key: str, edition: int | str, actor: str, details: str, note: str) -> str:
    """Return what the record keeps of a correction. Its random key keeps anybody from guessing at names once erased."""
    content = canonical_json({"key": key, "edition": str(edition), "actor": actor, "details": details, "note": note})
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def may_correct_itself(issued_at: datetime, now: datetime) -> bool:
    """Say whether the company itself may still correct."""
    return now < issued_at + OWN_CORRECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A correction as it is kept: the fields as they were from then on."""

    at: datetime
    is_by_office: bool
    note: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction with what it changed; `edition` counts the copies under one number, the first one being 0.

    `before` is None where what was frozen is not known any more; then nothing is said of what changed.
    """

    edition: int
    at: datetime
    is_by_office: bool
    note: str
    before: DeclarationDetails | None
    after: DeclarationDetails

    @property
    def fields(self) -> tuple[DetailField, ...]:
        return find_changed(self.before, self.after) if self.before else ()

    @property
    def parts(self) -> tuple[CorrectedPart, ...]:
        """What it was about, in a fixed order."""
        changed = {PARTS[field] for field in self.fields}
        return tuple(part for part in CorrectedPart if part in changed)

    @property
    def former_name(self) -> str:
        """The company's name before, where the correction changed it; "" otherwise."""
        return self.before.company_name if self.before and CorrectedPart.NAME in self.parts else ""


def follow_corrections(frozen: DeclarationDetails | None, steps: Iterable[Step]) -> tuple[Correction, ...]:
    """Return the corrections of a declaration one after the other, beginning with what was frozen at issue."""
    followed: list[Correction] = []
    before = frozen
    for edition, step in enumerate(steps, start=1):
        after = write_over(before or DeclarationDetails(), step.values)
        followed.append(
            Correction(
                edition=edition,
                at=step.at,
                is_by_office=step.is_by_office,
                note=step.note,
                before=before,
                after=after,
            )
        )
        before = after
    return tuple(followed)


def write_over(details: DeclarationDetails, values: Mapping[str, str]) -> DeclarationDetails:
    """Return details with the fields that may be corrected, and no others, as `values` have them."""
    known: dict[str, Any] = {field.value: values[field] for field in CORRECTABLE if field in values}
    return replace(details, **known)


def read_values(details: DeclarationDetails) -> dict[str, str]:
    """Return the fields that may be corrected."""
    return {field.value: getattr(details, field) for field in CORRECTABLE}


def find_changed(before: DeclarationDetails, after: DeclarationDetails) -> tuple[DetailField, ...]:
    old, new = read_values(before), read_values(after)
    return tuple(field for field in CORRECTABLE if old[field] != new[field])
