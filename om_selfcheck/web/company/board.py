"""What became of the plan, as overview, plan and the page after issuing show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import request

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.deadlines import Agenda, list_deadlines, make_agenda
from om_selfcheck.domain.progress import Progress, ProgressCounts, count_progress
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.i18n.translation import ngettext
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.progress import list_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Every action with its state, counts, and what is late, for today and next."""

    today: date
    entries: Mapping[str, Progress]
    counts: ProgressCounts
    agenda: Agenda
    is_shown: bool
    may_report: bool
    was_reported: bool

    @property
    def summary(self) -> str:
        return describe_counts(self.counts)


def make_board(actor: Actor) -> Board:
    """Show it once the plan is declared, or once something is due or has happened."""
    today = clock.today()
    plan = list_progress(db.session, actor=actor)
    counts = count_progress(plan, today)
    agenda = make_agenda(list_deadlines(plan), today)
    has_begun = bool(agenda.late or agenda.today or counts.open < counts.total)
    return Board(
        today=today,
        entries={entry.key: entry for entry in plan},
        counts=counts,
        agenda=agenda,
        is_shown=counts.total > 0 and (actor.declaration_number is not None or has_begun),
        may_report=actor.may(Task.FOLLOW_UP),
        was_reported="reported" in request.args,
    )


def describe_counts(counts: ProgressCounts) -> str:
    """Return the counts in a sentence; what there is none of is left out.

    "6 von 10 erledigt, 1 verworfen, 3 offen; 2 Kontrollen fällig"
    """
    parts = [
        _("%(done)s von %(all)s erledigt", done=counts.done, all=counts.total),
        _("%(count)s verworfen", count=counts.dropped) if counts.dropped else "",
        _("%(count)s in Arbeit", count=counts.in_progress) if counts.in_progress else "",
        _("%(count)s offen", count=counts.open) if counts.open else "",
    ]
    due = [
        ngettext("%(num)s Termin überschritten", "%(num)s Termine überschritten", counts.overdue)
        if counts.overdue
        else "",
        ngettext("%(num)s Kontrolle fällig", "%(num)s Kontrollen fällig", counts.follow_ups_due)
        if counts.follow_ups_due
        else "",
    ]
    return "; ".join(filter(None, (", ".join(filter(None, parts)), ", ".join(filter(None, due)))))
