"""Events of the record in words: what happened, who did it, what it is about and where that is found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from om_selfcheck.domain.access import Right
from om_selfcheck.domain.record import RECIPIENT, SYSTEM
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import accounts
from om_selfcheck.services.record import ListedEvent

USER, DECLARATION = "user:", "declaration:"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An event as pages and lists show it; `details` is None where they were erased."""

    seq: int
    at: datetime
    what: str
    who: str
    subject: str
    subject_url: str
    details: str | None
    is_readable: bool


def describe_events(events: Iterable[ListedEvent]) -> list[EventLine]:
    listed = list(events)
    names = _name_users() if any(event.actor.startswith(USER) for event in listed) else {}
    return [describe_event(event, names) for event in listed]


def describe_event(event: ListedEvent, names: Mapping[str, str]) -> EventLine:
    return EventLine(
        seq=event.seq,
        at=event.at,
        what=label(event.verb) if event.verb else event.code,
        who=name_actor(event.actor, names),
        subject=event.subject,
        subject_url=_find_page(event.subject),
        details=None
        if event.payload is None
        else ", ".join(f"{name}: {value}" for name, value in event.payload.items()),
        is_readable=event.is_readable,
    )


def name_actor(actor: str, names: Mapping[str, str]) -> str:
    """Return who acted, in words; an account that is gone keeps its id."""
    return names.get(actor) or _name_others().get(actor, actor)


def name_actors() -> dict[str, str]:
    """Return everybody who may have acted, in words: who signs in, and what the record calls all others."""
    return _name_others() | _name_users()


def _name_others() -> dict[str, str]:
    return {
        SYSTEM: _("das Programm"),
        RECIPIENT: _("wer eine E-Mail des Programms bekam"),
        Right.OWNER: _("das Unternehmen"),
        Right.EDITOR: _("wer mitarbeitet"),
        Right.READER: _("wer lesen darf"),
        Right.DOER: _("eine verantwortliche Person"),
        Right.CALENDAR: _("ein Kalenderprogramm"),
    }


def _name_users() -> dict[str, str]:
    accounts_listed = [user.account for user in accounts.list_users(db.session)]
    return {f"{USER}{one.user_id}": one.name or one.email for one in accounts_listed}


def _find_page(subject: str) -> str:
    if subject.startswith(DECLARATION):
        return url_for("staff.declaration", number=subject.removeprefix(DECLARATION))
    if subject.startswith(USER):
        return url_for("staff.user", user_id=subject.removeprefix(USER))
    return ""
