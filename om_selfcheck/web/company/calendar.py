"""The dates of a declaration as a calendar file (RFC 5545): whole days, stable UIDs, reminders inside."""

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event

from om_selfcheck.domain.deadlines import Deadline, DeadlineKind, list_deadlines
from om_selfcheck.i18n.formats import day
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services.declarations import IssuedDeclaration

IN_THE_MORNING = timedelta(hours=8)


def make_calendar(issued: IssuedDeclaration, base_url: str) -> bytes:
    """Return due dates, follow-ups and the end of validity; the same dates give the same UIDs."""
    calendar = Calendar()
    calendar.add("prodid", "-//OM-Selbstcheck//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    host = urlsplit(base_url).hostname or "localhost"
    for deadline in list_deadlines(issued.snapshot.plan, issued.terms.valid_until):
        calendar.add_component(_make_event(deadline, issued, host))
    return bytes(calendar.to_ical())


def _make_event(deadline: Deadline, issued: IssuedDeclaration, host: str) -> Event:
    event = Event()
    event.add("uid", f"{issued.number}-{deadline.key}@{host}")
    event.add("dtstamp", issued.issued_at.astimezone(UTC))
    event.add("dtstart", deadline.on)
    event.add("dtend", deadline.on + timedelta(days=1))
    event.add("summary", _summary(deadline))
    event.add("description", _description(deadline, issued))
    event.add("transp", "TRANSPARENT")
    for before in deadline.reminders:
        event.add_component(_make_alarm(IN_THE_MORNING - before, _summary(deadline)))
    return event


def _make_alarm(trigger: timedelta, words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", trigger)
    alarm.add("description", words)
    return alarm


def _summary(deadline: Deadline) -> str:
    heading = deadline.action.heading if deadline.action else ""
    return {
        DeadlineKind.DUE: _("Termin: %(action)s", action=heading),
        DeadlineKind.FOLLOW_UP: _("Kontrolle: %(action)s", action=heading),
        DeadlineKind.END: _("Selbsterklärung läuft ab"),
    }[deadline.kind]


def _description(deadline: Deadline, issued: IssuedDeclaration) -> str:
    action = deadline.action
    if action is None:
        return _(
            "Nummer %(number)s gilt bis einschließlich %(day)s. Für eine neue Erklärung machen Sie den Check neu.",
            number=issued.number,
            day=day(issued.terms.valid_until),
        )
    lines = [action.description, _("Verantwortlich: %(who)s", who=action.responsible)]
    if deadline.kind is DeadlineKind.FOLLOW_UP:
        lines.insert(0, _("Woran Sie es merken: %(how)s", how=action.follow_up))
    return "\n".join(lines)
