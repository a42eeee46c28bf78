"""What a declaration freezes (D7): one value, written as canonical JSON and hashed."""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from om_selfcheck.domain.action_plan import Action, Urgency
from om_selfcheck.domain.declaration import Confirmation, DeclarationDetails
from om_selfcheck.domain.errors import DomainError
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.rating import NeedForAction, RatingCounts
from om_selfcheck.domain.record import canonical_json
from om_selfcheck.domain.renewal import PreviousAction, PreviousRound

FORMAT = 1
_DETAILS = '"details":'
_DECODER = json.JSONDecoder()


class SnapshotChanged(DomainError):
    """The frozen snapshot is not what its hash says; nothing of it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything declared: the questionnaire's version, every rating and note, the plan, the details, the result.

    `plan` pairs each action with its key. `measures` and `complete_actions` are the criteria's figures on that day.
    `previous` is there where the declaration replaces an older one.
    """

    number: str
    issued_on: date
    slug: str
    version: str
    content_hash: str
    language: str
    ratings: dict[str, NeedForAction]
    notes: dict[str, str]
    plan: tuple[tuple[str, Action], ...]
    details: DeclarationDetails
    measures: int
    complete_actions: int
    conditions_version: str
    previous: PreviousRound | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(action for _, action in self.plan)


def write_snapshot(snapshot: Snapshot) -> str:
    """Return the canonical JSON; equal snapshots give equal text, and a first declaration the same as ever."""
    details = asdict(snapshot.details) | {"confirmations": sorted(snapshot.details.confirmations)}
    return canonical_json(
        {
            "format": FORMAT,
            "number": snapshot.number,
            "issued_on": snapshot.issued_on.isoformat(),
            "questionnaire": {
                "slug": snapshot.slug,
                "version": snapshot.version,
                "content_hash": snapshot.content_hash,
            },
            "language": snapshot.language,
            "ratings": snapshot.ratings,
            "notes": snapshot.notes,
            "plan": [_write_action(key, action) for key, action in snapshot.plan],
            "details": details,
            "criteria": {"measures": snapshot.measures, "complete_actions": snapshot.complete_actions},
            "conditions_version": snapshot.conditions_version,
        }
        | ({"previous": _write_previous(snapshot.previous)} if snapshot.previous else {})
    )


def read_snapshot(text: str) -> Snapshot:
    """Return the snapshot written as `text`."""
    data: dict[str, Any] = json.loads(text)
    details = data["details"]
    confirmations = frozenset(Confirmation(code) for code in details.pop("confirmations"))
    return Snapshot(
        number=data["number"],
        issued_on=date.fromisoformat(data["issued_on"]),
        slug=data["questionnaire"]["slug"],
        version=data["questionnaire"]["version"],
        content_hash=data["questionnaire"]["content_hash"],
        language=data["language"],
        ratings={ref: NeedForAction(need) for ref, need in data["ratings"].items()},
        notes=data["notes"],
        plan=tuple((entry["key"], _read_action(entry)) for entry in data["plan"]),
        details=DeclarationDetails(**details, confirmations=confirmations),
        measures=data["criteria"]["measures"],
        complete_actions=data["criteria"]["complete_actions"],
        conditions_version=data["conditions_version"],
        previous=_read_previous(data["previous"]) if "previous" in data else None,
    )


def read_declared(text: str) -> tuple[str, str] | None:
    """Return the company's name and place out of a snapshot's text, without reading the rest; None where they are not.

    A quote within a text is written with a backslash, so that the key is found and nothing that somebody typed.
    """
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        details, _ = _DECODER.raw_decode(text, text.index(_DETAILS) + len(_DETAILS))
        return details["company_name"], details["city"]
    return None


def hash_snapshot(text: str) -> str:
    """Hash a snapshot; bytes that are no text, which only tampering puts into a database, are hashed as they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def hash_content(snapshot: Snapshot) -> str:
    """Hash what is declared, whatever its number and day: so a preview names what issuing is to freeze (P16)."""
    return hash_snapshot(write_snapshot(replace(snapshot, number="", issued_on=date.min)))


def _write_action(key: str, action: Action) -> dict[str, Any]:
    days = {
        "due_on": action.due_on.isoformat() if action.due_on else None,
        "follow_up_on": action.follow_up_on.isoformat() if action.follow_up_on else None,
    }
    return {"key": key} | asdict(action) | days


def _read_action(entry: dict[str, Any]) -> Action:
    return Action(
        title=entry["title"],
        description=entry["description"],
        urgency=Urgency(entry["urgency"]) if entry["urgency"] else None,
        responsible=entry["responsible"],
        due_on=date.fromisoformat(entry["due_on"]) if entry["due_on"] else None,
        follow_up=entry["follow_up"],
        follow_up_on=date.fromisoformat(entry["follow_up_on"]) if entry["follow_up_on"] else None,
        measure_refs=tuple(entry["measure_refs"]),
    )


def _write_previous(previous: PreviousRound) -> dict[str, Any]:
    return asdict(previous) | {"issued_on": previous.issued_on.isoformat()}


def _read_previous(entry: dict[str, Any]) -> PreviousRound:
    actions = (action | {"state": ActionState(action["state"])} for action in entry["actions"])
    return PreviousRound(
        number=entry["number"],
        issued_on=date.fromisoformat(entry["issued_on"]),
        version=entry["version"],
        content_hash=entry["content_hash"],
        topics={ref: RatingCounts(**counts) for ref, counts in entry["topics"].items()},
        actions=tuple(PreviousAction(**action) for action in actions),
    )
