"""The checklist of a case, which is sent with every act of its page: what was typed in it is saved first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.audit import AuditMove, FindingAnswer
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import audits, cases
from om_selfcheck.services.accounts import Person
from om_selfcheck.web.access import current_person
from om_selfcheck.web.case_forms import CaseForm, read_case_form, read_findings
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff.case_page import CONFLICT, UNPROCESSABLE, finish, render_case


@dataclass(frozen=True, slots=True)
class Noted:
    """What was sent of the checklist, and what of it was not written and why, by field."""

    wanted: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    status: int = CONFLICT


class Acting(TypedDict):
    """What every act on a case takes: who does it, to which case, and when."""

    by: Person
    audit_id: UUID
    now: datetime


def act(
    audit_id: UUID,
    move: AuditMove | None,
    do: Callable[[CaseForm, Acting], None],
    *,
    needed: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
    faults: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Save the checklist, then do what the button says, and show what else was typed on the page again.

    What takes the case away from its checklist waits until all of that is saved; a message (SETTLE: the case is open)
    and what moves nothing (None) do not. `needed` are the fields the act cannot do without, `own` all those it uses
    up; `faults` are what else is wrong with it.
    """
    form, wrong = read_case_form(*needed, own=own)
    wrong |= faults or {}
    if wrong and move is not None:
        cases.get_case(db.session, audit_id=audit_id, today=clock.today()).require(move)
    noted = _note_typed(audit_id)
    if wrong or (noted.problems and move not in (None, AuditMove.SETTLE)):
        commit()
        page = render_case(audit_id, form, wrong | noted.problems, entries=noted.wanted)
        return page, UNPROCESSABLE if wrong else noted.status
    do(form, Acting(by=current_person(), audit_id=audit_id, now=clock.now()))
    return finish(audit_id, form, *needed, *own, entries=noted.wanted, problems=noted.problems)


def note(audit_id: UUID) -> Noted:
    """Write what is right of the checklist; whoever calls commits."""
    wanted, shown, faults = read_findings()
    sound = {name: value for name, value in wanted.items() if name not in faults}
    noted = audits.note_findings(
        db.session, by=current_person(), audit_id=audit_id, wanted=sound, shown=shown, now=clock.now()
    )
    reason = _("Der Grund fehlt, darum ist das nicht gespeichert. Das Unternehmen liest ihn.")
    wrong = faults | {f"{item}-note": reason for item in noted.unreasoned if f"{item}-note" not in faults}
    conflicts = {one.name: _describe(one.name, one.stored) for one in noted.conflicts}
    return Noted(wanted, wrong | conflicts, UNPROCESSABLE if wrong else CONFLICT)


def _note_typed(audit_id: UUID) -> Noted:
    """Write the checklist where anything was typed in it; a page without one, or an untouched one, asks for nothing."""
    wanted, shown, _faults = read_findings()
    return note(audit_id) if any(value != shown[name] for name, value in wanted.items()) else Noted()


def _describe(name: str, stored: str) -> str:
    word = label(FindingAnswer(stored)) if name.endswith("-answer") and stored else stored
    return _(
        "Inzwischen ist hier gespeichert: %(stored)s (aus einem anderen Fenster oder von jemand anderem).",
        stored=word or _("nichts"),
    )
