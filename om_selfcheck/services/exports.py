"""Everything about a company, to be taken along (P18): JSON as docs/export.md has it, and the documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.record import Event, Verb, may_company_read
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.record import append_event
from om_selfcheck.services.snapshots import list_changed
from om_selfcheck.store import models
from om_selfcheck.store.queries import belongings

FORMAT = 1
# Not taken along: hashes of secrets, the record's and the sender's own bookkeeping, and who reported a declaration.
LEFT_OUT: Mapping[type[models.Company] | Any, frozenset[str]] = {
    models.Grant: frozenset({"token_hash"}),
    models.AddressClaim: frozenset({"token_hash", "code_hash"}),
    models.Message: frozenset({"lease", "lease_ends_at", "message_id"}),
    models.Document: frozenset({"content"}),
    models.ForeignReport: frozenset({"contact", "text"}),
    models.Audit: frozenset({"auditor_id", "second_reader_id"}),
    models.AuditStep: frozenset({"user_id"}),
    models.Letter: frozenset({"posted_by"}),
    models.Finding: frozenset({"user_id"}),
    models.Withdrawal: frozenset({"proposed_by", "decided_by"}),
}
DERIVED = frozenset({models.DeclarationWord})  # made from the declaration's own fields


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A stored document under the name it has in the archive."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Export:
    """The JSON text, the documents, and the numbers whose snapshot is not what was declared."""

    text: str
    files: tuple[ExportedFile, ...]
    changed: tuple[str, ...]


def export_company(session: Session, *, actor: Actor, now: datetime) -> Export:
    """Collect all rounds of the actor's company; for the owner only."""
    actor.require(Task.OWN)
    subject = f"company:{actor.company_id}"
    append_event(session, Event(verb=Verb.DATA_EXPORTED, actor=actor.right, subject=subject, at=now, payload={}))
    changed = list_changed(belongings.list_declarations(session, actor.company_id))
    text = _write(session, actor.company_id, changed, now)
    return Export(text=text, files=_list_files(session, actor.company_id), changed=changed)


def list_columns(model: Any) -> list[str]:  # noqa: ANN401 - a mapped class
    """Return the columns of a table that are taken along."""
    return [column.name for column in model.__table__.columns if column.name not in LEFT_OUT.get(model, frozenset())]


def _write(session: Session, company_id: UUID, changed: Sequence[str], now: datetime) -> str:
    tables = {
        model.__tablename__: belongings.list_rows(session, model, company_id, list_columns(model))
        for model in belongings.belongs_to(company_id)
        if model not in DERIVED
    }
    events = belongings.list_events(session, belongings.list_subjects(session, company_id))
    record = [event for event in events if may_company_read(event["verb"], event["actor"])]
    content = {"format": FORMAT, "made_at": now, "changed_snapshots": changed, "tables": tables, "record": record}
    return json.dumps(content, default=_to_plain, ensure_ascii=False, indent=1)


def _list_files(session: Session, company_id: UUID) -> tuple[ExportedFile, ...]:
    return tuple(
        ExportedFile(_name_file(number, kind, language, edition), content)
        for number, kind, language, edition, content in belongings.list_files(session, company_id)
    )


def _name_file(number: str, kind: str, language: str, edition: int) -> str:
    suffix = f"-{edition + 1}" if edition else ""
    return f"{number}-{kind}-{language}{suffix}.pdf"


def _to_plain(value: object) -> str:
    """Return days, instants and ids as text: ISO 8601, instants in UTC."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
