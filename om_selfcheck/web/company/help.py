"""Who helps in the region: the network's contacts for a topic, and one action to send them from one's own mail program.

Nothing is stored or sent here, so that the network cannot learn who asked whom.
"""

from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.action_plan import Action
from om_selfcheck.domain.comparison import topic_of
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.help import dial, mail_address, shorten
from om_selfcheck.domain.questionnaire import Topic
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import help_contacts
from om_selfcheck.services.drafts import Standing
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.access import current_actor, require
from om_selfcheck.web.company import pages
from om_selfcheck.web.company.blueprint import bp


@dataclass(frozen=True, slots=True)
class Request:
    """A mail to somebody who helps, about exactly one action and without anybody's name."""

    subject: str
    text: str

    @property
    def is_cut(self) -> bool:
        return shorten(self.text) != self.text

    def address(self, email: str) -> str:
        """Return what opens the reader's mail program; of a very long text it gets the beginning."""
        return mail_address(email, subject=self.subject, body=shorten(self.text))


@bp.get("/assessments/<uuid:assessment_id>/help/<ref>")
@require(Task.READ)
def help_nearby(assessment_id: UUID, ref: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    actor, topic = current_actor(), _find_topic(ref)
    standing = pages.load_standing(actor)
    entries = [entry for entry in standing.plan if _belongs_to(entry.action, ref)]
    chosen = _find_action(standing, request.args.get("action", ""))
    measure = pages.questionnaire_of(actor).find_measure(request.args.get("measure", ""))
    return render_template(
        "company/help.html",
        actor=actor,
        frame=pages.make_frame(actor, standing),
        topic=topic,
        help=help_contacts.list_help(db.session, actor=actor, topic_ref=ref, today=clock.today()),
        entries=entries,
        chosen=chosen,
        request_mail=_write_request(actor, chosen) if chosen else None,
        measure_ref=measure.ref if measure else "",
        may_plan=actor.may(Task.PLAN) and not pages.is_frozen(actor),
        dial=dial,
    )


def help_address(actor: Actor, topic_ref: str) -> str:
    """Return where somebody who helps with a topic is named, "" where the round's network names nobody."""
    if not help_contacts.find_nearby(db.session, actor=actor).covers(topic_ref):
        return ""
    return url_for("company.help_nearby", assessment_id=actor.assessment_id, ref=topic_ref)


def _find_topic(ref: str) -> Topic:
    found = pages.questionnaire_of(current_actor()).find_topic(ref)
    if found is None:
        raise NotFound
    return found


def _belongs_to(action: Action, topic_ref: str) -> bool:
    return topic_ref in map(topic_of, action.measure_refs)


def _find_action(standing: Standing, asked: str) -> Action | None:
    return next((entry.action for entry in standing.plan if str(entry.id) == asked), None)


def _write_request(actor: Actor, action: Action) -> Request:
    """Write the mail from the action's own words; who is responsible stays out of it."""
    text = render_template("company/help_request.txt", action=action, company=actor.company_name)
    return Request(_("Anfrage: %(action)s", action=action.heading or _("Maßnahme")), text.strip())
