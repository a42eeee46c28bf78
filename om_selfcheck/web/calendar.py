"""The dates of a round as a calendar (RFC 5545): whole days, stable UIDs, reminders inside.

The same date keeps its UID before and after the declaration, in the file and in the feed. What is done is marked and
reminds of nothing; what was dropped is cancelled.
"""

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, vText

from om_selfcheck.domain.deadlines import Deadline, DeadlineKind
from om_selfcheck.domain.progress import Progress
from om_selfcheck.i18n.formats import day
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services.agendas import Dates

IN_THE_MORNING = timedelta(hours=8)
LOOK_AGAIN_AFTER = timedelta(hours=6)


def make_calendar(dates: Dates, base_url: str) -> bytes:
    """Return the dates as a file; the same dates give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//OM-Selbstcheck//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(_name(dates)))  # unknown to the library, which would not escape it
    calendar.add("refresh-interval", LOOK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    host = urlsplit(base_url).hostname or "localhost"
    for deadline in dates.deadlines:
        calendar.add_component(_make_event(deadline, dates, host))
    return bytes(calendar.to_ical())


def _name(dates: Dates) -> str:
    name = dates.company_name
    return _("Maßnahmenplan: %(company)s", company=name) if name else _("Maßnahmenplan")


def _make_event(deadline: Deadline, dates: Dates, host: str) -> Event:
    event, history = Event(), deadline.progress.history if deadline.progress else ()
    changed_at = history[-1].at if history else dates.since
    event.add("uid", f"{deadline.key if deadline.progress else f'{dates.number}-end'}@{host}")
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("sequence", len(history))
    event.add("dtstart", deadline.on)
    event.add("dtend", deadline.on + timedelta(days=1))
    event.add("summary", _summary(deadline))
    event.add(
        "description", _describe(deadline.progress, deadline.kind) if deadline.progress else _end(dates, deadline)
    )
    event.add("status", "CANCELLED" if deadline.is_cancelled else "CONFIRMED")
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
    heading = deadline.progress.action.heading if deadline.progress else ""
    words = {
        DeadlineKind.DUE: _("Termin: %(action)s", action=heading),
        DeadlineKind.FOLLOW_UP: _("Kontrolle: %(action)s", action=heading),
        DeadlineKind.END: _("Selbsterklärung läuft ab"),
    }[deadline.kind]
    if deadline.is_cancelled:
        return _("Verworfen: %(what)s", what=words)
    return _("Erledigt: %(what)s", what=words) if deadline.is_settled else words


def _describe(progress: Progress, kind: DeadlineKind) -> str:
    action = progress.action
    lines = [action.description, _("Verantwortlich: %(who)s", who=action.responsible)]
    if kind is DeadlineKind.FOLLOW_UP:
        lines.insert(0, _("Woran Sie es merken: %(how)s", how=action.follow_up))
    return "\n".join(lines)


def _end(dates: Dates, deadline: Deadline) -> str:
    return _(
        "Nummer %(number)s gilt bis einschließlich %(day)s. Für eine neue Erklärung machen Sie den Check noch einmal.",
        number=dates.number,
        day=day(deadline.on),
    )
